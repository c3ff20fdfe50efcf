"""The encoder in a real browser, by keyboard alone: finding codes, edits, the E/M worksheet, the code browser."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.queue import take_next
from coding.code_index import build_code_index
from coding.models import BundledPair, Code, CodeGroup, CodeNote, Coding
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from coding.rules.tables import NoteKind
from tests import factories
from tests.coding.benches import visit
from tests.coding.lines import VISIT_DAY, precoded, verified
from tests.coding.prices.rows import row
from tests.coding.prices.test_price_command import edition, stored
from tests.coding.search import small_list
from tests.e2e.people import assert_accessible, submit_with_reason

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

FACTOR = Decimal("33.4009")
PROCEDURES = {
    "99213": "Office visit, known patient, level 3",
    "99214": "Office visit, known patient, level 4",
    "20610": "Injection of a large joint",
    "71046": "Chest film, two views",
}
MOST_TABS = 60  # from the top of the worksheet to its end, with room


@pytest.fixture
def lists():
    """The small list of the search's tests with a chapter, sides and notes; services in our words; the index."""
    small_list.fill()
    factories.CodeFactory(code="S52502A", title=small_list_title("S52501A").replace("right", "left"))
    for code, title in PROCEDURES.items():
        factories.CodeFactory(system=System.PROCEDURE, code=code, title=title)
    tabular = factories.EditionFactory(code_set=CodeSet.ICD10CM_TABULAR)
    chapter = {"first": "M00", "last": "M99", "categories": ["M17"]}
    CodeGroup.objects.create(edition=tabular, position=1, label="13", title="Musculoskeletal system", **chapter)
    for position, (holder, kind, text) in enumerate((
        ("13", NoteKind.EXCLUDES2, "endocrine, nutritional and metabolic diseases (E11.-)"),
        ("M17", NoteKind.CODE_ALSO, "osteophyte (M25.7-)"),
    ), start=10):  # fmt: skip
        CodeNote.objects.create(edition=tabular, position=position, holder=holder, kind=kind, text=text)
    build_code_index()


def small_list_title(code):
    return next(title for listed, title, _billable in small_list.CODES if listed == code)


def held_by(ann, practice):
    """Ann's coding bench."""
    precoded(visit(practice), ann, at=timezone.now())
    return take_next(by=ann, at=timezone.now(), stages=[Stage.CODING])


def find(page, text, code):
    """Type words into the search in hand, and accept the first hit, which must be this code."""
    page.keyboard.type(text)
    expect(page.get_by_role("option", selected=True)).to_contain_text(code)
    page.keyboard.press("Enter")


