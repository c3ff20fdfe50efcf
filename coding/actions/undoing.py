"""For half a minute what a person submitted at a bench stays theirs: nobody else gets it, and they may take it back.

The encounter rests so long: it is in its next status, but handed out to nobody else and not delivered. Taken back it
is in work again under the same assignment, at its old place, with the draft that was sent. What was written stays as
history and counts no more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from coding.actions.drafts import restore_draft
from coding.actions.leases import give_back, hold_lease, lease_end
from coding.actions.moves import AlreadyMoved, move_encounter
from coding.actions.queue import lock_person
from coding.models import Assignment, Coding, Encounter, Submission, Verification
from coding.rules.lifecycle import UNDO, Stage
from coding.signals import submission_taken_back
from portal.models import User


class TooLate(Exception):
    """The half minute is over, or it was taken back already."""


@transaction.atomic
def submit_undoably(
    act: Callable[..., object], *, assignment: Assignment, by: User, at: datetime, draft: dict[str, Any], **given: Any
) -> Submission:
    """Do what finishes a stage (submit_coding, give_verdict, finish_precoding) so that it can be taken back.

    `draft` is what was sent, in the shape of the stage's draft; `given` goes to `act`, whose refusals come through.
    """
    before = hold_lease(assignment=assignment, by=by, at=at)
    until = at + timedelta(seconds=settings.UNDO_SECONDS)
    Encounter.objects.filter(pk=before.pk).update(rests_until=until, rests_for=by)
    written = act(assignment=assignment, by=by, at=at, **given)
    return Submission.objects.create(
        practice_id=before.practice_id,
        encounter=before,
        assignment=assignment,
        user=by,
        stage=assignment.stage,
        status=Encounter.objects.values_list("status", flat=True).get(pk=before.pk),
        submitted_at=at,
        until=until,
        draft=draft,
        coding=written if isinstance(written, Coding) else None,
        verification=written if isinstance(written, Verification) else None,
        old_rank=before.queue_rank,
        old_waiting_since=before.waiting_since,
        old_reserved_for_id=before.reserved_for_id,
        old_coded_by_id=before.coded_by_id,
    )


@transaction.atomic
def take_back_submission(*, submission: Submission, by: User, at: datetime) -> Assignment:
    """Take up again what one submitted just now. TooLate after the half minute; AlreadyMoved if somebody has it."""
    if not lock_person(by):
        raise TooLate
    drop_own_next_stage(submission, by=by, at=at)
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=submission.encounter_id)
    if encounter.status != submission.status or is_followed(submission):
        raise AlreadyMoved
    mine = Submission.objects.undoable_by(by, at=at).filter(pk=submission.pk)
    if not mine.update(taken_back_at=at, draft=None):
        raise TooLate
    stage = Stage(submission.stage)
    move_encounter(
        encounter=encounter, move=UNDO[stage], by=by, at=at, queue_rank=submission.old_rank,
        waiting_since=submission.old_waiting_since, reserved_for_id=submission.old_reserved_for_id,
        coded_by_id=submission.old_coded_by_id, rests_until=None, rests_for=None,
    )  # fmt: skip
    assignment = reopened(submission.assignment_id, at=at)
    if submission.draft is not None:
        restore_draft(encounter=encounter, stage=stage, author=by, body=submission.draft, at=at)
    submission.taken_back_at, submission.draft = at, None
    submission_taken_back.send(sender=Encounter, submission=submission, by=by, at=at)
    return assignment


def drop_own_next_stage(submission: Submission, *, by: User, at: datetime) -> None:
    """What the person took up or had held ahead of the next stage goes back first; AlreadyMoved if it is another's."""
    held = Assignment.objects.open().select_for_update().filter(encounter=submission.encounter_id).first()
    if held is None:
        return
    if held.user_id != by.pk:
        raise AlreadyMoved
    give_back(assignment=held, end=Assignment.End.RELEASED, by=by, at=at, reason="undone")


def is_followed(submission: Submission) -> bool:
    """Whether something newer was submitted of the same encounter."""
    return Submission.objects.filter(encounter=submission.encounter_id, pk__gt=submission.pk).exists()


def reopened(assignment_id: int, *, at: datetime) -> Assignment:
    """The assignment as if it had not ended, with a fresh lease."""
    ended = Assignment.objects.filter(pk=assignment_id, end=Assignment.End.FINISHED)
    if not ended.update(ended_at=None, end="", lease_until=lease_end(at)):
        raise AlreadyMoved
    return Assignment.objects.select_related("encounter").get(pk=assignment_id)


def forget_sent_drafts(*, at: datetime) -> int:
    """What can no longer be taken back needs no draft; how many. Caller opens the scope."""
    return Submission.objects.filter(until__lte=at, draft__isnull=False).update(draft=None)
