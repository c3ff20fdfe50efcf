"""The invoice of a month: every visit that went back, priced by the contract of its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum
from django.db.models.functions import Coalesce

from coding.actions.credits import credits_of
from coding.actions.reports.months import Month, sent_back
from coding.models import Assignment, Encounter
from coding.rules.invoicing import Delivered, Invoice, Prices, Terms, invoice
from coding.rules.reports.shape import Align, Column, Fact, Table, money
from portal.models import Contract

COLUMNS = (
    Column("Visit", width=10), Column("Batch", width=8), Column("Sent back", width=11),
    Column("Pages", Align.NUMBER, 7), Column("Hours", Align.NUMBER, 7), Column("Visit, $", Align.NUMBER, 9),
    Column("Pages, $", Align.NUMBER, 9), Column("Time, $", Align.NUMBER, 9), Column("Amount, $", Align.NUMBER, 10),
    Column("Credit, $", Align.NUMBER, 9),
)  # fmt: skip


def terms_of(month: Month) -> list[Terms]:
    """The contracts that hold in the month, with their prices."""
    rows = Contract.objects.filter(practice=month.practice, starts_on__lte=month.last).exclude(ends_on__lt=month.first)
    return [
        Terms(
            Prices(row.price_per_encounter, row.price_per_page, row.price_per_hour, row.monthly_minimum),
            row.starts_on,
            row.ends_on,
        )
        for row in rows
    ]


def seconds_at_bench(first_sent: Mapping[int, datetime]) -> dict[int, int]:
    """By visit: from opening to handing in, of each stage that was finished before the visit first went back."""
    length = ExpressionWrapper(F("ended_at") - Coalesce("opened_at", "started_at"), output_field=DurationField())
    rows = (
        Assignment.objects.filter(encounter__in=list(first_sent), end=Assignment.End.FINISHED)
        .values("encounter")
        .annotate(took=Sum(length))
    )
    return {row["encounter"]: int(row["took"].total_seconds()) for row in rows}


def work_of(month: Month) -> list[Delivered]:
    """The visits that first went back in the month; six queries."""
    first_sent = sent_back(month)
    seconds = seconds_at_bench(first_sent)
    found = Encounter.objects.originals().filter(pk__in=list(first_sent)).select_related("batch__practice")
    rows = list(found.annotate(page_total=Count("placed")).order_by("pk"))
    credit = credits_of({row.batch for row in rows}, at=month.end)
    return [
        Delivered(
            encounter=row.label,
            batch=row.batch.label,
            on=month.day(first_sent[row.pk]),
            pages=row.page_total,  # type: ignore[attr-defined]  # annotated above
            seconds=seconds.get(row.pk, 0),
            coded=not row.not_billable_reason,
            credit=credit[row.batch_id].percent,
        )
        for row in rows
    ]


def invoice_of(month: Month) -> Invoice:
    """What is owed."""
    return invoice(work_of(month), terms_of(month), first=month.first)


def facts(bill: Invoice) -> tuple[Fact, ...]:
    """The sum on top, and how it comes about."""
    coded = sum(line.work.coded for line in bill.lines)
    return (
        Fact("To pay", money(bill.total), "US dollars, by the contract"),
        Fact("Work", money(bill.subtotal), f"{coded} coded visits, {len(bill.lines) - coded} not billable"),
        Fact("Up to the monthly minimum", money(bill.to_minimum)),
        Fact("Credit for late batches", money(bill.credit)),
    )


def table(bill: Invoice) -> Table:
    """A line for each visit."""
    lines = bill.lines
    return Table(
        title="Visits",
        columns=COLUMNS,
        rows=tuple(
            (
                line.work.encounter,
                line.work.batch,
                line.work.on,
                line.work.pages,
                line.hours,
                line.for_visit,
                line.for_pages,
                line.for_time,
                line.amount,
                line.credit,
            )
            for line in lines
        ),
        note="Each visit that went back for the first time in the month, by the prices of that day. One without "
        "billable services costs its pages and time alone. Hours run from opening at a bench to handing in, all stages "
        "together. Credit is what the lateness of its batch takes off.",
        total=(
            "Together",
            "",
            None,
            sum(line.work.pages for line in lines),
            total(line.hours for line in lines),
            total(line.for_visit for line in lines),
            total(line.for_pages for line in lines),
            total(line.for_time for line in lines),
            bill.subtotal,
            bill.credit,
        )
        if lines
        else None,
        empty="No visit went back in this month.",
    )


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, start=Decimal("0.00"))


def sums(bill: Invoice) -> Table:
    """How the sum comes about, and the prices in force."""
    return Table(
        title="Sum",
        columns=(Column("", width=40), Column("US dollars", Align.NUMBER, 14)),
        rows=(
            ("Visits", bill.subtotal),
            ("Up to the monthly minimum", bill.to_minimum),
            ("Credit for late batches", -bill.credit),
        ),
        total=("To pay", bill.total),
        note="A late batch takes the contract's share off what its visits cost, for each day begun, less the time in "
        "which a query waited for the practice. It is taken off after the minimum.",
    )
