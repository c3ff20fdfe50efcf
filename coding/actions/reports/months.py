"""A calendar month at a practice, and what went back to it then."""

from __future__ import annotations

import zoneinfo
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import DateTimeField, Min, QuerySet

from coding.models import Encounter, EncounterEvent
from portal.models import Batch, Practice


@dataclass(frozen=True)
class Month:
    """One month by the practice's clock: from `start`, before `end`."""

    practice: Practice
    first: date

    @property
    def last(self) -> date:
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.practice.time_zone)

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    @property
    def during(self) -> tuple[datetime, datetime]:
        """For `__range`: the end is open by a microsecond, which is what PostgreSQL counts in."""
        return self.start, self.end - timedelta(microseconds=1)

    def day(self, at: datetime) -> date:
        """The day at the practice."""
        return at.astimezone(self.zone).date()


def before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def sent_back(month: Month) -> dict[int, datetime]:
    """The visits that went back for the first time in the month, by id, with when."""
    rows = (
        EncounterEvent.objects.filter(
            practice=month.practice, move="deliver", at__lt=month.end, encounter__repeats=None,
            encounter__in=EncounterEvent.objects.filter(
                practice=month.practice, move="deliver", at__range=month.during
            ).values("encounter"),
        )
        .values("encounter")
        .annotate(first=Min("at"))
        .order_by("first", "encounter")
    )  # fmt: skip
    return {row["encounter"]: row["first"] for row in rows if row["first"] >= month.start}


def visits(month: Month) -> QuerySet[Encounter]:
    """Those visits as rows, by number."""
    return Encounter.objects.originals().filter(pk__in=sent_back(month)).order_by("pk")


def delivered_batches(month: Month) -> QuerySet[Batch]:
    """Batches whose first delivery was in the month, each with `first_delivered`; the earliest first."""
    rows = Batch.objects.filter(practice=month.practice)
    first = Min("deliveries__created_at", output_field=DateTimeField())
    return (
        rows.annotate(first_delivered=first)
        .filter(first_delivered__range=month.during)
        .order_by("first_delivered", "pk")
    )
