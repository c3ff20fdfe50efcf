"""A manager composes a practice's file by keyboard, sees at once what comes of it, and the next delivery is it."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.models import OutputTemplateVersion
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def manager(site, browser, max_):
    person = Person(browser, site.url, max_)
    person.sign_in()
    yield person
    person.leave()


def test_a_template_is_composed_by_keyboard_with_a_preview(manager, river):
    page = manager.go(reverse("coding:output-format", args=[river.pk, "csv"]))
    shown = page.get_by_role("region", name="Beginning of the file")
    expect(shown).to_contain_text("Batch,Practice,Encounter")
    page.get_by_label("Own heading of Batch, column 1").fill("Lot")
    page.keyboard.press("Tab")
    expect(shown).to_contain_text("Lot,Practice,Encounter")
    page.get_by_role("button", name="Move Batch down").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#column-1")).to_contain_text("Batch")
    expect(page.get_by_role("button", name="Move Batch down")).to_be_focused()
    expect(shown).to_contain_text("Practice,Lot,Encounter")
    page.keyboard.press("Enter")
    expect(shown).to_contain_text("Practice,Encounter,Lot")
    page.get_by_label("Separator").select_option("semicolon")
    expect(shown).to_contain_text("Practice;Encounter;Lot")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    assert OutputTemplateVersion.objects.get().body["separator"] == "semicolon"
    manager.look("output-csv")


def test_a_width_that_is_too_small_is_said_where_it_is(manager, river):
    page = manager.go(reverse("coding:output-format", args=[river.pk, "fixed"]))
    page.get_by_label(re.compile("^Width of Patient")).fill("5")
    page.keyboard.press("Tab")
    expect(page.get_by_text("needs 19 characters, and the column has 5")).to_be_visible()


@pytest.mark.parametrize("kind", ["fixed", "xlsx", "json"])
def test_the_page_of_a_format_at_every_size(manager, river, kind):
    page = manager.go(reverse("coding:output-format", args=[river.pk, kind]))
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    manager.look(f"output-{kind}")
