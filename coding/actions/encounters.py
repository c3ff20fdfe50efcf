"""Encounters come to be: one for each ready chart, more by page range."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations, groupby, product

from django.db import transaction
from django.db.models import Max

from coding.actions.holds import reopen_batch
from coding.actions.leases import hold_lease
from coding.actions.moves import AlreadyMoved
from coding.models import Assignment, Encounter, EncounterEvent
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.actions.audit import record
from portal.failpoints import reached
from portal.models import Batch, Chart, User
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus


class BadPageRange(Exception):
    """The pages of the visits cannot be these; the text says why, to the person who wrote them."""


VISIT_LIMIT = 20  # visits of one request: a chart of more is a mistake, not a day's work


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
    found = Encounter.objects.filter(chart=chart, part=1).first()
    if found is not None:
        return found
    encounter = create_encounter(
        chart=chart, batch=batch, part=1, pages=(1, chart.page_count or 1), due_at=batch.due_at, at=at
    )
    reopen_batch(batch=batch, by=None, at=at)  # a chart that was mended after the rest had been delivered
    return encounter


def create_encounter(
    *, chart: Chart, batch: Batch, part: int, pages: tuple[int, int], due_at: datetime, at: datetime,
    priority: int = 0, by: User | None = None,
) -> Encounter:  # fmt: skip
    """A new encounter, waiting for pre-coding, with the first event of its history."""
    encounter = Encounter.objects.create(
        practice_id=chart.practice_id,
        chart=chart,
        batch=batch,
        part=part,
        first_page=pages[0],
        last_page=pages[1],
        specialty=batch.specialty,
        priority=priority,
        due_at=due_at,
        waiting_since=at,
        created_at=at,
    )
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


@transaction.atomic
def split_encounter(
    *, assignment: Assignment, by: User, at: datetime, ranges: Sequence[tuple[int, int]], leave_out: bool = False
) -> list[Encounter]:
    """Say which pages document which visit: the first range stays with this encounter, each other one is a new one.

    `ranges` are first and last page, counted from 1, both included. Two visits may share exactly the same pages if
    one request says so; asked for again, they are refused. Pages may stay without a visit with `leave_out` only.
    """
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    if assignment.stage != Stage.PRECODING:
        raise AlreadyMoved
    chart = Chart.objects.select_for_update(no_key=True).get(pk=encounter.chart_id)
    others = list(Encounter.objects.filter(chart=chart).exclude(pk=encounter.pk).values_list("first_page", "last_page"))
    present = (encounter.first_page, encounter.last_page)
    check_ranges(list(ranges), present=present, others=others, page_count=chart.page_count or 1)
    missing = left_out(present, by=[*ranges, *others])
    if missing and not leave_out:
        raise BadPageRange(f"{in_words(missing)} to no visit.")
    first, *more = ranges
    encounter.first_page, encounter.last_page = first
    encounter.save(update_fields=["first_page", "last_page"])
    note_pages_set(encounter=encounter, by=by, at=at, left_out=len(missing))
    part = Encounter.objects.filter(chart=chart).aggregate(last=Max("part"))["last"]
    batch = encounter.batch
    return [encounter] + [
        create_encounter(
            chart=chart, batch=batch, part=part + number, pages=pages, due_at=encounter.due_at,
            priority=encounter.priority, at=at, by=by,
        )
        for number, pages in enumerate(more, start=1)
    ]  # fmt: skip


def note_pages_set(*, encounter: Encounter, by: User, at: datetime, left_out: int) -> None:
    """Write down that the pages of the visit were set, and how many now belong to no visit."""
    EncounterEvent.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        move="set_pages",
        old_status=encounter.status,
        new_status=encounter.status,
        user=by,
        reason=f"{left_out} left out" if left_out else "",
        at=at,
    )
    record(
        "encounter.pages_set", at=at, by=by, about=encounter,
        first=encounter.first_page, last=encounter.last_page, left_out=left_out,
    )  # fmt: skip


def check_ranges(
    ranges: list[tuple[int, int]], *, present: tuple[int, int], others: list[tuple[int, int]], page_count: int
) -> None:
    """BadPageRange unless every range lies in the chart, no two overlap in part and none is another visit's already.

    Only the pages that the encounter has at `present` stay its own although another visit shares them.
    """
    if not ranges or any(not 1 <= first <= last <= page_count for first, last in ranges):
        raise BadPageRange("The ranges must lie in the chart and must not overlap.")
    if len(ranges) > VISIT_LIMIT:
        raise BadPageRange(f"A chart is split into at most {VISIT_LIMIT} visits at once.")
    asked = ranges[1:] if ranges[0] == present else ranges
    if set(asked) & set(others):
        raise BadPageRange("Those pages are another visit already.")
    narrowed = [other for other in others if other != (1, page_count)]  # who spans the whole chart blocks nobody
    pairs = [*combinations(ranges, 2), *product(ranges, narrowed)]
    if any(a != b and a[0] <= b[1] and b[0] <= a[1] for a, b in pairs):
        raise BadPageRange("The ranges must lie in the chart and must not overlap.")


def left_out(present: tuple[int, int], *, by: list[tuple[int, int]]) -> list[int]:
    """The pages of a range that none of the ranges `by` covers."""
    covered = {page for first, last in by for page in range(first, last + 1)}
    return [page for page in range(present[0], present[1] + 1) if page not in covered]


def in_words(pages: list[int]) -> str:
    """Pages with the verb that follows: "Pages 5–6, 9 belong", "Page 4 belongs"."""
    runs = [[page for _, page in run] for _, run in groupby(enumerate(pages), lambda pair: pair[1] - pair[0])]
    text = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"Page {text} belongs" if len(pages) == 1 else f"Pages {text} belong"
