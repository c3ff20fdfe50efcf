"""How long work took from receipt to result, and whether it came when it was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from coding.actions.reports.months import Month, delivered_batches
from coding.rules.figure_words import proportion_words
from coding.rules.proportions import Proportion
from coding.rules.queries.figures import percentile
from coding.rules.reports.shape import Align, Column, Fact, Table
from portal.rules.specialties import Specialty

HOUR = timedelta(hours=1)
COLUMNS = (
    Column("Batch", width=9), Column("Specialty", width=18), Column("Visits", Align.NUMBER, 8),
    Column("Received", width=17), Column("Promised by", width=17), Column("Sent back", width=17),
    Column("Hours taken", Align.NUMBER, 12), Column("Hours late", Align.NUMBER, 12),
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """One batch: received, promised, sent back; `visits` in it."""

    label: str
    specialty: str
    visits: int
    received: datetime
    promised: datetime
    delivered: datetime

    @property
    def took(self) -> timedelta:
        return self.delivered - self.received

    @property
    def late(self) -> timedelta:
        return max(timedelta(0), self.delivered - self.promised)


def batches(month: Month) -> list[Kept]:
    """The batches sent back in the month; two queries."""
    rows = delivered_batches(month).prefetch_related("deliveries")
    return [
        Kept(
            label=row.label,
            specialty=Specialty(row.specialty).label,
            visits=max((one.encounter_count for one in row.deliveries.all() if one.version == 1), default=0),
            received=row.received_at,
            promised=row.due_at,
            delivered=row.first_delivered,  # type: ignore[attr-defined]
        )
        for row in rows
        if row.received_at is not None and row.due_at is not None
    ]


def facts(found: list[Kept]) -> tuple[Fact, ...]:
    """Promise kept, and how long it took."""
    on_time = Proportion(sum(not one.late for one in found), len(found))
    taken = [one.took for one in found]
    return (
        Fact("Promise kept", f"{on_time.count} of {on_time.of} batches", basis_of(on_time)),
        Fact("Half were back within", hours_words(percentile(taken, 50)), f"of {len(found)} batches"),
        Fact("85 % were back within", hours_words(percentile(taken, 85)), f"of {len(found)} batches"),
    )


def basis_of(share: Proportion) -> str:
    """The percentage with its interval; nothing of none."""
    _, _, percentage = proportion_words(share).partition(" · ")
    return f"{percentage}, 95 % interval" if percentage else ""


def hours_words(length: timedelta | None) -> str:
    return "–" if length is None else f"{hours(length)} h"


def hours(length: timedelta) -> Decimal:
    """With two decimals."""
    return (Decimal(length // timedelta(seconds=1)) / 3600).quantize(Decimal("0.01"))


def table(found: list[Kept], month: Month) -> Table:
    """A row for each batch."""
    return Table(
        title="Batches",
        columns=COLUMNS,
        rows=tuple(
            (
                one.label,
                one.specialty,
                one.visits,
                *(f"{at.astimezone(month.zone):%Y-%m-%d %H:%M}" for at in (one.received, one.promised, one.delivered)),
                hours(one.took),
                hours(one.late),
            )
            for one in found
        ),
        note="Batches whose first result was sent in the month, by the practice's clock. The promise is the contract's "
        "turnaround from receipt, moved only where the contract lets a query stop the clock.",
        empty="No batch was sent back in this month.",
    )
