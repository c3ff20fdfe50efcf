"""Leases: who holds an encounter, and the fence that every write passes first.

An assignment is a lease that runs out by itself. Whoever writes proves with a conditional UPDATE
that theirs is still open, theirs and alive; the updated row stays locked until the write is done, so
neither a sweep nor a manager can hand the encounter on in between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from coding.actions.moves import move_encounter
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import RELEASE, START, Stage
from portal.actions.audit import record
from portal.models import User


class LeaseLost(Exception):
    """The person does not hold the encounter (any more): the lease ran out, ended, or is another's."""


def lease_end(at: datetime) -> datetime:
    """When a lease taken or renewed now runs out."""
    return at + timedelta(seconds=settings.LEASE_SECONDS)


@transaction.atomic
def renew_lease(*, assignment_id: int, by: User, at: datetime) -> datetime:
    """Extend the person's own live lease; its new end. LeaseLost if there is none.

    Whoever renews has the encounter before them: of what was only assigned or held ahead, this is the opening.
    """
    until = lease_end(at)
    own = Assignment.objects.live(at=at).filter(pk=assignment_id, user=by)
    opened_before = own.filter(opened_at__isnull=False)
    if opened_before.update(lease_until=until):
        return until
    if not own.filter(opened_at=None).update(lease_until=until, opened_at=at):
        if opened_before.update(lease_until=until):  # another request of the same window opened it between the two
            return until
        raise LeaseLost
    opened = Assignment.objects.select_related("encounter").get(pk=assignment_id)
    record("encounter.opened", at=at, by=by, about=opened.encounter, stage=opened.stage, how=opened.how)
    return until


@transaction.atomic
def hold_lease(*, assignment: Assignment, by: User, at: datetime) -> Encounter:
    """The fence: renews the live lease and locks it; the encounter as it is now, locked too."""
    assignment.lease_until = renew_lease(assignment_id=assignment.pk, by=by, at=at)
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=assignment.encounter_id)
    assignment.encounter = encounter
    return encounter


@transaction.atomic
def open_assignment(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """The person opens what they hold; work assigned ahead gets an ordinary lease from now on."""
    assignment.lease_until = renew_lease(assignment_id=assignment.pk, by=by, at=at)
    if assignment.opened_at is None:
        assignment.opened_at = at
    return assignment


def begin_assignment(
    *, encounter: Encounter, stage: Stage, user: User, how: str, by: User | None, at: datetime, **more: Any
) -> Assignment:
    """Start the stage for a person on a waiting encounter; inside the caller's transaction.

    What a person takes is opened at once; what is assigned or given waits longer for them, what is held ahead less.
    """
    taken = how == Assignment.How.PULLED
    ahead = how == Assignment.How.PREFETCHED
    waits = settings.AHEAD_LEASE_SECONDS if ahead else settings.PUSH_LEASE_SECONDS
    move_encounter(encounter=encounter, move=START[stage], by=by, at=at, reason="" if taken else how, **more)
    return Assignment.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        stage=stage,
        user=user,
        how=how,
        queue_number=getattr(encounter, "queue_found", None),
        started_at=at,
        opened_at=at if taken else None,
        lease_until=lease_end(at) if taken else at + timedelta(seconds=waits),
    )


def end_assignment(*, assignment: Assignment, end: str, at: datetime, skip_reason: str = "") -> None:
    """Close the assignment; LeaseLost if it is closed already. Inside the caller's transaction."""
    ended = Assignment.objects.open().filter(pk=assignment.pk).update(ended_at=at, end=end, skip_reason=skip_reason)
    if not ended:
        raise LeaseLost
    assignment.ended_at, assignment.end, assignment.skip_reason = at, end, skip_reason


def give_back(
    *, assignment: Assignment, end: str, by: User | None, at: datetime, reason: str = "", skip_reason: str = ""
) -> Encounter:
    """Close the assignment and put its encounter back into the queue, at its old place."""
    end_assignment(assignment=assignment, end=end, at=at, skip_reason=skip_reason)
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=assignment.encounter_id)
    move_encounter(
        encounter=encounter, move=RELEASE[Stage(assignment.stage)], by=by, at=at, reason=reason or skip_reason or end
    )
    assignment.encounter = encounter
    return encounter
