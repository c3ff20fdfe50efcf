"""Asked once after a delivery; answers that are kept; saved answers that are put in, never sent."""

import pytest
from django.utils import timezone

from feedback.actions.ratings import AlreadyRated, delivery_to_rate, rate_delivery
from feedback.models import Comment, Rating, SavedAnswer
from portal import scope
from portal.models import Delivery
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Role
from tests import factories
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def deliver(batch, version=1):
    Delivery.objects.create(
        practice=batch.practice, batch=batch, version=version, format="csv", file_name=f"{version}.csv",
        storage_name=f"results/{version}", sha256="0" * 64, size=1, encounter_count=1, created_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def batch(thread):
    thread.batch.status, thread.batch.delivered_at = BatchStatus.DELIVERED, timezone.now()
    thread.batch.save()
    deliver(thread.batch)
    return thread.batch


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_each_person_of_the_practice_is_asked_once_a_delivery(batch, cleo, max_, river):
    assert (delivery_to_rate(batch, by=cleo), delivery_to_rate(batch, by=max_)) == (1, None)
    said = {"accuracy": 5, "turnaround": 3, "words": ""}
    rate_delivery(batch=batch, version=1, by=cleo, at=AT, **said)
    with pytest.raises(AlreadyRated):
        rate_delivery(batch=batch, version=1, by=cleo, at=AT, **said)
    other = factories.UserFactory(roles=[Role.PRACTICE], practice=river)
    assert (delivery_to_rate(batch, by=cleo), delivery_to_rate(batch, by=other)) == (None, 1)
    deliver(batch, version=2)
    assert delivery_to_rate(batch, by=cleo) == 2, "a corrected result is another delivery"


def test_before_the_delivery_nobody_is_asked(thread, cleo):
    assert delivery_to_rate(thread.batch, by=cleo) is None


def test_the_question_stands_above_the_thread_until_it_is_answered_or_waved_away(as_user, batch, thread, cleo, max_):
    page = f"/threads/{thread.pk}/"
    assert "How was this delivery?" in text(as_user(cleo).get(page))
    assert "How was this delivery?" not in text(as_user(max_).get(page))
    refused = text(as_user(cleo).post(f"/threads/batch/{batch.pk}/rate/", {"accuracy": 4}), 422)
    assert "Choose a number for the time." in refused
    assert not Rating.objects.exists()
    part = text(as_user(cleo).post(f"/threads/batch/{batch.pk}/rate/", {"dismiss": 1}, headers=HX))
    assert "not asked about this delivery again" in part
    assert "How was this delivery?" not in text(as_user(cleo).get(page))
    row = Rating.objects.get()
    assert (row.accuracy, row.turnaround, row.words) == (None, None, "")


def test_what_is_said_is_kept(as_user, batch, cleo, max_, otto):
    said = {"accuracy": 4, "turnaround": 2, "words": "Too late for Monday."}
    for person in (otto, max_):
        assert as_user(person).post(f"/threads/batch/{batch.pk}/rate/", said).status_code == 404
    assert as_user(cleo).post(f"/threads/batch/{batch.pk}/rate/", said).status_code == 302
    row = Rating.objects.get()
    assert (row.version, row.user, row.accuracy, row.turnaround, row.words) == (1, cleo, 4, 2, "Too late for Monday.")


# -- saved answers ---------------------------------------------------------------------------------
@pytest.fixture
def saved(as_user, max_, lake):
    browser = as_user(max_)
    browser.post("/threads/saved/", {"title": "Addendum", "body": "Please send the signed addendum.", "practice": ""})
    browser.post("/threads/saved/", {"title": "Lake only", "body": "As agreed with Lake.", "practice": lake.pk})
    return SavedAnswer.objects.get(title="Addendum")


def test_a_saved_answer_is_put_in_and_not_sent(as_user, saved, thread, max_):
    page = text(as_user(max_).get(f"/threads/{thread.pk}/"))
    assert ("Addendum" in page, "Lake only" in page) == (True, False)
    page = as_user(max_).get(f"/threads/{thread.pk}/?saved={saved.pk}")
    assert page.context["form"]["body"].value() == "Please send the signed addendum."
    assert not Comment.objects.exists()


def test_the_practice_sees_none_and_the_database_shows_it_none(as_user, saved, thread, cleo):
    page = text(as_user(cleo).get(f"/threads/{thread.pk}/?saved={saved.pk}"))
    assert ("Addendum" in page, "signed addendum" in page) == (False, False)
    assert as_user(cleo).get("/threads/saved/").status_code == 404
    with scope.practice(thread.practice_id):
        assert not SavedAnswer.objects.exists()


def test_one_title_is_in_use_once_and_a_retired_answer_is_offered_no_more(as_user, saved, thread, max_):
    browser = as_user(max_)
    again = {"title": "Addendum", "body": "Other words.", "practice": ""}
    assert "has this title" in text(browser.post("/threads/saved/", again), 422)
    browser.post(f"/threads/saved/{saved.pk}/retire/")
    assert "Addendum" not in text(browser.get(f"/threads/{thread.pk}/"))
    assert browser.post("/threads/saved/", again).status_code == 302
