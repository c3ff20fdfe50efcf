"""Drafts: unsubmitted work, one per person, stage and encounter; a lost lease never loses one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from coding.actions.leases import LeaseLost, hold_lease
from coding.models import Assignment, Draft, Encounter
from coding.rules.lifecycle import Stage
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
def save_draft(*, assignment: Assignment, by: User, version: int, body: dict[str, Any], at: datetime) -> Draft:
    """Store what the holder has so far and renew the lease.

    `version` is that of the draft the body grew from, 0 for none. LeaseLost and DraftChanged write nothing.
    """
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    return store(
        encounter=encounter, stage=Stage(assignment.stage), author=by, version=version, body=body, is_late=False, at=at
    )


@transaction.atomic
def keep_late_draft(
    *, encounter: Encounter, stage: Stage, by: User, body: dict[str, Any], at: datetime, version: int | None = None
) -> Draft:
    """Keep what somebody wrote after their lease ran out: theirs to see again, not work on the encounter.

    LeaseLost if they never held it. With `version`, DraftChanged if they have saved something newer.
    """
    held = Assignment.objects.filter(encounter=encounter, stage=stage, user=by).order_by("-pk")
    if held.select_for_update(no_key=True).first() is None:  # the lock lets two windows save one after the other
        raise LeaseLost
    return store(encounter=encounter, stage=stage, author=by, version=version, body=body, is_late=True, at=at)


def store(
    *, encounter: Encounter, stage: Stage, author: User, version: int | None, body: dict[str, Any], is_late: bool,
    at: datetime,
) -> Draft:  # fmt: skip
    """Write the draft under its next version; `version` None takes whatever is stored as the base."""
    stored = (
        Draft.objects.select_for_update(no_key=True).filter(encounter=encounter, stage=stage, author=author).first()
    )
    if version is not None and version != (stored.version if stored else 0):
        raise DraftChanged(stored)
    if stored is None:
        stored = Draft(practice_id=encounter.practice_id, encounter=encounter, stage=stage, author=author)
    stored.version += 1
    stored.body, stored.is_late, stored.saved_at = body, is_late, at
    stored.save()
    return stored


def drop_draft(*, encounter: Encounter, stage: Stage, author: User) -> None:
    """What was submitted needs no draft; inside the caller's transaction."""
    Draft.objects.filter(encounter=encounter, stage=stage, author=author).delete()
