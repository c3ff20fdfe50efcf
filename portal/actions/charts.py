"""A file becomes a chart: received and kept, tried again when the fault was ours, fetched as it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.http import HttpRequest

from portal import storage
from portal.actions.audit import record
from portal.actions.batches import BatchNotOpen, contract_in_force
from portal.actions.jobs import queue_job
from portal.actions.steps import record_receipt
from portal.failpoints import reached
from portal.models import Batch, Chart, Outcome, User
from portal.rules.file_types import HEAD, ZIP, media_type_of
from portal.rules.intake import (
    ADVICE,
    MENDED_BY_A_COPY,
    TRY_AGAIN,
    ChartStatus,
    Refusal,
    display_name,
    refusal_at_receipt,
)
from portal.rules.lifecycle import BatchStatus

RENDER = "portal.render_chart"


class BatchFull(Exception):
    """With this file the batch would exceed what one batch may hold; nothing was kept."""


class NotTryable(Exception):
    """The chart is not in a state in which drawing it again could help."""


class ChartDamaged(Exception):
    """The stored file is missing or is not what was received."""


class ChartQuarantined(Exception):
    """The virus scanner found something in the file, or has not looked at it yet: it is given to nobody."""


class ReceiptOutcome(StrEnum):
    RECEIVED = "received"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True)
class Receipt:
    """What became of one file: its row, the outcome, and a sentence for the sender."""

    chart: Chart
    outcome: ReceiptOutcome
    detail: str


@transaction.atomic
def receive_file(
    *, batch: Batch, file: File[bytes], name: str, by: User | None, at: datetime, again: bool = False
) -> Receipt:
    """Keep the bytes, write the row with their SHA-256, and say what became of them.

    A file that cannot be taken is kept too, under a named reason; bytes known from the practice become
    a duplicate. With `again` (the sender may be repeating a request whose answer was lost), the same
    bytes under the same name in the same batch get the receipt they had. NoAgreement, BatchNotOpen, BatchFull.
    """
    contract_in_force(batch.practice, at=at)
    size = file.size or 0
    held = Chart.objects.filter(batch=batch).aggregate(held=Sum("size"))["held"] or 0
    if held + size > settings.INTAKE_BATCH_LIMIT:
        raise BatchFull
    if not Batch.objects.filter(pk=batch.pk, status=BatchStatus.OPEN).exists():  # before the bytes are kept for nothing
        raise BatchNotOpen
    file.seek(0)
    head = file.read(HEAD)
    reason = refusal_at_receipt(name=name, size=size, head=head, limit=settings.INTAKE_FILE_LIMIT)
    stored = storage.keep(file, practice_id=batch.practice_id, folder="charts")
    reached("intake.blob_kept")
    try:
        hold_open(batch)
        shown = display_name(name)
        known = known_chart(batch, stored.sha256, shown) if again else None
        if known is not None:
            storage.discard(stored.name)
            return receipt_of(known)
        chart = new_chart(batch, stored, name=shown, head=head, reason=reason, by=by, at=at)
        write_down(chart, at=at)
    except BatchNotOpen:
        storage.discard(stored.name)
        raise
    tell_received(chart, by=by, at=at)
    reached("intake.row_written")
    return receipt_of(chart)


def receive_member(*, archive: Chart, stored: storage.Stored, head: bytes, name: str, at: datetime) -> Chart:
    """The row of a file out of an archive, whose bytes are kept; a ZIP within a ZIP is refused.

    Call it in the transaction that moves the archive on. The batch may have been sent meanwhile.
    """
    reason = refusal_at_receipt(name=name, size=stored.size, head=head, limit=settings.INTAKE_FILE_LIMIT)
    if media_type_of(head) == ZIP:
        reason = Refusal.NESTED_ARCHIVE
    chart = new_chart(archive.batch, stored, name=display_name(name), head=head, reason=reason, by=None, at=at)
    chart.archive, chart.received_by_id = archive, archive.received_by_id
    write_down(chart, at=at)
    tell_received(chart, by=None, at=at)
    return chart


def new_chart(
    batch: Batch,
    stored: storage.Stored,
    *,
    name: str,
    head: bytes,
    reason: Refusal | None,
    by: User | None,
    at: datetime,
) -> Chart:
    """The row of kept bytes, not yet written."""
    return Chart(
        practice_id=batch.practice_id,
        batch=batch,
        original_name=name,
        size=stored.size,
        sha256=stored.sha256,
        media_type=media_type_of(head),
        storage_name=stored.name,
        status=ChartStatus.UNREADABLE if reason else ChartStatus.RECEIVED,
        reason=reason or "",
        received_at=at,
        received_by=by,
    )


def tell_received(chart: Chart, *, by: User | None, at: datetime) -> None:
    """The audit event of a receipt, and what the first steps found."""
    record(
        "chart.received", at=at, by=by, about=chart, outcome=Outcome.REFUSED if chart.reason else Outcome.DONE,
        batch=chart.batch_id, size=chart.size, sha256=chart.sha256, state=chart.status, reason=chart.reason,
    )  # fmt: skip
    record_receipt(chart=chart, at=at)


def hold_open(batch: Batch) -> None:
    """Keep the batch from being sent until this transaction ends; BatchNotOpen if it was."""
    with connection.cursor() as cursor:  # FOR SHARE: files of one batch do not wait for each other, only `send` does
        cursor.execute("SELECT status FROM portal_batch WHERE id = %s FOR SHARE", [batch.pk])
        row = cursor.fetchone()
    if row is None or row[0] != BatchStatus.OPEN:
        raise BatchNotOpen


def known_chart(batch: Batch, sha256: str, shown: str) -> Chart | None:
    """The row that an earlier request with the same file left in this batch."""
    return Chart.objects.filter(batch=batch, sha256=sha256, original_name=shown).order_by("pk").first()


def write_down(chart: Chart, *, at: datetime) -> None:
    """Insert the row, as a duplicate if the practice's bytes are there; queue the drawing of what is new."""
    try:
        with transaction.atomic():
            chart.save(force_insert=True)
    except IntegrityError as trouble:
        if trouble.__cause__.diag.constraint_name != "portal_chart_bytes_once":  # type: ignore[union-attr]
            raise
        original = Chart.objects.select_for_update(of=("self",)).get(
            practice_id=chart.practice_id, sha256=chart.sha256, duplicate_of=None
        )
        if gives_way(original, chart):
            take_over(chart, original, at=at)
            return
        chart.pk = None
        chart.duplicate_of = original
        chart.status, chart.reason = ChartStatus.DUPLICATE, ""
        chart.save(force_insert=True)
        mend(chart.duplicate_of, at=at)
    else:
        if chart.status == ChartStatus.RECEIVED:
            queue_job(kind=RENDER, object_id=chart.pk, practice=chart.practice, at=at)


