"""Pages come to be: take a chart through the steps of intake, then write what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.http import HttpRequest

from portal import nursery, rendering, scope, storage
from portal.actions.archives import ArchiveTooLarge, KeptMember, keep_members, unpack_archive
from portal.actions.audit import record
from portal.actions.jobs import ATTEMPTS, Claim, JobLost, finish_job, renew_job
from portal.actions.leases import clock_from, lease_keeper
from portal.actions.locks import lock_chart
from portal.actions.quarantine import quarantine_chart
from portal.actions.same_pages import Twin, twin_of
from portal.actions.steps import record_walk
from portal.actions.words import note_words
from portal.children import Refused
from portal.failpoints import reached
from portal.models import Chart, Outcome, Page, User
from portal.outages import outage_of
from portal.rendering import DrawnPage
from portal.rules.intake import REASONS_OF, ChartStatus, Refusal
from portal.rules.steps import Fact, StepName, StepOutcome, StepResult
from portal.signals import chart_ready, chart_refused
from portal.steps import STEPS, Document, StepTaken, walk

# A chart whose drawing kills the whole worker never reports a fault; after so many starts it is given up too.
STARTS = 3 * ATTEMPTS
GIVES_WAY = 15  # nice(2)
IMAGE_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


class PageDamaged(Exception):
    """The page's stored image is missing, or is not what was drawn."""


def render_chart(*, claim: Claim, at: datetime) -> None:
    """Take the claimed chart through the steps and finish the job with what came of it; opens its own scopes.

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
        # A practice's further charts leave the processor to its first, and to other practices'.
        with rendering.work_folder() as folder, nursery.giving_way(GIVES_WAY if claim.beside else 0):
            walk_and_end(claim, chart, copies, folder, clock)
    except JobLost:
        raise
    except Exception as trouble:
        if claim.attempt >= ATTEMPTS and outage_of(trouble) is None:
            with scope.service():
                refuse_chart(claim=claim, reason=Refusal.SERVICE_FAULT, at=clock(), close_job=False)
        raise


def walk_and_end(
    claim: Claim, chart: Chart, copies: Sequence[str], folder: Path, clock: Callable[[], datetime]
) -> None:
    """Fetch the file, walk, and write what came of it in one transaction."""
    document = Document(
        practice_id=chart.practice_id,
        folder=folder,
        source=folder / "source",
        media_type=chart.media_type,
        unlocked=bool(chart.working_name),
        still_ours=lease_keeper(partial(renew_job, claim=claim), clock),
    )
    try:
        rendering.fetch(copies, chart.working_sha256 or chart.sha256, document.source)
    except Refused as refused:
        with scope.service():
            refuse_chart(claim=claim, reason=refused.reason, at=clock())
        return
    reached("render.source_fetched")
    taken = walk(document, STEPS)
    members = keep_members(document.members, practice_id=chart.practice_id, still_ours=document.still_ours)
    reached("render.drawn")
    with scope.service():
        end_walk(claim, document, members, taken, at=clock())
    reached("render.committed")


def end_walk(
    claim: Claim, document: Document, members: Sequence[KeptMember], taken: list[StepTaken], *, at: datetime
) -> None:
    """What the last step of a walk means for the chart."""
    if document.type_found:
        Chart.objects.filter(pk=claim.object_id).update(media_type=document.type_found)
    last = taken[-1].outcome
    if members:
        try:
            unpack_archive(claim=claim, members=members, taken=taken, at=at)
        except ArchiveTooLarge:
            too_large = StepTaken(StepName.LIMITS, StepOutcome(StepResult.STOPPED, Refusal.UNPACKS_TOO_LARGE))
            refuse_chart(claim=claim, reason=Refusal.UNPACKS_TOO_LARGE, taken=[*taken, too_large], at=at)
    elif last.reason is None:
        finish_rendering(claim=claim, pages=document.pages, taken=taken, at=at)
    elif last.reason == Refusal.PASSWORD_NEEDED:
        lock_chart(claim=claim, taken=taken, at=at)
    elif last.reason in REASONS_OF[ChartStatus.QUARANTINED]:
        quarantine_chart(claim=claim, reason=last.reason, taken=taken, at=at)
    else:
        refuse_chart(claim=claim, reason=last.reason, taken=taken, at=at)


@transaction.atomic
def chart_to_draw(*, claim: Claim, at: datetime) -> Chart | None:
    """The claimed chart if it still waits for its pages; otherwise the job is closed."""
    chart = Chart.objects.in_work().filter(pk=claim.object_id).first()
    if chart is None:
        finish_job(claim=claim, at=at)
        return None
    if claim.attempt > STARTS:
        refuse_chart(claim=claim, reason=Refusal.SERVICE_FAULT, at=at)
        return None
    return chart


def copies_of(chart: Chart) -> list[str]:
    """Where the chart's bytes lie: its own name, then those of its duplicates; or the copy that was unlocked."""
    if chart.working_name:
        return [chart.working_name]
    duplicates = Chart.objects.filter(duplicate_of=chart).order_by("pk")
    return [chart.storage_name, *duplicates.values_list("storage_name", flat=True)]


