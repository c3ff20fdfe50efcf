"""The practice's home below its questions: progress, whose move, likely and promised, what came back, four tiles."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.models import Encounter
from portal.models import Batch, Contract
from tests import factories
from tests.coding.test_delivery import coded, deliver, verdict, visit

pytestmark = pytest.mark.django_db


def page(browser):
    return browser.get(reverse("feedback:standing"), headers={"HX-Request": "true"}).content.decode()


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river, name="March notes")


def visits(batch, *statuses):
    for status in statuses:
        held = {
            "hold_reason": "missing_page", "hold_move": "practice", "hold_stage": "coding", "held_at": timezone.now(),
            "hold_return_at": timezone.now(), "held_by": factories.UserFactory(),
        } if status == "held" else {}  # fmt: skip
        finished = {"finished_at": timezone.now()} if status == "verified" else {}
        factories.EncounterFactory(chart=factories.ChartFactory(batch=batch), status=status, **held, **finished)


def test_how_far_a_batch_is_and_that_it_is_our_move(batch, cleo, as_user):
    visits(batch, "to_code", "to_verify", "verified")
    text = page(as_user(cleo))
    assert "2 of 3 coded" in text
    assert "Chartline&#x27;s move" in text
    assert "Too little was finished in the last 14 days to say" in text


def test_what_waits_for_the_practice_is_said(batch, cleo, as_user):
    visits(batch, "held", "verified")
    assert "Your move: 1 answer" in page(as_user(cleo))
    visits(batch, "to_code")
    assert "In work, 1 answer from you" in page(as_user(cleo))


def test_a_likely_time_stands_with_what_it_rests_on(batch, river, cleo, as_user):
    now = timezone.now()
    before = factories.BatchFactory(
        practice=river,
        status="delivered",
        received_at=now - timedelta(hours=20),
        delivered_at=now - timedelta(hours=10),
    )
    visits(before, *["verified"] * 20)
    Batch.objects.filter(pk=batch.pk).update(received_at=now)
    visits(batch, "to_code", "to_code", "to_code", "to_code")
    text = page(as_user(cleo))
    assert "An estimate: 4 visits to go" in text
    assert "at 2.0 an hour (20 in 10 hours with work, last 14 days)" in text


def test_the_last_delivery_waits_for_a_word(batch, river, ann, bea, cleo, as_user):
    Contract.objects.filter(practice=river).update(late_credit_a_day=2, late_credit_most=10)
    first = visit(batch, ann)
    verdict(first, coded(first, ann), bea, "verified")
    deliver(batch)
    text = page(as_user(cleo))
    assert "March notes" in text
    assert "on time" in text
    assert "1 result waits for your word until" in text
    assert "Download CSV" in text
    assert "1 of 1 in time" in text


def test_open_questions_and_rejected_files_are_counted(batch, cleo, as_user):
    factories.CommentFactory(thread=factories.ThreadFactory(batch=batch), needs_answer_from="practice")
    factories.ChartFactory(batch=batch, status="unreadable", reason="empty", ready_at=None, page_count=None)
    factories.ChartFactory(batch=batch)
    text = page(as_user(cleo))
    assert "the oldest since" in text
    assert "of 2 in 12 weeks, 1 in progress" in text
    assert text.count('<tr><th scope="row" class="nowrap">') == 12


def test_nothing_of_another_practice_is_shown_or_counted(batch, otto, as_user):
    visits(batch, "to_code")
    factories.ChartFactory(batch=batch, status="unreadable", reason="empty", ready_at=None, page_count=None)
    text = page(as_user(otto))
    assert "March notes" not in text
    assert "Nothing is in progress." in text
    assert "of 0 in 12 weeks" in text


def test_a_visit_coded_twice_counts_once(batch, cleo, as_user):
    visits(batch, "verified")
    original = Encounter.objects.get()
    factories.EncounterFactory(chart=original.chart, part=1, status="to_code", repeats=original, repeat_stage="coding")
    assert "1 of 1 coded" in page(as_user(cleo))
