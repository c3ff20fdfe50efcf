"""Encounters come to be: one for each ready chart, more when its pages are arranged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from coding.actions.holds import reopen_batch
from coding.models import Addendum, Encounter, EncounterEvent, EncounterPage
from coding.rules.arranging import Slot
from coding.rules.lifecycle import EncounterStatus
from portal.actions.audit import record
from portal.failpoints import reached
from portal.models import Batch, Chart, Page, User
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus


@transaction.atomic
def ensure_encounter(*, chart: Chart, at: datetime) -> Encounter | None:
    """The first encounter of a ready chart in a batch that was sent; None while one of both is missing.

    Safe to call again. The batch row is locked: of a chart becoming ready and its batch being sent at the
    same moment, the later one sees the other.
    """
    batch = Batch.objects.select_for_update(no_key=True).get(pk=chart.batch_id)
    chart = Chart.objects.get(pk=chart.pk)
    if batch.status == BatchStatus.OPEN or chart.status != ChartStatus.READY or batch.due_at is None:
        return None
    found = Encounter.objects.originals().filter(chart=chart, part=1).first()
    if found is not None:
        return found
    slots = [Slot(number) for number in Page.objects.filter(chart=chart).values_list("number", flat=True)]
    encounter = create_encounter(chart=chart, batch=batch, part=1, slots=slots, due_at=batch.due_at, at=at)
    reopen_batch(batch=batch, by=None, at=at)  # a chart that was mended after the rest had been delivered
    return encounter


def create_encounter(
    *, chart: Chart, batch: Batch, part: int, slots: Iterable[Slot], due_at: datetime, at: datetime,
    priority: int = 0, by: User | None = None,
) -> Encounter:  # fmt: skip
    """A new encounter, waiting for pre-coding, with the first event of its history."""
    encounter = Encounter.objects.create(
        practice_id=chart.practice_id,
        chart=chart,
        batch=batch,
        part=part,
        specialty=batch.specialty,
        priority=priority,
        due_at=due_at,
        waiting_since=at,
        created_at=at,
    )
    place_pages(encounter=encounter, slots=slots)
    EncounterEvent.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        move="create",
        new_status=EncounterStatus.TO_PRECODE,
        user=by,
        at=at,
    )
    record("encounter.created", at=at, by=by, about=encounter, chart=chart.pk, part=part)
    reached("encounter.created")
    return encounter


def place_pages(*, encounter: Encounter, slots: Iterable[Slot]) -> None:
    """Write which pages of its own chart the visit has, in order; those of later documents stay behind them.

    Inside the caller's transaction, which holds the encounter.
    """
    pages = dict(Page.objects.filter(chart_id=encounter.chart_id).values_list("number", "pk"))
    own = [(pages[slot.page], slot.turn, encounter.chart_id, None) for slot in slots]
    write_places(encounter=encounter, places=[*own, *added_places(encounter)])


def add_pages(*, encounter: Encounter, addendum: Addendum, slots: Iterable[Slot]) -> None:
    """Put pages of a later document behind the pages that the visit has; inside the caller's transaction."""
    pages = dict(Page.objects.filter(chart_id=addendum.chart_id).values_list("number", "pk"))
    last = encounter.placed.count()
    EncounterPage.objects.bulk_create(
        EncounterPage(
            practice_id=encounter.practice_id, encounter=encounter, addendum=addendum, chart_id=addendum.chart_id,
            page_id=pages[slot.page], position=position, turn=slot.turn,
        )
        for position, slot in enumerate(slots, start=last + 1)
    )  # fmt: skip


Place = tuple[int, int, int, int | None]  # page, turn, chart, addendum


def added_places(encounter: Encounter) -> list[Place]:
    """The pages of later documents as they stand."""
    rows = encounter.placed.exclude(addendum=None).order_by("position")
    return list(rows.values_list("page_id", "turn", "chart_id", "addendum_id"))


def write_places(*, encounter: Encounter, places: Iterable[Place]) -> None:
    """All pages of the visit anew."""
    EncounterPage.objects.filter(encounter=encounter).delete()
    EncounterPage.objects.bulk_create(
        EncounterPage(
            practice_id=encounter.practice_id, encounter=encounter, page_id=page, turn=turn, chart_id=chart,
            addendum_id=addendum, position=position,
        )
        for position, (page, turn, chart, addendum) in enumerate(places, start=1)
    )  # fmt: skip
