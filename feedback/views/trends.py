"""Trends of the talk: pictures, a table and the same as CSV, of a practice, of a coder, or of all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from feedback.actions.trends import trends_of
from feedback.forms.search import TrendForm
from feedback.rules.trends import Month, plot_of, short
from portal.access import SignedRequest, requires
from portal.actions.audit import record
from portal.models import Practice, User
from portal.rules.plain_cells import plain
from portal.rules.roles import Permission

HEAD = (
    "Month", "Encounters", "Questions to the practice", "Questions per 100 encounters", "Practice answered",
    "Practice answers, median h", "Practice answers, 85th h", "We answered", "We answer, median h", "We answer, 85th h",
    "Complaints", "Ratings", "Accuracy 1-5", "Turnaround 1-5", "Remarks", "Remarks decided", "Remarks upheld",
)  # fmt: skip
PLOTS: tuple[tuple[str, str, Callable[[Month], Any]], ...] = (
    ("Questions per 100 encounters", "c1", lambda month: month.questions_per_hundred),
    ("The practice answers in, median hours", "c2", lambda month: month.their_answers.median),
    ("We answer in, median hours", "c3", lambda month: month.our_answers.median),
    ("Satisfaction with the accuracy, 1 to 5", "c4", lambda month: month.mean_accuracy),
    ("Complaints", "c5", lambda month: month.complaints or None),
    ("Remarks upheld, percent of those decided", "c6", lambda month: month.upheld_share),
)


@requires(Permission.DISCUSS)
@require_GET
def trends(request: SignedRequest) -> HttpResponse:
    """A practice's own; a coder's own; for managers of whom they choose. `format=csv` gives the table as a file."""
    form, practice, coder = asked(request)
    now = timezone.now()
    rows = trends_of(today=timezone.localdate(), at=timezone.localtime(now), practice=practice, coder=coder)
    if request.GET.get("format") == "csv":
        record(
            "trends.exported", at=now, by=request.user, practice_id=practice.pk if practice else None,
            coder=coder.pk if coder else None, request=request,
        )  # fmt: skip
        return as_csv(rows)
    chosen = {"practice": practice.pk if practice else "", "coder": coder.pk if coder else ""}
    return render(
        request,
        "feedback/trends.html",
        {
            "form": form,
            "about": coder.name if coder else practice.name if practice else "All practices",
            "plots": [drawn(label, tone, value, rows) for label, tone, value in PLOTS],
            "head": HEAD,
            "rows": [cells(row) for row in rows],
            "csv_url": f"?{urlencode({**(chosen if form else {}), 'format': 'csv'})}",
        },
    )


def asked(request: SignedRequest) -> tuple[TrendForm | None, Practice | None, User | None]:
    """The form for managers, and whose figures they are."""
    user = request.user
    if not user.is_service_staff:
        return None, Practice.objects.visible_to(user).by_name().first(), None
    if not user.may(Permission.MANAGE_WORK):
        return None, None, user
    form = TrendForm(request.GET, practices=Practice.objects.visible_to(user).by_name())
    if not form.is_valid():
        return form, None, None
    return form, form.cleaned_data["practice"], form.cleaned_data["coder"]


def drawn(label: str, tone: str, value: Callable[[Month], Any], rows: Sequence[Month]) -> dict[str, Any]:
    """One picture with the sentence that says what it shows."""
    values = [None if (one := value(row)) is None else float(one) for row in rows]
    plot = plot_of(values, [row.first for row in rows])
    known = [(row, one) for row, one in zip(rows, values, strict=True) if one is not None]
    last = f"{known[-1][0].first:%B %Y}: {short(known[-1][1])}" if known else "nothing yet"
    return {"label": label, "tone": tone, "plot": plot, "says": f"{label}. Last: {last}."}


def cells(row: Month) -> list[str]:
    """A month's line of the table; nothing where there is no figure."""
    hours = [row.their_answers, row.our_answers]
    waits = [cell for one in hours for cell in (str(one.count), figure(one.median), figure(one.high))]
    return [
        f"{row.first:%Y-%m}", str(row.encounters), str(row.questions), figure(row.questions_per_hundred), *waits,
        str(row.complaints), str(row.ratings), figure(row.mean_accuracy), figure(row.mean_turnaround), str(row.remarks),
        str(row.decided), str(row.upheld),
    ]  # fmt: skip


def figure(value: Any) -> str:
    return "" if value is None else f"{float(value):.1f}"


def as_csv(rows: Sequence[Month]) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows([plain(cell) for cell in cells(row)] for row in rows)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="talk-trends.csv"'
    return response
