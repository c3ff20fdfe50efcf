"""The verification bench in a real browser: a verdict by keys alone, blind first, nothing clipped on any screen."""

import re
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.coding import submit_coding
from coding.actions.queue import take_next
from coding.models import Draft, Reveal, Verification
from coding.rules.check_reasons import CheckReason
from coding.rules.evidence import passage_in
from coding.rules.lifecycle import Stage
from coding.rules.sampling import is_selected
from portal.models import Contract
from tests.coding.benches import lapse
from tests.coding.lines import coded
from tests.coding.worded import passage, worded_bench
from tests.e2e.ahead import until_fetched
from tests.e2e.people import assert_accessible
from tests.e2e.windows import kill

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

CLIPPED = """() => {
  const pane = document.querySelector("#codes-pane .pane-body")
  return [...pane.querySelectorAll("*"), pane]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
    .filter((one) => !one.matches(".visually-hidden, input, textarea, select"))
    .map((one) => `${one.tagName}.${one.className} ${one.scrollWidth} > ${one.clientWidth}`)
}"""  # noqa: E501  (JavaScript)


def evidenced(encounter, version, **words):
    """The version with the words of page 2 behind some of its codes."""
    page = encounter.pages().get(number=2)

    def line(one):
        if one.code not in words:
            return one
        found = passage(page, words[one.code])
        raw = {"page": page.pk, "number": 2, "boxes": [list(box) for box in found.boxes], "quote": found.quote}
        return replace(one, evidence=(passage_in(raw),))

    return replace(
        version, diagnoses=tuple(map(line, version.diagnoses)), procedures=tuple(map(line, version.procedures))
    )


def to_judge(river, ann, bea, version=None, share=100):
    """Bea's bench over what Ann coded from typed pages."""
    submit(river, ann, version, share)
    return take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])


def submit(river, ann, version=None, share=100):
    """What Ann coded from typed pages, for whoever verifies next."""
    Contract.objects.update(verification_share=share)
    held = worded_bench(river, ann)
    version = evidenced(
        held.encounter, version or coded("E119 I10 M1711", "99214@1,2"),
        E119="Type 2 diabetes mellitus", I10="Essential hypertension", M1711="right knee",
    )  # fmt: skip
    submit_coding(assignment=held, by=ann, at=timezone.now(), coded=version, reason=CheckReason.DOCUMENTED)


def open_bench(screen, held, **options):
    page = screen(held.user, **options)
    page.goto(reverse("coding:verify", args=[held.encounter_id]))
    expect(page.get_by_role("img", name="Page 1 of")).to_be_visible()
    return page


def in_hand(page):
    return page.locator('verify-table tr[aria-current="true"]')


def test_a_verdict_with_two_corrections_by_keys_alone(screen, river, ann, bea):
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held)
    expect(in_hand(page)).to_contain_text("E11.9")
    expect(in_hand(page)).to_contain_text("Type 2 diabetes mellitus")  # the words of both sides
    page.keyboard.press("v")
    expect(in_hand(page)).to_contain_text("I10")
    page.keyboard.press("x")
    expect(in_hand(page)).to_contain_text("Not supported")
    expect(in_hand(page)).to_contain_text("proposed")
    expect(page.locator(".marks.theirs rect.coder")).to_have_count(1)
    for key in ("9", "!", "t"):
        page.keyboard.press(key)
    page.keyboard.type("Ask about the pressure.")
    expect(in_hand(page)).to_contain_text("“Ask about the pressure.”")
    expect(in_hand(page)).to_contain_text("Query missed")
    expect(in_hand(page)).to_contain_text("Quality only")
    for key in ("Enter", "j"):
        page.keyboard.press(key)
    expect(in_hand(page)).to_contain_text("M17.11")
    page.keyboard.press("v")
    expect(in_hand(page)).to_contain_text("99214")
    page.keyboard.press("r")
    page.keyboard.type("99213")
    expect(page.get_by_role("option").first).to_contain_text("99213")
    page.keyboard.press("Enter")
    expect(in_hand(page)).to_contain_text("Up-coded")
    expect(page.locator(".live-score")).to_contain_text("2 of 4 · 50 %")
    expect(page.locator(".live-score")).to_contain_text("over 0.62, under 0.00, net +0.62, gross 0.62")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")  # the level has only a proposed reason
    expect(in_hand(page)).to_contain_text("Up-coded")
    assert not Verification.objects.exists()
    page.keyboard.press("v")
    expect(page.locator("[data-unviewed]")).to_have_text("All viewed")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    said = Verification.objects.get()
    assert said.verdict == "corrected"
    assert list(said.discrepancies.values_list("kind", "reason", "severity", "note")) == [
        ("unsupported", "query_missed", "quality", "Ask about the pressure."),
        ("up_coded", "em_level", "payment", ""),
    ]


