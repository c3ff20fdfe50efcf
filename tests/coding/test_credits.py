"""The credit of a batch: from its rows, however the time on it moved meanwhile; and where it is shown."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.credits import credits_of
from portal.models import Contract, Delivery
from tests import factories
from tests.query_factories import QueryFactory

pytestmark = pytest.mark.django_db
SENT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def batch(river):
    """Sent at noon of the 2nd under a promise of a day, with 2 % a day and 10 % at most."""
    Contract.objects.filter(practice=river).update(late_credit_a_day=2, late_credit_most=10, turnaround_hours=24)
    return factories.BatchFactory(practice=river, received_at=SENT, due_at=SENT + timedelta(hours=24))


def came_back(batch, hours, version=1):
    Delivery.objects.create(
        practice=batch.practice, batch=batch, version=version, format="csv", file_name=f"x{version}.csv",
        storage_name="x", sha256="0" * 64, size=1, encounter_count=1, created_at=SENT + timedelta(hours=hours),
    )  # fmt: skip


def asked(batch, begun, ended, **fields):
    encounter = factories.EncounterFactory(chart=factories.ChartFactory(batch=batch))
    times = {
        "asked_at": SENT + timedelta(hours=begun),
        "expires_at": SENT + timedelta(days=30),
        "ended_at": None if ended is None else SENT + timedelta(hours=ended),
    }
    ended_by = {} if ended is None else {"ended_by": factories.UserFactory(), "status": "answered"}
    return QueryFactory(encounter=encounter, **{**times, **ended_by, **fields})


def credit(batch, hours=None):
    at = timezone.now() if hours is None else SENT + timedelta(hours=hours)
    return credits_of([batch], at=at)[batch.pk]


def test_in_time_is_no_credit(batch):
    came_back(batch, 20)
    assert (credit(batch).days, credit(batch).percent) == (0, 0)


def test_each_started_day_counts_and_later_versions_do_not(batch):
    came_back(batch, 50)
    came_back(batch, 500, version=2)
    assert (credit(batch).days, credit(batch).percent) == (2, Decimal(4))


def test_waiting_for_an_answer_is_taken_off_once_however_many_asked(batch):
    came_back(batch, 50)
    asked(batch, 4, 14)
    asked(batch, 10, 20)
    assert credit(batch).waited == timedelta(hours=16)
    assert credit(batch).days == 1


def test_a_query_that_was_withdrawn_and_one_of_a_repeat_are_no_waiting(batch):
    came_back(batch, 50)
    asked(batch, 4, 14, status="withdrawn")
    assert credit(batch).waited == timedelta(0)


def test_after_its_days_a_query_waits_for_us(batch):
    came_back(batch, 50)
    asked(batch, 4, None, status="expired", expires_at=SENT + timedelta(hours=8), expired_at=SENT + timedelta(hours=9))
    assert credit(batch).waited == timedelta(hours=4)


def test_the_promise_is_the_one_of_the_day_it_was_sent(batch, river):
    came_back(batch, 50)
    batch.due_at = SENT + timedelta(days=99)  # moved by answers, or reopened
    Contract.objects.filter(practice=river).update(ends_on=SENT.date())
    Contract.objects.create(
        practice=river, starts_on=SENT.date() + timedelta(days=1), turnaround_hours=1, delivery_formats=["csv"]
    )
    assert credit(batch).days == 2


def test_what_is_not_back_yet_is_late_so_far(batch):
    now = credit(batch, hours=30)
    assert (now.days, now.is_final) == (1, False)
    assert credit(batch, hours=23).days == 0


def test_it_is_shown_with_its_reckoning_to_the_practice_and_to_managers(batch, cleo, max_, as_user):
    came_back(batch, 50)
    asked(batch, 4, 14)
    url = reverse("coding:batch-timeline", args=[batch.pk])
    for person in (cleo, max_):
        told = as_user(person).get(url).content.decode()
        assert "16 h late" in told
        assert "26 h past the promise, less 10 h of open queries." in told
        assert "Credit 2 % of the batch&#x27;s fee: 1 started day at 2 %, at most 10 %." in told


def test_managers_see_it_by_month_and_practice(batch, max_, as_user, monkeypatch):
    now = timezone.now()
    type(batch).objects.filter(pk=batch.pk).update(received_at=now - timedelta(hours=80), due_at=now)
    Delivery.objects.all().delete()
    came_back(batch, 0)
    Delivery.objects.update(created_at=now - timedelta(hours=20))
    page = as_user(max_).get(reverse("coding:turnaround")).content.decode()
    assert batch.practice.name in page
    assert "36 h late, 4 %" in page