@transaction.atomic
def finish_rendering(
    *, claim: Claim, pages: Sequence[DrawnPage], taken: Sequence[StepTaken] = (), at: datetime
) -> None:
    """The pages, the chart's move, the signal and the end of the job, or nothing; JobLost for a stale claim."""
    finish_job(claim=claim, at=at)
    chart = Chart.objects.in_work().select_for_update(of=("self",)).filter(pk=claim.object_id).first()
    if chart is None:
        raise JobLost  # another claim brought the chart to its end; our pages are not its pages
    twin = twin_of(chart, pages)
    rests = twin is not None and twin.is_all
    old = chart.status
    chart.status, chart.reason = (ChartStatus.DUPLICATE if rests else ChartStatus.READY), ""
    chart.page_count, chart.ready_at = len(pages), None if rests else at
    chart.duplicate_of = twin.chart if twin is not None and rests else None
    chart.save(update_fields=["status", "reason", "page_count", "ready_at", "duplicate_of"])
    rows = write_pages(chart, pages)
    record_walk(chart=chart, taken=[*taken, *last_steps(twin)], at=at)
    if rests:
        record("chart.same_pages", at=at, about=chart, old=old, new=chart.status, to=chart.duplicate_of_id)
        chart_refused.send(sender=Chart, chart=chart, at=at)
    else:
        note_words(chart=chart, pages=rows, at=at)
        record("chart.ready", at=at, about=chart, old=old, new=chart.status, pages=len(pages))
        chart_ready.send(sender=Chart, chart=chart, at=at)
    reached("render.written")


def last_steps(twin: Twin | None) -> list[StepTaken]:
    """How the comparison of pages ended, and whether the chart is ready."""
    if twin is None:
        return [StepTaken(StepName.SAME_PAGES, StepOutcome()), StepTaken(StepName.READY, StepOutcome())]
    facts: dict[str, Fact] = {"same_pages": twin.pages, "as": twin.chart.label}
    if twin.is_all:
        return [StepTaken(StepName.SAME_PAGES, StepOutcome(StepResult.STOPPED, facts=facts))]
    return [
        StepTaken(StepName.SAME_PAGES, StepOutcome(StepResult.NOTED, facts=facts)),
        StepTaken(StepName.READY, StepOutcome()),
    ]


def write_pages(chart: Chart, pages: Sequence[DrawnPage]) -> list[tuple[Page, DrawnPage]]:
    """The rows of the pages in place of those of an earlier walk, each with the page as it was drawn."""
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
            pixels=page.pixels,
            text=page.text,
            text_source=Page.TextSource.LAYER if page.text else Page.TextSource.NONE,
        )
        for page in pages
    )
    return list(zip(rows, pages, strict=True))


@transaction.atomic
def refuse_chart(
    *, claim: Claim, reason: Refusal, taken: Sequence[StepTaken] = (), at: datetime, close_job: bool = True
) -> None:
    """The chart ends in a named refusal; JobLost for a stale claim. Unclosed, the job is left to be put off."""
    if close_job:
        finish_job(claim=claim, at=at)
    else:
        renew_job(claim=claim, at=at)
    before = Chart.objects.in_work().select_for_update(of=("self",)).filter(pk=claim.object_id).first()
    if before is None:
        raise JobLost
    Chart.objects.filter(pk=before.pk).update(status=ChartStatus.UNREADABLE, reason=reason)
    chart = Chart.objects.get(pk=before.pk)
    record_walk(chart=chart, taken=taken, at=at)
    moved_to: dict[str, Any] = {"old": before.status, "new": ChartStatus.UNREADABLE, "reason": reason}
    record("chart.refused", at=at, about=chart, outcome=Outcome.REFUSED, **moved_to)
    chart_refused.send(sender=Chart, chart=chart, at=at)
    reached("refusal.written")


def open_page_image(
    *, page: Page, by: User, at: datetime, request: HttpRequest | None = None, ahead: bool = False
) -> tuple[IO[bytes], str]:
    """The page's image for reading and its content type; looking at it is an event of the audit trail.

    So is having it `ahead`, in the memory of a browser that shows it later. PageDamaged, and no event, if the stored
    image is missing or not what was drawn.
    """
    try:
        source = storage.opened(page.image_name)
    except (storage.Altered, FileNotFoundError):
        raise PageDamaged from None
    action = "page.prefetched" if ahead else "page.viewed"
    record(action, at=at, by=by, about=page, request=request, chart=page.chart_id, page=page.number)
    ending = "." + page.image_name.rpartition(".")[2]
    return source, IMAGE_TYPES.get(ending, "application/octet-stream")


def note_pages_shown(*, pages: Iterable[Page], by: User, at: datetime, request: HttpRequest | None = None) -> None:
    """Images that a browser had ahead are before the person now."""
    for page in pages:
        record("page.viewed", at=at, by=by, about=page, request=request, chart=page.chart_id, page=page.number)
