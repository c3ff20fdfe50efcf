"""Max and his list: filters it by keyboard, looks at a row, keeps the view, gives away all that match."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from coding.models import Assignment, SavedView
from portal import scope
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Role
from tests import factories
from tests.coding import listed
from tests.e2e.people import Person, keep_picture

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
LIST = "/work/operations/encounters/"
PRACTICES = (
    ("RIVER", "River Family Medicine"), ("LAKE", "Lakeshore Cardiology Associates"), ("MEADOW", "Meadow Pediatrics"),
)  # fmt: skip


@pytest.fixture
def max_(site, browser):
    """Max at his browser; work of every kind in nine batches of three practices, and sixty that only wait."""
    at = timezone.now()
    coders = [
        factories.UserFactory(name=name, roles=[Role.CODER]) for name in ("Ann Archer", "Anders Lund", "Kim Larsen")
    ]
    bea = factories.UserFactory(name="Bea Bloom", roles=[Role.VERIFIER])
    practices = [factories.PracticeFactory(code=code, name=name) for code, name in PRACTICES]
    for number in range(9):
        batch = factories.BatchFactory(practice=practices[number % 3], status=BatchStatus.RECEIVED)
        listed.work(batch, coder=coders[number % 3], verifier=bea, at=at, number=number)
    for _ in range(60):
        factories.EncounterFactory(
            chart=factories.ChartFactory(batch=batch), due_at=at + timedelta(days=3), created_at=at
        )
    person = Person(browser, site.url, factories.UserFactory(name="Max Moreau", roles=[Role.MANAGER]))
    person.sign_in()
    yield person
    person.leave()


def test_the_list_is_filtered_looked_at_and_worked_on(max_):
    page = max_.go(LIST)
    rows = page.locator("row-list tbody tr")
    expect(rows).to_have_count(50)
    expect(page.get_by_role("link", name="Overdue 9")).to_be_visible()  # its count comes after the list
    assert (
        page.evaluate(
            "(() => { const box = document.querySelector('.table-wrap'); return box.scrollWidth - box.clientWidth })()"
        )
        <= 0
    ), "1440 pixels hold the usual columns"
    max_.look("encounters")

    # By keyboard: J and K go from row to row, Space looks, Escape ends it, X chooses.
    for key in ("j", "j"):
        page.keyboard.press(key)
    page.keyboard.press("Space")
    peek = page.get_by_role("region", name="The encounter in hand")
    second = rows.nth(1).get_by_role("rowheader").get_by_role("link")
    expect(peek.get_by_role("heading", level=2)).to_have_text(second.inner_text())
    page.keyboard.press("j")
    third = rows.nth(2).get_by_role("rowheader").get_by_role("link").inner_text()
    expect(peek.get_by_role("heading", level=2)).to_have_text(third)
    keep(max_, "encounters-peek")
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    page.locator(".table-wrap").evaluate("box => { box.scrollTop = 100 }")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= page.evaluate(
        "document.querySelector('thead').getBoundingClientRect().bottom"
    ), "the row in hand is not under the head"
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()

    # A mistake is named, nothing is filtered; then it is a filter, and a view.
    page.keyboard.press("f")
    page.keyboard.type("colour:red is:overdue")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no such key.")).to_be_visible()
    expect(page.get_by_role("heading", name="The filter cannot be read.")).to_be_visible()
    max_.look("encounters-mistake")
    field = page.get_by_role("combobox", name="Filter")
    field.fill("specialty:primary-care status:waiting")
    field.press("Enter")
    expect(page.get_by_text("69 match the filter.")).to_be_visible()
    expect(page.get_by_text("1–50 of 69").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+V")
    page.get_by_label("Save this filter as").fill("Primary care")
    page.get_by_label("Share with all managers").check()
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("The view Primary care is saved.")).to_be_visible()
    expect(page.get_by_role("link", name="Primary care 69")).to_have_attribute("aria-current", "page")
    with scope.service():
        assert SavedView.objects.get().is_shared

    # All that match, not only those on the page.
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_label("All 69 that match").check()
    expect(page.get_by_text("69 selected")).to_be_visible()
    keep(max_, "encounters-all-selected")
    max_.look("encounters-view")
    page.get_by_label("Give to").select_option(label="Ann Archer")
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_text("69 encounters given to Ann Archer.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing matches the filter.")).to_be_visible()
    max_.look("encounters-no-match")
    with scope.service():
        assert Assignment.objects.open().filter(user__name="Ann Archer", how="given").count() == 69


def test_columns_are_chosen_and_an_order_is_a_link(max_):
    page = max_.go(f"{LIST}?q=status:any")
    page.get_by_text("Columns", exact=True).click()
    keep(max_, "encounters-columns")
    page.get_by_label("Patient").uncheck()
    page.get_by_label("Specialty").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Specialty")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Patient")).to_have_count(0)
    page.get_by_role("link", name="Age").click()
    expect(page.get_by_role("columnheader", name="Age", exact=True)).to_have_attribute("aria-sort", "descending")
    max_.look("encounters-own-columns")


def keep(person, name):
    """A picture of what a fresh look does not show: open menus, the row in hand."""
    keep_picture(person.page, name, 1440, "light")
