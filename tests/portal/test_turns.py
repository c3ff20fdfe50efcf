"""Charts are drawn practice by practice: whoever sent a thousand, or a hundred bad ones, holds up nobody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal import scope
from portal.actions.jobs import claim_in_turn, finish_job
from portal.models import Job, JobState
from portal.tasks import render_chart
from tests import factories

KIND = "portal.render_chart"


@pytest.fixture
def crowd(river):
    """Ten charts of one practice, then one of another."""
    return waiting(river, 10), waiting(factories.PracticeFactory(), 1)


def waiting(practice, number):
    now = timezone.now()
    return [
        Job.objects.create(
            kind=KIND, object_id=practice.pk * 100 + place, practice=practice, due_at=now, created_at=now
        )
        for place in range(number)
    ]


def order(number, *, at):
    """The practices of the next jobs, each finished before the next is taken."""
    served = []
    for place in range(number):
        claim = claim_in_turn(kind=KIND, at=at + timedelta(seconds=place))
        served.append(claim.practice_id)
        finish_job(claim=claim, at=at)
    return served


@pytest.mark.django_db
def test_the_practice_served_longest_ago_is_next(crowd):
    many, (one,) = crowd
    crowded = many[0].practice_id
    assert order(4, at=timezone.now()) == [crowded, one.practice_id, crowded, crowded]


@pytest.mark.django_db
def test_a_practice_has_so_many_in_hand_and_no_more(crowd, settings):
    settings.JOBS_AT_ONCE = 2
    at = timezone.now()
    claims = [claim_in_turn(kind=KIND, at=at) for _ in range(4)]
    many, (one,) = crowd
    assert sorted(claim.beside for claim in claims if claim) == [0, 0, 1]
    assert sorted(claim.practice_id for claim in claims if claim) == sorted(
        [many[0].practice_id, many[0].practice_id, one.practice_id]
    )
    assert claims[3] is None
    finish_job(claim=next(claim for claim in claims if claim.practice_id == many[0].practice_id), at=at)
    assert claim_in_turn(kind=KIND, at=at).practice_id == many[0].practice_id


@pytest.mark.django_db
def test_who_died_with_a_chart_in_hand_counts_for_seconds_only(river, settings):
    """Long before its lease runs out, upon which its own chart is handed on."""
    settings.JOBS_AT_ONCE = 1
    first, second = waiting(river, 2)
    at = timezone.now()
    assert claim_in_turn(kind=KIND, at=at).job_id == first.pk
    assert claim_in_turn(kind=KIND, at=at + timedelta(seconds=10)) is None
    assert claim_in_turn(kind=KIND, at=at + timedelta(seconds=20)).job_id == second.pk
    later = at + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    assert claim_in_turn(kind=KIND, at=later).job_id == first.pk


@pytest.mark.django_db
def test_another_kind_of_work_is_left_alone(river):
    now = timezone.now()
    Job.objects.create(kind="portal.send_notice", object_id=1, practice=river, due_at=now, created_at=now)
    assert claim_in_turn(kind=KIND, at=now) is None


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_the_same_time_do_not_exceed_it(river, settings):
    settings.JOBS_AT_ONCE = 2
    waiting(river, 8)

    def ask(_):
        try:
            with scope.service():
                return claim_in_turn(kind=KIND, at=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(ask, range(8)))
    assert len([claim for claim in claims if claim]) == 2


@pytest.mark.django_db(transaction=True)
def test_a_message_of_one_chart_serves_whoever_is_next_and_the_rest_is_rung_for(crowd, monkeypatch):
    rung = []
    monkeypatch.setattr("portal.doorbell.ring", lambda kind, *, job_id: rung.append(job_id) or True)
    many, (one,) = crowd
    for job in many[:2]:
        render_chart(job_id=job.pk)  # about charts that are not there: closed at once
    done = Job.objects.filter(state=JobState.DONE)
    assert {job.practice_id for job in done} == {many[0].practice_id, one.practice_id}
    assert len(rung) == 2
    assert Job.objects.filter(pk__in=rung, state=JobState.READY).exists()
