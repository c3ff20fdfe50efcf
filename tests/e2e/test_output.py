"""A manager composes what a delivery looks like, format by format; axe and a phone look on."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.models import OutputTemplateVersion
from tests.coding.test_delivery import batch, deliver  # noqa: F401  (a fixture)
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def manager(browser, live_server, max_):
    person = Person(browser, live_server.url, max_)
    person.sign_in()
    yield person
    person.leave()


def test_a_template_is_composed_by_keys_and_saved(manager, batch):  # noqa: F811
    deliver(batch)
    page = manager.go(reverse("coding:output", args=[batch.practice.pk]))
    manager.look("output")
    first, second = page.locator("tbody th[scope=row]").all_text_contents()[:2]
    page.get_by_role("button", name=f"Move {second.strip().split()[0]}").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tbody th[scope=row]").first).to_contain_text(second.split()[0])
    expect(page.locator("tbody th[scope=row]").nth(1)).to_contain_text(first.split()[0])
    assert page.evaluate("document.activeElement.closest('.button-group') !== null"), "the keyboard's place is kept"
    page.get_by_label("Own heading").first.fill("Ours")
    page.keyboard.press("Tab")
    expect(page.locator("#output-preview")).to_contain_text("Ours")
    page.get_by_label("Shown with").select_option(index=1)
    expect(page.locator("#output-preview")).to_contain_text("Marta Quinlan")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    manager.look("output-saved")
    assert OutputTemplateVersion.objects.get().created_by == manager.user


@pytest.mark.parametrize("kind", ["fixed", "xlsx", "xml", "json"])
def test_each_formats_page_is_for_everybody(manager, batch, kind):  # noqa: F811
    deliver(batch)
    manager.go(reverse("coding:output-format", args=[batch.practice.pk, kind]))
    manager.look(f"output-{kind}")
