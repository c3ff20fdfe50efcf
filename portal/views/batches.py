"""Batches: the list, one batch with its charts, and the receipt for what was sent."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from portal.access import SignedRequest, found, requires
from portal.actions.audit import record
from portal.actions.batches import WORKABLE
from portal.forms.batches import SendForm
from portal.models import Batch, Chart, Delivery, Dispatch, InboxFile, Upload
from portal.rules.batch_steps import file_exceptions
from portal.rules.delivery_formats import label_of
from portal.rules.dispatches import DispatchState
from portal.rules.inbox import UNFINISHED, FileState
from portal.rules.intake import TRY_AGAIN, ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Permission
from portal.views.channel_words import DISPATCH_TAGS
from portal.views.steps import step_lines
from portal.views.tags import BATCH_TAGS, chart_advice, chart_tag, megabytes, plural, promise
from portal.views.uploads import limits

A_PAGE = 50
CHARTS_A_PAGE = 100
TABS = (
    ("", "All"),
    (BatchStatus.RECEIVED, "In progress"),
    (BatchStatus.DELIVERED, "Delivered"),
    (BatchStatus.OPEN, "Not sent"),
)
MARK = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
see_batches = requires(Permission.SEE_BATCHES)


# -- the list ------------------------------------------------------------------------------------
@see_batches
@require_GET
def batches(request: SignedRequest) -> HttpResponse:
    """The newest batches first, by status; a constant number of queries at any length."""
    status = request.GET.get("status", "")
    rows = Batch.objects.visible_to(request.user)
    if status in set(BatchStatus):
        rows = rows.filter(status=status)
    page, pagination = keyset(rows, request, status=status)
    return render(
        request,
        "portal/batches.html",
        {
            "rows": batch_rows(page, at=timezone.now()),
            "tabs": [
                {"label": label, "query": f"?status={value}" if value else "?", "current": value == status}
                for value, label in TABS
            ],
            "pagination": pagination,
            "several_practices": request.user.is_service_staff or len(request.user.practice_ids) > 1,
            "may_send": request.user.may(Permission.SEND_CHARTS),
            "filtered": bool(status),
        },
    )


def keyset(rows: QuerySet[Batch], request: SignedRequest, **kept: str) -> tuple[list[Batch], dict[str, Any]]:
    """One page of batches, newest first, and the links to its neighbours; the key is (created_at, pk)."""
    before, after = place(request.GET.get("before", "")), place(request.GET.get("after", ""))
    rows = rows.select_related("practice")
    if after is not None and before is None:
        at, pk = after
        newer = rows.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=pk)).order_by("created_at", "pk")
        page = list(newer[: A_PAGE + 1])
        more_newer, more_older = len(page) > A_PAGE, True
        page = page[:A_PAGE][::-1]
    else:
        if before is not None:
            at, pk = before
            rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
        page = list(rows.newest_first()[: A_PAGE + 1])  # type: ignore[attr-defined]
        more_newer, more_older = before is not None, len(page) > A_PAGE
        page = page[:A_PAGE]
    kept = {name: value for name, value in kept.items() if value}
    return page, {
        "previous_url": "?" + urlencode({**kept, "after": mark(page[0])}) if page and more_newer else None,
        "next_url": "?" + urlencode({**kept, "before": mark(page[-1])}) if page and more_older else None,
        "text": "",
    }


def mark(batch: Batch) -> str:
    """A batch's place in the list, for an address."""
    return f"{(batch.created_at - EPOCH) // timedelta(microseconds=1)}-{batch.pk}"


def place(text: str) -> tuple[datetime, int] | None:
    """The place that `mark` wrote; None for anything else."""
    parts = MARK.fullmatch(text)
    return (EPOCH + timedelta(microseconds=int(parts[1])), int(parts[2])) if parts else None


