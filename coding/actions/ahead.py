"""Held ahead: what a person at a bench will get next is theirs for some minutes, so that it is there at once.

A soft hold is an assignment like any other, found by the very statement that finds what is taken. Nobody has opened
it, so it is not worked on; it runs out by itself and then goes back to its old place in the queue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from coding.actions.choosing import find_work, hands_of
from coding.actions.leases import LeaseLost, begin_assignment, give_back
from coding.actions.queue import lock_person, stages_wanted
from coding.models import Assignment
from coding.rules.lifecycle import STAGE_OF, Stage
from portal.actions.audit import record
from portal.models import User

AHEAD = 2


@transaction.atomic
def hold_ahead(
    *,
    assignment: Assignment,
    by: User,
    at: datetime,
    stages: Iterable[Stage] | None = None,
    request: HttpRequest | None = None,
) -> list[Assignment]:
    """What comes after the encounter that the person works on, in the order in which they will get it; at most AHEAD.

    What they hold besides counts; the rest is held ahead now. LeaseLost if they do not work on `assignment`.
    """
    if not lock_person(by) or not is_worked_on(assignment, by=by, at=at):
        raise LeaseLost
    wanted = stages_wanted(by, stages)
    give_back_unwanted(by=by, stages=wanted, at=at)
    mine = Assignment.objects.live(at=at).filter(user=by, stage__in=wanted).exclude(pk=assignment.pk)
    found = list(mine.in_turn().select_related("encounter")[:AHEAD])
    hands = hands_of(by, at=at)
    while len(found) < AHEAD or found[-1].is_ahead:
        last = found[-1] if len(found) == AHEAD else None
        rank = last.encounter.queue_rank if last else None
        encounter = find_work(hands=hands, stages=wanted, at=at, before=rank)
        if encounter is None:
            break
        if last is not None:
            give_back(assignment=found.pop(), end=Assignment.End.RELEASED, by=None, at=at, reason="outranked")
        held = begin_assignment(
            encounter=encounter, stage=STAGE_OF[encounter.state], user=by, how=Assignment.How.PREFETCHED, by=by, at=at,
            request=request,
        )  # fmt: skip
        record("encounter.prefetched", at=at, by=by, about=encounter, request=request, stage=held.stage, step="held")
        found = sorted([*found, held], key=turn)
    return found


def is_worked_on(assignment: Assignment, *, by: User, at: datetime) -> bool:
    """Whether the person holds it and has it open."""
    live = Assignment.objects.live(at=at).filter(pk=assignment.pk, user=by, opened_at__isnull=False)
    return live.exists()


def turn(assignment: Assignment) -> tuple[bool, int]:
    """Sorts as AssignmentQuerySet.in_turn does where something new joins what was in turn already."""
    return (assignment.is_ahead, assignment.encounter.queue_rank if assignment.is_ahead else 0)


def give_back_unwanted(*, by: User, stages: Collection[str], at: datetime) -> None:
    """What was held ahead too long, or for a stage at which the person does not work now."""
    held = Assignment.objects.open().ahead().filter(user=by)
    for assignment in held.select_for_update().order_by("pk"):
        if assignment.lease_until <= at:
            give_back(assignment=assignment, end=Assignment.End.EXPIRED, by=None, at=at)
        elif assignment.stage not in stages:
            give_back(assignment=assignment, end=Assignment.End.RELEASED, by=None, at=at, reason="stage")


@transaction.atomic
def release_ahead(*, user: User, by: User | None, at: datetime, reason: str = "") -> int:
    """Give back what is held ahead for a person, because they stop or leave; how much it was."""
    held = list(Assignment.objects.open().ahead().filter(user=user).select_for_update().order_by("pk"))
    for assignment in held:
        give_back(assignment=assignment, end=Assignment.End.RELEASED, by=by, at=at, reason=reason)
    return len(held)


def note_fetched(*, assignment: Assignment, by: User, at: datetime, request: HttpRequest | None = None) -> None:
    """The bench of something held ahead went to the person's browser, into its memory; nobody has seen it yet."""
    record(
        "encounter.prefetched", at=at, by=by, about=assignment.encounter, request=request, stage=assignment.stage,
        step="fetched",
    )  # fmt: skip
