"""Put a report together and keep it; share it with the practice."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from coding.actions.reports import invoices, overview, quality, turnaround
from coding.actions.reports.months import Month
from coding.models import Report, ReportSchedule
from coding.rules.reports.bodies import as_json
from coding.rules.reports.shape import Fact, ReportKind, Table
from coding.rules.reports.shape import Report as Body
from portal.actions.audit import record
from portal.models import Practice, User

Parts = tuple[tuple[Fact, ...], tuple[Table, ...]]
NOT_OVER = "The month is not over: figures go on changing until its end."


class NotBegun(Exception):
    """The month has not begun at the practice."""


class AlreadyShared(Exception):
    """The practice sees the report already."""


def collect(kind: ReportKind, month: Month, *, at: datetime) -> Body:
    """The figures as they are known now; a few queries however much work there was."""
    parts = {
        ReportKind.MONTH: month_parts,
        ReportKind.TURNAROUND: turnaround_parts,
        ReportKind.QUALITY: quality_parts,
        ReportKind.INVOICE: invoice_parts,
    }[kind](month)
    return Body(
        kind=kind,
        practice=month.practice.name,
        first=month.first,
        last=month.last,
        made_on=month.day(at),
        facts=parts[0],
        tables=parts[1],
        notes=(NOT_OVER,) if at < month.end else (),
    )


def month_parts(month: Month) -> Parts:
    facts, specialties, not_billable = overview.work(month)
    kept = turnaround.batches(month)
    scores = quality.first_scores(month)
    unusable, files = overview.refused(month)
    return (
        (*facts, *turnaround.facts(kept), *quality.facts(scores), *overview.queries(month), unusable),
        (specialties, turnaround.table(kept, month), not_billable, files),
    )


def turnaround_parts(month: Month) -> Parts:
    kept = turnaround.batches(month)
    return turnaround.facts(kept), (turnaround.table(kept, month),)


def quality_parts(month: Month) -> Parts:
    scores = quality.first_scores(month)
    tables = (quality.trend(month), quality.found(scores), quality.reasons(scores), quality.disputes(month))
    return quality.facts(scores), tables


def invoice_parts(month: Month) -> Parts:
    bill = invoices.invoice_of(month)
    return invoices.facts(bill), (invoices.sums(bill), invoices.table(bill))


@transaction.atomic
def make_report(
    *,
    practice: Practice,
    kind: ReportKind,
    first: date,
    at: datetime,
    by: User | None = None,
    schedule: ReportSchedule | None = None,
) -> Report:
    """Read the figures of the month that begins with `first` and keep them. NotBegun."""
    month = Month(practice, first)
    if at < month.start:
        raise NotBegun
    report = Report.objects.create(
        practice=practice,
        kind=kind,
        first=first,
        body=as_json(collect(kind, month, at=at)),
        made_at=at,
        made_by=by,
        schedule=schedule,
    )
    record("report.made", at=at, by=by, about=report, kind=kind.value, month=f"{first:%Y-%m}")
    return report


@transaction.atomic
def share_report(*, report: Report, at: datetime, by: User | None = None) -> None:
    """Let the practice's people see it. AlreadyShared."""
    if not Report.objects.filter(pk=report.pk, shared_at=None).update(shared_at=at):
        raise AlreadyShared
    report.shared_at = at
    record("report.shared", at=at, by=by, about=report)
