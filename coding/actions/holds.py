"""Work that stops: held for an answer, not billable; and work that is taken up again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from coding.actions.leases import end_assignment, hold_lease
from coding.actions.moves import AlreadyMoved, move_encounter
from coding.models import Assignment, Encounter, PreCoding, Query, QueueRank
from coding.rules.lifecycle import RESUME, EncounterStatus, HoldReason, NotBillableReason, Stage, WhoseMove
from coding.signals import encounter_finished, encounter_held
from portal.actions.audit import record
from portal.models import Batch, User
from portal.rules.lifecycle import BATCH_MOVES


class ReturnDatePassed(Exception):
    """The day on which a held encounter comes back must lie ahead."""


class QueryPending(Exception):
    """The encounter is on hold for a query: it goes on when that is answered, withdrawn or closed."""


class CommentMissing(Exception):
    """This move needs a word of explanation."""


@transaction.atomic
def hold(
    *,
    assignment: Assignment,
    by: User,
    at: datetime,
    reason: HoldReason,
    whose_move: WhoseMove,
    return_at: datetime,
    comment: str = "",
    clock_stopped: bool = False,
) -> Encounter:
    """Stop work until somebody answers or `return_at` comes; the draft stays."""
    if return_at <= at:
        raise ReturnDatePassed
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    end_assignment(assignment=assignment, end=Assignment.End.RELEASED, at=at)
    move_encounter(
        encounter=encounter,
        move="hold",
        by=by,
        at=at,
        reason=reason,
        comment=comment,
        hold_reason=reason,
        hold_move=whose_move,
        hold_stage=assignment.stage,
        hold_return_at=return_at,
        clock_stopped=clock_stopped,
        held_at=at,
        held_by=by,
    )
    if not encounter.is_repeat:  # which nobody is asked about
        encounter_held.send(
            sender=Encounter, encounter=encounter, by=by, at=at, reason=reason, comment=comment, whose_move=whose_move
        )
    return encounter


@transaction.atomic
def resume(
    *,
    encounter: Encounter,
    by: User | None,
    at: datetime,
    answered: bool = False,
    keep_for: User | None = None,
    comment: str = "",
) -> None:
    """Put a held encounter back into the queue of its stage; answered ones go ahead of the others.

    With `keep_for` it is that person's first. QueryPending while a query about it waits: that ends the hold itself.
    """
    if encounter.status != EncounterStatus.HELD:
        raise AlreadyMoved
    if Query.objects.pending().filter(encounter=encounter).exists():
        raise QueryPending
    rank = min(encounter.queue_rank, QueueRank.ANSWERED) if answered else encounter.queue_rank
    move_encounter(
        encounter=encounter,
        move=RESUME[Stage(encounter.hold_stage)],
        by=by,
        at=at,
        reason="answered" if answered else "",
        comment=comment,
        queue_rank=rank,
        reserved_for=keep_for or encounter.reserved_for,
    )


@transaction.atomic
def mark_not_billable(
    *, assignment: Assignment, by: User, at: datetime, reason: NotBillableReason, comment: str = ""
) -> Encounter:
    """Finish the encounter without codes, for a named reason."""
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    end_assignment(assignment=assignment, end=Assignment.End.FINISHED, at=at)
    move_encounter(
        encounter=encounter,
        move="mark_not_billable",
        by=by,
        at=at,
        reason=reason,
        comment=comment,
        not_billable_reason=reason,
    )
    if not encounter.is_repeat:
        encounter_finished.send(sender=Encounter, encounter=encounter, at=at)
    return encounter


@transaction.atomic
def reopen(
    *, encounter: Encounter, by: User, at: datetime, comment: str, reason: str = "", verify_first: bool = False
) -> None:
    """Take up finished work again, ahead of the queue and first by who coded it; its batch is undelivered.

    What was found not billable before anybody pre-coded it starts at pre-coding. With `verify_first` what has codes
    goes to a verifier, whoever that is.
    """
    if not comment.strip():
        raise CommentMissing
    move = reopening_move(encounter, verify_first=verify_first)
    move_encounter(
        encounter=encounter,
        move=move,
        by=by,
        at=at,
        reason=reason,
        comment=comment,
        queue_rank=QueueRank.RETURNED,
        reserved_for=None if move == "reopen_verification" else encounter.coded_by,
    )
    reopen_batch(batch=encounter.batch, by=by, at=at)


def reopening_move(encounter: Encounter, *, verify_first: bool) -> str:
    """The move that takes it up where something can be done about it."""
    if not PreCoding.objects.filter(encounter=encounter).exists():
        return "reopen_precoding"
    coded = not encounter.not_billable_reason and encounter.codings.filter(stage=Stage.CODING).exists()
    return "reopen_verification" if verify_first and coded else "reopen"


def reopen_batch(*, batch: Batch, by: User | None, at: datetime) -> None:
    """A delivered batch in which there is work again is in progress again; inside the caller's transaction."""
    move = BATCH_MOVES["reopen"]
    if Batch.objects.filter(pk=batch.pk, status__in=move.old).update(status=move.new, delivered_at=None):
        batch.status, batch.delivered_at = move.new, None
        record("batch.reopened", at=at, by=by, about=batch)
