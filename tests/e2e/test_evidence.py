"""Evidence and suggestions on the coding bench, in a real browser, by keys and by pointer."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.queue import take_next
from coding.code_index import build_code_index
from coding.models import Coding, Draft, SuggestionDecision
from coding.rules.lifecycle import Stage
from portal.models import Contract
from tests import factories
from tests.coding.lines import coded
from tests.coding.worded import FIVE, suggest, worded_bench
from tests.e2e.people import NARROW, assert_accessible, submit_with_reason

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

# What a person does with hands, before anything on the page hears of it.
COUNTED = """
window.done = { keys: 0, clicks: 0 };
window.addEventListener("keydown", (event) => event.isTrusted && (window.done.keys += 1), true);
window.addEventListener("pointerdown", (event) => event.isTrusted && (window.done.clicks += 1), true);
"""


def open_bench(screen, held, *, counts=False):
    page = screen(held.user)
    if counts:
        page.add_init_script(COUNTED)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    expect(page.get_by_role("img", name="Page 1 of")).to_be_visible()
    return page


def evidence_is_on_screen(page):
    """The page of the row in hand is drawn, and its passage stands in the pane."""
    page.wait_for_function("document.querySelector('#page-2 img').complete")
    mark, pane = page.locator(".marks.shown rect.selected"), page.locator("#chart-pane .pane-body")
    expect(mark).to_be_visible()
    box, around = mark.bounding_box(), pane.bounding_box()
    assert around["y"] <= box["y"] <= around["y"] + around["height"]


def add(page, code):
    page.keyboard.press("/")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]").filter(has_text=re.compile(code[:3]))).to_have_count(1)
    page.keyboard.press("Escape")


def saved(page):
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    return Draft.objects.get().body


def select_words(page, figure, first, last):
    """With the mouse, from one word to another."""
    page.locator(f"#{figure} .sheet").hover()
    words = page.locator(f"#{figure} .words span")
    one, other = (words.get_by_text(text, exact=True).first for text in (first, last))
    one.evaluate("word => word.scrollIntoView({ block: 'center' })")  # at the edge of the pane a drag scrolls it
    page.wait_for_function(f"document.querySelector('#{figure} img').complete")
    start, end = one.bounding_box(), other.bounding_box()
    while (start, end) != (again := (one.bounding_box(), other.bounding_box())):  # until the pages stand still
        start, end = again
        page.wait_for_timeout(100)
    page.mouse.move(start["x"] + 1, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 8, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()


def test_selected_words_become_the_evidence_of_the_code_in_hand(screen, river, ann):
    held = worded_bench(river, ann)
    page = open_bench(screen, held)
    add(page, "I10")
    badge = page.get_by_role("button", name="No evidence for I10")
    expect(badge).to_have_text("No evidence")
    expect(page.locator("#findings")).to_contain_text("No evidence is marked for I10.")
    select_words(page, "page-2", "Essential", "hypertension,")
    page.keyboard.press("l")
    badge = page.get_by_role("button", name="Evidence for I10: 1 passage")
    expect(badge).to_have_text("1")
    box = badge.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    expect(page.locator("#findings")).not_to_contain_text("No evidence is marked for I10.")
    expect(page.locator("#page-2 .marks.shown rect.selected")).to_have_count(1)
    kept = saved(page)["diagnoses"][0]["evidence"]
    assert [(one["number"], one["quote"]) for one in kept] == [(2, "Essential hypertension,")]
    assert_accessible(page)
    badge.click()
    expect(page.get_by_role("button", name="Page 2 “Essential hypertension,”")).to_be_visible()
    page.get_by_role("button", name="Unlink passage 1 of I10").click()
    expect(page.get_by_role("button", name="No evidence for I10")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Evidence for I10: 1 passage")).to_be_visible()


def test_a_box_is_drawn_on_a_scan_without_words(screen, river, ann):
    held = worded_bench(river, ann, wordless=1)
    page = open_bench(screen, held)
    add(page, "I10")
    for _ in range(2):
        page.keyboard.press("]")
    sheet = page.locator("#page-3 .sheet")
    sheet.hover()
    expect(page.locator("#page-3")).to_have_attribute("data-wordless", "")
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.05)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.15, steps=5)
    page.mouse.up()
    expect(page.locator("#page-3 .marks.drawn rect")).to_have_count(1)
    page.keyboard.press("l")
    expect(page.locator("#page-3 .marks.drawn")).to_have_count(0)
    page.get_by_role("button", name="Evidence for I10: 1 passage").click()
    expect(page.get_by_role("button", name="Page 3 A box without words")).to_be_visible()
    [kept] = saved(page)["diagnoses"][0]["evidence"]
    assert (kept["number"], kept["quote"]) == (3, "")
    assert kept["boxes"][0] == pytest.approx([1000, 500, 5000, 1500], abs=40)
    # Turned for reading, the mark stays on what it marks.
    page.locator("#chart-pane .pane-body").focus()
    page.keyboard.press("]")
    expect(page.locator("[data-page-now]").first).to_have_text("3")
    page.keyboard.press("Shift+R")
    mark, sheet = (page.locator(f"#page-3 {part}").bounding_box() for part in (".marks.shown rect", ".sheet"))
    assert (mark["x"] + mark["width"] - sheet["x"]) / sheet["width"] == pytest.approx(0.95, abs=0.02)
    assert (mark["y"] - sheet["y"]) / sheet["height"] == pytest.approx(0.1, abs=0.02)


def test_words_and_boxes_are_marked_by_keys_alone(screen, river, ann):
    held = worded_bench(river, ann, wordless=1)
    page = open_bench(screen, held)
    add(page, "I10")
    page.keyboard.press("]")
    page.keyboard.press("Shift+L")
    marker = page.get_by_role("application", name="Marking on page 2")
    expect(marker).to_be_focused()
    for key in (*["ArrowUp"] * 6, "Home", "ArrowDown", "ArrowDown", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(marker).to_have_count(0)
    expect(page.get_by_role("button", name="Evidence for I10: 1 passage")).to_be_visible()
    page.keyboard.press("]")
    page.keyboard.press("Shift+L")
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Evidence for I10: 2 passages")).to_be_visible()
    first, second = saved(page)["diagnoses"][0]["evidence"]
    assert first["quote"] == "Essential hypertension,"
    assert (second["number"], second["quote"]) == (3, "")
    page.keyboard.press("Shift+L")
    page.keyboard.press("Escape")
    expect(page.locator(".marker")).to_have_count(0)


def test_selected_words_are_searched_for_and_support_what_is_chosen(screen, river, ann):
    held = worded_bench(river, ann)
    page = open_bench(screen, held)
    select_words(page, "page-2", "Essential", "hypertension,")
    page.keyboard.press("c")
    expect(page.locator("#code-q")).to_have_value("Essential hypertension,")
    page.locator("#code-q").fill("I10")
    expect(page.get_by_role("option").first).to_contain_text("I10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Evidence for I10: 1 passage")).to_be_visible()
    assert saved(page)["diagnoses"][0]["evidence"][0]["quote"] == "Essential hypertension,"
    # A search that is given up takes nothing along.
    page.keyboard.press("Escape")
    select_words(page, "page-2", "left", "knee.")
    page.keyboard.press("c")
    expect(page.locator("#code-q")).not_to_have_value("")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.evaluate("getSelection().removeAllRanges()")
    add(page, "E119")
    expect(page.get_by_role("button", name="No evidence for E11.9")).to_be_visible()


def test_what_was_found_is_linked(screen, river, ann):
    """Find, leave the find bar, link: no pointer needed."""
    held = worded_bench(river, ann)
    page = open_bench(screen, held)
    add(page, "I10")
    page.keyboard.press("f")
    expect(page.locator("#find-text")).to_be_focused()
    page.keyboard.insert_text("essential hypertension")
    expect(page.locator(".find-bar output")).to_have_text("1 of 1, page 2")
    expect(page.locator("#page-2 .marks.found rect")).to_have_count(2)  # both words
    expect(page.locator("#page-2 .words span").first).to_be_attached()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Evidence for I10: 1 passage")).to_be_visible()
    assert saved(page)["diagnoses"][0]["evidence"][0]["quote"] == "Essential hypertension,"


# -- suggestions -------------------------------------------------------------------------------------------


def test_a_chart_of_five_suggestions_takes_seven_keys_and_no_click(screen, river, ann):
    """UX.md 5.1, script A: at most eight keys, no pointer."""
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE)
    page = open_bench(screen, held, counts=True)
    expect(page.locator("[data-row].ghost")).to_have_count(5)
    expect(page.locator(".ghost[aria-current=true]")).to_contain_text("E11.9")
    expect(page.locator("[data-undecided]")).to_have_text("5 undecided")
    evidence_is_on_screen(page)
    for left in (4, 3, 2, 1, 0):
        page.keyboard.press("a")
        expect(page.locator("[data-row].ghost")).to_have_count(left)
    expect(page.locator("#findings")).to_contain_text("Nothing to fix")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    done = page.evaluate("window.done")
    assert done == {"keys": 7, "clicks": 0}
    coding = Coding.objects.get()
    assert coding.coded() == coded("E119 I10 M1711 M1712", "99213@1,2,3,4")
    assert all(line.evidence for line in [*coding.diagnoses.all(), *coding.procedures.all()])
    assert set(SuggestionDecision.objects.values_list("decision", flat=True)) == {"accepted"}


def test_a_rejected_and_a_searched_code_take_no_more_than_twenty_two_keys(screen, river, ann):
    """UX.md 5.1, script B: four accepted, one rejected, one found by ten letters, submitted with a reason."""
    held = worded_bench(river, ann)
    factories.CodeFactory(code="L309", title="Dermatitis, unspecified")
    build_code_index()
    suggest(held.encounter, *FIVE)
    page = open_bench(screen, held, counts=True)
    evidence_is_on_screen(page)
    order = {"E11.9": "a", "I10": "a", "M17.11": "a", "M17.12": "x", "99213": "a"}
    for _ in range(5):
        code = page.locator(".ghost[aria-current=true] .code").inner_text()
        count = page.locator("[data-row].ghost").count()
        page.keyboard.press(order[code])
        expect(page.locator("[data-row].ghost")).to_have_count(count - 1)
    page.keyboard.press("/")
    page.keyboard.type("dermatitis")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(5)
    expect(page.locator("#findings")).to_contain_text("No evidence is marked for L30.9.")
    submit_with_reason(page)
    page.wait_for_url(f"**{reverse('coding:queue')}")
    done = page.evaluate("window.done")
    assert done["clicks"] == 0
    assert done["keys"] == 20
    assert Coding.objects.get().check_reason == "documented"


def current(page):
    return page.locator("[data-row][aria-current=true]")


def test_a_suggestion_is_accepted_only_once_its_evidence_was_in_sight(screen, river, ann):
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE)
    page = open_bench(screen, held)
    evidence_is_on_screen(page)
    page.locator("#chart-pane .pane-body").evaluate("pane => pane.scrollTo(0, 0)")
    expect(page.locator("[data-page-now]").first).to_have_text("1")
    page.keyboard.press("a")
    evidence_is_on_screen(page)
    expect(page.locator("#live")).to_contain_text("Look at the evidence of E11.9 on page 2")
    expect(page.locator("[data-row].ghost")).to_have_count(5)
    page.keyboard.press("a")
    expect(page.locator("[data-row].ghost")).to_have_count(4)
    expect(page.locator("#line-d1 .state")).to_have_text("Accepted")
    expect(current(page)).to_contain_text("I10")


def test_what_is_rejected_replaced_and_left_is_kept_apart(screen, river, ann):
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE, ("Z880", ""))
    page = open_bench(screen, held)
    evidence_is_on_screen(page)
    expect(page.locator("[data-history] summary")).to_have_text("History & allergies (1)")
    expect(page.locator("[data-undecided]")).to_have_text("6 undecided")
    page.keyboard.press("x")
    why = page.get_by_role("group", name="Why it was rejected")
    expect(why).to_be_visible()
    page.keyboard.press("2")
    expect(why).to_be_hidden()
    expect(current(page)).to_contain_text("I10")
    page.keyboard.press("x")
    expect(why).to_be_hidden(timeout=4000)  # two seconds, and no reason
    page.keyboard.press("z")
    expect(page.locator("[data-row].ghost").filter(has_text="I10")).to_have_count(1)
    # Replaced: the search opens with the siblings of the code.
    page.locator("[data-row].ghost").filter(has_text="M17.11").locator(".code-text").click()
    page.locator("[data-row].ghost").filter(has_text="M17.11").focus()
    page.keyboard.press("r")
    expect(page.get_by_label("Replace M17.11")).to_have_value("M17.1")
    expect(page.get_by_role("option").filter(has_text="M17.12")).to_be_visible()
    page.locator("#code-q").fill("E119")
    expect(page.get_by_role("option").first).to_contain_text("E11.9")
    page.keyboard.press("Enter")
    expect(page.locator("#line-d1 .state")).to_have_text("Changed")
    expect(page.get_by_label("Add a code")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("[data-row].ghost").filter(has_text="99213").focus()
    page.keyboard.press("a")
    expect(page.locator("#line-p1 .state")).to_have_text("Accepted")
    assert_accessible(page)
    expect(page.locator("#findings")).to_contain_text("Nothing to fix")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    assert dict(SuggestionDecision.objects.values_list("suggested__code", "decision")) == {
        "E119": "accepted",  # rejected, and found again by the coder
        "I10": "undecided",
        "M1711": "replaced",
        "M1712": "undecided",
        "99213": "accepted",
        "Z880": "undecided",
    }


def test_the_passages_of_a_code_are_gone_through_and_hidden(screen, river, ann):
    held = worded_bench(river, ann)
    page = open_bench(screen, held)
    add(page, "E119")
    for figure, first, last in (("page-2", "Type", "mellitus"), ("page-1", "type", "diabetes.")):
        select_words(page, figure, first, last)
        page.keyboard.press("l")
        expect(page.locator(f"#{figure} .marks.shown rect")).to_have_count(1)
    expect(page.get_by_role("button", name="Evidence for E11.9: 2 passages")).to_be_visible()
    page.keyboard.press("e")
    expect(page.locator("#page-1 .marks.shown rect.selected")).to_be_visible()
    expect(page.locator("[data-page-now]").first).to_have_text("1")
    page.keyboard.press("Shift+E")
    expect(page.locator("#page-2 .marks.shown rect.selected")).to_be_visible()
    page.keyboard.press("h")
    expect(page.locator("#page-2 .marks.shown")).to_be_hidden()
    page.keyboard.press("h")
    page.keyboard.press("Shift+X")
    expect(page.get_by_role("button", name="Evidence for E11.9: 1 passage")).to_be_visible()
    [kept] = saved(page)["diagnoses"][0]["evidence"]
    assert kept["quote"] == "type 2 diabetes."


def test_a_tick_of_the_worksheet_carries_evidence(screen, river, ann):
    held = worded_bench(river, ann)
    page = open_bench(screen, held)
    add(page, "99213")
    page.keyboard.press("w")
    page.get_by_label(re.compile("^Prescription")).check()
    select_words(page, "page-2", "Prescription", "management.")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name=re.compile("Evidence for Prescription.*: 1 passage"))).to_be_visible()
    [kept] = saved(page)["worksheet"]["evidence"]["risk-prescription"]
    assert kept["quote"] == "Prescription drug management."
    expect(page.locator("#findings")).not_to_contain_text("No evidence is marked for 99213.")
    page.reload()
    expect(page.get_by_role("button", name=re.compile("Evidence for Prescription.*: 1 passage"))).to_be_visible()
    assert_accessible(page)


def test_the_verifier_sees_what_the_coder_marked(screen, river, ann, bea, settings):
    settings.UNDO_SECONDS = 0  # the verifier comes at once
    Contract.objects.update(verification_share=100)
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE)
    page = open_bench(screen, held)
    evidence_is_on_screen(page)
    for left in (4, 3, 2, 1, 0):
        page.keyboard.press("a")
        expect(page.locator("[data-row].ghost")).to_have_count(left)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
    page = screen(bea)
    page.goto(reverse("coding:verify", args=[held.encounter_id]))
    expect(page.get_by_role("button", name="Evidence for I10: 1 passage")).to_be_visible()
    expect(page.locator(".ghost")).to_have_count(0)
    page.keyboard.press("j")
    evidence_is_on_screen(page)
    assert_accessible(page)


def test_on_a_narrow_screen_the_evidence_comes_up_in_its_own_pane(screen, river, ann):
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE)
    page = open_bench(screen, held)
    page.set_viewport_size(NARROW)
    page.get_by_role("link", name="Codes").last.click()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#page-2 .marks.shown rect.selected")).to_be_visible()
    page.get_by_role("link", name="Codes").last.click()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("[data-row].ghost")).to_have_count(4)
    assert_accessible(page)
