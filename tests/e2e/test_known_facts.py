"""The bench of pre-coding by keys: what is known is shown where it stands, confirmed, chosen, taken from the page."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.double_key import set_double_key
from coding.actions.queue import take_next
from coding.models import DoubleKeying, FactOrigin, PreCoding
from coding.rules.lifecycle import Stage
from tests import factories
from tests.coding.lines import waiting
from tests.coding.worded import worded_chart
from tests.e2e.ahead import until_fetched
from tests.e2e.people import NARROW, assert_accessible
from tests.e2e.test_evidence import select_words

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

PAGES = (
    ("River Family Medicine", "Patient: Rosa Whitfield", "DOB: 04/17/1958      Sex: F", "MRN: 00417-22",
     "Date of service: 10/28/2026", "Office visit, established patient"),
    ("Patient: Rosa Whitfield", "Date of service: 10/29/2026", "Insurance: BHHP", "The knee is better.",
     "Seen by Dana Whitlow, MD"),
)  # fmt: skip


@pytest.fixture
def held(river, ann):
    factories.ProviderFactory(practice=river, name="Dana Whitlow, MD")
    factories.ProviderFactory(practice=river, name="Samuel Okoro, MD")
    factories.LocationFactory(practice=river, name="Mill Street office", place_of_service="11")
    factories.PayerFactory(practice=river, name="Blue Heron Health Plan", also_known_as=["BHHP"])
    factories.PayerFactory(practice=river, name="Summit Mutual")
    waiting(at=timezone.now(), chart=worded_chart(river, pages=PAGES))
    return take_next(by=ann, at=timezone.now(), stages=[Stage.PRECODING])


def open_bench(screen, held):
    page = screen(held.user)
    page.goto(reverse("coding:precode", args=[held.encounter_id]))
    expect(page.get_by_role("img", name="Page 1 of 2")).to_be_visible()
    return page


def badge(page, name):
    return page.locator(f'[data-fact-badge="{name}"]')


def outlined(page):
    """The passage in hand stands in the pane of the pages."""
    mark, pane = page.locator(".marks.shown rect.selected").first, page.locator("#chart-pane .pane-body")
    expect(mark).to_be_visible()
    page.wait_for_function(
        """() => { const mark = document.querySelector('.marks.shown rect.selected').getBoundingClientRect(),
        pane = document.querySelector('#chart-pane .pane-body').getBoundingClientRect();
        return mark.top >= pane.top && mark.bottom <= pane.bottom }"""
    )
    return mark, pane


def test_a_visit_is_pre_coded_by_keys_with_its_passages_in_view(screen, held):
    page = open_bench(screen, held)
    name = page.get_by_label("Patient name")
    expect(name).to_be_focused()
    expect(name).to_have_value("Rosa Whitfield")
    expect(badge(page, "patient_name")).to_have_text("To confirm: pages 1, 2")
    expect(page.locator("fact-strip")).to_contain_text("Patient name")
    outlined(page)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Birth date")).to_be_focused()
    expect(badge(page, "patient_name")).to_have_text("✓ pages 1, 2")
    for label in ("Sex", "Account no.", "Date of service"):
        page.keyboard.press("Enter")
        expect(page.get_by_label(label)).to_be_focused()
    # Two days were found: a digit with Alt chooses, since a digit alone is typed into a date.
    expect(badge(page, "date_from")).to_have_text("2 found")
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Date of service")).to_have_value("10/29/2026")
    page.wait_for_function("document.querySelector('#page-2 .marks.shown rect.selected')")
    outlined(page)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Visit type")).to_be_focused()
    page.keyboard.press("Enter")
    provider = page.get_by_label("Rendering provider")
    expect(provider).to_be_focused()
    page.keyboard.press("Enter")
    place = page.get_by_label("Place of service")
    expect(place).to_be_focused()
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Payer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Finish and next")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/code/")
    kept = {row.field: (row.how, row.said) for row in FactOrigin.objects.all()}
    assert kept["date_from"] == ("chosen", "Page 2")
    assert kept["birth_date"] == ("confirmed", "Page 1")
    assert kept["place_of_service"] == ("typed", "")
    assert PreCoding.objects.get().payer.name == "Blue Heron Health Plan"


def test_nothing_is_finished_before_what_was_filled_in_is_confirmed(screen, held):
    page = open_bench(screen, held)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Birth date")).to_be_focused()
    expect(page.locator("#live")).to_contain_text("to confirm. Birth date: 04/17/1958, Page 1")
    assert not PreCoding.objects.exists()


def test_words_of_the_page_go_into_the_field_in_hand(screen, held):
    page = open_bench(screen, held)
    page.get_by_label("Referring provider").focus()
    select_words(page, "page-2", "Dana", "MD")
    page.keyboard.press("l")
    dana = held.practice.providers.get(name__startswith="Dana")
    expect(page.get_by_label("Referring provider")).to_have_value(str(dana.pk))
    expect(badge(page, "referring_provider")).to_have_text("✓ page 2")
    expect(page.get_by_label("Referring provider")).to_be_focused()
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    page.reload()
    expect(badge(page, "referring_provider")).to_have_text("✓ page 2")
    marked = json.loads(page.locator('[name="marked"]').input_value())
    assert marked["referring_provider"]["passages"][0]["quote"] == "Dana Whitlow, MD"


def test_words_are_marked_and_taken_by_keys_alone(screen, held):
    page = open_bench(screen, held)
    page.get_by_label("Member ID").focus()
    page.locator("#chart-pane .pane-body").focus()
    page.keyboard.press("Shift+L")
    marker = page.get_by_role("application", name="Marking on page 1")
    expect(marker).to_be_focused()
    for key in (*["ArrowUp"] * 8, "Home", *["ArrowDown"] * 3, "End"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Member ID")).to_have_value("00417-22")
    expect(badge(page, "member_id")).to_have_text("✓ page 1")


def test_a_digit_chooses_in_a_list_and_on_the_pages(screen, held):
    page = open_bench(screen, held)
    page.get_by_label("Date of service").focus()
    page.locator("#chart-pane .pane-body").focus()
    page.keyboard.press("1")
    expect(page.get_by_label("Date of service")).to_have_value("10/28/2026")
    expect(page.get_by_label("Date of service")).to_be_focused()
    page.get_by_label("Payer").select_option("")
    page.get_by_label("Payer").focus()
    expect(page.locator("fact-strip .candidate")).to_have_count(1)
    page.keyboard.press("1")
    expect(page.get_by_label("Payer").locator("option:checked")).to_have_text("Blue Heron Health Plan")


def test_on_a_narrow_screen_the_passage_is_a_key_away(screen, held):
    page = open_bench(screen, held)
    page.set_viewport_size(NARROW)
    page.evaluate("location.hash = '#codes-pane'")
    page.get_by_label("Birth date").focus()
    expect(page.locator("fact-strip")).to_contain_text("04/17/1958")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#page-1 .marks.shown rect.selected").first).to_be_visible()


def test_critical_fields_are_typed_again_and_a_difference_is_decided_by_a_digit(screen, held, max_):
    set_double_key(practice=held.practice, fields=["birth_date", "payer"], by=max_, at=timezone.now())
    waiting(at=timezone.now(), chart=worded_chart(held.practice))
    page = open_bench(screen, held)
    until_fetched(page, 1)  # the second entry comes although the next chart is there
    page.get_by_label("Date of service").fill("10/28/2026")
    page.get_by_label("Place of service").fill("11")
    for _ in range(12):
        if page.get_by_role("button", name="Finish and next").evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/precode/again/")
    birth = page.get_by_label("Birth date")
    expect(birth).to_be_focused()
    expect(birth).to_have_value("")
    expect(page.locator("body")).not_to_contain_text("04/17/1958", use_inner_text=True)
    assert_accessible(page)
    birth.focus()
    page.keyboard.type("04111958")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Payer")).to_be_focused()
    page.get_by_label("Payer").select_option(label="Blue Heron Health Plan")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The two entries differ.")).to_be_visible()
    expect(page.get_by_role("radio", name="04/17/1958")).to_be_visible()
    page.locator("#chart-pane .pane-body").focus()
    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="04/17/1958")).to_be_checked()
    assert_accessible(page)
    page.get_by_role("radio", name="04/17/1958").check()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"encounters/\d+/(code|precode)/$"))
    assert PreCoding.objects.get().birth_date.isoformat() == "1958-04-17"
    assert [(row.field, row.differed, row.kept) for row in DoubleKeying.objects.order_by("pk")] == [
        ("birth_date", True, "first"), ("payer", False, ""),
    ]  # fmt: skip


def test_a_rule_that_came_meanwhile_is_said_and_leads_to_the_second_entry(screen, held, max_):
    waiting(at=timezone.now(), chart=worded_chart(held.practice))
    page = open_bench(screen, held)
    until_fetched(page, 1)
    set_double_key(practice=held.practice, fields=["birth_date"], by=max_, at=timezone.now())
    page.get_by_label("Date of service").fill("10/28/2026")
    page.get_by_label("Place of service").fill("11")
    for _ in range(12):
        if page.get_by_role("button", name="Finish and next").evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    banner = page.get_by_role("alert").filter(has_text="was not submitted")
    expect(banner).to_contain_text(f"{held.encounter.label} was not submitted: it asks for something more.")
    assert not PreCoding.objects.exists()
    assert_accessible(page)
    banner.get_by_role("button", name="Back to it").click()
    page.wait_for_url(f"**/encounters/{held.encounter_id}/precode/again/")
    page.get_by_label("Birth date").fill("04/17/1958")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"encounters/\d+/(code|precode)/$"))
    assert PreCoding.objects.get().birth_date.isoformat() == "1958-04-17"


def test_pages_are_handed_on_by_keys_and_taken_back(screen, held):
    page = open_bench(screen, held)
    page.get_by_label("Member ID").fill("kept")
    page.locator("#chart-pane .pane-body").focus()
    page.keyboard.press("]")
    expect(page.locator("#move-page")).to_have_value("2")
    page.keyboard.press("Alt+n")
    expect(page.locator("[data-focus]")).to_contain_text("begins at page 2.")
    expect(page.locator("[data-focus]")).to_be_focused()
    assert page.url.endswith("?page=1")
    expect(page.locator("figure.page-image")).to_have_count(1)
    expect(page.get_by_label("Member ID")).to_have_value("kept")
    assert_accessible(page)
    page.locator("[data-focus]").focus()
    page.keyboard.press("z")
    expect(page.get_by_text("The pages are as they were before.")).to_be_visible()
    expect(page.locator("figure.page-image")).to_have_count(2)
    expect(page.get_by_label("Member ID")).to_have_value("kept")
