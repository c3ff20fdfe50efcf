"""The practice accepts a result, reopens it with a reason, or says nothing; and what each of these does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.credits import credits_of
from coding.actions.holds import CommentMissing
from coding.actions.queries import NotForYou
from coding.actions.reviews import AlreadyReviewed, NotDelivered, accept_batch, accept_result, reopen_result, standings
from coding.models import DeliveryReview, Encounter
from coding.rules.lifecycle import EncounterStatus
from feedback.actions.threads import ensure_thread
from feedback.models import Comment
from portal.models import AuditEvent, Batch, Contract, Delivery
from tests import factories
from tests.coding.test_delivery import coded, deliver, verdict, visit

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def batch(river, ann, bea):
    """Two delivered visits, verified and not billable."""
    batch = factories.BatchFactory(practice=river)
    ensure_thread(batch=batch, at=NOW())
    first = visit(batch, ann)
    verdict(first, coded(first, ann), bea, "verified")
    visit(batch, ann, status="not_billable", not_billable_reason="not_a_visit")
    deliver(batch)
    return batch


@pytest.fixture
def result(batch):
    return batch.encounters.order_by("pk")[0]


def test_a_result_waits_for_a_word_and_silence_accepts_it_after_the_contracts_days(batch, result, river):
    Contract.objects.filter(practice=river).update(acceptance_days=3)
    standing = standings([result])[result.pk]
    assert standing.version == 1
    assert standing.is_open(at=NOW() + timedelta(days=2))
    assert not standing.is_open(at=NOW() + timedelta(days=3, seconds=1))


def test_accepting_is_said_once(result, cleo):
    accept_result(encounter=result, by=cleo, at=NOW())
    review = DeliveryReview.objects.get()
    assert (review.word, review.version, review.by) == ("accepted", 1, cleo)
    assert AuditEvent.objects.filter(action="result.accepted", actor=cleo).exists()
    with pytest.raises(AlreadyReviewed):
        reopen_result(encounter=result, by=cleo, at=NOW(), reason="Changed my mind.")
    assert Encounter.objects.get(pk=result.pk).status == EncounterStatus.DELIVERED


def test_reopening_goes_to_a_verifier_says_why_in_the_thread_and_promises_anew(batch, result, cleo, river):
    at = NOW() + timedelta(hours=50)
    reopen_result(encounter=result, by=cleo, at=at, reason="  The left knee, not the right.  ")
    result.refresh_from_db()
    batch.refresh_from_db()
    assert (result.status, result.reserved_for, batch.status) == (EncounterStatus.TO_VERIFY, None, "received")
    event = result.events.get(move="reopen_verification")
    assert (event.user, event.reason, event.comment) == (cleo, "practice", "The left knee, not the right.")
    asked = Comment.objects.get(encounter=result)
    assert (asked.author, asked.needs_answer_from) == (cleo, "service")
    assert "The left knee, not the right." in asked.body
    hours = timedelta(hours=river.contracts.get().turnaround_hours)
    assert result.due_at == batch.due_at == at + hours


def test_what_was_found_not_billable_is_reopened_at_coding(batch, cleo):
    other = batch.encounters.order_by("pk")[1]
    reopen_result(encounter=other, by=cleo, at=NOW(), reason="It is a visit.")
    other.refresh_from_db()
    assert other.status == EncounterStatus.TO_CODE


def test_the_second_delivery_waits_for_a_word_of_its_own_and_leaves_the_lateness_alone(batch, result, cleo, bea):
    before = credits_of([batch], at=NOW())[batch.pk]
    reopen_result(encounter=result, by=cleo, at=NOW(), reason="Look again.")
    Encounter.objects.filter(pk=result.pk).update(status="verified", finished_at=NOW())
    batch.refresh_from_db()
    deliver(batch)
    result.refresh_from_db()
    assert set(Delivery.objects.values_list("version", flat=True)) == {1, 2}
    known = standings(batch.encounters.all())
    assert known[result.pk].version == 2
    assert known[result.pk].review is None
    accept_result(encounter=result, by=cleo, at=NOW())
    assert DeliveryReview.objects.filter(encounter=result).count() == 2
    other = batch.encounters.exclude(pk=result.pk).get()
    assert known[other.pk].version == 1  # which did not change
    batch.due_at = None
    assert credits_of([batch], at=NOW())[batch.pk].late == before.late


def test_all_results_are_accepted_at_once_but_for_those_with_a_word(batch, result, cleo):
    accept_result(encounter=result, by=cleo, at=NOW())
    assert accept_batch(batch=batch, by=cleo, at=NOW()) == 1
    assert accept_batch(batch=batch, by=cleo, at=NOW()) == 0
    assert DeliveryReview.objects.count() == 2


def test_nobody_else_speaks_for_the_practice(result, max_, otto, ann):
    for person in (max_, otto, ann):
        with pytest.raises(NotForYou):
            accept_result(encounter=result, by=person, at=NOW())
        with pytest.raises(NotForYou):
            reopen_result(encounter=result, by=person, at=NOW(), reason="Mine.")
    assert not DeliveryReview.objects.exists()


def test_a_reason_is_needed_and_there_must_be_a_result(result, cleo):
    with pytest.raises(CommentMissing):
        reopen_result(encounter=result, by=cleo, at=NOW(), reason="   ")
    in_work = factories.EncounterFactory(chart=factories.ChartFactory(batch=result.batch))
    with pytest.raises(NotDelivered):
        accept_result(encounter=in_work, by=cleo, at=NOW())
    with pytest.raises(AlreadyReviewed):
        reopen_result(encounter=result, by=cleo, at=NOW() + timedelta(days=15), reason="Late.")


def test_cleo_accepts_and_reopens_on_the_pages(batch, result, cleo, as_user):
    browser = as_user(cleo)
    listed = browser.get(reverse("coding:batch-encounters", args=[batch.pk])).content.decode()
    assert "2 results wait for your word." in listed
    page = browser.get(reverse("coding:encounter", args=[result.pk])).content.decode()
    assert "Counts as accepted on" in page
    url = reverse("coding:review", args=[result.pk])
    refused = browser.post(url, {"reason": " "})
    assert refused.status_code == 422
    assert "Write what is wrong with it." in refused.content.decode()
    done = browser.post(url, {"reason": "Wrong knee."}, follow=True).content.decode()
    assert f"{result.label} is reopened." in done
    again = browser.post(url, {"word": "accepted"}, follow=True).content.decode()
    assert "is not waiting for your word any more" in again
    told = browser.get(reverse("coding:batch-timeline", args=[batch.pk])).content.decode()
    assert "Reopened" in told
    assert "Cleo" in told
    assert Batch.objects.get(pk=batch.pk).status == "received"


def test_accept_all_on_the_page(batch, cleo, as_user):
    browser = as_user(cleo)
    done = browser.post(reverse("coding:accept-results", args=[batch.pk]), follow=True).content.decode()
    assert "2 results accepted." in done
    told = browser.get(reverse("coding:batch-timeline", args=[batch.pk])).content.decode()
    assert "2 of 2 visits" in told
    again = browser.post(reverse("coding:accept-results", args=[batch.pk]), follow=True).content.decode()
    assert "No result of this batch is waiting for your word." in again