def chart_counts(batches: Iterable[Batch]) -> dict[int, Counter[str]]:
    """How many charts of each status each batch holds, in one query; those left out by themselves."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Chart.objects.filter(batch__in=list(batches)).order_by().values("batch_id", "status", "reason")
    for row in rows.annotate(number=Count("pk")):
        state = row["reason"] if row["reason"] == Refusal.LEFT_OUT else row["status"]
        counts[row["batch_id"]][state] += row["number"]
    return counts


def batch_rows(page: list[Batch], *, at: datetime) -> list[dict[str, Any]]:
    """What a list shows of each batch."""
    counts = chart_counts(page)
    return [
        {
            "pk": batch.pk,
            "label": batch.label,
            "name": batch.name,
            "practice": batch.practice.name,
            "specialty": batch.get_specialty_display(),
            "status": BATCH_TAGS[batch.status],
            "promise": promise(batch, at=at),
            "charts": counts[batch.pk][ChartStatus.READY] + counts[batch.pk][ChartStatus.RECEIVED],
            "checking": counts[batch.pk][ChartStatus.RECEIVED],
            "locked": counts[batch.pk][ChartStatus.LOCKED],
            "refused": counts[batch.pk][ChartStatus.UNREADABLE],
            "sent_at": batch.received_at,
            "created_at": batch.created_at,
            "delivered_at": batch.delivered_at,
        }
        for batch in page
    ]


# -- one batch -----------------------------------------------------------------------------------
@see_batches
@require_GET
def batch(request: SignedRequest, pk: int) -> HttpResponse:
    """Status, files with what became of them, results, and the thread."""
    row = found(request, Batch.objects.visible_to(request.user).select_related("practice", "created_by"), pk=pk)
    is_open = row.status == BatchStatus.OPEN
    may_send = is_open and request.user.may(Permission.SEND_CHARTS)
    return render(
        request,
        "portal/batch.html",
        {
            **live(request, row),
            "form": SendForm(initial={"name": row.name, "specialty": row.specialty}) if may_send else None,
            "may_send": may_send,
            "workable_ids": list(workable(row)) if may_send else [],
            "unfinished": unfinished(request, row) if may_send else [],
            "may_discuss": request.user.may(Permission.DISCUSS),
            "not_whole": not_whole(row),
            "live_about": f"?batch={row.pk}",
            **limits(),
        },
    )


def not_whole(row: Batch) -> str:
    """How many files of its SFTP folder did not arrive completely, in words; empty if all did."""
    files = InboxFile.objects.filter(folder__batch=row)
    left = files.filter(Q(state=FileState.MISSED) | Q(state__in=UNFINISHED, flagged_at__isnull=False)).count()
    return plural(left, "file") if left else ""


def workable(row: Batch) -> QuerySet[Chart, int]:
    """The ids of what can become work: a ZIP by its files, a locked chart once its password is given."""
    charts = Chart.objects.filter(batch=row, status__in=WORKABLE).exclude(reason=Refusal.INFECTED)
    return charts.in_order().values_list("pk", flat=True)


def unfinished(request: SignedRequest, row: Batch) -> list[dict[str, Any]]:
    """The files that did not arrive completely and can still be gone on with."""
    return [
        {
            "url": reverse("portal:upload-part", args=[upload.pk]),
            "abandon_url": reverse("portal:upload-abandon", args=[upload.pk]),
            "name": upload.name,
            "size": megabytes(upload.size),
            "arrived": upload.offset * 100 // max(1, upload.size),
            "until": upload.expires_at,
        }
        for upload in Upload.objects.visible_to(request.user).unfinished().filter(batch=row)
    ]


@see_batches
@require_GET
def batch_charts(request: SignedRequest, pk: int) -> HttpResponse:
    """The part of the batch page that changes while files are checked."""
    row = found(request, Batch.objects.visible_to(request.user).select_related("practice", "created_by"), pk=pk)
    response = render(request, "portal/batch_live.html", live(request, row))
    response["HX-Trigger"] = "charts-changed"  # the list of encounters fetches itself anew
    return response


def live(request: SignedRequest, row: Batch) -> dict[str, Any]:
    """Timeline, refusals and one page of the charts."""
    counts = chart_counts([row])[row.pk]
    after = request.GET.get("after", "")
    first = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0  # noqa: PLR2004
    charts = list(
        Chart.objects.visible_to(request.user)
        .filter(batch=row, pk__gt=first)
        .select_related("duplicate_of__batch")
        .in_order()[: CHARTS_A_PAGE + 1]
    )
    more, charts = len(charts) > CHARTS_A_PAGE, charts[:CHARTS_A_PAGE]
    address = reverse("portal:batch", args=[row.pk])
    lines = step_lines(charts)
    total = sum(counts.values())
    return {
        "batch": row,
        "status": BATCH_TAGS[row.status],
        "promise": promise(row, at=timezone.now()),
        "deliveries": [] if row.status == BatchStatus.OPEN else delivery_rows(request, row),
        "may_compose": request.user.may(Permission.MANAGE_WORK),
        "may_see_channels": bool(request.user.permissions & {Permission.MANAGE_TOKENS, Permission.MANAGE_WORK}),
        "steps": timeline(row, counts),
        "total": total,
        "total_text": plural(total, "file"),
        "ready": counts[ChartStatus.READY],
        "checking": counts[ChartStatus.RECEIVED],
        "workable": counts[ChartStatus.READY] + counts[ChartStatus.RECEIVED] + counts[ChartStatus.LOCKED],
        "chart_rows": [chart_row(request, chart, lines.get(chart.pk, [])) for chart in charts],
        "live_url": reverse("portal:batch-charts", args=[row.pk]) + (f"?after={first}" if first else ""),
        "pagination": {
            "previous_url": address if first else None,
            "next_url": f"{address}?after={charts[-1].pk}" if more else None,
            "text": "",
        },
    }


def timeline(row: Batch, counts: Counter[str]) -> list[dict[str, Any]]:
    """The steps a batch goes through, as far as the portal knows; coding's own figures are a fragment of theirs."""
    total, checking = sum(counts.values()), counts[ChartStatus.RECEIVED]
    sent, delivered = row.status != BatchStatus.OPEN, row.status == BatchStatus.DELIVERED
    by = f" by {row.created_by.name}" if row.created_by else f" by {row.get_source_display()}"
    exceptions = file_exceptions(counts)
    checked = bool(total) and not checking
    steps = [
        ("Received", sent, not sent, row.received_at, f"{plural(total, 'file')}{by}", []),
        ("Checked", checked, bool(checking), None, f"{total - checking:,} of {total:,}", exceptions),
        ("Coding and verification", delivered, sent and checked and not delivered, None, "", []),
        ("Delivered", delivered, False, row.delivered_at, "", []),
    ]
    return [
        {
            "label": label,
            "state": "done" if done else "current" if current else "",
            "marker": "✓" if done else "◐" if current else "○",
            "at": at,
            "text": text if done or current else "",
            "exceptions": found_exceptions if done or current else [],
        }
        for label, done, current, at, text, found_exceptions in steps
    ]