def test_it_is_returned_to_the_coder_from_the_comment_by_keys_alone(screen, river, ann, bea):
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held)
    for key in ("j", "x"):
        page.keyboard.press(key)
    expect(in_hand(page)).to_contain_text("Not supported")
    page.keyboard.press("9")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_timeout(500)
    assert not Verification.objects.exists(), "there is no comment yet"
    expect(page.get_by_text("Write what the coder should look at before you return it.")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Where does the chart say so?")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    said = Verification.objects.get()
    assert (said.verdict, said.comment) == ("returned", "Where does the chart say so?")


def test_agreeing_takes_a_difference_back(screen, river, ann, bea):
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(in_hand(page)).to_contain_text("Not supported")
    page.keyboard.press("x")  # there is nothing of one's own in this row: nothing else goes
    expect(page.locator("#live")).to_have_text("Your version has no code in this row")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("a")
    expect(page.locator("verify-table")).to_contain_text("Both versions agree")
    expect(in_hand(page)).to_contain_text("I10")
    expect(page.locator("[data-row]")).to_have_count(4)


def test_a_row_of_ones_own_list_takes_the_table_along(screen, river, ann, bea):
    page = open_bench(screen, to_judge(river, ann, bea))
    page.locator("#line-d3").click()
    expect(in_hand(page)).to_contain_text("M17.11")
    page.locator("verify-table tr", has_text="I10").click()
    expect(page.locator("#line-d2")).to_have_attribute("aria-current", "true")


def test_a_random_sample_is_coded_blind_and_revealed_by_a_key(screen, river, ann, bea):
    seed = f"contract {Contract.objects.get(practice=river).pk}"
    share = 99
    held = next(filter(None, (to_judge(river, ann, bea, share=share) for _ in range(4))))  # a hundredth is not drawn
    assert is_selected(seed=seed, number=held.encounter_id, share=share)
    for _ in range(2):
        submit(river, ann, share=share)
    page = open_bench(screen, held)
    assert "99214" not in page.content()
    assert "I10" not in page.content()
    expect(page.get_by_text(f"random 99 %, seed {seed}")).to_be_visible()
    for code in ("E119", "99213"):
        page.keyboard.press("/")
        page.keyboard.type(code)
        expect(page.get_by_role("option").first).to_contain_text(code[:3])
        page.keyboard.press("Enter")
        expect(page.locator("[data-row]").filter(has_text=code[:3])).to_have_count(1)
        page.keyboard.press("Escape")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert_accessible(page)
    until_fetched(page, 1)  # what is asked for is shown of this chart, although the next one is there
    page.keyboard.press("b")
    expect(page.locator("verify-table")).to_contain_text("Not supported")
    expect(page.get_by_text("You coded it blind until")).to_be_visible()
    assert [line["code"] for line in Reveal.objects.get().body["procedures"]] == ["99213"]


def test_it_works_without_scripts(screen, river, ann, bea):
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held, java_script_enabled=False)
    page.get_by_label("Code 1", exact=True).fill("99213")
    page.get_by_role("button", name="Verified with corrections").click()
    expect(page.get_by_text("One difference has no reason of yours yet.")).to_be_visible()
    page.get_by_label("Reason, row 4").select_option("guideline")
    page.get_by_label("Comment, row 4").fill("Count the time.")
    page.get_by_role("button", name="Save draft and compare").click()
    expect(page.get_by_label("Comment, row 4")).to_have_value("Count the time.")
    assert Draft.objects.get().body["judged"]
    page.get_by_role("button", name="Verified with corrections").click()
    page.wait_for_url(f"**{reverse('coding:queue')}")
    assert Verification.objects.get().discrepancies.get().reason == "guideline"