def tab_to(page, place):
    """Press Tab until the control is reached, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if place.evaluate("control => control === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {place}")


def expect_place(page, text):
    """The browser shows this place, and its scripts listen."""
    expect(page.locator("#place-title")).to_contain_text(text)
    page.wait_for_load_state()


def assert_keys_differ(page):
    """No key of the page stands for two things at once."""
    keys = page.evaluate("""() => {
      const keys = new Map(JSON.parse(document.getElementById("keyboard").textContent).map((row) => [row[0], row[3]]))
      const shown = [...document.querySelectorAll("[data-action]")].filter((one) => one.checkVisibility())
      const named = new Set(shown.map(({ dataset }) => `${dataset.action} ${dataset.number ?? ""}`))
      return [...named].flatMap((one) => keys.get(one.split(" ")[0]).map((key) => key.replace("#", one.split(" ")[1])))
    }""")
    assert keys
    assert sorted(keys) == sorted(set(keys))


def test_a_level_that_is_too_low_is_found_and_mended_by_keyboard(screen, lists, river, ann):
    held = held_by(ann, river)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    page.keyboard.press("/")
    page.keyboard.type("t2dm ckd")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("E11.22")
    expect(first.locator(".why")).to_contain_text("t2dm: type 2 diabetes mellitus")
    assert_keys_differ(page)
    page.keyboard.press("Enter")
    find(page, "ckd stage 3a", "N18.31")
    find(page, "99213", "99213")
    expect(page.locator("[data-row]")).to_have_count(3)
    for key in ("Escape", "d", "a", "b", "Escape"):
        page.keyboard.press(key)

    page.keyboard.press("w")
    expect(page.get_by_label("Minor problem that passes by itself", exact=True)).to_be_focused()
    tab_to(page, page.get_by_label(re.compile("^Chronic illness, worse")))
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    expect(page.get_by_label(re.compile("^Where: Chronic illness, worse"))).to_be_focused()
    page.keyboard.type("p. 1 A1c 9.2, kidneys worse")
    tab_to(page, page.get_by_label(re.compile("^Prescription")))
    page.keyboard.press("Space")

    expect(page.locator("[data-em-words]")).to_have_text("Supports 99214; 99213 is 1 below")
    finding = page.locator(".finding.check").filter(has_text="99213 is 1 level below what the worksheet supports")
    expect(finding).to_contain_text("99214 by decision making: two of three elements reach it")
    expect(finding).to_contain_text("CPT Evaluation and Management guidelines")
    expect(finding.get_by_role("button")).to_have_text("Report 99214 Alt 1")
    assert_accessible(page)

    page.keyboard.press("Alt+1")
    expect(page.locator("#line-p1")).to_contain_text(PROCEDURES["99214"])
    expect(page.locator("[data-em-words]")).to_have_text("Supports 99214")
    expect(finding).to_have_count(0)
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    submit_with_reason(page)
    page.wait_for_url(f"**{reverse('coding:queue')}")

    kept = Coding.objects.get()
    assert [line.code for line in kept.coded().diagnoses] == ["E1122", "N1831"]
    assert [(line.code, line.pointers) for line in kept.coded().procedures] == [("99214", (1, 2))]
    assert kept.worksheet["where"]["problem-chronic_worse"] == "p. 1 A1c 9.2, kidneys worse"


def test_a_bundled_pair_shows_its_source_its_line_and_its_repair(screen, lists, river, ann):
    BundledPair.objects.create(
        edition=edition(CodeSet.PTP_PRACTITIONER, date(2026, 10, 1), "2026 Q4"), column_one="20610", column_two="71046",
        effective=date(2020, 1, 1), indicator="1", rationale="Standards of practice",
    )  # fmt: skip
    stored(row("20610", "0.81", "1.05", "0.45", "0.12", conversion_factor=FACTOR), edition(CodeSet.RELATIVE_VALUES))
    held = held_by(ann, river)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    page.keyboard.press("/")
    for text, code in (
        ("E119", "E11.9"),
        ("osteoarthritis right knee", "M17.11"),
        ("20610", "20610"),
        ("71046", "71046"),
    ):
        find(page, text, code)
    page.keyboard.press("Escape")
    pair = page.locator(".finding").filter(has_text="is part of line 1 (20610)")
    expect(pair).to_contain_text("NCCI PTP 2026 Q4, column 1 20610, column 2 71046, modifier indicator 1")
    expect(page.locator(".finding.hard").first).to_be_visible()
    expect(page.locator(".finding.info").first).to_be_visible()

    tab_to(page, page.locator(".prices > summary"))
    page.keyboard.press("Enter")
    expect(page.locator(".prices")).to_contain_text("(0.81 × 1 + 1.05 × 1 + 0.12 × 1) × 33.4009 = 66.13")
    assert_accessible(page)

    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    tab_to(page, pair.get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.locator("#line-p2")).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("i")
    expect(opened.value.get_by_role("heading", name="71046 Chest film, two views")).to_be_visible()
    assert f"on={VISIT_DAY:%Y-%m-%d}" in opened.value.url
    opened.value.close()

    page.keyboard.press(f"Alt+{pair.get_by_role('button').get_attribute('data-number')}")
    expect(pair).to_have_count(0)
    expect(page.locator("#line-p2")).to_have_count(0)
    expect(page.locator("#line-p1")).to_contain_text("20610")
    page.keyboard.press("z")
    expect(page.locator("#line-p2")).to_contain_text(PROCEDURES["71046"])


def test_the_code_browser_is_walked_by_keyboard(screen, lists, ann):
    page = screen(ann)
    page.goto(f"{reverse('coding:browser')}?on=2026-10-30")
    expect(page.get_by_role("navigation", name="In the list")).to_contain_text("Musculoskeletal system")
    assert_accessible(page)
    assert_keys_differ(page)

    page.keyboard.press("/")
    page.keyboard.type("gonarthrosis left")
    page.keyboard.press("Enter")
    first = page.get_by_role("link", name=re.compile("M17.12"))
    expect(first).to_be_focused()
    assert_accessible(page)
    first.focus()
    page.keyboard.press("Enter")
    expect_place(page, "M17.12 Unilateral primary osteoarthritis, left knee")
    assert_accessible(page)

    tab_to(page, page.get_by_role("link", name="Right M17.11"))
    page.keyboard.press("Enter")
    expect_place(page, "M17.11 Unilateral primary osteoarthritis, right knee")
    page.keyboard.press("j")
    expect(
        page.get_by_role("navigation", name="Beside it").get_by_role("link", name=re.compile("M17.12"))
    ).to_be_focused()
    page.keyboard.press("u")
    expect_place(page, "M17 Osteoarthritis of knee")
    page.keyboard.press("u")
    expect_place(page, "13 Musculoskeletal system")
    tab_to(page, page.get_by_role("link", name="E11.-"))
    page.keyboard.press("Enter")
    expect_place(page, "E11 Type 2 diabetes mellitus")


def test_the_encounter_of_an_injury_is_one_step_away(screen, lists, ann):
    page = screen(ann)
    page.goto(f"{reverse('coding:browser')}?on=2026-10-30")
    page.keyboard.press("/")
    page.keyboard.type("S52.501A")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("^S52.501A"))).to_be_focused()
    page.keyboard.press("Enter")
    expect_place(page, "S52.501A")
    tab_to(page, page.get_by_role("link", name=re.compile("^D: subsequent encounter")))
    page.keyboard.press("Enter")
    expect_place(page, "S52.501D")
    assert_accessible(page)


def test_nothing_found_and_an_unknown_code_lead_on(screen, lists, ann):
    page = screen(ann)
    page.goto(f"{reverse('coding:browser')}?on=2026-10-30&q=zzqqxx")
    expect(page.get_by_role("heading", name="No code for “zzqqxx”")).to_be_visible()
    expect(page.get_by_role("link", name="CPT/HCPCS")).to_be_visible()
    assert_accessible(page)
    page.goto(f"{reverse('coding:browser')}?on=2026-10-30&code=M1799")
    expect_place(page, "M17.99 is not in ICD-10-CM on 2026-10-30")
    expect(page.get_by_role("navigation", name="Beside it")).to_contain_text("M17.9")
    assert_accessible(page)


def test_the_other_pages_of_the_encoder_can_be_read_by_everybody(screen, lists, river, ann, bea, max_):
    page, browser = screen(ann), reverse("coding:browser")
    old = factories.EditionFactory(code_set=CodeSet.ICD9CM, effective=date(2014, 10, 1))
    for code, title, billable in (("715", "Osteoarthrosis", False), ("71516", "Osteoarthrosis, lower leg", True)):
        factories.CodeFactory(edition=old, system=System.ICD9CM, code=code, title=title, billable=billable)
    for query, place in (
        ("on=2026-10-30&group=1", "13 Musculoskeletal system"),
        ("on=2026-10-30&code=M17", "M17 Osteoarthritis of knee"),
        ("on=2014-12-01", "ICD-9-CM"),
        ("on=2014-12-01&code=71516", "715.16 Osteoarthrosis, lower leg"),
    ):
        page.goto(f"{browser}?{query}")
        expect_place(page, place)
        assert_accessible(page)

    page.goto(reverse("coding:levels"))
    expect(page.get_by_text("Nothing verified yet.")).to_be_visible()
    assert_accessible(page)
    for code, weight in (("99213", "1.30"), ("99214", "1.92")):
        Code.objects.filter(code=code).update(weight=weight)
    for mine, theirs in (("99214@1", "99213@1"), ("99213@1", "99214@1"), ("99213@1", "99213@1")):
        verified(river, ann, bea, mine, theirs)
    page.goto(reverse("coding:levels"))
    expect(page.get_by_role("heading", name="Where the versions differ")).to_be_visible()
    assert_accessible(page)
    page = screen(max_)
    page.goto(reverse("coding:person-levels", args=[ann.pk]))
    expect(page.get_by_role("navigation", name="Coders")).to_be_visible()
    assert_accessible(page)


def test_the_search_in_hand_fits_a_narrow_screen(screen, lists, river, ann):
    held = held_by(ann, river)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    page.keyboard.press("/")
    page.keyboard.type("osteoarthritis knee")
    expect(page.get_by_role("option", selected=True)).to_be_visible()
    assert_accessible(page)
    page.locator("#code-q").fill("zzqqxx")
    page.keyboard.press("Enter")
    expect(page.locator("#code-hint")).to_contain_text("No code found for “zzqqxx”")
    assert_accessible(page)
