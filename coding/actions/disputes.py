"""The way of a discrepancy: told, agreed or rebutted, decided, escalated, settled; each step with its clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from coding.actions.moves import AlreadyMoved
from coding.actions.scores import keep_score, terms_for
from coding.models import Dispute, DisputeStep, Verification
from coding.rules.disputes import DISPUTE_MOVES, FALLEN, STEP_HOURS, DisputeStatus, Refusal, due_after, why_not
from portal.actions.audit import record
from portal.models import User

LAPSED_AT_ONCE = 500


class StepRefused(Exception):
    """The person may not take this step now; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def open_disputes(*, verification: Verification, at: datetime) -> list[Dispute]:
    """Tell the coder each discrepancy of a verdict; inside the verdict's transaction."""
    terms = terms_for(verification.encounter, at=at)
    hours = terms.step_hours if terms else STEP_HOURS
    due_at = due_after(DisputeStatus.TOLD, at=at, hours=hours)
    disputes = Dispute.objects.bulk_create(
        Dispute(
            practice_id=verification.practice_id,
            discrepancy=discrepancy,
            verification=verification,
            encounter_id=verification.encounter_id,
            kind=discrepancy.kind,
            coder_id=verification.coder_id,
            verifier_id=verification.verifier_id,
            since=at,
            step_hours=hours,
            due_at=due_at,
        )
        for discrepancy in verification.discrepancies.all()
    )
    DisputeStep.objects.bulk_create(
        DisputeStep(
            practice_id=dispute.practice_id, dispute=dispute, move="tell", new_status=dispute.status,
            user_id=verification.verifier_id, at=at,
        )
        for dispute in disputes
    )  # fmt: skip
    return disputes


@transaction.atomic
def agree_discrepancy(*, dispute: Dispute, by: User, at: datetime, comment: str = "") -> None:
    """The coder accepts it, as told or as upheld."""
    step(dispute=dispute, move="agree", by=by, at=at, comment=comment)


@transaction.atomic
def rebut_discrepancy(*, dispute: Dispute, by: User, at: datetime, comment: str) -> None:
    """The coder says why their version is right."""
    step(dispute=dispute, move="rebut", by=by, at=at, comment=comment)


@transaction.atomic
def decide_rebuttal(*, dispute: Dispute, upheld: bool, by: User, at: datetime, comment: str = "") -> None:
    """The verifier stands by the discrepancy, and says why, or withdraws it; then the score is counted anew."""
    step(dispute=dispute, move="uphold" if upheld else "withdraw", by=by, at=at, comment=comment)


@transaction.atomic
def escalate_dispute(*, dispute: Dispute, by: User, at: datetime, comment: str) -> None:
    """One side asks a manager."""
    step(dispute=dispute, move="escalate", by=by, at=at, comment=comment)


@transaction.atomic
def settle_dispute(*, dispute: Dispute, upheld: bool, by: User, at: datetime, comment: str) -> None:
    """A manager who neither coded nor verified has the last word."""
    step(
        dispute=dispute, move="settle_upheld" if upheld else "settle_withdrawn", by=by, at=at, comment=comment,
        manager=by,
    )  # fmt: skip


@transaction.atomic
def take_back_disputes(*, verification: Verification, by: User, at: datetime) -> None:
    """The verifier took the verdict back at once: nothing of it stands."""
    told = Dispute.objects.filter(verification=verification, status__in=sorted(DISPUTE_MOVES["take_back"].old))
    for dispute in told.select_for_update(no_key=True).order_by("pk"):
        move_dispute(dispute=dispute, move="take_back", by=by, at=at, comment="")


@transaction.atomic
def lapse_disputes(*, at: datetime) -> int:
    """Close what coders did not answer in time; it stands. How many. Caller opens the service's scope."""
    over = (
        Dispute.objects.filter(status__in=sorted(DISPUTE_MOVES["lapse"].old), due_at__lte=at)
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("due_at", "pk")[:LAPSED_AT_ONCE]
    )
    closed = list(over)
    for dispute in closed:
        move_dispute(dispute=dispute, move="lapse", by=None, at=at, comment="")
    return len(closed)


def step(*, dispute: Dispute, move: str, by: User, at: datetime, comment: str, **fields: Any) -> None:
    """A person's step. AlreadyMoved if it is past, StepRefused if it is not theirs; `dispute` then is as it now is."""
    now = Dispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
    if now.state not in DISPUTE_MOVES[move].old:
        raise AlreadyMoved
    overdue = now.due_at is not None and now.due_at <= at
    if refusal := why_not(move, now.state, now.who(by), overdue=overdue, comment=comment):
        raise StepRefused(refusal)
    move_dispute(dispute=now, move=move, by=by, at=at, comment=comment.strip(), **fields)
    dispute.refresh_from_db()


def move_dispute(*, dispute: Dispute, move: str, by: User | None, at: datetime, comment: str, **fields: Any) -> None:
    """Make the move, write it down, and count the score anew if the discrepancy fell. The row is locked."""
    old, new = dispute.state, DisputeStatus(DISPUTE_MOVES[move].new)
    was_due_at = dispute.due_at
    due_at = due_after(new, at=at, hours=dispute.step_hours)
    Dispute.objects.filter(pk=dispute.pk).update(status=new, since=at, due_at=due_at, **fields)
    DisputeStep.objects.create(
        practice_id=dispute.practice_id,
        dispute=dispute,
        move=move,
        old_status=old,
        new_status=new,
        user=by,
        comment=comment,
        at=at,
        was_due_at=was_due_at,
    )
    record("dispute.moved", at=at, by=by, about=dispute, move=move, old=old, new=new)
    if new in FALLEN:
        keep_score(verification=dispute.verification, at=at)
