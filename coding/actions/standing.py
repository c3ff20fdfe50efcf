"""How we stand with a practice: turnaround against promise, accuracy, rejected files; the last twelve weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.utils import timezone

from coding.actions.credits import credits_of, first_deliveries
from coding.models import Score
from coding.rules.proportions import Proportion, Ratio, ratio
from coding.rules.weeks import WEEKS, last_weeks, monday_of
from portal.models import Batch, Chart
from portal.rules.credit import Credit
from portal.rules.intake import ChartStatus, Refusal

HOUR = timedelta(hours=1)
LOOK_BACK = timedelta(weeks=WEEKS)


@dataclass(frozen=True)
class Turnaround:
    """Hours from sending to first delivery: half of the batches took no longer; how many came in time; by week."""

    half: float | None
    in_time: Proportion
    weeks: tuple[float | None, ...]
    late: tuple[tuple[Batch, Credit], ...]


@dataclass(frozen=True)
class Accuracy:
    """Of what coders sent, before it was corrected: lines that were right, over the first verdict on each visit."""

    share: Ratio
    weeks: tuple[Ratio, ...]


@dataclass(frozen=True)
class Rejected:
    """Files that could not become work, of all that came; by week."""

    share: Proportion
    weeks: tuple[Proportion, ...]


def week_of(at: datetime) -> date:
    """The first day of the week, in the reader's zone."""
    return monday_of(timezone.localtime(at).date())


def weeks_now(at: datetime) -> list[date]:
    return last_weeks(timezone.localtime(at).date())


def turnaround_of(practices: Iterable[int], *, at: datetime) -> Turnaround:
    """Of the batches that first came back in the last weeks; five queries."""
    rows = Batch.objects.filter(
        Q(deliveries__version=1, deliveries__created_at__gte=at - LOOK_BACK), practice__in=list(practices)
    )
    batches = list(rows.distinct().select_related("practice"))
    first, credit = first_deliveries(batches), credits_of(batches, at=at)
    hours: dict[date, list[float]] = defaultdict(list)
    for one in batches:
        hours[week_of(first[one.pk])].append((first[one.pk] - one.received_at) / HOUR)  # type: ignore[operator]  # was sent
    every = [took for week in hours.values() for took in week]
    late = [(one, credit[one.pk]) for one in batches if credit[one.pk].days]
    return Turnaround(
        half=median(every) if every else None,
        in_time=Proportion(len(batches) - len(late), len(batches)),
        weeks=tuple(median(hours[week]) if hours[week] else None for week in weeks_now(at)),
        late=tuple(sorted(late, key=lambda pair: first[pair[0].pk], reverse=True)),
    )


def accuracy_of(practices: Iterable[int], *, at: datetime) -> Accuracy:
    """From the newest score of the first verdict on each visit of the last weeks; one query."""
    rows = (
        Score.objects.newest()
        .filter(
            practice__in=list(practices),
            verification__at__gte=at - LOOK_BACK,
            verification__encounter__repeats=None,
        )
        .exclude(verification__submissions__taken_back_at__isnull=False)
        .select_related("verification")
    )
    first: dict[int, Score] = {}
    for one in sorted(rows, key=lambda row: (row.verification.at, row.verification_id)):
        first.setdefault(one.verification.encounter_id, one)
    by_week: dict[date, list[Score]] = defaultdict(list)
    for one in first.values():
        by_week[week_of(one.verification.at)].append(one)
    return Accuracy(lines_of(first.values()), tuple(lines_of(by_week[week]) for week in weeks_now(at)))


def lines_of(scores: Iterable[Score]) -> Ratio:
    return ratio([one.figures().lines for one in scores])


def rejected_of(practices: Iterable[int], *, at: datetime) -> Rejected:
    """Files refused or in quarantine, of those that came in the last weeks; one query."""
    rows = Chart.objects.filter(practice__in=list(practices), received_at__gte=at - LOOK_BACK)
    bad = Q(status__in=[ChartStatus.UNREADABLE, ChartStatus.QUARANTINED]) & ~Q(reason=Refusal.LEFT_OUT)
    counted = rows.order_by().annotate(week=TruncWeek("received_at", tzinfo=timezone.get_current_timezone()))
    found = {
        row["week"].date(): Proportion(row["bad"], row["every"])
        for row in counted.values("week").annotate(bad=Count("pk", filter=bad), every=Count("pk"))
    }
    return Rejected(added(list(found.values())), weeks_from(found, at=at))


def added(shares: Sequence[Proportion]) -> Proportion:
    return Proportion(sum(one.count for one in shares), sum(one.of for one in shares))


def weeks_from(found: Mapping[date, Proportion], *, at: datetime) -> tuple[Proportion, ...]:
    return tuple(found.get(week, Proportion(0, 0)) for week in weeks_now(at))
