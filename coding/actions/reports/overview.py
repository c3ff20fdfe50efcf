"""The month of a practice on a page or two: work, promise, accuracy, queries, what could not be used."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, F

from coding.actions.reports.months import Month, visits
from coding.models import Query
from coding.rules.lifecycle import NotBillableReason
from coding.rules.queries.figures import answering
from coding.rules.queries.states import QueryStatus
from coding.rules.reports.shape import Align, Column, Fact, Table
from portal.models import Batch, Chart
from portal.rules.intake import ADVICE, ChartStatus, Refusal
from portal.rules.promise import span
from portal.rules.specialties import Specialty


def work(month: Month) -> tuple[tuple[Fact, ...], Table, Table]:
    """What came and what went back, by specialty; and what was not billable, by reason."""
    received = Batch.objects.filter(practice=month.practice, received_at__range=month.during)
    charts = Chart.objects.filter(batch__in=received).count()
    rows = list(visits(month).annotate(page_total=Count("placed")))
    pages = sum(row.page_total for row in rows)
    by_specialty: dict[str, Counter[str]] = {}
    for row in rows:
        by_specialty.setdefault(row.specialty, Counter()).update(visits=1, pages=row.page_total)
    reasons = Counter(row.not_billable_reason for row in rows if row.not_billable_reason)
    facts = (
        Fact("Received", f"{received.count()} batches", f"{charts} files"),
        Fact("Sent back", f"{len(rows):,} visits", f"{pages:,} pages"),
        Fact("Not billable", f"{sum(reasons.values()):,} visits", f"of {len(rows):,} sent back"),
    )
    specialties = Table(
        title="Sent back by specialty",
        columns=(Column("Specialty", width=28), Column("Visits", Align.NUMBER, 10), Column("Pages", Align.NUMBER, 10)),
        rows=tuple(
            (Specialty(name).label, counts["visits"], counts["pages"])
            for name, counts in sorted(by_specialty.items(), key=lambda one: (-one[1]["visits"], one[0]))
        ),
        total=("Together", len(rows), pages) if rows else None,
        empty="Nothing was sent back in this month.",
    )
    not_billable = Table(
        title="Not billable",
        columns=(Column("Reason", width=40), Column("Visits", Align.NUMBER, 10)),
        rows=tuple((NotBillableReason(reason).label, count) for reason, count in reasons.most_common()),
        empty="Every visit that was sent back could be coded.",
    )
    return facts, specialties, not_billable


def queries(month: Month) -> tuple[Fact, ...]:
    """What the practice was asked, and how long its answers took."""
    rows = Query.objects.filter(practice=month.practice, encounter__repeats=None, asked_at__range=month.during)
    took = rows.filter(status=QueryStatus.ANSWERED).annotate(took=F("ended_at") - F("asked_at"))
    times = answering(list(took.values_list("took", flat=True)))
    half = f"half within {span(times.half)}" if times.half is not None else "none answered yet"
    asked = rows.count()
    return (Fact("Queries to you", f"{asked} asked", f"{times.count} answered, {half}" if asked else ""),)


def refused(month: Month) -> tuple[Fact, Table]:
    """Files that could not be used, by reason, with what helps."""
    rows = Chart.objects.filter(practice=month.practice, received_at__range=month.during, status=ChartStatus.UNREADABLE)
    reasons = Counter(rows.values_list("reason", flat=True))
    count = sum(reasons.values())
    table = Table(
        title="Files we could not use",
        columns=(Column("What was wrong", width=44), Column("Files", Align.NUMBER, 8), Column("What helps", width=56)),
        rows=tuple(
            (ADVICE[Refusal(reason)].wrong, number, ADVICE[Refusal(reason)].next_step)
            for reason, number in reasons.most_common()
        ),
        empty="Every file that was sent could be read.",
    )
    return Fact("Files we could not use", str(count), "received in the month"), table
