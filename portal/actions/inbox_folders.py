"""A folder of an inbox is sent: at once when its client says so, else when it has been quiet for a while."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from portal.actions.audit import record
from portal.actions.batches import BatchNotOpen, NoAgreement, NothingToSend, send_batch
from portal.actions.inbox import FolderGone
from portal.models import InboxFile, InboxFolder, SftpServer
from portal.rules.inbox import UNFINISHED, FileState, FolderState

EMPTY_FOR = timedelta(days=1)  # a folder nobody put anything into


class FolderUnfinished(Exception):
    """A file of the folder is not whole, or is just being taken."""


class FolderEmpty(Exception):
    """No file of the folder was taken yet."""


@transaction.atomic
def send_folder(*, folder: InboxFolder, at: datetime) -> FolderState:
    """Send the folder's batch, without the files that stayed unfinished for too long; what became of the folder.

    FolderGone, FolderUnfinished, FolderEmpty or NoAgreement, and nothing is changed.
    """
    rows = InboxFolder.objects.select_for_update(of=("self",)).filter(pk=folder.pk, state=FolderState.OPEN)
    found = rows.select_related("batch__practice").first()
    if found is None:
        raise FolderGone
    left = InboxFile.objects.filter(folder=found).filter(Q(state__in=UNFINISHED) | Q(state=FileState.CLOSED))
    if left.filter(flagged_at=None).exists():
        raise FolderUnfinished
    if found.batch is None:
        raise FolderEmpty
    state = FolderState.SENT
    try:
        with transaction.atomic():
            send_batch(batch=found.batch, by=None, at=at)
    except BatchNotOpen:
        pass  # somebody sent it by hand
    except NothingToSend:
        state = FolderState.NOTHING
    missed = left.update(state=FileState.MISSED)
    InboxFolder.objects.filter(pk=found.pk).update(state=state, ended_at=at)
    record(f"inbox.folder_{state}", at=at, about=found, batch=found.batch.pk, missed=missed)
    return state


def quiet_folders(*, at: datetime) -> list[InboxFolder]:
    """The folders in which something was taken and nothing happened for SFTP_QUIET_SECONDS."""
    busy = InboxFile.objects.filter(folder=OuterRef("pk"), flagged_at=None).filter(
        Q(state__in=UNFINISHED) | Q(state=FileState.CLOSED)
    )
    since = at - timedelta(seconds=settings.SFTP_QUIET_SECONDS)
    rows = InboxFolder.objects.filter(state=FolderState.OPEN, touched_at__lte=since, batch__isnull=False)
    return list(rows.exclude(Exists(busy)).order_by("touched_at")[:100])


def send_quiet_folders(*, at: datetime) -> int:
    """Send what nobody adds to any more; the number sent. Caller opens the service's scope."""
    sent = 0
    for folder in quiet_folders(at=at):
        try:
            send_folder(folder=folder, at=at)
        except (FolderGone, FolderUnfinished, FolderEmpty, NoAgreement):
            continue  # it changed meanwhile, or waits for an agreement
        sent += 1
    return sent


@transaction.atomic
def flag_unfinished(*, at: datetime) -> int:
    """Note the files that nobody went on with for SFTP_UNFINISHED_SECONDS; they hold their folder up no longer."""
    before = at - timedelta(seconds=settings.SFTP_UNFINISHED_SECONDS)
    files = list(
        InboxFile.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state__in=UNFINISHED, written_at__lte=before, flagged_at=None, folder__state=FolderState.OPEN
        )[:500]
    )
    InboxFile.objects.filter(pk__in=[file.pk for file in files]).update(flagged_at=at)
    for file in files:
        record("inbox.file_unfinished", at=at, about=file, size=file.size, state=file.state)
    return len(files)


@transaction.atomic
def forget_old(*, station: str, at: datetime) -> list[str]:
    """Give up files left unfinished for SFTP_FORGET_SECONDS, and empty folders; the staged names still needed."""
    before = at - timedelta(seconds=settings.SFTP_FORGET_SECONDS)
    left = InboxFile.objects.filter(state__in=UNFINISHED, flagged_at__lte=before, station=station)
    for file in left:
        record("inbox.file_forgotten", at=at, about=file, size=file.size)
    left.update(state=FileState.DROPPED)
    InboxFolder.objects.filter(
        state=FolderState.OPEN, batch=None, touched_at__lte=at - EMPTY_FOR, files__isnull=True
    ).delete()
    needed = [*UNFINISHED, FileState.CLOSED]
    return list(InboxFile.objects.filter(station=station, state__in=needed).values_list("staged", flat=True))


@transaction.atomic
def cut_abandoned(*, station: str, before: datetime, but: Iterable[int]) -> list[InboxFile]:
    """Files marked as being written that no connection of this server holds: its process died. They can be resumed.

    Those written to before a time; a younger one may just be being opened. Returned with their row's `in_order` as it
    was: bytes that came out of order may hide a hole.
    """
    rows = InboxFile.objects.select_for_update(of=("self",)).filter(
        station=station, state=FileState.WRITING, written_at__lt=before
    )
    files = list(rows.exclude(pk__in=list(but)))
    InboxFile.objects.filter(pk__in=[file.pk for file in files]).update(state=FileState.CUT)
    return files


@transaction.atomic
def correct_size(*, file: InboxFile, size: int) -> None:
    """What is there of a file whose server died."""
    InboxFile.objects.filter(pk=file.pk, state=FileState.CUT).update(size=size, in_order=True)


def waiting_to_be_taken(*, station: str, but: Iterable[int]) -> list[InboxFile]:
    """Files that were closed before their server died."""
    rows = InboxFile.objects.filter(station=station, state=FileState.CLOSED).exclude(pk__in=list(but))
    return list(rows.select_related("account__practice", "account__owner").order_by("pk")[:100])


@transaction.atomic
def note_server(*, station: str, address: str, fingerprint: str, at: datetime, started: bool = False) -> None:
    """This server runs; pages show where, and by which key it is known."""
    fields = {"address": address, "fingerprint": fingerprint, "seen_at": at}
    SftpServer.objects.update_or_create(
        station=station,
        defaults=fields | ({"started_at": at} if started else {}),
        create_defaults=fields | {"started_at": at},
    )
