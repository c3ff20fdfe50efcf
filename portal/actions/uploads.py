"""A file arrives in parts: begun, filled from where it stands, completed into a chart, or given up.

Every part is durable in the storage before the row says so; the row is held while one request writes.
Any web machine can take the next part: nothing of an upload lives in a process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.urls import reverse

from portal import scope, storage
from portal.actions.audit import record
from portal.actions.batches import BatchNotOpen, contract_in_force, send_batch
from portal.actions.charts import Receipt, hold_open, receipt_of, receive_file
from portal.actions.notices import queue_notice
from portal.failpoints import reached
from portal.joined_file import NotTheFile
from portal.models import ApiToken, Batch, Chart, Upload, UploadPart, User
from portal.parts import discard_growing, keep_part, whole_file
from portal.rules.expected_files import Difference, Named, compare_files
from portal.rules.intake import display_name
from portal.rules.lifecycle import BatchStatus
from portal.rules.uploads import KEPT, Begun, Limits, Trouble, UploadState, trouble_at_opening, trouble_with_part

AN_HOUR = timedelta(hours=1)
SWEPT_AT_ONCE = 200


class NotTaken(Exception):
    """A step of an upload was refused and nothing kept of it; `offset` says where the file stands, if that helps."""

    def __init__(self, trouble: Trouble, *, offset: int | None = None) -> None:
        super().__init__(trouble.value)
        self.trouble, self.offset = trouble, offset


class UploadsUnfinished(Exception):
    """Files of the batch are on their way; `uploads` are their ids."""

    def __init__(self, uploads: Sequence[int]) -> None:
        super().__init__(len(uploads))
        self.uploads = tuple(uploads)


class NotAsExpected(Exception):
    """The batch does not hold exactly the files that its sender named; `difference` says how."""

    def __init__(self, difference: Difference) -> None:
        super().__init__()
        self.difference = difference


# -- begin ---------------------------------------------------------------------------------------
@transaction.atomic
def open_upload(
    *,
    batch: Batch,
    name: str,
    size: int,
    sha256: str = "",
    by: User | None,
    token: ApiToken | None = None,
    at: datetime,
) -> Upload:
    """Begin a file of `size` bytes in an open batch. NotTaken, BatchNotOpen, NoAgreement."""
    contract_in_force(batch.practice, at=at)
    hold_open(batch)
    trouble = trouble_at_opening(size=size, begun=begun(batch, at=at), limits=limits())
    if trouble is not None:
        raise NotTaken(trouble)
    upload = Upload.objects.create(
        practice_id=batch.practice_id,
        batch=batch,
        name=display_name(name),
        size=size,
        sha256=sha256.lower(),
        created_at=at,
        created_by=by,
        token=token,
        expires_at=at + KEPT,
    )
    record("upload.opened", at=at, by=by, token_id=upload.token_id, about=upload, batch=batch.pk, size=size)
    return upload


def limits() -> Limits:
    """What the settings allow."""
    return Limits(
        file_bytes=settings.INTAKE_FILE_LIMIT,
        batch_bytes=settings.INTAKE_BATCH_LIMIT,
        open_files=settings.UPLOADS_OPEN,
        open_bytes=settings.UPLOADS_OPEN_BYTES,
        files_an_hour=settings.UPLOADS_AN_HOUR,
    )


def begun(batch: Batch, *, at: datetime) -> Begun:
    """What the batch holds and awaits, and what the practice has open and began in the last hour."""
    of_practice = Upload.objects.filter(practice_id=batch.practice_id)
    held = Chart.objects.filter(batch=batch).aggregate(bytes=Sum("size"))["bytes"] or 0
    awaited = Upload.objects.unfinished().filter(batch=batch).aggregate(bytes=Sum("size"))["bytes"] or 0
    return Begun(
        batch_bytes=held + awaited,
        open_files=of_practice.unfinished().count(),
        open_bytes=of_practice.unfinished().aggregate(bytes=Sum("size"))["bytes"] or 0,
        last_hour=of_practice.filter(created_at__gt=at - AN_HOUR).count(),
    )


# -- fill ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Arrived:
    """The bytes of a part, and their SHA-256 in hex, taken as they came in."""

    content: bytes
    sha256: str


@transaction.atomic
def append_part(*, upload: Upload, offset: int, arrived: Arrived, sha256: str, at: datetime) -> int:
    """Keep one part at `offset` and say how far the file is now (bytes); NotTaken otherwise.

    The part that is there already, sent once more because its answer was lost, is taken as done.
    """
    content = arrived.content
    if arrived.sha256 != sha256.lower():
        raise NotTaken(Trouble.PART_DIFFERS, offset=upload.offset)
    held = in_hand(upload)
    if offset < held.offset and held.parts.filter(offset=offset, size=len(content), sha256=arrived.sha256).exists():
        return held.offset
    trouble = trouble_with_part(offset=offset, length=len(content), stands_at=held.offset, size=held.size)
    if trouble is not None:
        raise NotTaken(trouble, offset=held.offset)
    try:
        name = keep_part(held, content)
    except BlockingIOError:
        raise NotTaken(Trouble.BUSY) from None
    except storage.Altered:
        raise NotTaken(Trouble.FILE_DIFFERS) from None
    reached("upload.part_kept")
    UploadPart.objects.create(
        practice_id=held.practice_id,
        upload=held,
        offset=offset,
        size=len(content),
        sha256=arrived.sha256,
        storage_name=name,
    )
    Upload.objects.filter(pk=held.pk).update(offset=F("offset") + len(content), expires_at=at + KEPT)
    reached("upload.part_written")
    return held.offset + len(content)


def in_hand(upload: Upload) -> Upload:
    """The open row, held until the transaction ends; NotTaken if it has ended or another request holds it."""
    held = Upload.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(pk=upload.pk).first()
    if held is None:
        raise NotTaken(Trouble.BUSY)
    if held.state != UploadState.OPEN:
        raise NotTaken(Trouble.ENDED)
    return held


# -- end -----------------------------------------------------------------------------------------
@transaction.atomic
def complete_upload(*, upload: Upload, sha256: str = "", by: User | None, at: datetime) -> Receipt:
    """Put the parts together and receive the file; asked again, the receipt it had.

    The SHA-256 of the whole file (declared here or at the beginning) is compared with the bytes read back
    from the storage. NotTaken, and what receive_file raises.
    """
    done = Upload.objects.select_related("chart").filter(pk=upload.pk, state=UploadState.COMPLETE).first()
    if done is not None and done.chart is not None:
        return receipt_of(done.chart)
    held = in_hand(upload)
    declared = (sha256 or held.sha256).lower()
    if not declared:
        raise NotTaken(Trouble.HASH_MISSING)
    if held.offset < held.size:
        raise NotTaken(Trouble.UNFINISHED, offset=held.offset)
    if held.sha256 and held.sha256 != declared:
        raise NotTaken(Trouble.FILE_DIFFERS)
    try:
        with transaction.atomic(), whole_file(held, sha256=declared) as file:
            receipt = receive_file(
                batch=Batch.objects.select_related("practice").get(pk=held.batch_id),
                file=file, name=held.name, by=by, at=at, again=True,
            )  # fmt: skip
    except BlockingIOError:
        raise NotTaken(Trouble.BUSY) from None
    except (NotTheFile, storage.Altered, FileNotFoundError):
        raise NotTaken(Trouble.FILE_DIFFERS) from None
    end(held, UploadState.COMPLETE, at=at, sha256=declared, chart=receipt.chart)
    record(
        "upload.completed", at=at, by=by, token_id=held.token_id, about=held, batch=held.batch_id,
        chart=receipt.chart.pk, sha256=declared,
    )  # fmt: skip
    reached("upload.completed")
    return receipt


@transaction.atomic
def abandon_upload(*, upload: Upload, by: User | None, token: ApiToken | None = None, at: datetime) -> None:
    """Give an unfinished file up; its parts are removed. NotTaken if it has ended or is being written."""
    held = in_hand(upload)
    end(held, UploadState.ABANDONED, at=at)
    record(
        "upload.abandoned", at=at, by=by, token_id=token.pk if token else None, about=held, batch=held.batch_id,
        offset=held.offset, size=held.size,
    )  # fmt: skip


@transaction.atomic
def send_without_unfinished(*, batch: Batch, by: User | None, at: datetime) -> int:
    """Send a batch as it is, and say how many unfinished files were given up for it; raises what send_batch does."""
    given_up = abandon_unfinished(batch=batch, by=by, at=at)
    send_batch(batch=batch, by=by, at=at)
    # One may have begun since; now that the batch is closed, none can. Whoever holds one meets the closed batch:
    # to wait for them would be a deadlock, for who completes a file holds it before the batch.
    return given_up + abandon_unfinished(batch=batch, by=by, at=at, waiting=False)


@transaction.atomic
def abandon_unfinished(*, batch: Batch, by: User | None, at: datetime, waiting: bool = True) -> int:
    """Give up every unfinished file of a batch that goes without them, and say how many.

    Without `waiting` those that a request is just writing are passed over.
    """
    rows = Upload.objects.unfinished().filter(batch=batch)
    rows = rows.select_for_update(no_key=True, of=("self",), skip_locked=not waiting)
    for held in rows:
        end(held, UploadState.ABANDONED, at=at)
        record("upload.abandoned", at=at, by=by, about=held, batch=batch.pk, offset=held.offset, size=held.size)
    return len(rows)


def end(held: Upload, state: UploadState, *, at: datetime, **more: object) -> None:
    """Close the row; its parts go once that is certain, or with the sweep."""
    Upload.objects.filter(pk=held.pk).update(state=state, ended_at=at, **more)
    transaction.on_commit(partial(discard_parts, upload_ids=[held.pk]), robust=True)


def discard_parts(*, upload_ids: Sequence[int]) -> int:
    """Remove the rows of parts of uploads that have ended, then what they name; how many there were.

    In this order: a file without a row is swept with the others, a row without its file would look like damage.
    """
    with scope.service():
        parts = list(
            UploadPart.objects.filter(upload_id__in=upload_ids)
            .exclude(upload__state=UploadState.OPEN)
            .select_for_update(skip_locked=True, of=("self",))
        )
        UploadPart.objects.filter(pk__in=[part.pk for part in parts]).delete()
        ended = list(Upload.objects.filter(pk__in=upload_ids).exclude(state=UploadState.OPEN))
    if parts:
        reached("upload.parts_forgotten")
    for name in {part.storage_name for part in parts}:
        storage.discard(name)
    for upload in ended:
        discard_growing(upload)
    return len(parts)


@transaction.atomic
def send_batch_as_expected(*, batch: Batch, expected: Sequence[Named] | None, by: User | None, at: datetime) -> None:
    """Send a batch if nothing of it is on its way and it holds exactly the expected files; None expects nothing.

    UploadsUnfinished, NotAsExpected, and what send_batch raises.
    """
    # The row is held from here on, so that what is compared is what is sent.
    if not Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, status=BatchStatus.OPEN).exists():
        raise BatchNotOpen
    unfinished = Upload.objects.unfinished().filter(batch=batch).values_list("pk", flat=True)
    if unfinished:
        raise UploadsUnfinished(list(unfinished))
    if expected is not None:
        held = Chart.objects.filter(batch=batch).values_list("original_name", "sha256")
        difference = compare_files(expected=expected, held=held)
        if difference:
            raise NotAsExpected(difference)
    send_batch(batch=batch, by=by, at=at)


# -- sweep ---------------------------------------------------------------------------------------
def sweep_uploads(*, at: datetime) -> int:
    """Give up what nobody went on with for a week, tell the practice, mop up parts; how many were given up."""
    with scope.service():
        rows = list(
            Upload.objects.run_out(at=at)
            .select_related("batch__practice")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))[:SWEPT_AT_ONCE]
        )
        for held in rows:
            end(held, UploadState.ABANDONED, at=at)
            record("upload.run_out", at=at, about=held, batch=held.batch_id, offset=held.offset, size=held.size)
        for batch in {held.batch_id: held.batch for held in rows}.values():
            tell_practice(batch, files=sum(held.batch_id == batch.pk for held in rows), at=at)
        ended = UploadPart.objects.exclude(upload__state=UploadState.OPEN).values_list("upload_id", flat=True)
        left = list(ended.distinct()[:SWEPT_AT_ONCE])
    discard_parts(upload_ids=left)
    return len(rows)


def tell_practice(batch: Batch, *, files: int, at: datetime) -> None:
    """An e-mail to the practice's people that files of a batch were never finished: how many, not which."""
    people = User.objects.filter(
        is_active=True, memberships__practice_id=batch.practice_id, memberships__receives_results=True
    )
    for person in people.order_by("pk"):
        queue_notice(
            kind="upload_unfinished",
            email=person.email,
            at=at,
            recipient=person,
            practice=batch.practice,
            batch=batch,
            link=reverse("portal:batch", args=[batch.pk]),
            words={"count": files},
        )
