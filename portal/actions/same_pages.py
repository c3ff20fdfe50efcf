"""The same pages in another file: found by what is seen, told to the practice, never dropped in silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from portal.actions.audit import record
from portal.actions.steps import record_step
from portal.models import Chart, Page, User
from portal.rendering import DrawnPage
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus
from portal.rules.steps import StepName, StepOutcome, StepResult
from portal.signals import chart_ready

LOCK = 0x5A3E  # the first half of the advisory lock's key; the practice is the second


class NotTheSame(Exception):
    """The chart is not one that rests because another has the same pages."""


@dataclass(frozen=True)
class Twin:
    """Another chart, how many of our pages are in it, and whether all are that show anything."""

    chart: Chart
    pages: int
    is_all: bool


def twin_of(chart: Chart, pages: Sequence[DrawnPage]) -> Twin | None:
    """The chart that shares most of these pages, the oldest of equals; None if none does.

    Looked for among charts that are worked on: ready, and of this batch or one that was sent. Until the
    transaction ends no other chart of the practice looks, so that of two that come at once one sees the other.
    """
    ours = {page.pixels for page in pages if page.pixels}
    if not ours:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, chart.practice_id % 2**31])
    worked_on = Q(chart__batch=chart.batch_id) | ~Q(chart__batch__status=BatchStatus.OPEN)
    known = Page.objects.filter(
        worked_on, practice_id=chart.practice_id, pixels__in=ours, chart__status=ChartStatus.READY
    ).exclude(chart=chart.pk)
    shared: dict[int, set[str]] = defaultdict(set)
    for owner, pixels in known.order_by().values_list("chart_id", "pixels"):
        shared[owner].add(pixels)
    if not shared:
        return None
    nearest = min(shared, key=lambda owner: (-len(shared[owner]), owner))
    same = sum(page.pixels in shared[nearest] for page in pages)
    return Twin(Chart.objects.get(pk=nearest), pages=same, is_all=shared[nearest] == ours)


@transaction.atomic
def work_anyway(*, chart: Chart, by: User, at: datetime) -> None:
    """Work on a chart although another has the same pages: somebody says that it is another visit; NotTheSame."""
    if not chart.rests_for_same_pages:
        raise NotTheSame
    resting = Chart.objects.filter(pk=chart.pk, status=ChartStatus.DUPLICATE, duplicate_of=chart.duplicate_of_id)
    try:
        with transaction.atomic():
            moved = resting.update(status=ChartStatus.READY, duplicate_of=None, ready_at=at)
    except IntegrityError:  # the same bytes came again meanwhile, and are worked on
        raise NotTheSame from None
    if not moved:
        raise NotTheSame
    record("chart.worked_anyway", at=at, by=by, about=chart, old=ChartStatus.DUPLICATE, new=ChartStatus.READY)
    record_step(chart=chart, name=StepName.READY, outcome=StepOutcome(StepResult.DONE), at=at)
    chart.refresh_from_db()
    chart_ready.send(sender=Chart, chart=chart, at=at)
