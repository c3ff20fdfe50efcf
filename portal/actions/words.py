"""Words come to be: from the text layer at once, by reading the image in turn; and are handed to readers.

The rows of `PageWords` are the queue. A message on the queue "ocr" only says that there is something to read; whoever
hears it takes the next page by practice in turn, so that a practice with thousands of pages holds up nobody else's.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from kombu.exceptions import OperationalError

from portal import reading, scope
from portal.actions.audit import record
from portal.actions.leases import clock_from, lease_keeper
from portal.actions.turns import practices_in_turn
from portal.failpoints import reached
from portal.models import Chart, Outcome, Page, PageWords, User
from portal.rendering import DrawnPage
from portal.rules.marks import is_blank
from portal.rules.outline import headings_of
from portal.rules.words import NOTHING, SURE, Belief, Lines, WordsSource, WordsState, joined
from portal.signals import chart_words_read

logger = logging.getLogger(__name__)

TASK, QUEUE = "portal.read_pages", "ocr"
ATTEMPTS = 3  # a page that three readers could not finish is given up
STARTS = 2 * ATTEMPTS  # and one whose readers die without a word after so many
BACK_OFF = timedelta(seconds=30)
PRACTICES_AT_ONCE = 20  # that are tried in turn when others are faster
LAYER_ENGINE = "pdfium"


class ReadingLost(Exception):
    """The lease ran out and another reader took the page, or the page is gone."""


@dataclass(frozen=True)
class ReadingClaim:
    """A page in a reader's hands: the row, and the attempt that fences it."""

    words_id: int
    page_id: int
    practice_id: int
    attempt: int


# -- what is known when a chart is drawn -------------------------------------------------------------------
@transaction.atomic
def note_words(*, chart: Chart, pages: Sequence[tuple[Page, DrawnPage]], at: datetime) -> None:
    """Write down the text layers' words, mark blank pages, and leave the others to be read."""
    rows = [words_row(page, drawn, at) for page, drawn in pages]
    PageWords.objects.bulk_create(rows)
    if any(row.state == WordsState.WAITING for row in rows):
        transaction.on_commit(ring_readers, robust=True)
    else:
        tell_if_all_read(chart_id=chart.pk, at=at)


def words_row(page: Page, drawn: DrawnPage, at: datetime) -> PageWords:
    """The row of a page just drawn: done from its layer, empty, or waiting to be read."""
    row = PageWords(practice_id=page.practice_id, page=page, due_at=at)
    if drawn.belief is not Belief.NOT:
        put_words(row, drawn.lines, source=WordsSource.LAYER, engine=LAYER_ENGINE)
    if drawn.belief is Belief.WHOLE:
        row.state, row.finished_at = WordsState.DONE, at
    elif drawn.ink is not None and is_blank(ink=drawn.ink, words=0):
        row.state, row.finished_at = WordsState.EMPTY, at
    return row


def put_words(row: PageWords, lines: Lines, *, source: WordsSource, engine: str) -> None:
    """The words and what follows from them, not saved."""
    row.words = [list(word) for word in lines.words]
    row.line_starts = lines.line_starts
    row.headings = [list(heading) for heading in headings_of(lines)]
    row.confidence = SURE if source == WordsSource.LAYER else lines.confidence()
    row.source, row.engine = source, engine


def tell_if_all_read(*, chart_id: int, at: datetime) -> None:
    """Once no page of the chart waits any more: the event and the signal. Call it with the chart's row locked."""
    rows = PageWords.objects.filter(page__chart_id=chart_id)
    if rows.filter(state=WordsState.WAITING).exists():
        return
    chart = Chart.objects.get(pk=chart_id)
    counts = dict(rows.values_list("state").annotate(number=Count("pk")).order_by())
    turned = rows.exclude(turn=0).count()
    record("chart.words_read", at=at, about=chart, turned=turned, **{str(state): n for state, n in counts.items()})
    chart_words_read.send(sender=Chart, chart=chart, at=at)


# -- the queue -----------------------------------------------------------------------------------------------
def ring_readers() -> None:
    """Say that there is something to read; a broker that is down only delays it until the sweep."""
    try:
        current_app.send_task(TASK, queue=QUEUE, retry=False, expires=settings.OCR_RING_SECONDS * 3)
    except (OperationalError, OSError):
        logger.warning("broker unreachable, the sweep will ring", extra={"kind": TASK})


def ring_for_due_pages(*, at: datetime) -> bool:
    """Ring if a page waits for a reader; whether one does. Caller opens the scope."""
    waits = PageWords.objects.due(at=at).exists()
    if waits:
        ring_readers()
    return waits


@transaction.atomic
def claim_page(*, at: datetime) -> ReadingClaim | None:
    """Take the next page: of the practice with the fewest pages in hand, then of the one served longest ago."""
    turns = practices_in_turn(PageWords.objects.all(), at=at).values_list("pk", flat=True)
    for practice_id in turns[:PRACTICES_AT_ONCE]:
        row = (
            PageWords.objects.due(at=at)
            .filter(practice_id=practice_id)
            .without_words()
            .order_by("pk")
            .select_for_update(skip_locked=True)
            .first()
        )
        if row is not None and row.attempt >= STARTS:
            give_up(row=row, at=at)
        elif row is not None:
            row.attempt += 1
            row.started_at, row.lease_until = at, at + timedelta(seconds=settings.JOB_LEASE_SECONDS)
            row.save(update_fields=["attempt", "started_at", "lease_until"])
            return ReadingClaim(row.pk, row.page_id, row.practice_id, row.attempt)
    return None


