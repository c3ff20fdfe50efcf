"""What the demo's practices were charged and told: a month's overview and invoice each, opened to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from coding.actions.reports.making import make_report, share_report
from coding.rules.reports.shape import ReportKind
from portal.actions.batches import day_of
from portal.models import Practice, User

PRICES: dict[str, Any] = {"price_per_encounter": Decimal("4.10"), "price_per_page": Decimal("0.35")}
LOOKS_BACK = timedelta(days=10)


def tell_of_months(practices: Iterable[Practice], by: User, *, now: datetime) -> None:
    """Both kinds for the month in which the first batch went back."""
    for practice in practices:
        first = day_of(practice, now - LOOKS_BACK).replace(day=1)
        for kind in (ReportKind.MONTH, ReportKind.INVOICE):
            share_report(report=make_report(practice=practice, kind=kind, first=first, by=by, at=now), by=by, at=now)