def chart_row(request: SignedRequest, chart: Chart, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """What the table shows of one file."""
    original = chart.duplicate_of
    return {
        "pk": chart.pk,
        "label": chart.label,
        "name": chart.original_name,
        "size": megabytes(chart.size),
        "pages": chart.page_count,
        "status": chart_tag(chart),
        "advice": chart_advice(chart),
        "attention": bool(chart.reason) and chart.reason != Refusal.LEFT_OUT,
        "steps": steps,
        "locked": chart.status == ChartStatus.LOCKED and request.user.may(Permission.SEND_CHARTS),
        "original": {
            "label": original.label,
            "batch": original.batch.label,
            "batch_pk": original.batch_id,
            "advice": chart_advice(original),
            "same_pages": chart.rests_for_same_pages,
        }
        if original is not None
        else None,
        "readable": chart.status == ChartStatus.READY,
        "workable": chart.status in {ChartStatus.READY, ChartStatus.RECEIVED},
        "may_try_again": chart.reason in TRY_AGAIN and request.user.may(Permission.MANAGE_WORK),
    }


def delivery_rows(request: SignedRequest, row: Batch) -> list[dict[str, Any]]:
    """The result files, newest version first, with the channels through which each went."""
    deliveries = Delivery.objects.visible_to(request.user).filter(batch=row).order_by("-version", "format")
    sent: dict[int, list[dict[str, Any]]] = defaultdict(list)
    dispatches = Dispatch.objects.visible_to(request.user).filter(delivery__batch=row)
    for one in dispatches.exclude(state=DispatchState.REPLACED).select_related("channel").order_by("channel", "-pk"):
        shown = sent[one.delivery_id or 0]
        if all(other["channel_pk"] != one.channel_id for other in shown):  # of each channel the newest
            shown.append(
                {
                    "pk": one.pk,
                    "channel": one.channel.name,
                    "channel_pk": one.channel_id,
                    "status": DISPATCH_TAGS[one.state],
                }
            )
    return [
        {
            "pk": delivery.pk,
            "name": delivery.file_name,
            "format": label_of(delivery.format),
            "version": delivery.version,
            "size": megabytes(delivery.size),
            "sha256": delivery.sha256,
            "created_at": delivery.created_at,
            "dispatches": sent[delivery.pk],
        }
        for delivery in deliveries
    ]


@see_batches
@require_GET
def batch_receipt(request: SignedRequest, pk: int) -> HttpResponse:
    """Every file of the batch with its size, hash and outcome, to be printed."""
    row = found(request, Batch.objects.visible_to(request.user).select_related("practice", "created_by"), pk=pk)
    record("batch.receipt_viewed", at=timezone.now(), by=request.user, about=row, request=request)
    charts = Chart.objects.visible_to(request.user).filter(batch=row).in_order()
    return render(
        request,
        "portal/batch_receipt.html",
        {
            "batch": row,
            "files": [
                {
                    "label": chart.label,
                    "name": chart.original_name,
                    "size": f"{chart.size:,}",
                    "sha256": chart.sha256,
                    "received_at": chart.received_at,
                    "status": chart_tag(chart),
                    "advice": chart_advice(chart),
                }
                for chart in charts
            ],
        },
    )
