"""A document that comes while the visit is open at a bench: told in view, and shown when its reader asks."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.addenda import attach_visit
from coding.actions.queue import take_next
from coding.rules.lifecycle import Stage
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import chart_of_pages
from tests.coding.lines import waiting
from tests.coding.worded import FIVE, suggest, worded_bench
from tests.e2e.people import assert_accessible
from tests.e2e.test_evidence import open_bench

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
# The bench asks once a minute, and when its window comes back out of the browser's own cache.
BACK = "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def test_a_document_that_comes_meanwhile_is_told_and_then_shown(screen, river, ann):
    kim = factories.UserFactory(roles=[Role.CODER], name="Kim Larsen")
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE)
    page = open_bench(screen, held)
    pane = page.locator("#codes-pane .pane-body").first
    page.keyboard.press("j")
    pane.evaluate("pane => { pane.scrollTop = pane.scrollHeight }")
    page.wait_for_load_state("networkidle")  # Ann's page asked for what comes next, and there was nothing
    waiting(at=timezone.now(), chart=chart_of_pages(2, batch=held.encounter.batch))
    later = take_next(by=kim, at=timezone.now(), stages=[Stage.PRECODING])
    attach_visit(assignment=later, by=kim, at=timezone.now(), to=held.encounter)
    page.evaluate(BACK)
    banner = page.locator("[data-alerts] .banner")
    expect(banner).to_contain_text("Kim Larsen added a document to this visit.")
    expect(banner).to_be_in_viewport()
    top = pane.bounding_box()["y"]
    assert banner.bounding_box()["y"] >= top - 1, "the banner is scrolled out of the pane"
    expect(page.locator("[data-row]").nth(1)).to_be_focused()
    expect(page.locator("#live")).to_contain_text("added a document")
    assert_accessible(page)
    page.get_by_role("link", name="Show the pages as they are now").click()
    expect(page.locator("figure.page-image")).to_have_count(4)
    # From document to document by keys.
    page.keyboard.press("}")
    expect(page.locator("[data-page-now]").first).to_have_text("3")
    page.keyboard.press("{")
    expect(page.locator("[data-page-now]").first).to_have_text("1")
    assert page.url.endswith(reverse("coding:code", args=[held.encounter_id]))
