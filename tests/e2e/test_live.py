"""News without a reload: two browsers, the real processes, and each of them killed."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from feedback.actions.comments import add_comment
from feedback.actions.threads import ensure_thread
from portal import news, scope
from portal.models import Batch
from portal.rules.roles import Role
from tests import factories, processes, streams
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def events_port():
    return streams.free_port()


@pytest.fixture
def settings_of_the_site(events_port):
    return {"EVENTS_URL": f"http://127.0.0.1:{events_port}/events/"}


@pytest.fixture
def events(site, events_port, tmp_path):
    """The process of the streams beside the site."""
    news.Silence.until = 0.0
    running = [streams.start_events(tmp_path, events_port, SITE_URL=site.url)]
    yield running
    processes.stop(running[0])


@pytest.fixture
def encounter(site):
    river = factories.PracticeFactory(name="River Family Medicine", code="RIV")
    batch = factories.BatchFactory(practice=river, name="November notes")
    encounter = factories.EncounterFactory(chart=factories.ChartFactory(batch=batch))
    ensure_thread(batch=batch, at=timezone.now())
    return encounter


@pytest.fixture
def cleo(browser, site, encounter):
    user = factories.UserFactory(email="cleo@example.com", roles=[Role.PRACTICE], practice=encounter.practice)
    person = Person(browser, site.url, user)
    yield person
    person.context.close()
    person.looking.close()


@pytest.fixture
def max_(browser, site, encounter):
    person = Person(browser, site.url, factories.UserFactory(email="max@example.com", roles=[Role.MANAGER]))
    yield person
    person.context.close()
    person.looking.close()


def opened(person, batch):
    page = person.sign_in()
    person.go(reverse("portal:batch", args=[batch.pk]))
    expect(page.locator("thread-box")).to_be_visible()
    page.evaluate("window.neverReloaded = true")
    return page


def say(page, words):
    page.get_by_label("Message", exact=True).fill(words)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message").filter(has_text=words)).to_be_visible()


def test_a_message_and_a_status_are_seen_without_a_reload_while_one_writes(events, cleo, max_, encounter):
    theirs, ours = opened(cleo, encounter.batch), opened(max_, encounter.batch)
    for page in (theirs, ours):
        expect(page.locator("live-news")).to_have_attribute("data-state", "open")
    theirs.get_by_label("Message", exact=True).fill("half a senten")
    theirs.evaluate("window.scrollTo(0, 300)")
    at = theirs.evaluate("window.scrollY")
    say(ours, "Which knee was it?")
    pill = theirs.get_by_role("button", name="1 new message")
    expect(pill).to_be_visible(timeout=5_000)
    assert theirs.evaluate("document.activeElement.name") == "body"  # still writing
    assert theirs.evaluate("window.scrollY") == at
    expect(theirs.get_by_label("Message", exact=True)).to_have_value("half a senten")
    with scope.service():
        Batch.objects.filter(pk=encounter.batch_id).update(status="delivered", delivered_at=timezone.now())
        news.tell(practice_id=encounter.practice_id, batch_id=encounter.batch_id)
    for page in (theirs, ours):
        expect(page.locator("#batch-status")).to_contain_text("Delivered", timeout=5_000)
        assert page.evaluate("window.neverReloaded")


def test_streams_that_are_killed_come_back_and_what_was_missed_is_fetched(
    events, cleo, encounter, site, events_port, tmp_path
):
    page = opened(cleo, encounter.batch)
    expect(page.locator("live-news")).to_have_attribute("data-state", "open")
    processes.kill(events[0])
    expect(page.locator("live-news")).to_have_attribute("data-state", "asking")
    with scope.service():  # nobody hears this
        add_comment(thread=encounter.batch.thread, body="A word in between", at=timezone.now())
    events[0] = streams.start_events(tmp_path, events_port, SITE_URL=site.url)
    expect(page.locator("live-news")).to_have_attribute("data-state", "open", timeout=90_000)
    expect(page.get_by_role("button", name="1 new message")).to_be_visible(timeout=10_000)
    assert page.evaluate("window.neverReloaded")
