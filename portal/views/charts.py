"""One chart: its pages, the file as it came, and another try."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions.audit import record
from portal.actions.charts import ChartDamaged, ChartQuarantined, NotTryable, open_original, try_chart_again
from portal.forms.locks import PasswordOfChart
from portal.models import Chart, Outcome, Page, PageWords, User
from portal.page_access import link_view, links, page_answer, private
from portal.page_links import PageLink
from portal.rules.file_types import MEDIA_TYPES
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.roles import Permission
from portal.rules.words import progress_words, reading_note
from portal.views.steps import step_lines
from portal.views.tags import chart_advice, chart_tag, megabytes

PAGES_AT_ONCE = 20
WITH_US = frozenset({Refusal.NOT_CHECKED, Refusal.SERVICE_FAULT})  # the practice has nothing to do
CONFLICT = 409  # not a 5xx: that would roll the audit event back
see_charts = requires(Permission.SEE_CHARTS)


@see_charts
@require_GET
def chart(request: SignedRequest, pk: int) -> HttpResponse:
    """The pages of a chart, twenty at a time."""
    related = ("batch", "duplicate_of__batch", "archive")
    row = found(request, Chart.objects.visible_to(request.user).select_related(*related), pk=pk)
    return show_chart(request, row)


def show_chart(
    request: SignedRequest, row: Chart, *, form: PasswordOfChart | None = None, status: int = 200
) -> HttpResponse:
    """The page of a chart: what became of it, what waits for an answer, its pages."""
    asked = request.GET.get("page", "")
    first = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1  # noqa: PLR2004
    several = Page.objects.filter(chart=row, number__gte=first).select_related("words")
    pages = list(several.defer("words__words", "words__line_starts").order_by("number")[:PAGES_AT_ONCE])
    total, written = row.page_count or 0, links(request, "chart")
    last = pages[-1].number if pages else 0
    return render(
        request,
        "portal/chart.html",
        {
            "chart": row,
            "status": chart_tag(row),
            "advice": chart_advice(row),
            "steps": step_lines([row]).get(row.pk, []),
            "may_send_again": request.user.may(Permission.SEND_CHARTS) and row.reason not in WITH_US,
            "quarantined": row.status == ChartStatus.QUARANTINED,
            "tone": "warn" if row.reason in WITH_US else "danger",
            **answers(request, row, form),
            "size": megabytes(row.size),
            "pages": [
                {
                    "number": page.number,
                    "width": page.width,
                    "height": page.height,
                    "url": reverse("portal:page-by-link", args=[written.to(row.pk, page.number)]),
                    "is_blank": page.is_blank,
                    "note": reading_note(getattr(page, "words", None)),
                }
                for page in pages
            ],
            "total": total,
            "members": members_of(request, row),
            "chart_url": reverse("portal:chart", args=[row.pk]),
            "words_progress": progress_words(PageWords.objects.filter(page__chart=row).without_words()),
            "pagination": {
                "previous_url": f"?page={max(1, first - PAGES_AT_ONCE)}" if first > 1 else None,
                "next_url": f"?page={last + 1}" if pages and last < total else None,
                "text": f"Pages {first}–{last} of {total}" if pages and total > PAGES_AT_ONCE else "",
            },
        },
        status=status,
    )


def members_of(request: SignedRequest, row: Chart) -> list[dict[str, Any]]:
    """What came out of a ZIP; nothing of another file."""
    if row.status != ChartStatus.UNPACKED:
        return []
    charts = Chart.objects.visible_to(request.user).filter(archive=row).in_order()
    return [
        {"pk": chart.pk, "label": chart.label, "name": chart.original_name, "status": chart_tag(chart)}
        for chart in charts
    ]


def answers(request: SignedRequest, row: Chart, form: PasswordOfChart | None) -> dict[str, Any]:
    """What this person may decide about the chart."""
    locked, sends = row.status == ChartStatus.LOCKED, request.user.may(Permission.SEND_CHARTS)
    decides = sends or request.user.may(Permission.MANAGE_WORK)
    return {
        "locked": locked,
        "form": (form or PasswordOfChart()) if locked and sends else None,
        "may_give_up": locked and decides,
        "may_work_anyway": row.rests_for_same_pages and decides,
        "same_pages": row.rests_for_same_pages,
    }


@see_charts
@require_GET
def page_image(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """One page as an image, for the practice, managers and billers; looking at it is an audit event."""
    row = found(request, Chart.objects.visible_to(request.user), pk=pk)
    page = found(request, Page.objects.filter(chart=row), number=number)
    return page_answer(request, page, by=request.user, at=timezone.now())


def linked_page(person: User, link: PageLink) -> Page | None:
    """The page that a link names, if it is still one of the person's."""
    charts = Chart.objects.visible_to(person).filter(pk=link.holder)
    return Page.objects.filter(chart__in=charts, number=link.number).first()


page_by_link = link_view(
    "chart", find=linked_page, own=lambda link: reverse("portal:page-image", args=[link.holder, link.number])
)


@see_charts
@require_GET
def chart_original(request: SignedRequest, pk: int) -> HttpResponse | FileResponse:
    """The file as it was received, always as a download: a browser must not open what came from outside."""
    row = found(request, Chart.objects.visible_to(request.user).select_related("batch"), pk=pk)
    now = timezone.now()
    try:
        original = open_original(chart=row, by=request.user, at=now, request=request)
    except ChartQuarantined:
        record("chart.downloaded", at=now, by=request.user, about=row, outcome=Outcome.REFUSED, request=request)
        messages.error(request, f"{row.label} is in quarantine, so its file was not sent.")
        return redirect("portal:chart", pk=row.pk)
    except ChartDamaged:
        record("chart.damaged", at=now, by=request.user, about=row, outcome=Outcome.REFUSED, request=request)
        return render(request, "portal/chart_damaged.html", {"chart": row}, status=CONFLICT)
    media_type = row.media_type if row.media_type in MEDIA_TYPES else "application/octet-stream"
    return private(FileResponse(original, as_attachment=True, filename=row.original_name, content_type=media_type))


@requires(Permission.MANAGE_WORK)
@require_POST
def try_again(request: SignedRequest, pk: int) -> HttpResponse:
    """Have an unreadable chart drawn once more."""
    row = found(request, Chart.objects.visible_to(request.user).select_related("practice"), pk=pk)
    try:
        try_chart_again(chart=row, by=request.user, at=timezone.now())
    except NotTryable:
        messages.warning(request, f"{row.label} is not waiting for another try.")
    else:
        messages.success(request, f"{row.label} is being drawn again.")
    return redirect("portal:batch", pk=row.batch_id)