def renew_reading(*, claim: ReadingClaim, at: datetime) -> None:
    """Lengthen the lease; ReadingLost if the claim is stale."""
    lease_until = at + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    if not held(claim).update(lease_until=lease_until):
        raise ReadingLost


def held(claim: ReadingClaim) -> QuerySet[PageWords]:
    """The row as long as the claim is the newest."""
    return PageWords.objects.filter(pk=claim.words_id, attempt=claim.attempt, state=WordsState.WAITING)


# -- reading ---------------------------------------------------------------------------------------------------
def read_due_pages(*, at: datetime, seconds: float) -> int:
    """Read page after page until none is due or the time is over, then ring again; opens its own scopes. How many."""
    clock, read = clock_from(at), 0
    while clock() - at <= timedelta(seconds=seconds):
        with scope.service():
            claim = claim_page(at=clock())
        if claim is None:
            return read
        reached("words.claimed")
        read_claimed_page(claim=claim, at=clock())
        read += 1
    ring_readers()
    return read


def read_claimed_page(*, claim: ReadingClaim, at: datetime) -> None:
    """Read one page and write its words down, or put it off; a lost claim is left to who has it now."""
    clock = clock_from(at)
    try:
        with scope.service():
            image_name = Page.objects.values_list("image_name", flat=True).get(pk=claim.page_id)
        found = reading.read_page(
            image_name=image_name,
            practice_id=claim.practice_id,
            still_ours=lease_keeper(partial(renew_reading, claim=claim), clock),
        )
        reached("words.read")
        with scope.service():
            finish_reading(claim=claim, found=found, at=clock())
    except ReadingLost:
        logger.warning("page lost to another reader", extra={"job": claim.words_id, "kind": TASK})
    except reading.Unreadable as trouble:
        with scope.service():
            put_off_reading(claim=claim, fault=f"Unreadable {trouble}", at=clock())
    except Exception as trouble:
        with scope.service():
            put_off_reading(claim=claim, fault=type(trouble).__name__, at=clock())
        logger.exception("reading raised", extra={"job": claim.words_id, "kind": TASK})


@transaction.atomic
def finish_reading(*, claim: ReadingClaim, found: reading.Reading, at: datetime) -> None:
    """The words, the page's text and its upright image, or nothing; ReadingLost for a stale claim."""
    page = locked_page(claim)
    row = held(claim).select_for_update().first()
    if row is None:
        raise ReadingLost
    layer = row.lines() if row.source == WordsSource.LAYER and not found.turn else NOTHING
    lines = joined(layer, found.lines) if layer.words else found.lines
    source = WordsSource.BOTH if layer.words else WordsSource.OCR if lines.words else WordsSource.NONE
    put_words(row, lines, source=source, engine=found.engine)
    row.state = WordsState.DONE if lines.words else WordsState.EMPTY
    row.turn, row.skew = found.turn, found.skew
    row.finished_at, row.lease_until, row.fault = at, None, ""
    row.save()
    page.text, page.text_source = lines.text(), Page.TextSource.OCR if lines.words else Page.TextSource.NONE
    if found.turned is not None:
        page.image_name, page.thumb_name = found.turned.image_name, found.turned.thumb_name
        page.width, page.height = found.turned.width, found.turned.height
    page.save()
    tell_if_all_read(chart_id=page.chart_id, at=at)
    reached("words.written")


def locked_page(claim: ReadingClaim) -> Page:
    """The page, its chart's row locked: of two readers who finish at once the second sees that the chart is done."""
    page = Page.objects.filter(pk=claim.page_id).first()
    if page is None:
        raise ReadingLost
    Chart.objects.select_for_update(no_key=True).get(pk=page.chart_id)
    return page


def give_up(*, row: PageWords, at: datetime) -> None:
    """A page whose readers died each time stands without words, visibly."""
    claim = ReadingClaim(row.pk, row.page_id, row.practice_id, row.attempt)
    put_off_reading(claim=claim, fault="ReaderKilled", at=at)


@transaction.atomic
def put_off_reading(*, claim: ReadingClaim, fault: str, at: datetime) -> None:
    """Another try later; after the last one the page stands without words, visibly."""
    give_up = claim.attempt >= ATTEMPTS
    page = Page.objects.filter(pk=claim.page_id).first()
    if page is None:
        return
    Chart.objects.select_for_update(no_key=True).get(pk=page.chart_id)
    changed = held(claim).update(
        state=WordsState.FAILED if give_up else WordsState.WAITING, fault=fault[:120], lease_until=None,
        due_at=at + BACK_OFF * claim.attempt, finished_at=at if give_up else None,
    )  # fmt: skip
    logger.warning(
        "page not read",
        extra={"job": claim.words_id, "attempt": claim.attempt, "fault": fault,
               "outcome": "given up" if give_up else "later"},
    )  # fmt: skip
    if changed and give_up:
        record("page.words_failed", at=at, about=page, outcome=Outcome.REFUSED, fault=fault[:120])
        tell_if_all_read(chart_id=page.chart_id, at=at)


# -- looking -----------------------------------------------------------------------------------------------------
@transaction.atomic
def open_page_words(*, page: Page, by: User, at: datetime, request: HttpRequest | None = None) -> PageWords | None:
    """The words of a page for a reader; None for a page drawn before words were read. Looking is an audit event."""
    record("page.words_viewed", at=at, by=by, about=page, request=request, chart=page.chart_id, page=page.number)
    return PageWords.objects.filter(page=page).first()
