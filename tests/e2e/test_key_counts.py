"""What a chart costs in keys: five suggestions accepted, and one rejected with another found instead; never a click."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from coding.models import Coding
from portal.models import Contract
from tests import factories
from tests.coding.lines import load_codes
from tests.e2e.day.hands import WATCHED
from tests.e2e.test_next_chart import IN_SIGHT, to_code, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
FIVE_ACCEPTED, ONE_SEARCHED = 8, 22  # keys, UX.md 5.1
CHECKED = """() => document.querySelector("[data-hard]").dataset.hard === "0"
  && document.querySelector("code-list").settle() === undefined"""


@pytest.fixture
def page(screen, river, ann):
    load_codes()
    factories.CodeFactory(code="L309", title="Dermatitis, unspecified")
    Contract.objects.update(verification_share=100)
    held = to_code(river, ann, number=2)
    page = screen(ann)
    page.add_init_script(WATCHED)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    return page


def decide(page, keys):
    """A key for each suggestion, once its words are in sight."""
    left = len(keys)
    for key in keys:
        wait_for(page, lambda: page.evaluate(IN_SIGHT))
        page.keyboard.press(key)
        left -= 1
        expect(page.locator("[data-row].ghost")).to_have_count(left)


def submit(page):
    wait_for(page, lambda: page.evaluate(CHECKED))
    asks = page.locator("[data-check]").get_attribute("data-check") != "0"
    here = page.url
    page.keyboard.press("Control+Enter")
    if asks:
        expect(page.locator("#checks-dialog")).to_be_visible()
        page.keyboard.press("1")
    expect(page).not_to_have_url(here)
    wait_for(page, Coding.objects.exists)


def spent(page):
    day = page.evaluate("JSON.parse(sessionStorage.getItem('day'))")
    assert day["clicks"] == 0
    assert day["unknown"] == []
    return day["keys"]


def test_five_suggestions_accepted(page):
    decide(page, "aaaaa")
    submit(page)
    assert len(Coding.objects.get().coded().diagnoses) == 4
    assert 6 <= spent(page) <= FIVE_ACCEPTED


def test_one_rejected_and_one_found(page):
    decide(page, "aaaxa")
    page.keyboard.press("/")
    page.keyboard.type("dermatitis", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("L30.9")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(5)
    submit(page)
    assert "L309" in [line.code for line in Coding.objects.get().coded().diagnoses]
    assert 18 <= spent(page) <= ONE_SEARCHED
