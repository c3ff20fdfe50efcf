"""The one way in which an encounter changes its status."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from coding.models import Encounter, EncounterEvent
from coding.rules.lifecycle import FINISHED, MOVES, STAGE_OF, WAITING, EncounterStatus
from portal.actions.audit import record
from portal.failpoints import reached
from portal.models import User
from portal.news import tell


class AlreadyMoved(Exception):
    """The encounter is no longer in a status from which this move starts."""


@transaction.atomic
def move_encounter(
    *,
    encounter: Encounter,
    move: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    comment: str = "",
    request: HttpRequest | None = None,
    **fields: Any,
) -> None:
    """Make the move and write it down; `fields` change with it. AlreadyMoved if somebody was faster.

    `encounter` must carry the status the caller saw; it holds the new values afterwards.
    """
    old, new = encounter.status, MOVES[move].new
    if old not in MOVES[move].old:
        raise AlreadyMoved
    changes = {"status": new, **entailed(old, new, at=at), **fields}
    if not Encounter.objects.filter(pk=encounter.pk, status=old).update(**changes):
        raise AlreadyMoved
    for name, value in changes.items():
        setattr(encounter, name, value)
    EncounterEvent.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        move=move,
        old_status=old,
        new_status=new,
        user=by,
        reason=reason,
        comment=comment,
        at=at,
    )
    record(
        "encounter.moved", at=at, by=by, about=encounter, request=request, move=move, old=old, new=new, reason=reason
    )
    if not encounter.is_repeat:  # which its practice never hears of
        tell(practice_id=encounter.practice_id, batch_id=encounter.batch_id)
    reached("encounter.moved")


def entailed(old: str, new: str, *, at: datetime) -> dict[str, Any]:
    """The fields that follow from the statuses alone, so that no action forgets one."""
    changes: dict[str, Any] = {}
    if new in FINISHED and old not in FINISHED:
        changes["finished_at"] = at
    if old in FINISHED and new not in FINISHED:
        changes.update(finished_at=None, not_billable_reason="")
    if old == EncounterStatus.HELD:
        changes.update(hold_reason="", hold_move="", hold_stage="", hold_return_at=None)
        changes.update(held_at=None, held_by=None, clock_stopped=False)
    # Given back at the same stage, it keeps its place in the queue; at another one it joins anew.
    if new in WAITING.values() and STAGE_OF.get(EncounterStatus(old)) != STAGE_OF[EncounterStatus(new)]:
        changes["waiting_since"] = at
    return changes
