"""How due times and places in the queue are worded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from coding.models import Encounter, Verdict
from coding.rules.lifecycle import WAITING, EncounterStatus, Stage
from portal.rules import promise


def due_tag(due_at: datetime, *, at: datetime) -> promise.DueTag:
    """The tag of a promise in the person's zone."""
    return promise.due_tag(due_at=timezone.localtime(due_at), at=at)


def due_of(encounter: Encounter, *, at: datetime) -> promise.DueTag:
    """The tag of a visit's promise; while a query stops the clock it says so."""
    tag = due_tag(encounter.due_at, at=at)
    if not encounter.clock_stopped:
        return tag
    return replace(tag, label="Clock stands still", tone="neutral", exact=f"{tag.exact}, plus the waiting")


def status_tag(encounter: Encounter) -> dict[str, str]:
    """What components/status_tag.html shows."""
    return tag_of(shown_state(encounter))


def shown_state(encounter: Encounter) -> EncounterStatus:
    """Its status; that of a repeat that left the bench is what it would be had it gone on from there."""
    if not encounter.is_repeat or encounter.state is not EncounterStatus.VERIFIED:
        return encounter.state
    if encounter.repeat_stage == Stage.CODING:
        return EncounterStatus.TO_VERIFY if encounter.codings.exists() else EncounterStatus.TO_PRECODE
    returned = encounter.verifications.filter(verdict=Verdict.RETURNED).exclude(
        submissions__taken_back_at__isnull=False
    )
    return EncounterStatus.TO_CODE if returned.exists() else EncounterStatus.VERIFIED


def waiting_tag(stage: Stage) -> dict[str, str]:
    """The tag of what waits for a stage: what is only held ahead there is not worked on."""
    return tag_of(WAITING[stage])


def tag_of(state: EncounterStatus) -> dict[str, str]:
    return {"label": state.label, "glyph": state.glyph, "tone": state.tone}


def clock(at: datetime) -> str:
    """A time of day to the second, in the person's zone."""
    return f"{timezone.localtime(at):%H:%M:%S}"
