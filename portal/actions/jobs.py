"""Background work: queue a row, ring, claim it with a lease, finish it behind a fence.

The row is the truth. The Celery message carries its id and may be lost, late or doubled: a job
is done by whoever claims the row, and only the claim that is still the newest may finish it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from portal import doorbell
from portal.actions.turns import practices_in_turn
from portal.failpoints import reached
from portal.models import Job, JobState, Practice

logger = logging.getLogger(__name__)

ATTEMPTS = 8
BACK_OFF = (5, 15, 60, 300, 900, 1800, 3600)  # seconds after attempt 1, 2, …
RING_AGAIN = timedelta(seconds=20)
RING_AT_ONCE = 200
TURN_LOCK = 0x7072  # the first of the two numbers of an advisory lock
OUTAGE_WAIT = 15  # seconds until a job is tried again that met a full disk or a service that was away


class JobLost(Exception):
    """The claim is no longer the newest: the lease ran out and somebody else took the job."""


@dataclass(frozen=True)
class Claim:
    """A job in hand: its id, what it is about, and the attempt that fences it."""

    job_id: int
    object_id: int
    attempt: int
    practice_id: int | None
    beside: int = 0  # how many of the practice's jobs of this kind are in hand already, if they go in turn


@transaction.atomic
def queue_job(
    *, kind: str, object_id: int, practice: Practice | None, at: datetime, due_at: datetime | None = None
) -> Job:
    """Write the job down (once while one is open) and ring after the commit."""
    job, created = Job.objects.get_or_create(
        kind=kind,
        object_id=object_id,
        state__in=[JobState.READY, JobState.RUNNING],
        defaults={"practice": practice, "created_at": at, "due_at": due_at or at, "state": JobState.READY},
    )
    if created and job.due_at <= at:
        transaction.on_commit(partial(ring, kind=kind, job_id=job.pk), robust=True)
    return job


def ring(*, kind: str, job_id: int) -> None:
    """Tell the workers to look at the row; a broker that is down only delays it until the sweep."""
    reached("job.committed")
    if not doorbell.ring(kind, job_id=job_id):
        logger.warning("broker unreachable, the sweep will ring", extra={"job": job_id, "kind": kind})
    reached("job.rung")


def ring_due_jobs(*, at: datetime) -> int:
    """Ring every due job that was not rung just now; the number rung. Caller opens the scope."""
    with transaction.atomic():
        due = list(
            Job.objects.due(at=at)
            .filter(Q(rung_at=None) | Q(rung_at__lt=at - RING_AGAIN))
            .order_by("due_at", "pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", "kind")[:RING_AT_ONCE]
        )
        Job.objects.filter(pk__in=[pk for pk, _ in due]).update(rung_at=at)
    if due:
        reached("sweep.marked")
    for pk, kind in due:
        ring(kind=kind, job_id=pk)
    return len(due)


def claim_job(*, job_id: int, at: datetime, lease: timedelta | None = None, kind: str | None = None) -> Claim | None:
    """Take the job if it is due; None if it is done, not yet due, in someone's hands, or of another kind.

    A message may be older than the database: after a restore its number belongs to another job.
    """
    jobs = Job.objects.due(at=at).filter(pk=job_id)
    taken = (jobs if kind is None else jobs.filter(kind=kind)).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        started_at=at,
        lease_until=at + (lease or timedelta(seconds=settings.JOB_LEASE_SECONDS)),
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    return Claim(job_id=job.pk, object_id=job.object_id, attempt=job.attempt, practice_id=job.practice_id)


@transaction.atomic
def claim_in_turn(*, kind: str, at: datetime) -> Claim | None:
    """Take the next due job of the kind: of the practice with the fewest in hand, then of the one served longest ago.

    None if nothing is due, or only for practices that have JOBS_AT_ONCE of the kind in hand. What is in hand is
    counted and taken by one worker at a time, so that no practice gets beyond.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [TURN_LOCK, kind])
    jobs = Job.objects.filter(kind=kind)
    practice = practices_in_turn(jobs, at=at, fewer_than=settings.JOBS_AT_ONCE).first()
    if practice is None:
        return None
    job = jobs.due(at=at).filter(practice=practice).order_by("due_at", "pk").first()
    beside = jobs.in_hand(at=at).filter(practice=practice).count()
    claim = None if job is None else claim_job(job_id=job.pk, at=at)
    return None if claim is None else replace(claim, beside=beside)


def ring_for_next(*, kind: str, at: datetime) -> None:
    """Ring if a job of the kind still waits: its own message may have come while its practice had enough in hand."""
    next_id = Job.objects.due(at=at).filter(kind=kind).values_list("pk", flat=True).first()
    if next_id is not None:
        ring(kind=kind, job_id=next_id)


def renew_job(*, claim: Claim, at: datetime) -> None:
    """Lengthen the lease of a job that takes long; JobLost if the claim is stale."""
    lease_until = at + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    if not Job.objects.filter(pk=claim.job_id, state=JobState.RUNNING, attempt=claim.attempt).update(
        lease_until=lease_until
    ):
        raise JobLost


def finish_job(*, claim: Claim, at: datetime) -> None:
    """Close the job; JobLost if the claim is stale. Call it in the transaction that writes the effect."""
    closed = Job.objects.filter(pk=claim.job_id, state=JobState.RUNNING, attempt=claim.attempt).update(
        state=JobState.DONE, finished_at=at, lease_until=None, fault=""
    )
    if not closed:
        raise JobLost


def put_off_job(
    *, claim: Claim, fault: str, at: datetime, final: bool = False, outage: bool = False, wait: timedelta | None = None
) -> bool:
    """Try again later, or give up visibly after the last attempt; whether it was given up.

    What failed because a service below us was away or full does not count as an attempt. Who says how long to
    `wait` also decides when to give up.
    """
    give_up = final or (claim.attempt >= ATTEMPTS and not outage and wait is None)
    wait = wait or timedelta(seconds=OUTAGE_WAIT if outage else BACK_OFF[min(claim.attempt, len(BACK_OFF)) - 1])
    changed = Job.objects.filter(
        pk=claim.job_id, state=JobState.RUNNING, attempt=claim.attempt
    ).update(
        state=JobState.FAILED if give_up else JobState.READY,
        attempt=F("attempt") - 1 if outage else F("attempt"),  # the number was ours alone: the fence still holds
        due_at=at + wait,
        lease_until=None,
        fault=fault[:120],
        finished_at=at if give_up else None,
        rung_at=None,
    )
    logger.warning(
        "job failed",
        extra={
            "job": claim.job_id,
            "attempt": claim.attempt,
            "fault": fault,
            "outcome": "given up" if give_up else "later",
        },
    )
    return bool(changed) and give_up


@transaction.atomic
def hasten_job(*, kind: str, object_id: int, at: datetime) -> None:
    """Have a job that waits for a later time done now."""
    waiting = Job.objects.filter(kind=kind, object_id=object_id, state=JobState.READY, due_at__gt=at)
    for job in waiting.select_for_update():
        Job.objects.filter(pk=job.pk).update(due_at=at)
        transaction.on_commit(partial(ring, kind=kind, job_id=job.pk), robust=True)


@transaction.atomic
def try_job_again(*, job: Job, at: datetime) -> None:
    """A person asks for a failed job to be done once more."""
    if Job.objects.filter(pk=job.pk, state=JobState.FAILED).update(
        state=JobState.READY, attempt=0, due_at=at, finished_at=None, fault=""
    ):
        transaction.on_commit(partial(ring, kind=job.kind, job_id=job.pk), robust=True)
