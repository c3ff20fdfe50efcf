"""What a practice's SFTP client finds in its outbox: a receipt for each batch it sent, and the results."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from portal.actions.audit import record
from portal.actions.charts import receipt_of
from portal.actions.deliveries import read_delivery, record_download
from portal.actions.sftp_sign_in import Visitor
from portal.models import Batch, Chart, Delivery, InboxFile, SftpAccount
from portal.rules.inbox import FileState
from portal.rules.intake import ChartStatus, display_name
from portal.rules.plain_cells import plain

MOST_LISTED = 1000  # newest batches; older ones are found by their name
LABEL = re.compile(r"B-([0-9]{1,9})")
COLUMNS = ("batch", "folder", "file", "size", "sha256", "outcome", "detail", "chart", "received")
OUTCOMES = {
    ChartStatus.RECEIVED: "received",
    ChartStatus.READY: "received",
    ChartStatus.DUPLICATE: "duplicate",
    ChartStatus.UNREADABLE: "refused",
}
NOT_KEPT = {
    "batch_full": "Not kept: the batch was full. Put the file into another folder.",
    "bytes_lost": "Not kept: its bytes were lost on our side. Send it again.",
    "no_agreement": "Not kept: no contract and agreement was in force.",
}
UNFINISHED = "The file did not arrive completely and was not taken. Send it again."
IN_RECEIPT = (FileState.TAKEN, FileState.REFUSED, FileState.MISSED)


def batches_shown(practice_id: int) -> QuerySet[Batch]:
    """The batches with a folder in the outbox: sent by SFTP, or with results."""
    results = Delivery.objects.filter(batch=OuterRef("pk"))
    rows = Batch.objects.filter(Q(inbox_folder__isnull=False) | Exists(results), practice_id=practice_id)
    return rows.select_related("inbox_folder").order_by("-number")


def batch_named(practice_id: int, name: str) -> Batch | None:
    """The batch whose folder is called so."""
    match = LABEL.fullmatch(name)
    return batches_shown(practice_id).filter(number=int(match[1])).first() if match else None


def results_of(batch: Batch) -> list[Delivery]:
    """The result files, all versions."""
    return list(Delivery.objects.filter(batch=batch).order_by("version", "format"))


def has_receipt(batch: Batch) -> bool:
    """Whether the batch came by SFTP."""
    return getattr(batch, "inbox_folder", None) is not None


def receipt_csv(batch: Batch) -> bytes:
    """One line for each file sent into the batch's folder, with what became of it up to now; UTF-8, CRLF (RFC 4180).

    The files of an archive follow it, each as `archive/file`.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    rows = InboxFile.objects.filter(folder=batch.inbox_folder, state__in=IN_RECEIPT).order_by("pk")
    members = Prefetch("chart__members", Chart.objects.in_order().select_related("duplicate_of__batch"))
    for file in rows.select_related("chart__duplicate_of__batch").prefetch_related(members):
        for line in lines_of(file):
            table.writerow([plain(cell) for cell in (batch.label, batch.inbox_folder.name, *line)])
    return out.getvalue().encode()


def lines_of(file: InboxFile) -> Iterator[tuple[str | int, ...]]:
    """file, size, sha256, outcome, detail, chart, received: of a file, and of those that it held."""
    name = display_name(file.name)
    if file.chart is None:
        fault = NOT_KEPT.get(file.fault, UNFINISHED)
        yield name, file.size, "", "unfinished" if file.state == FileState.MISSED else "not kept", fault, "", ""
        return
    yield line_of(file.chart, name)
    for member in file.chart.members.all():
        yield line_of(member, f"{name}/{member.original_name}")


def line_of(chart: Chart, name: str) -> tuple[str | int, ...]:
    """The line of a kept file under the name by which its sender knows it."""
    received = chart.received_at.isoformat(timespec="seconds")
    outcome = OUTCOMES.get(ChartStatus(chart.status), "received")
    return name, chart.size, chart.sha256, outcome, receipt_of(chart).detail, chart.label, received


@transaction.atomic
def open_receipt(*, batch: Batch, visitor: Visitor, at: datetime) -> bytes:
    """The receipt for reading; looking at it is an event, as it is on the site."""
    record("batch.receipt_viewed", at=at, about=batch, address=visitor.address, **visitor.trace)
    return receipt_csv(batch)


@transaction.atomic
def open_result(*, delivery: Delivery, visitor: Visitor, at: datetime) -> bytes:
    """The bytes as delivered, checked against their hash; the fetch is recorded. DeliveryDamaged."""
    content = read_delivery(delivery=delivery)
    account = SftpAccount.objects.get(pk=visitor.account_id)
    record_download(delivery=delivery, at=at, account=account, address=visitor.address)
    return content
