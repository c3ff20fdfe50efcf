"""The practice's folders as its client sees them. Nothing here is a path of this machine."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import asyncssh
from django.utils import timezone

from portal.actions.batches import NoAgreement
from portal.actions.deliveries import DeliveryDamaged
from portal.actions.inbox import (
    FileLost,
    FileThere,
    FolderThere,
    QuotaReached,
    drop_file,
    file_in,
    files_in,
    make_folder,
    open_folders,
    remove_folder,
    rename_file,
)
from portal.actions.outbox import (
    MOST_LISTED,
    batch_named,
    batches_shown,
    has_receipt,
    open_receipt,
    open_result,
    receipt_csv,
    results_of,
)
from portal.actions.sftp_sign_in import Visitor
from portal.models import Batch, InboxFile, InboxFolder, SftpAccount
from portal.rules.inbox import INBOX, OUTBOX, READY_ENDING, RECEIPT, FileState, Place, Spot

NO_SUCH = "There is no such file or folder."
ONE_LEVEL = "A folder of the inbox is one batch: folders and files may lie in inbox/, files in inbox/<folder>/."
READ_ONLY = "The outbox is for fetching only."
AGREEMENT = "No contract and agreement is in force, so no chart may be received. Please write to us."


@dataclass(frozen=True)
class Entry:
    """One line of a listing: name, size in bytes, time of the last change."""

    name: str
    is_folder: bool
    size: int
    at: datetime


def attributes(entry: Entry) -> asyncssh.SFTPAttrs:
    """The entry as the protocol describes it; owners and permissions mean nothing here."""
    moment = int(entry.at.timestamp())
    kind = stat.S_IFDIR | 0o700 if entry.is_folder else stat.S_IFREG | 0o600
    return asyncssh.SFTPAttrs(permissions=kind, size=entry.size, uid=0, gid=0, atime=moment, mtime=moment)


def folder_entry(name: str, at: datetime) -> Entry:
    return Entry(name, is_folder=True, size=0, at=at)


def file_entry(file: InboxFile) -> Entry:
    return Entry(file.name, is_folder=False, size=file.size, at=file.written_at)


# -- what is where; everything below runs in a thread, in the scope of the practice ----------------
def folder_at(visitor: Visitor, name: str) -> InboxFolder:
    """The open folder of this name; SFTPNoSuchFile."""
    found = open_folders(visitor.practice_id).filter(name=name).select_related("account").first()
    if found is None:
        raise asyncssh.SFTPNoSuchFile(NO_SUCH)
    return found


def file_at(visitor: Visitor, place: Place) -> InboxFile | None:
    """The latest file at a place of the inbox, with its folder; None if there is none."""
    folder = open_folders(visitor.practice_id).filter(name=place.folder).first()
    if folder is None or not place.name:
        return None
    found = file_in(folder, place.name)
    if found is not None:
        found.folder = folder
    return found


def batch_at(visitor: Visitor, name: str) -> Batch:
    """The batch of the outbox; SFTPNoSuchFile."""
    batch = batch_named(visitor.practice_id, name)
    if batch is None:
        raise asyncssh.SFTPNoSuchFile(NO_SUCH)
    return batch


def batch_time(batch: Batch) -> datetime:
    return batch.delivered_at or batch.received_at or batch.created_at


def entry_at(visitor: Visitor, place: Place, sizes: Callable[[InboxFile], int]) -> Entry:
    """What lies at a place; SFTPNoSuchFile. `sizes` knows how far a file has come that is just being written."""
    match place.spot:
        case Spot.ROOT | Spot.INBOX | Spot.OUTBOX:
            return folder_entry(place.path, timezone.now())
        case Spot.IN_INBOX | Spot.IN_FOLDER:
            return inbox_entry(visitor, place, sizes)
        case Spot.BATCH:
            return folder_entry(place.folder, batch_time(batch_at(visitor, place.folder)))
        case Spot.IN_BATCH:
            entries = outbox_entries(batch_at(visitor, place.folder))
            return found_entry(entry for entry in entries if entry.name == place.name)
        case _:
            return found_entry([])


def found_entry(entries: Iterable[Entry]) -> Entry:
    """The first; SFTPNoSuchFile if there is none."""
    for entry in entries:
        return entry
    raise asyncssh.SFTPNoSuchFile(NO_SUCH)


def inbox_entry(visitor: Visitor, place: Place, sizes: Callable[[InboxFile], int]) -> Entry:
    """A file of the inbox or, beside the loose files, a folder; SFTPNoSuchFile."""
    file = file_at(visitor, place)
    if file is not None:
        return Entry(file.name, is_folder=False, size=sizes(file), at=file.written_at)
    if place.spot == Spot.IN_INBOX:
        return folder_entry(place.name, folder_at(visitor, place.name).touched_at)
    return found_entry([])


def outbox_entries(batch: Batch) -> list[Entry]:
    """The receipt, and the results."""
    receipt = [Entry(RECEIPT, False, len(receipt_csv(batch)), batch_time(batch))] if has_receipt(batch) else []  # noqa: FBT003
    return [*receipt, *(Entry(row.file_name, False, row.size, row.created_at) for row in results_of(batch))]  # noqa: FBT003


def entries_at(visitor: Visitor, place: Place) -> list[Entry]:
    """The listing of a folder; SFTPNoSuchFile."""
    now = timezone.now()
    match place.spot:
        case Spot.ROOT:
            return [folder_entry(INBOX, now), folder_entry(OUTBOX, now)]
        case Spot.INBOX:
            folders = list(open_folders(visitor.practice_id).order_by("name"))
            loose = [file for folder in folders if not folder.name for file in latest(folder)]
            return [*(folder_entry(row.name, row.touched_at) for row in folders if row.name), *map(file_entry, loose)]
        case Spot.IN_INBOX:
            return [file_entry(file) for file in latest(folder_at(visitor, place.name))]
        case Spot.OUTBOX:
            rows = batches_shown(visitor.practice_id)[:MOST_LISTED]
            return [folder_entry(row.label, batch_time(row)) for row in rows]
        case Spot.BATCH:
            return outbox_entries(batch_at(visitor, place.folder))
        case _:
            raise asyncssh.SFTPNoSuchFile(NO_SUCH)


def latest(folder: InboxFolder) -> list[InboxFile]:
    """Each name of the folder once."""
    return list({file.name: file for file in files_in(folder)}.values())


def read_at(visitor: Visitor, place: Place) -> bytes:
    """A file of the outbox; reading it is on record."""
    if place.spot != Spot.IN_BATCH:
        raise asyncssh.SFTPPermissionDenied("Files of the inbox cannot be read back.")
    batch = batch_at(visitor, place.folder)
    if place.name == RECEIPT and has_receipt(batch):
        return open_receipt(batch=batch, visitor=visitor, at=timezone.now())
    for delivery in results_of(batch):
        if delivery.file_name == place.name:
            try:
                return open_result(delivery=delivery, visitor=visitor, at=timezone.now())
            except DeliveryDamaged:
                raise asyncssh.SFTPFailure(
                    "The stored file is not what was delivered. Our staff look into it."
                ) from None
    raise asyncssh.SFTPNoSuchFile(NO_SUCH)


# -- what changes ----------------------------------------------------------------------------------
def account_of(visitor: Visitor) -> SftpAccount:
    return SftpAccount.objects.select_related("practice", "owner").get(pk=visitor.account_id)


def make_folder_at(visitor: Visitor, place: Place) -> None:
    """mkdir inbox/<folder>."""
    if place.spot != Spot.IN_INBOX:
        raise asyncssh.SFTPPermissionDenied(ONE_LEVEL)
    try:
        make_folder(account=account_of(visitor), name=place.name, at=timezone.now())
    except FolderThere:
        raise asyncssh.SFTPFileAlreadyExists("There is one of this name already.") from None
    except QuotaReached as why:
        raise asyncssh.SFTPQuotaExceeded(str(why)) from None
    except NoAgreement:
        raise asyncssh.SFTPPermissionDenied(AGREEMENT) from None


def remove_folder_at(visitor: Visitor, place: Place) -> None:
    """rmdir of a folder in which nothing was put."""
    if place.spot != Spot.IN_INBOX:
        raise asyncssh.SFTPPermissionDenied("Only an empty folder of the inbox can be removed.")
    if not remove_folder(folder=folder_at(visitor, place.name)):
        raise asyncssh.SFTPFailure("Something was received into this folder. It goes when the folder is sent.")


def remove_file_at(visitor: Visitor, place: Place) -> str:
    """rm of a file that was not taken; its staged name."""
    file = file_at(visitor, place)
    if file is None:
        if place.spot in {Spot.OUTBOX, Spot.BATCH, Spot.IN_BATCH}:
            raise asyncssh.SFTPPermissionDenied(READ_ONLY)
        raise asyncssh.SFTPNoSuchFile(NO_SUCH)
    if file.state in {FileState.TAKEN, FileState.CLOSED}:
        raise asyncssh.SFTPPermissionDenied("The file was received. Take it out of the batch on the site.")
    drop_file(file=file, at=timezone.now())
    return file.staged


def rename_at(visitor: Visitor, old: Place, new: Place, *, over: bool) -> InboxFile | InboxFolder | None:
    """A parked file that is closed by its new name, or a folder that is to be sent; None if neither."""
    file = file_at(visitor, old)
    if file is None:
        if old.spot == Spot.IN_INBOX and new == Place(Spot.IN_INBOX, name=old.name + READY_ENDING):
            return folder_at(visitor, old.name)
        raise asyncssh.SFTPPermissionDenied("Only a file under a name such as .part can be renamed, in its own folder.")
    if (new.spot, new.folder) != (old.spot, old.folder) or file.state != FileState.PARKED:
        raise asyncssh.SFTPPermissionDenied(
            "A file can be renamed in its own folder only, and only from a name such as .part once it is closed."
        )
    if new.spot == Spot.IN_INBOX and open_folders(visitor.practice_id).filter(name=new.name).exists():
        raise asyncssh.SFTPFileAlreadyExists("There is a folder of this name.")
    try:
        renamed = rename_file(file=file, name=new.name, over=over, at=timezone.now())
    except FileThere:
        raise asyncssh.SFTPFileAlreadyExists("There is a file of this name already.") from None
    except FileLost:
        raise asyncssh.SFTPFailure("The file changed meanwhile.") from None
    return renamed if renamed.state == FileState.CLOSED else None