def gives_way(original: Chart, chart: Chart) -> bool:
    """Whether the bytes are known only from another batch that was never sent, or from a file taken out of one."""
    if original.batch_id == chart.batch_id:
        return False
    if original.reason == Refusal.LEFT_OUT:
        return True
    try:
        hold_open(original.batch)
    except BatchNotOpen:
        return False
    return True


def take_over(chart: Chart, original: Chart, *, at: datetime) -> None:
    """The new row becomes the original and the old one its duplicate, so that what is sent now is worked on.

    The old row names the new one before it exists: the foreign key is checked at the commit.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('portal_chart', 'id'))")
        chart.pk = cursor.fetchone()[0]
    chart.working_name, chart.working_sha256 = original.working_name, original.working_sha256
    Chart.objects.filter(duplicate_of=original).update(duplicate_of=chart.pk)
    Chart.objects.filter(pk=original.pk).update(
        status=ChartStatus.DUPLICATE, reason="", ready_at=None, duplicate_of=chart.pk
    )
    chart.save(force_insert=True)
    record("chart.gave_way", at=at, about=original, to=chart.pk, old=original.status, new=ChartStatus.DUPLICATE)
    if chart.status == ChartStatus.RECEIVED:
        queue_job(kind=RENDER, object_id=chart.pk, practice=chart.practice, at=at)


def mend(original: Chart, *, at: datetime) -> None:
    """A copy brings back an original that was left out, or whose stored bytes were damaged: it is drawn from either."""
    if Chart.objects.filter(pk=original.pk, reason__in=MENDED_BY_A_COPY).update(status=ChartStatus.RECEIVED, reason=""):
        queue_job(kind=RENDER, object_id=original.pk, practice=original.practice, at=at)
        record("chart.mended", at=at, about=original, old=ChartStatus.UNREADABLE, new=ChartStatus.RECEIVED)


def receipt_of(chart: Chart) -> Receipt:
    """The receipt that a chart's row stands for."""
    if chart.duplicate_of is not None:
        original = chart.duplicate_of
        trouble = f" {ADVICE[Refusal(original.reason)].wrong}" if original.reason else ""
        same = f"Same content as {original.label} in {original.batch.label}.{trouble}"
        return Receipt(chart, ReceiptOutcome.DUPLICATE, same)
    if chart.reason:
        advice = ADVICE[Refusal(chart.reason)]
        outcome = ReceiptOutcome.REFUSED if chart.status == ChartStatus.UNREADABLE else ReceiptOutcome.RECEIVED
        return Receipt(chart, outcome, f"{advice.wrong} {advice.next_step}")
    return Receipt(chart, ReceiptOutcome.RECEIVED, "Received")


@transaction.atomic
def try_chart_again(*, chart: Chart, by: User, at: datetime) -> None:
    """Draw a chart once more whose refusal may have been our fault; NotTryable otherwise."""
    tryable = Chart.objects.select_for_update(of=("self",)).filter(pk=chart.pk, reason__in=TRY_AGAIN).first()
    if tryable is None:
        raise NotTryable
    Chart.objects.filter(pk=chart.pk).update(status=ChartStatus.RECEIVED, reason="")
    queue_job(kind=RENDER, object_id=chart.pk, practice=chart.practice, at=at)
    record("chart.tried_again", at=at, by=by, about=chart, old=tryable.status, new=ChartStatus.RECEIVED)


@transaction.atomic
def open_original(*, chart: Chart, by: User, at: datetime, request: HttpRequest | None = None) -> IO[bytes]:
    """The file as it was received, for reading; fetching it is an event of the audit trail.

    ChartQuarantined, or ChartDamaged unless the bytes are still those whose hash stands on the receipt.
    """
    if chart.status == ChartStatus.QUARANTINED:
        raise ChartQuarantined
    try:
        original = storage.opened_unaltered(chart.storage_name, sha256=chart.sha256)
    except storage.Altered:
        raise ChartDamaged from None
    record("chart.downloaded", at=at, by=by, about=chart, request=request, batch=chart.batch_id)
    return original
