"""Samples of finished work, drawn from a frame that is kept, so that anybody can draw them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from coding.models import AuditDraw, Coding, Encounter, ProcedureLine, Score
from coding.models.plans import as_drawn, as_frame
from coding.rules import scoring
from coding.rules.em_families import family_of_code
from coding.rules.lifecycle import EncounterStatus
from coding.rules.plans.draws import Drawn, Strata, Unit, drawn_from, frame_hash
from portal.actions.audit import record
from portal.models import Practice, User

FRAME_AT_MOST = 20_000
DONE = (EncounterStatus.VERIFIED, EncounterStatus.DELIVERED)


class FrameEmpty(Exception):
    """No visit was finished in that time: there is nothing to draw from."""


class FrameTooLarge(Exception):
    """More visits than a frame holds: a shorter time is to be named."""


@dataclass(frozen=True)
class Again:
    """A draw made once more from what was kept: whether the frame is the one that was hashed, and the sample equal."""

    frame_is_whole: bool
    is_equal: bool


@transaction.atomic
def draw_audit(
    *, practice: Practice, by: User, at: datetime, title: str, from_on: date, to_on: date, strata: Strata, size: int,
    seed: str, spares: int = 0, coder: User | None = None,
) -> AuditDraw:  # fmt: skip
    """Draw from the visits that were finished in the days, both included. FrameEmpty, FrameTooLarge.

    The seed is chance and comes from the caller. Every draw is kept: one that was made again to get another sample
    stands beside the first.
    """
    frame = frame_of(practice, from_on=from_on, to_on=to_on, coder=coder, strata=strata)
    if not frame:
        raise FrameEmpty
    size = min(size, len(frame))
    drawn = drawn_from(frame, seed=seed, size=size, spares=spares)
    row = AuditDraw.objects.create(
        practice=practice, title=title.strip(), from_on=from_on, to_on=to_on, coder=coder, strata=strata, size=size,
        spares=spares, seed=seed, frame=as_frame(frame), frame_size=len(frame), frame_hash=frame_hash(frame),
        drawn=as_drawn(drawn), made_by=by, made_at=at,
    )  # fmt: skip
    record("audit.drawn", at=at, by=by, about=row, size=size, frame=len(frame), hash=row.frame_hash)
    return row


def frame_of(practice: Practice, *, from_on: date, to_on: date, coder: User | None, strata: Strata) -> list[Unit]:
    """The visits in the order of their numbers, each with its stratum; three queries."""
    zone = timezone.get_current_timezone()
    rows = Encounter.objects.filter(
        practice=practice,
        repeats=None,
        status__in=DONE,
        finished_at__gte=datetime.combine(from_on, datetime.min.time(), zone),
        finished_at__lt=datetime.combine(to_on + timedelta(days=1), datetime.min.time(), zone),
    ).order_by("pk")
    if coder is not None:
        rows = rows.filter(coded_by=coder)
    found = list(rows.values_list("pk", "coded_by", "specialty")[: FRAME_AT_MOST + 1])
    if len(found) > FRAME_AT_MOST:
        raise FrameTooLarge
    levels = levels_of_visits([pk for pk, _coder, _specialty in found]) if strata is Strata.LEVEL else {}
    return [
        Unit(place, pk, stratum_of(strata, by or 0, specialty, levels.get(pk, "")))
        for place, (pk, by, specialty) in enumerate(found, start=1)
    ]


def stratum_of(strata: Strata, coder: int, specialty: str, level: str) -> str:
    """The name of a visit's stratum: the coder's number, the specialty, the level, as far as it is divided."""
    parts = {
        Strata.NONE: (),
        Strata.CODER: (f"coder {coder}",),
        Strata.SPECIALTY: (f"coder {coder}", specialty),
        Strata.LEVEL: (f"coder {coder}", specialty, level or "no level"),
    }[strata]
    return " / ".join(parts)


def levels_of_visits(encounters: Sequence[int]) -> dict[int, str]:
    """The first level of a family in the last version of each visit; two queries."""
    rows = Coding.objects.filter(encounter__in=encounters).order_by("encounter", "-version").distinct("encounter")
    lines = Prefetch("procedures", ProcedureLine.objects.order_by("position"))
    return {
        row.encounter_id: next((line.code for line in row.procedures.all() if family_of_code(line.code)), "")
        for row in rows.prefetch_related(lines)
    }


def drawn_again(draw: AuditDraw) -> Again:
    """The sample made once more from seed and frame, held against what was kept."""
    units = draw.units()
    again = drawn_from(units, seed=draw.seed, size=draw.size, spares=draw.spares)
    return Again(frame_hash(units) == draw.frame_hash, as_drawn(again) == draw.drawn)


def found_in(drawn: Sequence[Drawn]) -> scoring.Score:
    """The figures of the sample's visits as far as they were verified; spares do not count. One query."""
    numbers = [one.unit.number for one in drawn if not one.is_spare]
    rows = Score.objects.newest().filter(verification__encounter__in=numbers).select_related("verification")
    rows = rows.exclude(verification__submissions__taken_back_at__isnull=False)
    last = {row.verification.encounter_id: row for row in sorted(rows, key=lambda row: row.verification_id)}
    return scoring.score([row.figures() for row in last.values()])
