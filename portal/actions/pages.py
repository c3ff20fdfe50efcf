"""Pages come to be: draw a chart in the child process, then write the pages or the refusal."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.http import HttpRequest

from portal import rendering, scope, storage
from portal.actions.audit import record
from portal.actions.jobs import ATTEMPTS, Claim, JobLost, finish_job, renew_job
from portal.actions.words import note_words
from portal.models import Chart, Outcome, Page, User
from portal.rendering import DrawnPage
from portal.rules.intake import ChartStatus, Refusal
from portal.signals import chart_ready, chart_refused

# A chart whose drawing kills the whole worker never reports a fault; after so many starts it is given up too.
STARTS = 3 * ATTEMPTS
RENEW_EVERY = 1.0  # seconds; the lease is renewed while the child works
IMAGE_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


def render_chart(*, claim: Claim, at: datetime) -> None:
    """Draw the claimed chart and finish the job with its pages or its refusal; opens its own scopes.

    What is unexpected is raised for the job to be put off; on the last attempt the chart ends as a
    fault of the service first, so that it never stays without an outcome.
    """
    clock = clock_from(at)
    with scope.service():
        chart = chart_to_draw(claim=claim, at=at)
        copies = copies_of(chart) if chart is not None else []
    if chart is None:
        return
    try:
        pages = rendering.draw_chart(
            copies=copies,
            sha256=chart.sha256,
            media_type=chart.media_type,
            still_ours=lease_keeper(claim, clock),
        )
    except rendering.Refused as refused:
        with scope.service():
            refuse_chart(claim=claim, reason=refused.reason, at=clock())
        return
    except JobLost:
        raise
    except Exception:
        if claim.attempt >= ATTEMPTS:
            with scope.service():
                refuse_chart(claim=claim, reason=Refusal.SERVICE_FAULT, at=clock(), close_job=False)
        raise
    with scope.service():
        finish_rendering(claim=claim, pages=pages, at=clock())


def clock_from(at: datetime) -> Callable[[], datetime]:
    """The time handed in, running on from now."""
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def lease_keeper(claim: Claim, clock: Callable[[], datetime]) -> Callable[[], None]:
    """Renews the lease, at most once in RENEW_EVERY seconds; raises JobLost when it is another's."""
    renewed = time.monotonic()

    def keep() -> None:
        nonlocal renewed
        if time.monotonic() - renewed >= RENEW_EVERY:
            with scope.service():
                renew_job(claim=claim, at=clock())
            renewed = time.monotonic()

    return keep


@transaction.atomic
def chart_to_draw(*, claim: Claim, at: datetime) -> Chart | None:
    """The claimed chart if it still waits for its pages; otherwise the job is closed."""
    chart = Chart.objects.get(pk=claim.object_id)
    if chart.status != ChartStatus.RECEIVED:
        finish_job(claim=claim, at=at)
        return None
    if claim.attempt > STARTS:
        refuse_chart(claim=claim, reason=Refusal.SERVICE_FAULT, at=at)
        return None
    return chart


def copies_of(chart: Chart) -> list[str]:
    """Where the chart's bytes lie: its own name, then those of its duplicates."""
    duplicates = Chart.objects.filter(duplicate_of=chart).order_by("pk")
    return [chart.storage_name, *duplicates.values_list("storage_name", flat=True)]


@transaction.atomic
def finish_rendering(*, claim: Claim, pages: Sequence[DrawnPage], at: datetime) -> None:
    """The pages, the chart's move, the signal and the end of the job, or nothing; JobLost for a stale claim."""
    finish_job(claim=claim, at=at)
    moved = Chart.objects.filter(pk=claim.object_id, status=ChartStatus.RECEIVED).update(
        status=ChartStatus.READY, page_count=len(pages), ready_at=at
    )
    if not moved:
        raise JobLost  # another claim brought the chart to its end; our pages are not its pages
    chart = Chart.objects.get(pk=claim.object_id)
    Page.objects.filter(chart=chart).delete()
    rows = Page.objects.bulk_create(
        Page(
            practice_id=chart.practice_id,
            chart=chart,
            number=page.number,
            width=page.width,
            height=page.height,
            image_name=page.image_name,
            thumb_name=page.thumb_name,
            ink=page.ink,
            text=page.text,
            text_source=Page.TextSource.LAYER if page.text else Page.TextSource.NONE,
        )
        for page in pages
    )
    note_words(chart=chart, pages=list(zip(rows, pages, strict=True)), at=at)
    record("chart.ready", at=at, about=chart, old=ChartStatus.RECEIVED, new=ChartStatus.READY, pages=len(pages))
    chart_ready.send(sender=Chart, chart=chart, at=at)


@transaction.atomic
def refuse_chart(*, claim: Claim, reason: Refusal, at: datetime, close_job: bool = True) -> None:
    """The chart ends in a named refusal; JobLost for a stale claim. Unclosed, the job is left to be put off."""
    if close_job:
        finish_job(claim=claim, at=at)
    else:
        renew_job(claim=claim, at=at)
    moved = Chart.objects.filter(pk=claim.object_id, status=ChartStatus.RECEIVED).update(
        status=ChartStatus.UNREADABLE, reason=reason
    )
    if not moved:
        raise JobLost
    chart = Chart.objects.get(pk=claim.object_id)
    moved_to: dict[str, Any] = {"old": ChartStatus.RECEIVED, "new": ChartStatus.UNREADABLE, "reason": reason}
    record("chart.refused", at=at, about=chart, outcome=Outcome.REFUSED, **moved_to)
    chart_refused.send(sender=Chart, chart=chart, at=at)


@transaction.atomic
def open_page_image(*, page: Page, by: User, at: datetime, request: HttpRequest | None = None) -> tuple[IO[bytes], str]:
    """The page's image for reading and its content type; looking at it is an event of the audit trail."""
    record("page.viewed", at=at, by=by, about=page, request=request, chart=page.chart_id, page=page.number)
    ending = "." + page.image_name.rpartition(".")[2]
    return storage.opened(page.image_name), IMAGE_TYPES.get(ending, "application/octet-stream")
