"""A page goes while its last change is on its way: the next one has all of it."""

import json
import time

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.queue import release
from coding.models import Draft, DraftAction
from tests.coding.benches import form_for, to_code
from tests.e2e.windows import add_known, bench, cut, journal, kill, mend, wait_for_journal, wait_until_empty

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


@pytest.fixture
def page(screen, ann):
    return screen(ann, bypass_csp=True)  # the policy would refuse what the test asks the page


def test_a_chart_left_in_a_hurry_is_saved_by_the_browser_or_brought_back(page, held):
    """The page is gone before its request is answered."""
    bench(page, held)
    page.locator("#id_comment").press_sequentially("Half a wor")
    page.goto(reverse("coding:queue"))
    wait_until_empty(page)
    assert Draft.objects.get().body["comment"] == "Half a wor"
    assert DraftAction.objects.count() == Draft.objects.get().version
    release(assignment=held, by=held.user, at=timezone.now())


def test_a_page_that_was_read_before_the_last_save_came_shows_it_all_the_same(page, held):
    """A reload that overtakes a save: the server read the page first, then took the change."""
    bench(page, held)
    saves = []
    page.route("**/draft/", lambda route: saves.append(route))  # noqa: PLW0108  (playwright marks its handlers)
    add_known(page)
    for _ in range(100):
        if saves:
            break
        page.wait_for_timeout(50)

    def read_then_save(route):
        answer = route.fetch()
        for save in saves:
            save.continue_()
        time.sleep(1)
        route.fulfill(response=answer)

    page.route("**/code/", read_then_save, times=1)
    page.reload()
    expect(page.locator("#id_comment")).to_have_value("Said")
    wait_until_empty(page)


def test_what_the_browser_sent_as_the_page_went_may_be_newer_than_what_was_written_down(page, held, ann, as_user):
    bench(page, held)
    cut(page)
    page.locator("#id_comment").fill("Half")
    wait_for_journal(page, 1)
    [row] = journal(page)
    number = {name: row[name] for name in ("series", "place")}
    text = json.dumps({"diagnoses": [], "procedures": [], "comment": "Half a word"})
    address = reverse("coding:draft", args=[held.encounter_id])
    as_user(ann).post(address, form_for(held, body=text, since=row["place"], **number))
    context = page.context
    kill(page)
    mend(page)
    after = context.new_page()
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text("is saved now.")
    wait_until_empty(after)
    assert Draft.objects.get().body["comment"] == "Half a word"
