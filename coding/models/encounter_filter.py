"""The filter of the list of encounters as conditions; each key of coding.rules.encounter_filter has one here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from coding.models.assignment import Assignment
from coding.models.coding import Verification
from coding.models.encounter import EncounterQuerySet
from coding.models.encounter_events import EncounterEvent
from coding.rules.encounter_filter import ANY, ME, NOBODY, QUESTION, WAITS, WORKING, EncounterFilter, length_of
from coding.rules.lifecycle import DONE, FINISHED, IN_WORK, STAGE_OF, UNDO, WAITING, EncounterStatus, HoldReason, Stage
from portal.rules.promise import DAY

BEFORE_VERIFICATION = (Stage.PRECODING, Stage.CODING)


@dataclass(frozen=True)
class Reader:
    """For whom a filter is read, and when; `today` is the first moment of their day."""

    user_id: int
    at: datetime
    today: datetime

    def number(self, value: str) -> int:
        """The person or practice that a value names."""
        return self.user_id if value == ME else int(value.removeprefix("#"))


def within(rows: EncounterQuerySet, found: EncounterFilter, *, reader: Reader) -> EncounterQuerySet:
    """The encounters that the filter lets through; its names are numbers. Finished ones must be asked for."""
    if not found.reaches_finished:
        rows = rows.unfinished()
    tokens = found.tokens
    if found.values_of("done"):
        rows = rows.filter(was_done(found, reader))
        tokens = tuple(token for token in tokens if token.key not in OF_WHAT_WAS_DONE)
    conditions = [reduce(or_, (CONDITIONS[token.key](value, reader) for value in token.values)) for token in tokens]
    return rows.filter(reduce(and_, conditions, Q()))


# -- a key each --------------------------------------------------------------------------------------
def has_status(value: str, _reader: Reader) -> Q:
    """A status of the lifecycle, or a group of them. What is only held ahead is not worked on: it waits."""
    in_work = Q(status__in=IN_WORK.values())
    groups: Mapping[str, Callable[[], Q]] = {
        WAITS: lambda: Q(status__in=WAITING.values()) | (in_work & Q(held_ahead())),
        WORKING: lambda: in_work & ~Q(held_ahead()),
        QUESTION: lambda: Q(status=EncounterStatus.HELD, hold_reason=HoldReason.QUERY),
        "finished": lambda: Q(status__in=FINISHED),
        ANY: lambda: Q(pk__isnull=False),
    }
    return groups[value]() if value in groups else Q(status=value.replace("-", "_"))


def at_stage(value: str, _reader: Reader) -> Q:
    stage = Stage(value)
    here = [status for status, of in STAGE_OF.items() if of is stage]
    return Q(status__in=here) | Q(status=EncounterStatus.HELD, hold_stage=stage)


def stands_out(value: str, reader: Reader) -> Q:
    return {
        "overdue": Q(finished_at=None, due_at__lt=reader.at, clock_stopped=False),
        "unassigned": Q(status__in=WAITING.values()),
        "first": Q(priority__gt=0),
    }[value]


def is_due(value: str, reader: Reader) -> Q:
    """Promised by then, what is late already included; while its clock stands still nothing is."""
    end = reader.today + DAY
    if value == "today":
        return Q(due_at__lt=end, clock_stopped=False)
    if value == "tomorrow":
        return Q(due_at__gte=end, due_at__lt=end + DAY, clock_stopped=False)
    later, length = length_of(value)
    return Q(due_at__gt=reader.at + length) if later else Q(due_at__lte=reader.at + length, clock_stopped=False)


def has_age(value: str, reader: Reader) -> Q:
    older, length = length_of(value)
    return Q(created_at__lt=reader.at - length) if older else Q(created_at__gte=reader.at - length)


def has_coder(value: str, reader: Reader) -> Q:
    at_work = Assignment.objects.open().filter(encounter=OuterRef("pk"), stage__in=BEFORE_VERIFICATION)
    if value == NOBODY:
        return Q(coded_by=None) & ~Q(Exists(at_work))
    person = reader.number(value)
    return Q(coded_by=person) | Q(Exists(at_work.filter(user=person)))


def has_verifier(value: str, reader: Reader) -> Q:
    at_work = Assignment.objects.open().filter(encounter=OuterRef("pk"), stage=Stage.VERIFICATION)
    verdicts = Verification.objects.exclude(submissions__taken_back_at__isnull=False).filter(encounter=OuterRef("pk"))
    if value == NOBODY:
        return ~Q(Exists(at_work)) & ~Q(Exists(verdicts))
    person = reader.number(value)
    return Q(Exists(at_work.filter(user=person))) | Q(Exists(verdicts.filter(verifier=person)))


def is_with(value: str, reader: Reader) -> Q:
    """In whose hands it is now."""
    held = Assignment.objects.open().filter(encounter=OuterRef("pk"))
    return ~Q(Exists(held)) if value == NOBODY else Q(Exists(held.filter(user=reader.number(value))))


CONDITIONS: Mapping[str, Callable[[str, Reader], Q]] = {
    "status": has_status,
    "stage": at_stage,
    "is": stands_out,
    "due": is_due,
    "age": has_age,
    "practice": lambda value, reader: Q(practice=reader.number(value)),
    "batch": lambda value, _reader: Q(batch__number=int(value.removeprefix("B-"))),
    "specialty": lambda value, _reader: Q(specialty=value.replace("-", "_")),
    "coder": has_coder,
    "verifier": has_verifier,
    "person": is_with,
}


# -- what was done -----------------------------------------------------------------------------------
OF_WHAT_WAS_DONE = frozenset({"done", "stage", "person"})  # beside `done` the others say at which stage, and by whom


def was_done(found: EncounterFilter, reader: Reader) -> Q:
    """Left a stage with its work done since the reader's midnight; of the filter, at which stages and by whom."""
    stages = [Stage(value) for value in found.values_of("stage")] or list(Stage)
    moves = reduce(or_, (done_moves(stage) for stage in stages))
    events = lasting(EncounterEvent.objects.filter(encounter=OuterRef("pk"), at__gte=reader.today)).filter(moves)
    people = [reader.number(value) for value in found.values_of("person") if value != NOBODY]
    return Q(Exists(events.filter(user__in=people) if people else events))


def done_moves(stage: Stage) -> Q:
    """Events by which an encounter leaves a stage with its work done."""
    return Q(old_status=IN_WORK[stage], move__in=DONE[stage])


def lasting(events: Any) -> Any:
    """Those of the events by which a stage was done that were not taken back afterwards."""
    undone = EncounterEvent.objects.filter(
        encounter=OuterRef("encounter"),
        pk__gt=OuterRef("pk"),
        move__in=UNDO.values(),
        new_status=OuterRef("old_status"),
    )
    return events.filter(~Exists(undone))


def held_ahead() -> Exists:
    """Whether an encounter of the outer query is only held ahead for somebody: not worked on, so it waits."""
    return Exists(Assignment.objects.open().ahead().filter(encounter=OuterRef("pk")))
