"""Pre-coding: the facts of a visit, before anybody codes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction

from coding.actions.drafts import drop_draft
from coding.actions.fact_origins import keep_origins
from coding.actions.holds import CommentMissing
from coding.actions.leases import LeaseLost, end_assignment, hold_lease
from coding.actions.moves import move_encounter
from coding.actions.suggesting import queue_suggestions
from coding.models import Assignment, Encounter, PreCoding
from coding.rules.fact_origins import Origin
from coding.rules.lifecycle import Stage
from portal.actions.audit import record
from portal.models import Location, Payer, Provider, User


class NotOfThePractice(Exception):
    """A provider, location or payer belongs to another practice than the encounter."""


@dataclass(frozen=True, kw_only=True)
class PreCodingFacts:
    """What pre-coding finds out; the fields of coding.models.PreCoding."""

    patient_name: str
    birth_date: date
    sex: str
    date_from: date
    date_to: date
    rendering_provider: Provider
    place_of_service: str
    visit_type: str
    account_number: str = ""
    referring_provider: Provider | None = None
    location: Location | None = None
    payer: Payer | None = None
    member_id: str = ""
    modifiers: tuple[str, ...] = ()


@transaction.atomic
def finish_precoding(
    *, assignment: Assignment, by: User, at: datetime, facts: PreCodingFacts, origins: Sequence[Origin] = ()
) -> PreCoding:
    """Write the facts down, with where each is from, and send the encounter on to coding; codes are suggested then."""
    if assignment.stage != Stage.PRECODING:
        raise LeaseLost
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    for of_practice in (facts.rendering_provider, facts.referring_provider, facts.location, facts.payer):
        if of_practice is not None and of_practice.practice_id != encounter.practice_id:
            raise NotOfThePractice
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    precoding, _ = PreCoding.objects.update_or_create(
        encounter=encounter,
        defaults={
            **values,
            "modifiers": list(facts.modifiers),
            "practice_id": encounter.practice_id,
            "finished_by": by,
            "finished_at": at,
        },
    )
    counts = keep_origins(precoding=precoding, origins=origins, by=by, at=at)
    record("precoding.finished", at=at, by=by, about=encounter, fields=counts)
    end_assignment(assignment=assignment, end=Assignment.End.FINISHED, at=at)
    move_encounter(encounter=encounter, move="finish_precoding", by=by, at=at)
    drop_draft(encounter=encounter, stage=Stage.PRECODING, author=by)
    queue_suggestions(encounter=encounter, at=at)
    return precoding


@transaction.atomic
def send_back_to_precoding(*, assignment: Assignment, by: User, at: datetime, comment: str) -> Encounter:
    """The coder finds a wrong fact (patient, date, pages): pre-coding looks again. The coder's draft stays.

    A repeat ends so: on other facts it would be another visit than the first coder's.
    """
    if not comment.strip():
        raise CommentMissing
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    end_assignment(assignment=assignment, end=Assignment.End.FINISHED, at=at)
    move = "give_up_repeat" if encounter.is_repeat else "back_to_precoding"
    move_encounter(encounter=encounter, move=move, by=by, at=at, comment=comment)
    return encounter
