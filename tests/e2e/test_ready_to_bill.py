"""A biller finds what can be billed; axe and a phone look on."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories
from tests.claims.test_ready import billable
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_a_biller_finds_what_is_ready_by_practice(site, browser, river, lake, ann, bill):
    for practice in (river, river, lake):
        billable(factories.BatchFactory(practice=practice), ann)
    biller = Person(browser, site.url, bill)
    page = biller.sign_in()
    biller.look("biller-home")
    biller.go(reverse("claims:ready"))
    expect(page.locator("tbody tr")).to_have_count(3)
    biller.look("ready-to-bill")
    page.get_by_label("Practice").select_option(label=river.name)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).not_to_contain_text(lake.name)
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("E-")
    biller.leave()
