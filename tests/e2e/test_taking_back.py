"""Taking back what was sent last, and never what was sent before it."""

import pytest
from playwright.sync_api import expect

from coding.models import Submission
from portal.models import Contract
from tests.coding.lines import load_codes
from tests.e2e.test_next_chart import accept_five, open_bench, to_code, until_fetched, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_the_undo_of_what_was_sent_before_is_over_once_the_next_is_sent(screen, river, ann):
    load_codes()
    Contract.objects.update(verification_share=100)
    held = to_code(river, ann, number=4)
    page = open_bench(screen, held)
    until_fetched(page)
    accept_five(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo-bar")).to_contain_text(f"{held.encounter.label} submitted")
    until_fetched(page, 3)
    accept_five(page)
    second, waits = page.url, []
    page.route(second, lambda route: waits.append(route))  # noqa: PLW0108  (playwright marks its handlers)
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(second)
    wait_for(page, lambda: waits)
    expect(page.locator("#undo-bar")).to_be_hidden()
    page.keyboard.press("z")
    expect(page.locator("#live")).to_have_text("Nothing to undo")
    for route in waits:
        route.continue_()
    expect(page.locator("#undo-bar")).to_contain_text("submitted")
    assert not Submission.objects.filter(taken_back_at__isnull=False).exists()
