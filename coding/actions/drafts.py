"""Drafts: unsubmitted work, one per person, stage and encounter; a lost lease never loses one.

Each write is an action of a series (coding.rules.draft_actions): taken once, in order, on the version it grew from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from coding.actions.draft_trail import Sent, Trail, newest_version, trail_of
from coding.actions.leases import LeaseLost, hold_lease
from coding.models import Assignment, Draft, Encounter
from coding.rules.draft_actions import Taken
from coding.rules.lifecycle import Stage
from portal.actions.audit import record
from portal.models import User


class DraftChanged(Exception):
    """Another window of the same person saved in between; `draft` is what is stored."""

    def __init__(self, draft: Draft | None) -> None:
        super().__init__()
        self.draft = draft


def draft_of(*, encounter: Encounter, stage: Stage, author: User) -> Draft | None:
    """The person's draft of the encounter at the stage, if there is one."""
    return Draft.objects.filter(encounter=encounter, stage=stage, author=author).first()


@transaction.atomic
def save_draft(
    *, assignment: Assignment, by: User, version: int, body: dict[str, Any], at: datetime, sent: Sent | None = None
) -> Draft:
    """Store what the holder has so far and renew the lease.

    `version` is that of the draft the body grew from, 0 for none. Nothing is written by LeaseLost, DraftChanged, and
    by AlreadyTaken, ActionsMissing, OtherBench of coding.actions.draft_trail.
    """
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    trail = trail_of(encounter=encounter, stage=Stage(assignment.stage), author=by, sent=sent or Sent())
    return store(trail=trail, version=version, body=body, is_late=False, at=at)


@transaction.atomic
def keep_late_draft(
    *, encounter: Encounter, stage: Stage, by: User, body: dict[str, Any], at: datetime, version: int | None = None,
    sent: Sent | None = None,
) -> Draft:  # fmt: skip
    """Keep what somebody wrote after their lease ran out: theirs to see again, not work on the encounter.

    LeaseLost if they never held it. With `version`, DraftChanged if they have saved something newer.
    """
    trail = late_trail(encounter=encounter, stage=stage, by=by, sent=sent or Sent())
    return store(trail=trail, version=version, body=body, is_late=True, at=at)


@transaction.atomic
def restore_draft(*, encounter: Encounter, stage: Stage, author: User, body: dict[str, Any], at: datetime) -> Draft:
    """What was submitted becomes the draft again, whatever there is; inside the caller's transaction."""
    trail = trail_of(encounter=encounter, stage=stage, author=author, sent=Sent())
    return store(trail=trail, version=None, body=body, is_late=False, at=at)


def late_trail(*, encounter: Encounter, stage: Stage, by: User, sent: Sent) -> Trail:
    """The trail of somebody who held the encounter once; LeaseLost. The lock lets two windows come one by one."""
    held = Assignment.objects.filter(encounter=encounter, stage=stage, user=by).order_by("-pk")
    if held.select_for_update(no_key=True).first() is None:
        raise LeaseLost
    return trail_of(encounter=encounter, stage=stage, author=by, sent=sent)


@transaction.atomic
def give_up_actions(*, encounter: Encounter, stage: Stage, by: User, sent: Sent, at: datetime) -> int:
    """Their author chose what is stored instead of these actions; its version, 0 for none."""
    trail = late_trail(encounter=encounter, stage=stage, by=by, sent=sent)
    stored = draft_of(encounter=encounter, stage=stage, author=by)
    version = stored.version if stored else 0
    trail.note(taken=Taken.GIVEN_UP, version=version, at=at)
    record("draft.given_up", at=at, by=by, about=encounter, stage=stage, kept=version)
    return version


def store(*, trail: Trail, version: int | None, body: dict[str, Any], is_late: bool, at: datetime) -> Draft:
    """Write the draft under its next version; `version` None takes whatever is stored as the base."""
    bench: dict[str, Any] = {"encounter": trail.encounter, "stage": trail.stage, "author": trail.author}
    stored = Draft.objects.select_for_update(no_key=True).filter(**bench).first()
    if version is not None and trail.grown_from(version) != (stored.version if stored else 0):
        raise DraftChanged(stored)
    if stored is None:
        stored = Draft(practice_id=trail.encounter.practice_id, version=newest_version(**bench), **bench)
    stored.version += 1
    stored.body, stored.is_late, stored.saved_at = body, is_late, at
    stored.save()
    trail.note(taken=Taken.LATE if is_late else Taken.SAVED, version=stored.version, at=at)
    return stored


def drop_draft(*, encounter: Encounter, stage: Stage, author: User) -> None:
    """What was submitted needs no draft; inside the caller's transaction."""
    Draft.objects.filter(encounter=encounter, stage=stage, author=author).delete()
