"""Reports: the list, one on a page, its files; making and sharing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions.reports.making import AlreadyShared, NotBegun, make_report, share_report
from coding.forms.reports import ReportForm
from coding.models import Report
from coding.rules.reports import paper, workbook
from coding.rules.reports.bodies import from_json
from coding.rules.reports.shape import Align, ReportKind, Table, words
from portal.access import SignedRequest, found, refuse, requires
from portal.actions.audit import record
from portal.keyset import page_of
from portal.models import Practice
from portal.rules.roles import Permission

READERS = (Permission.MANAGE_WORK, Permission.DOWNLOAD_RESULTS)
PER_PAGE = 50
FORMATS = {"xlsx": workbook, "pdf": paper}


@require_GET
@requires(*READERS)
def reports(request: SignedRequest) -> HttpResponse:
    """What was made, the newest first; a practice sees what was shared with it."""
    rows = Report.objects.visible_to(request.user)
    kind, practice = request.GET.get("kind", ""), request.GET.get("practice", "")
    if kind in set(ReportKind):
        rows = rows.filter(kind=kind)
    manages = request.user.may(Permission.MANAGE_WORK)
    if manages and practice.isdecimal() and len(practice) <= 18:  # noqa: PLR2004  (digits of an id)
        rows = rows.filter(practice_id=int(practice))
    page = page_of(request, rows.select_related("practice").defer("body"), order=("-made_at", "-pk"), size=PER_PAGE)
    return render(
        request,
        "coding/reports.html",
        {
            "rows": page.rows,
            "total": page.total,
            "pagination": page.pagination,
            "manages": manages,
            "kind": kind,
            "kinds": [(one.value, one.label) for one in ReportKind],
            "practice": practice,
            "practices": Practice.objects.visible_to(request.user).by_name() if manages else [],
            "filtered": bool(kind or practice),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_WORK)
def make(request: SignedRequest) -> HttpResponseBase:
    """Read the figures of one month now."""
    now = timezone.now()
    practices = Practice.objects.visible_to(request.user).by_name()
    form = ReportForm(request.POST or None, practices=practices, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = make_report(
                practice=chosen["practice"], kind=chosen["kind"], first=chosen["month"], by=request.user, at=now
            )
        except NotBegun:
            form.add_error("month", "This month has not begun at the practice.")
        else:
            return redirect("coding:report", pk=made.pk)
    kinds = [(kind.label, kind.says) for kind in ReportKind]
    return render(request, "coding/report_make.html", {"form": form, "kinds": kinds})


@require_GET
@requires(*READERS)
def report(request: SignedRequest, pk: int) -> HttpResponse:
    """One report as it was made; looking at it is noted."""
    row = found(request, Report.objects.visible_to(request.user).select_related("practice", "made_by"), pk=pk)
    record("report.viewed", at=timezone.now(), by=request.user, about=row, request=request)
    body = from_json(row.body)
    return render(
        request,
        "coding/report.html",
        {
            "row": row,
            "body": body,
            "tables": [shown(table) for table in body.tables],
            "manages": request.user.may(Permission.MANAGE_WORK),
        },
    )


def shown(table: Table) -> dict[str, Any]:
    """A table with its cells as words, each with the label of its column."""
    columns = [(column.label, column.align is Align.NUMBER) for column in table.columns]

    def cells(row: tuple[Any, ...]) -> list[tuple[str, str, bool]]:
        return [(words(cell), label, number) for cell, (label, number) in zip(row, columns, strict=True)]

    return {
        "title": table.title,
        "note": table.note,
        "empty": table.empty,
        "columns": columns,
        "rows": [cells(row) for row in table.rows],
        "total": cells(table.total) if table.total else [],
    }


@require_GET
@requires(*READERS)
def file(request: SignedRequest, pk: int, ending: str) -> HttpResponse:
    """The report as a workbook or a PDF; made of what is kept, so that it is the same each time."""
    row = found(request, Report.objects.visible_to(request.user).select_related("practice"), pk=pk)
    if ending not in FORMATS:
        refuse(request)
    made = FORMATS[ending]
    record("report.downloaded", at=timezone.now(), by=request.user, about=row, request=request, format=ending)
    name = f"{row.practice.code}-{row.kind}-{row.first:%Y-%m}-{row.label}{made.ENDING}"
    return HttpResponse(
        made.render(from_json(row.body)),
        headers={
            "Content-Type": made.MEDIA_TYPE,
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_POST
@requires(Permission.MANAGE_WORK)
def share(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Open it to the practice."""
    row = found(request, Report.objects.visible_to(request.user).select_related("practice"), pk=pk)
    try:
        share_report(report=row, by=request.user, at=timezone.now())
    except AlreadyShared:
        messages.info(request, f"{row.practice.name} sees it already.")
    else:
        messages.success(request, f"{row.practice.name} sees it now.")
    return redirect("coding:report", pk=pk)
