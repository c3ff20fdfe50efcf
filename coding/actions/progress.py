"""How far batches are, whose move it is, and by when they are likely to be ready: read for the practice's pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime

from django.db.models import Count, Q

from coding.models import Encounter
from coding.rules.lifecycle import FINISHED, EncounterStatus, Stage, WhoseMove
from coding.rules.likely_by import WINDOW, LikelyBy, Pace, likely_by, pace_of
from coding.rules.progress import Progress
from portal.models import Batch, Chart
from portal.rules.intake import ChartStatus
from portal.rules.stretches import Stretch

_ = EncounterStatus
HELD = Q(status=_.HELD)
PRECODED = ~Q(status__in=[_.TO_PRECODE, _.PRECODING]) & ~(HELD & Q(hold_stage=Stage.PRECODING))
CODED = Q(status__in=[_.TO_VERIFY, _.VERIFYING, *FINISHED]) | (HELD & Q(hold_stage=Stage.VERIFICATION))
FOR_PRACTICE = HELD & Q(hold_move=WhoseMove.PRACTICE)


def progress_of(batches: Iterable[Batch]) -> dict[int, Progress]:
    """By batch; two queries however many there are."""
    batches = list(batches)
    rows = Encounter.objects.originals().filter(batch__in=batches).order_by().values("batch")
    counted = rows.annotate(
        visits=Count("pk"),
        precoded=Count("pk", filter=PRECODED),
        coded=Count("pk", filter=CODED),
        finished=Count("pk", filter=Q(status__in=FINISHED)),
        delivered=Count("pk", filter=Q(status=_.DELIVERED)),
        for_practice=Count("pk", filter=FOR_PRACTICE),
        held=Count("pk", filter=HELD & ~Q(hold_move=WhoseMove.PRACTICE)),
    )
    locked = Chart.objects.filter(batch__in=batches, status=ChartStatus.LOCKED).order_by().values("batch")
    locks = dict(locked.annotate(number=Count("pk")).values_list("batch", "number"))
    names = [field.name for field in fields(Progress) if field.name != "locked"]
    found: dict[int, dict[str, int]] = {
        pk: dict(zip(names, row, strict=True)) for pk, *row in counted.values_list("batch", *names)
    }
    return {one.pk: Progress(**found.get(one.pk, {}), locked=locks.get(one.pk, 0)) for one in batches}


def estimates(
    batches: Iterable[Batch], progress: Mapping[int, Progress], *, practice_id: int, at: datetime
) -> dict[int, LikelyBy]:
    """By when each of one practice's batches in progress is likely to be ready; those it can be said of.

    What is due before goes first. Visits that wait for the practice are left out: nobody knows when it answers.
    """
    pace, found, ahead = practice_pace(practice_id, at=at), {}, 0
    for one in sorted(batches, key=lambda batch: (batch.due_at or at, batch.pk)):
        own = progress[one.pk].ours
        if (likely := likely_by(ahead=ahead, own=own, pace=pace, at=at)) is not None:
            found[one.pk] = likely
        ahead += max(0, own)
    return found


def practice_pace(practice_id: int, *, at: datetime) -> Pace | None:
    """How many visits of a practice were finished an hour while there was work of it, lately."""
    since = at - WINDOW
    finished = Encounter.objects.originals().filter(practice=practice_id, status__in=FINISHED, finished_at__gte=since)
    sent = Batch.objects.filter(practice=practice_id, received_at__isnull=False)
    at_work = sent.filter(Q(delivered_at=None) | Q(delivered_at__gte=since))
    stretches = [Stretch(begun, ended) for begun, ended in at_work.values_list("received_at", "delivered_at") if begun]
    return pace_of(finished.count(), stretches, at=at)