@pytest.mark.parametrize("width", [1920, 1440, 1280, 720, 390])
def test_nothing_is_clipped_on_any_screen(screen, river, ann, bea, width, tmp_path):
    """720 is 1440 at 200 % zoom; pictures to look at stay in pytest's folder."""
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held)
    page.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
    page.evaluate("location.hash = '#codes-pane'")
    page.locator("verify-table tr", has_text="I10").first.click()
    page.keyboard.press("x")
    expect(in_hand(page)).to_contain_text("Not supported")
    page.keyboard.press("4")
    expect(page.locator("verify-table")).not_to_have_attribute("aria-busy", "true")
    for scheme, forced in (("light", "none"), ("dark", "none"), ("light", "active")):
        page.emulate_media(color_scheme=scheme, forced_colors=forced)
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", scheme)
        page.screenshot(path=tmp_path / f"verify-{width}-{scheme}-{forced}.png")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert page.evaluate(CLIPPED) == []


def test_a_word_on_a_difference_outlives_a_reload_in_which_nothing_differs(screen, river, ann, bea):
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held)
    for key in ("j", "x", "t"):
        page.keyboard.press(key)
    page.locator("[data-judge-note]").fill("Ask about the pressure.")
    page.keyboard.press("Enter")
    page.keyboard.press("z")
    expect(page.locator("verify-table [data-differences]")).to_have_attribute("data-differences", "0")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    page.reload()
    page.locator("#id_comment").fill("Looked at twice")
    page.locator("verify-table tr", has_text="I10").locator(".difference").click()
    page.keyboard.press("x")
    expect(in_hand(page)).to_contain_text("“Ask about the pressure.”")


def test_a_comment_on_a_row_is_kept_as_it_is_typed(screen, river, ann, bea):
    """The tab dies before the typing has paused."""
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held)
    for key in ("j", "x"):
        page.keyboard.press(key)
    expect(in_hand(page)).to_contain_text("Not supported")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    page.locator("[data-judge-note]").fill("Ask about")
    page.wait_for_timeout(150)
    context = page.context
    kill(page)
    after = context.new_page()
    after.goto(reverse("coding:verify", args=[held.encounter_id]))
    expect(after.locator("verify-table")).to_contain_text("“Ask about”")


def test_nothing_can_be_said_of_rows_once_the_chart_is_somebody_elses(screen, river, ann, bea):
    held = to_judge(river, ann, bea)
    page = open_bench(screen, held)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(in_hand(page)).to_contain_text("Not supported")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    lapse(held)
    page.locator("#id_comment").fill("Too late")
    expect(page.get_by_text("This chart is not yours any more.")).to_be_visible()
    page.keyboard.press("9")
    assert page.locator("[data-judge-note]").evaluate("field => Boolean(field.closest('[inert]'))")
    assert "judged" not in Draft.objects.get().body
    assert "query_missed" not in page.evaluate("JSON.stringify(document.querySelector('code-list').body)")
    page.evaluate("document.querySelector('draft-keeper').keep({})")
    expect(page.locator("#live")).to_have_text("Not kept: this chart is not yours any more.")
    assert Draft.objects.get().body["comment"] == "Too late"
