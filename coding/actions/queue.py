"""Work is handed out: taken by a person, assigned ahead by the queue, given by a manager.

All three draw on the same rows. Finding and locking is one statement (FOR UPDATE SKIP LOCKED): what
one transaction is about to take, no other one sees.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.http import HttpRequest

from coding.actions.choosing import find_work, hands_of
from coding.actions.holds import resume
from coding.actions.leases import (
    LeaseLost,
    begin_assignment,
    give_back,
    hold_lease,
    open_assignment,
    renew_lease,
)
from coding.actions.moves import AlreadyMoved
from coding.actions.presence import at_work, is_absent
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import STAGE_OF, SkipReason, Stage
from coding.rules.queue import ASLEEP_FOR, Hands, Unsuitable, stages_for, why_unsuitable
from portal import doorbell
from portal.actions.audit import record
from portal.models import User
from portal.rules.roles import Role

__all__ = [
    "AlreadyMoved",
    "LeaseLost",
    "NotSuitable",
    "give",
    "hands_of",
    "hold_lease",
    "open_assignment",
    "prioritise",
    "push_work",
    "release",
    "renew_lease",
    "ring_for_push",
    "skip",
    "stages_of",
    "sweep_assignments",
    "take_back",
    "take_next",
]

logger = logging.getLogger(__name__)

SWEEP_AT_ONCE = 500
PUSH_AT_ONCE = 200


class NotSuitable(Exception):
    """The person may not be given this work; `reason` says why."""

    def __init__(self, reason: Unsuitable) -> None:
        super().__init__(reason.value)
        self.reason = reason


def stages_of(user: User) -> tuple[Stage, ...]:
    """The stages at which a person may work, in the order of the line."""
    return stages_for(user.permissions)


def stages_wanted(user: User, stages: Iterable[Stage] | None) -> tuple[Stage, ...]:
    """Those of the stages at which the person may work; all of theirs for None."""
    allowed = stages_of(user)
    return allowed if stages is None else tuple(stage for stage in stages if stage in allowed)


def lock_person(user: User) -> bool:
    """One hand-out at a time for a person, so that two clicks take one encounter; whether they are active."""
    return User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).first() is not None


@transaction.atomic
def take_next(
    *, by: User, at: datetime, stages: Iterable[Stage] | None = None, request: HttpRequest | None = None
) -> Assignment | None:
    """What the person has in hand or was assigned, else the next encounter that suits; None if there is none.

    What is held ahead for them comes first too, unless something waits that goes before it (returned, answered).
    """
    wanted = stages_wanted(by, stages)
    if not wanted or not lock_person(by):
        return None
    own = own_in_turn(by, wanted, at=at)
    if own is not None and not own.is_ahead:
        return open_assignment(assignment=own, by=by, at=at)
    hands = hands_of(by, at=at)
    encounter = find_work(hands=hands, stages=wanted, at=at, before=own.encounter.queue_rank if own else None)
    if encounter is None and own is not None:
        return open_assignment(assignment=own, by=by, at=at)
    if encounter is None and sweep_assignments(at=at):
        encounter = find_work(hands=hands, stages=wanted, at=at)
    if encounter is None:
        return None
    return begin_assignment(
        encounter=encounter,
        stage=STAGE_OF[encounter.state],
        user=by,
        how=Assignment.How.PULLED,
        by=by,
        at=at,
        request=request,
    )


def own_in_turn(user: User, stages: Iterable[Stage], *, at: datetime) -> Assignment | None:
    """What the person holds, the first in turn. What they never opened and may no longer have goes back."""
    for own in Assignment.objects.live(at=at).filter(user=user, stage__in=stages).in_turn().select_related("encounter"):
        if own.opened_at is not None or why_not(own.encounter, Stage(own.stage), hands_of(user, at=at), user) is None:
            return own
        give_back(assignment=own, end=Assignment.End.RELEASED, by=None, at=at, reason="unsuitable")
    return None


def why_not(encounter: Encounter, stage: Stage, hands: Hands, user: User) -> Unsuitable | None:
    """The first reason why the person may not have the encounter at the stage, or None."""
    return why_unsuitable(
        hands, stage=stage, specialty=encounter.specialty, practice_id=encounter.practice_id,
        wrote_it=encounter.was_coded_by(user),
    )  # fmt: skip


@transaction.atomic
def take_back(*, encounter: Encounter, stage: Stage, by: User, at: datetime) -> Assignment:
    """Hold an encounter again after the lease ran out, if it is still free; LeaseLost if it is not."""
    if not lock_person(by):
        raise LeaseLost
    last = Assignment.objects.open().select_for_update().filter(encounter=encounter).first()
    if last is not None and last.lease_until > at:
        if (last.user_id, last.stage) != (by.pk, stage):
            raise LeaseLost
        return open_assignment(assignment=last, by=by, at=at)
    if last is not None:
        give_back(assignment=last, end=Assignment.End.EXPIRED, by=None, at=at)
    free = Encounter.objects.filter(pk=encounter.pk).waiting([stage]).suiting(hands_of(by, at=at), at=at)
    found = free.select_for_update(skip_locked=True, of=("self",)).first() if stage in stages_of(by) else None
    if found is None:
        raise LeaseLost
    return begin_assignment(encounter=found, stage=stage, user=by, how=Assignment.How.PULLED, by=by, at=at)


@transaction.atomic
def release(*, assignment: Assignment, by: User | None, at: datetime, end: str = Assignment.End.RELEASED) -> None:
    """Give the encounter back to the queue, at its old place; LeaseLost if that happened already.

    The holder may, and a manager; `by` is None for the service itself. The draft stays.
    """
    give_back(assignment=assignment, end=end, by=by, at=at)


@transaction.atomic
def skip(*, assignment: Assignment, reason: SkipReason, by: User, at: datetime) -> None:
    """The holder passes an encounter on and does not see it again for a while."""
    hold_lease(assignment=assignment, by=by, at=at)
    give_back(assignment=assignment, end=Assignment.End.SKIPPED, by=by, at=at, skip_reason=reason)


@transaction.atomic
def give(*, encounter: Encounter, to: User, by: User, at: datetime) -> Assignment:
    """A manager gives waiting or started work to a person; NotSuitable if they may not have it.

    Whoever holds it loses it; their draft stays theirs.
    """
    holder = Assignment.objects.open().select_for_update().filter(encounter=encounter).first()
    if holder is not None:
        give_back(assignment=holder, end=Assignment.End.RELEASED, by=by, at=at, reason="given")
    found = Encounter.objects.filter(pk=encounter.pk).waiting().select_for_update(no_key=True).first()
    if found is None:
        raise AlreadyMoved
    stage = STAGE_OF[found.state]
    if not lock_person(to):
        raise NotSuitable(Unsuitable.INACTIVE)
    reason = Unsuitable.AWAY if is_absent(to, at=at) else why_not(found, stage, hands_of(to, at=at), to)
    if reason is None and found.assignments.filter(user=to, skip_reason=SkipReason.CONFLICT).exists():
        reason = Unsuitable.CONFLICT
    if reason is None and found.is_repeated_by(to):
        reason = Unsuitable.TWICE
    if reason is not None:
        raise NotSuitable(reason)
    assignment = begin_assignment(encounter=found, stage=stage, user=to, how=Assignment.How.GIVEN, by=by, at=at)
    record("encounter.given", at=at, by=by, about=found, to=to.pk, stage=stage)
    return assignment


@transaction.atomic
def prioritise(*, encounter: Encounter, priority: int, by: User, at: datetime) -> None:
    """Set how early unfinished work is handed out among work due at the same time; higher goes first."""
    changed = Encounter.objects.unfinished().filter(pk=encounter.pk).update(priority=priority)
    if not changed:
        raise AlreadyMoved
    record("encounter.prioritised", at=at, by=by, about=encounter, old=encounter.priority, new=priority)
    encounter.priority = priority


@transaction.atomic
def push_work(*, at: datetime) -> int:
    """Assign waiting encounters ahead to people with room; how many were assigned. Caller opens the scope.

    One each in turn, the least loaded person first, until nobody has room or nothing suits.
    """
    pushed = 0
    people = people_with_room(at=at)
    loads = {user.pk: open_count for user, open_count in people}
    users = {user.pk: user for user, _ in people}
    hands = {pk: hands_of(user, at=at) for pk, user in users.items()}
    while users and pushed < PUSH_AT_ONCE:
        pk = min(users, key=lambda pk: (loads[pk] / users[pk].push_limit, pk))
        user = users[pk]
        encounter = find_work(hands=hands[pk], stages=stages_of(user), at=at)
        if encounter is None:
            del users[pk]
            continue
        stage = STAGE_OF[encounter.state]
        begin_assignment(encounter=encounter, stage=stage, user=user, how=Assignment.How.PUSHED, by=None, at=at)
        record("encounter.pushed", at=at, about=encounter, to=pk, stage=stage)
        pushed += 1
        loads[pk] += 1
        if loads[pk] >= user.push_limit:
            del users[pk]
    return pushed


def people_with_room(*, at: datetime) -> list[tuple[User, int]]:
    """Active people at work who hold less than their push limit, locked, with the number they hold.

    Who let assigned work lapse without opening it, and has opened nothing since, is away.
    """
    people = User.objects.with_role(Role.CODER, Role.VERIFIER).filter(push_limit__gt=0).values_list("pk", flat=True)
    locked = list(
        User.objects.filter(pk__in=list(people)).select_for_update(no_key=True, skip_locked=True).order_by("pk")
    )
    held = dict(
        Assignment.objects.open().filter(user__in=locked).values_list("user").annotate(number=Count("pk")).order_by()
    )
    present = at_work(locked, at=at)
    return [
        (user, held.get(user.pk, 0))
        for user in locked
        if user.pk in present and held.get(user.pk, 0) < user.push_limit and not is_away(user, at=at)
    ]


def is_away(user: User, *, at: datetime) -> bool:
    """Whether the last thing known of a person is that assigned work lapsed unopened, not long ago."""
    last = (
        Assignment.objects.filter(user=user)
        .exclude(how=Assignment.How.PREFETCHED, opened_at=None)  # nobody expects that it is opened
        .filter(Q(opened_at__isnull=False) | Q(ended_at__isnull=False, end=Assignment.End.EXPIRED))
        .filter(Q(ended_at=None) | Q(ended_at__gt=at - ASLEEP_FOR))
        .order_by(F("ended_at").desc(nulls_first=True))
        .first()
    )
    return last is not None and last.opened_at is None


@transaction.atomic
def sweep_assignments(*, at: datetime) -> int:
    """End leases that ran out and take up held work whose day has come; how many. Caller opens the scope."""
    expired = list(
        Assignment.objects.expired(at=at)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("lease_until", "pk")[:SWEEP_AT_ONCE]
    )
    for assignment in expired:
        give_back(assignment=assignment, end=Assignment.End.EXPIRED, by=None, at=at)
    returning = list(
        Encounter.objects.returning(at=at)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("hold_return_at", "pk")[:SWEEP_AT_ONCE]
    )
    for encounter in returning:
        resume(encounter=encounter, by=None, at=at)
    return len(expired) + len(returning)


def ring_for_push() -> None:
    """Ask a worker to assign work; a broker that is down only delays it until the beat."""
    if not doorbell.ring("coding.push_work"):
        logger.warning("broker unreachable, the beat will push", extra={"kind": "coding.push_work"})
