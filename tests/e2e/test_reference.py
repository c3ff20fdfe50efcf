"""The reference of the code in hand, at the benches, by keys alone."""

from datetime import date

import pytest
from playwright.sync_api import expect

from coding.actions.tables import forget_short_lists
from coding.models import CodeGroup, CodeNote, UnitLimit
from coding.rules.code_sets import CodeSet
from tests import factories
from tests.coding.benches import to_verify
from tests.coding.lines import coded, load_codes
from tests.coding.test_reference import pair, ruled, tabular
from tests.coding.worded import FIVE, suggest, worded_bench
from tests.e2e.people import NARROW, assert_accessible
from tests.e2e.test_evidence import add
from tests.e2e.test_next_chart import accept_five, open_bench, to_code, until_fetched, url_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def lists(db):
    """Notes on diabetes and hypertension, and a pair of the visit and the injection."""
    forget_short_lists()
    of = tabular()
    CodeGroup.objects.create(edition=of, position=3, label="9", title="Circulatory", first="I00", last="I99",
                             categories=["I10"])  # fmt: skip
    CodeNote.objects.create(edition=of, position=9, holder="I10", kind="includes", text="high blood pressure")
    pair("20610", "99213")
    limits = factories.EditionFactory(code_set=CodeSet.MUE_PRACTITIONER, effective=date(2026, 4, 1), name="2026Q2")
    UnitLimit.objects.create(edition=limits, code="20610", units=2, adjudication=3, rationale="Clinical: data")


def answer(page):
    return page.locator("[data-answer]")


def test_it_follows_the_hand_and_answers_at_once_the_second_time(screen, river, ann, lists):
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE)
    ruled("Code the type of diabetes.")
    page = open_bench(screen, held)
    asked = []
    page.on("request", lambda one: asked.append(one.post_data) if one.url.endswith("/reference/") else None)
    expect(answer(page)).to_contain_text("From E11")
    expect(answer(page)).to_contain_text("Code the type of diabetes.")
    expect(answer(page)).to_contain_text("Official Guidelines FY2027, I.C.4")
    page.keyboard.press("j")
    expect(answer(page)).to_contain_text("high blood pressure")
    page.keyboard.press("k")
    expect(answer(page)).to_contain_text("From E11")
    count = len(asked)
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("k")
    expect(answer(page)).to_contain_text("From E11")
    page.wait_for_timeout(500)
    assert len(asked) == count, "what was read before is asked for again"
    # A hit of the search is in hand before it is in the list: its partners are the codes of the visit.
    page.keyboard.press("Escape")
    add(page, "99213")
    page.keyboard.press("/")
    page.keyboard.type("20610")
    expect(page.locator("#code-hits [role=option]")).to_have_count(1)
    expect(answer(page)).to_contain_text("is included in this code")
    expect(answer(page)).to_contain_text("2 units a day")
    page.keyboard.press("Escape")
    expect(answer(page)).not_to_contain_text("2 units a day")
    assert all("encounter=" in one for one in asked)
    assert_accessible(page)


def test_a_key_hides_it_and_the_browser_keeps_that(screen, river, ann, lists):
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE)
    page = open_bench(screen, held)
    page.keyboard.press("j")
    expect(answer(page)).to_contain_text("high blood pressure")
    page.keyboard.press("k")
    expect(answer(page)).to_contain_text("From E11")
    page.keyboard.press("Shift+I")
    expect(answer(page)).to_be_hidden()
    expect(page.locator("[data-row][aria-current=true]")).to_be_focused()
    expect(page.locator("[data-of]")).to_have_text("E11.9")
    page.reload()
    expect(page.locator("[data-of]")).to_have_text("E11.9")
    expect(answer(page)).to_be_hidden()
    page.keyboard.press("Shift+I")
    expect(answer(page)).to_contain_text("From E11")
    page.set_viewport_size(NARROW)
    page.evaluate("location.hash = 'codes-pane'")
    expect(answer(page)).to_be_visible()


def test_the_next_chart_comes_with_its_reference(screen, river, ann, lists):
    load_codes()
    held = to_code(river, ann, number=2)
    page = open_bench(screen, held)
    until_fetched(page, 1)
    accept_five(page)
    asked = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/reference/") else None)
    page.wait_for_timeout(800)
    asked.clear()
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(url_of("code", held.encounter_id))
    expect(answer(page)).to_contain_text("From E11", timeout=1000)
    assert asked == []


def test_a_verifier_reads_about_the_codes_of_both_sides(screen, river, ann, bea, lists):
    held = to_verify(river, ann, bea, version=coded("E119 I10", "99213@1"))
    page = open_bench(screen, held, "coding:verify")
    expect(page.locator("[data-of]")).to_have_text("E11.9")
    expect(answer(page)).to_be_hidden()  # a low window is left to the table
    page.keyboard.press("Shift+I")
    expect(answer(page)).to_contain_text("From E11")
    page.keyboard.press("j")
    expect(answer(page)).to_contain_text("high blood pressure")
    page.keyboard.press("x")
    expect(page.locator("verify-table")).to_contain_text("Not supported")
    expect(answer(page)).to_contain_text("high blood pressure")
    assert_accessible(page)
