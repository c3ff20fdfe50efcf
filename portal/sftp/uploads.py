"""One open file of a client: bytes in, and what they become when it is closed or cut off."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from typing import NoReturn

import asyncssh
from django.conf import settings
from django.core.files.base import File
from django.utils import timezone

from portal.actions.batches import NoAgreement
from portal.actions.charts import Receipt
from portal.actions.inbox import (
    NO_AGREEMENT,
    FileLost,
    FolderGone,
    NotTaken,
    batch_for,
    close_file,
    cut_file,
    drop_file,
    note_progress,
    refuse_file,
    take_file,
)
from portal.actions.inbox_folders import FolderEmpty, FolderUnfinished, send_folder
from portal.actions.sftp_sign_in import Visitor, still_welcome
from portal.failpoints import reached
from portal.models import InboxFile, InboxFolder
from portal.rules.inbox import FileState, Written, is_send_mark
from portal.sftp.hall import Hall, in_practice, in_service
from portal.sftp.staging import write_all

NOTED_EVERY = 20.0  # seconds between two notes of a growing file
LOST = "Another connection went on with this file, or its folder was sent. Send it again."


@dataclass(eq=False)
class Upload:
    """A file that is being written."""

    hall: Hall
    file: InboxFile
    descriptor: int
    written: Written
    appending: bool = False
    others: int = 0  # bytes of the other files of the folder
    spoiled: bool = False  # a write failed: whatever the client says later, the file is not whole
    lost: bool = False  # another connection took it over
    noted: float = field(default_factory=time.monotonic)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def taken_over(self) -> None:
        """Another connection goes on with the file; a write that is under way ends first."""
        self.lost = True
        async with self.busy:
            pass

    async def write(self, offset: int, content: bytes) -> int:
        """Put the bytes where they belong; after one refused write the file is not whole any more."""
        try:
            async with self.busy:
                return await self.put(self.written.end if self.appending else offset, content)
        except BaseException:
            self.spoiled = True
            raise

    async def put(self, start: int, content: bytes) -> int:
        end = start + len(content)
        if self.lost:
            raise asyncssh.SFTPFailure(LOST)
        if end > settings.INTAKE_FILE_LIMIT:
            raise asyncssh.SFTPQuotaExceeded("The file is larger than a file may be.")
        if self.others + end > settings.INTAKE_BATCH_LIMIT:
            raise asyncssh.SFTPQuotaExceeded("The folder is larger than a batch may be. Put the rest into another.")
        if start > self.written.whole and self.file.in_order:
            self.file.in_order = False  # on record before the bytes are there: a killed server leaves a hole
            await self.note()
        await self.hall.off_loop(lambda: write_all(self.descriptor, content, start))
        if not self.written.add(start, end):
            raise asyncssh.SFTPFailure("The file comes in too many pieces. Send it in order.")
        if time.monotonic() - self.noted > NOTED_EVERY:
            await self.note()
        return len(content)

    def put_on_disk(self) -> None:
        """These bytes and no others."""
        os.ftruncate(self.descriptor, self.written.whole)
        os.fsync(self.descriptor)

    async def note(self) -> None:
        """Write down how far the file has come."""
        self.noted = time.monotonic()
        try:
            await self.hall.in_practice(
                self.file.practice_id,
                lambda: note_progress(
                    file=self.file, size=self.written.end, in_order=self.file.in_order, at=timezone.now()
                ),
            )
        except FileLost:
            self.lost = True
            raise asyncssh.SFTPFailure(LOST) from None

    def release(self) -> None:
        """The file is open no more."""
        os.close(self.descriptor)
        if self.hall.uploads.get(self.file.pk) is self:
            del self.hall.uploads[self.file.pk]

    async def cut(self) -> None:
        """Keep what came without a hole, so that the client can go on there."""
        try:
            if not self.lost:
                await self.hall.off_loop(lambda: os.ftruncate(self.descriptor, self.written.whole))
                await self.hall.in_practice(
                    self.file.practice_id,
                    lambda: cut_file(file=self.file, size=self.written.whole, at=timezone.now()),
                )
        finally:
            self.release()

    async def close(self, visitor: Visitor) -> None:
        """The client says that it is whole: on the disk, on record, then a chart; only then the client hears so."""
        if self.lost or self.spoiled or self.written.whole != self.written.end:
            await self.cut()
            raise asyncssh.SFTPFailure("Bytes of the file are missing. It was not taken; send it again or go on.")
        self.hall.taking.add(self.file.pk)
        try:
            try:
                await self.hall.off_loop(self.put_on_disk)
            finally:
                self.release()
            await self.hall.off_loop(lambda: finish(self.hall, self.file, self.written.whole, visitor))
        finally:
            self.hall.taking.discard(self.file.pk)


def finish(hall: Hall, file: InboxFile, size: int, visitor: Visitor) -> None:
    """Close a file on record and take it, in a thread; SFTPError says to the client what went wrong."""
    if not in_service(lambda: still_welcome([visitor])):
        raise asyncssh.SFTPPermissionDenied("This account or key does not work any more.")
    try:
        closed = in_practice(file.practice_id, lambda: close_file(file=file, size=size, at=timezone.now()))
    except FileLost:
        raise asyncssh.SFTPFailure(LOST) from None
    reached("sftp.closed")
    if closed.state == FileState.CLOSED:
        settle(hall, closed, visitor)


def settle(hall: Hall, file: InboxFile, visitor: Visitor | None) -> Receipt | None:
    """A closed file is taken, or sends its folder; what can be said to the client is raised as SFTPError."""
    if is_send_mark(file.name, file.size):
        send_marked(hall, file)
        return None
    try:
        receipt = take(hall, file, visitor)
    except FileLost:
        raise asyncssh.SFTPFailure(LOST) from None
    except NoAgreement:  # it ended while the file was on its way, the first of its folder
        refuse(hall, file, "no_agreement", NO_AGREEMENT)
    except FileNotFoundError:
        if hall.staging.path(file.staged).exists():
            raise
        refuse(hall, file, "bytes_lost", "The file was lost on our side. Send it again.")
    except NotTaken as why:
        hall.staging.discard(file.staged)
        raise asyncssh.SFTPFailure(str(why)) from None
    reached("sftp.taken")
    hall.staging.discard(file.staged)
    return receipt


def refuse(hall: Hall, file: InboxFile, fault: str, words: str) -> NoReturn:
    """The file cannot be kept: its row says so, its bytes go, the client hears the words."""
    in_practice(file.practice_id, lambda: refuse_file(file=file, fault=fault, at=timezone.now()))
    hall.staging.discard(file.staged)
    raise asyncssh.SFTPFailure(words) from None


def take(hall: Hall, file: InboxFile, visitor: Visitor | None) -> Receipt:
    """Two transactions: the batch is opened quickly, then the bytes are kept while nobody waits for its row."""
    for last in (False, True):
        in_practice(file.practice_id, lambda: batch_for(file=file, at=timezone.now()))
        reached("sftp.batch_opened")
        try:
            with hall.staging.path(file.staged).open("rb") as content:
                return in_practice(
                    file.practice_id,
                    lambda content=content: take_file(  # type: ignore[misc]
                        file=file, content=File(content), visitor=visitor, at=timezone.now()
                    ),
                )
        except FileLost:
            if last:
                raise  # the first time the batch may just have been sent by hand: the file goes into a new one
    raise AssertionError("one of two rounds ends it")


def send_marked(hall: Hall, file: InboxFile) -> None:
    """The mark itself is no chart."""
    folder = InboxFolder(pk=file.folder_id, practice_id=file.practice_id)
    in_practice(file.practice_id, lambda: drop_file(file=file, at=timezone.now()))
    hall.staging.discard(file.staged)
    send_now(folder)


def send_now(folder: InboxFolder) -> None:
    """The client says that a folder is complete; SFTPFailure tells why it is not sent."""
    try:
        in_practice(folder.practice_id, lambda: send_folder(folder=folder, at=timezone.now()))
        reached("sftp.folder_sent")
    except FolderUnfinished:
        raise asyncssh.SFTPFailure(
            "A file of the folder is unfinished. Go on with it or remove it, then send the folder again."
        ) from None
    except FolderEmpty:
        raise asyncssh.SFTPFailure("The folder holds no file that was taken. Nothing was sent.") from None
    except FolderGone:
        raise asyncssh.SFTPNoSuchFile("There is no such folder; it may have been sent already.") from None
    except NoAgreement:
        raise asyncssh.SFTPFailure(
            "No contract and agreement is in force, so nothing was sent. The files are kept; please write to us."
        ) from None
