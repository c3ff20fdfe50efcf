"""The SFTP protocol of one session, put in front of the practice's folders."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

import asyncssh
from asyncssh.constants import (
    FXP_BLOCK,
    FXP_LINK,
    FXP_OPENDIR,
    FXP_READ,
    FXP_READLINK,
    FXP_SYMLINK,
    FXP_UNBLOCK,
    FXP_WRITE,
)  # fmt: skip
from asyncssh.packet import SSHPacket
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHReader, SSHServerStreamSession, SSHWriter
from django.conf import settings
from django.utils import timezone

from portal.actions.batches import NoAgreement
from portal.actions.inbox import (
    FileLost,
    FolderGone,
    QuotaReached,
    begin_file,
    bytes_in,
    file_in,
    loose_folder,
    open_folders,
    resume_file,
)
from portal.actions.sftp_sign_in import Visitor, still_welcome
from portal.models import InboxFile, InboxFolder
from portal.rules.inbox import UNFINISHED, BadName, FileState, Place, Spot, Written, decoded, place_of
from portal.sftp import tree
from portal.sftp.hall import Hall, in_practice, in_service
from portal.sftp.staging import write_all
from portal.sftp.uploads import LOST, Upload, send_now, settle

if TYPE_CHECKING:
    from portal.sftp.visits import Visit

logger = logging.getLogger(__name__)
Found = TypeVar("Found")
VERSION = 3
WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
BLOCK = 1024**2
MOST_TOLD = 64


# Requests that make or follow links, copy on the server, lock, or tell of the disk.
UNWANTED = {
    FXP_READLINK, FXP_SYMLINK, FXP_LINK, FXP_BLOCK, FXP_UNBLOCK, b"statvfs@openssh.com", b"fstatvfs@openssh.com",
    b"hardlink@openssh.com", b"lsetstat@openssh.com", b"copy-data", b"ranges@asyncssh.com",
}  # fmt: skip


class Reading:
    """An open file of the outbox."""

    def __init__(self, content: bytes) -> None:
        self.content = content


class Session(asyncssh.SFTPServer):
    """What the client asks for, by path; blocking work goes to a thread, expected troubles come back as sentences."""

    def __init__(self, channel: asyncssh.SSHServerChannel, hall: Hall, visit: Visit, visitor: Visitor) -> None:  # type: ignore[type-arg]
        super().__init__(channel)
        self.hall = hall
        self.visit = visit
        self.visitor = visitor
        self.ending = False  # the connection is gone: whatever is still open was not closed by the client
        self.open_files = 0
        self.told: OrderedDict[Place, int] = OrderedDict()  # sizes the client goes on after, when it resumes

    # -- doing things off the loop
    async def look(self, work: Callable[[], Found]) -> Found:
        """Read in the practice's scope."""
        return await self.guarded(self.hall.in_practice(self.visitor.practice_id, work))

    async def change(self, work: Callable[[], Found]) -> Found:
        """Write in the practice's scope, if the account still works at this moment."""

        def checked() -> Found:
            if not in_service(lambda: still_welcome([self.visitor])):
                raise asyncssh.SFTPPermissionDenied("This account or key does not work any more.")
            return in_practice(self.visitor.practice_id, work)

        return await self.guarded(self.hall.off_loop(checked))

    async def guarded(self, work: Awaitable[Found]) -> Found:
        """Whatever is not expected is logged by its class and answered without its text."""
        try:
            return await work
        except (asyncssh.SFTPError, OSError):
            raise
        except Exception as trouble:
            logger.exception("sftp request raised", extra={"practice": self.visitor.practice_id})
            raise asyncssh.SFTPFailure("The service has a fault. Nothing was changed; try again later.") from trouble

    def place(self, path: bytes) -> Place:
        try:
            return place_of(decoded(path))
        except BadName as why:
            raise asyncssh.SFTPInvalidFilename(str(why)) from None

    def size_of(self, file: InboxFile) -> int:
        """A file that is being written has come further than its row says."""
        upload = self.hall.uploads.get(file.pk)
        return upload.written.whole if upload is not None and not upload.lost else file.size

    # -- looking
    def realpath(self, path: bytes) -> bytes:
        place = self.place(path)
        return place.path.encode() if place.spot != Spot.ELSEWHERE else path

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        place = self.place(path)
        entry = await self.look(lambda: tree.entry_at(self.visitor, place, self.size_of))
        self.told[place] = entry.size
        if len(self.told) > MOST_TOLD:
            self.told.popitem(last=False)
        return tree.attributes(entry)

    async def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
        return await self.stat(path)

    async def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        size = file_obj.written.end if isinstance(file_obj, Upload) else len(file_obj.content)  # type: ignore[attr-defined]
        return tree.attributes(tree.Entry("", is_folder=False, size=size, at=timezone.now()))

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        place = self.place(path)
        for entry in await self.look(lambda: tree.entries_at(self.visitor, place)):
            yield asyncssh.SFTPName(entry.name.encode(), attrs=tree.attributes(entry))

    # -- files
    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:  # noqa: ARG002
        if self.open_files >= settings.SFTP_HANDLES:
            raise asyncssh.SFTPFailure("Too many files are open. Close some first.")
        place = self.place(path)
        if pflags & WRITES:
            opened: object = await self.guarded(self.open_upload(place, pflags))
        else:
            opened = Reading(await self.change(lambda: tree.read_at(self.visitor, place)))
        self.open_files += 1
        return opened

    async def open_upload(self, place: Place, pflags: int) -> Upload:
        if place.spot in {Spot.OUTBOX, Spot.BATCH, Spot.IN_BATCH}:
            raise asyncssh.SFTPPermissionDenied(tree.READ_ONLY)
        if place.spot not in {Spot.IN_INBOX, Spot.IN_FOLDER}:
            raise asyncssh.SFTPPermissionDenied(tree.ONE_LEVEL)
        if await self.hall.off_loop(self.hall.staging.is_full):
            raise asyncssh.SFTPNoSpaceOnFilesystem("The disk is full. Our staff look into it; go on later.")
        with self.hall.opening():
            file, others, copy = await self.change(lambda: self.row_for(place, pflags))
            before = self.hall.uploads.pop(file.pk, None)
            if before is not None:
                await before.taken_over()
            descriptor = await self.hall.off_loop(lambda: self.hall.staging.open(file.staged))
            upload = Upload(self.hall, file, descriptor, Written(), bool(pflags & asyncssh.FXF_APPEND), others)
            self.hall.uploads[file.pk] = upload
        told = self.told.get(place, file.size)
        size = await self.hall.off_loop(lambda: self.prepared(descriptor, min(file.size, told), copy))
        upload.written = Written(size)
        return upload

    def prepared(self, descriptor: int, size: int, copy: str) -> int:
        """Bytes to go on after: those of the unfinished file as far as the client was told, or those of a whole one."""
        if copy:
            from portal import storage

            place = 0
            for block in storage.blocks(copy):
                write_all(descriptor, block, place)
                place += len(block)
            return place
        size = min(size, os.fstat(descriptor).st_size)
        os.ftruncate(descriptor, size)
        return size

    def row_for(self, place: Place, pflags: int) -> tuple[InboxFile, int, str]:
        """The row to write: a new one or an unfinished one; the bytes beside it; the stored file to begin with."""
        try:
            folder = self.folder_of(place, pflags)
            found = file_in(folder, place.name)
            self.check_existing(found, pflags)
            file, copy = None, ""
            if found is not None and not pflags & asyncssh.FXF_TRUNC:
                file, copy = self.going_on(found)
            if file is None:
                file = self.begun(folder, place.name)
            return file, bytes_in(folder, but=file), copy
        except QuotaReached as why:
            raise asyncssh.SFTPQuotaExceeded(str(why)) from None
        except NoAgreement:
            raise asyncssh.SFTPPermissionDenied(tree.AGREEMENT) from None
        except FolderGone:
            raise asyncssh.SFTPNoSuchFile(tree.NO_SUCH) from None
        except FileLost:
            raise asyncssh.SFTPFailure(LOST) from None

    def check_existing(self, found: InboxFile | None, pflags: int) -> None:
        """Whether the client's flags fit what is there."""
        if found is None and not pflags & asyncssh.FXF_CREAT:
            raise asyncssh.SFTPNoSuchFile(tree.NO_SUCH)
        if found is not None and pflags & asyncssh.FXF_EXCL:
            raise asyncssh.SFTPFileAlreadyExists("There is a file of this name already.")

    def going_on(self, found: InboxFile) -> tuple[InboxFile | None, str]:
        """An unfinished file is resumed; of one that was taken the stored bytes begin a new version."""
        if found.state == FileState.CLOSED:
            raise asyncssh.SFTPFailure("The file is just being received. Try again.")
        if found.state in UNFINISHED and found.station == self.hall.staging.station:
            size = self.size_of(found)  # what another connection is just writing counts too
            file = resume_file(file=found, at=timezone.now())
            file.size = size
            return file, ""
        return None, found.chart.storage_name if found.chart is not None else ""

    def begun(self, folder: InboxFolder, name: str) -> InboxFile:
        """A new upload."""
        staging = self.hall.staging
        return begin_file(
            account=tree.account_of(self.visitor),
            folder=folder,
            name=name,
            station=staging.station,
            staged=staging.new_name(),
            at=timezone.now(),
        )

    def folder_of(self, place: Place, pflags: int) -> InboxFolder:
        """The folder that a new file goes to."""
        if place.spot == Spot.IN_FOLDER:
            return tree.folder_at(self.visitor, place.folder)
        if open_folders(self.visitor.practice_id).filter(name=place.name).exists():
            raise asyncssh.SFTPFailure("This is a folder.")
        if not pflags & asyncssh.FXF_CREAT:
            return tree.folder_at(self.visitor, "")
        return loose_folder(account=tree.account_of(self.visitor), at=timezone.now())

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        if not isinstance(file_obj, Reading):
            raise asyncssh.SFTPPermissionDenied("Files of the inbox cannot be read back.")
        return file_obj.content[offset : offset + min(size, BLOCK)]

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        if not isinstance(file_obj, Upload):
            raise asyncssh.SFTPPermissionDenied("The file was opened for reading.")
        return await self.guarded(file_obj.write(offset, data))

    async def close(self, file_obj: object) -> None:
        """Called for what the client closes, and for everything still open when the connection ends."""
        self.open_files -= 1
        if not isinstance(file_obj, Upload):
            return
        await self.guarded(file_obj.cut() if self.ending else file_obj.close(self.visitor))

    async def fsync(self, file_obj: object) -> None:
        if isinstance(file_obj, Upload):
            await self.hall.off_loop(lambda: os.fsync(file_obj.descriptor))

    # -- folders and names
    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:  # noqa: ARG002
        place = self.place(path)
        await self.change(lambda: tree.make_folder_at(self.visitor, place))

    async def rmdir(self, path: bytes) -> None:
        place = self.place(path)
        await self.change(lambda: tree.remove_folder_at(self.visitor, place))

    async def remove(self, path: bytes) -> None:
        place = self.place(path)
        staged = await self.change(lambda: tree.remove_file_at(self.visitor, place))
        await self.hall.off_loop(lambda: self.hall.staging.discard(staged))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self.renamed(oldpath, newpath, over=False)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self.renamed(oldpath, newpath, over=True)

    async def renamed(self, oldpath: bytes, newpath: bytes, *, over: bool) -> None:
        old, new = self.place(oldpath), self.place(newpath)
        found = await self.change(lambda: tree.rename_at(self.visitor, old, new, over=over))
        if isinstance(found, InboxFolder):
            await self.guarded(self.hall.off_loop(lambda: send_now(found)))
        elif found is not None:
            self.hall.taking.add(found.pk)
            try:
                await self.guarded(self.hall.off_loop(lambda: settle(self.hall, found, self.visitor)))
            finally:
                self.hall.taking.discard(found.pk)

    # -- what clients ask for by habit: accepted, without effect
    async def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        await self.stat(path)
        self.only_decoration(attrs)

    async def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:  # noqa: ARG002
        self.only_decoration(attrs)

    def only_decoration(self, attrs: asyncssh.SFTPAttrs) -> None:
        """Times, owners and permissions mean nothing here; a size would."""
        if attrs.size is not None:
            raise asyncssh.SFTPOpUnsupported("A size cannot be set. Put the file anew.")


class Handler(SFTPServerHandler):
    """The library's reader of requests, with fewer of them, at a bounded pace, and knowing a cut from a close."""

    _extensions = [(b"posix-rename@openssh.com", b"1"), (b"fsync@openssh.com", b"1"),
                             (b"limits@openssh.com", b"1")]  # fmt: skip
    _unpaced: ClassVar = {FXP_READ, FXP_WRITE}
    _packet_handlers = {
        kind: handler for kind, handler in SFTPServerHandler._packet_handlers.items() if kind not in UNWANTED
    }

    def __init__(self, session: Session, reader: SSHReader[bytes], writer: SSHWriter[bytes]) -> None:
        super().__init__(session, reader, writer, VERSION)
        self.session = session

    async def _process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> None:
        self.session.visit.note_life()
        if pkttype not in self._unpaced:
            await self.session.hall.pace(self.session.visitor.practice_id)
        await super()._process_packet(pkttype, pktid, packet)

    async def _process_opendir(self, packet: SSHPacket) -> bytes:
        if len(self._dir_handles) >= settings.SFTP_HANDLES:
            raise asyncssh.SFTPFailure("Too many folders are open. Close some first.")
        return await super()._process_opendir(packet)

    _packet_handlers[FXP_OPENDIR] = _process_opendir  # type: ignore[assignment]  # called with a Handler only

    async def _cleanup(self, exc: Exception | None) -> None:
        """The library closes what is open, also when the connection was cut: those files are not whole."""
        self.session.ending = True
        await super()._cleanup(exc)


class Channel(SSHServerStreamSession[bytes]):
    """A channel on which only the SFTP subsystem can be started."""

    def __init__(self, make: Callable[[asyncssh.SSHServerChannel], Session]) -> None:  # type: ignore[type-arg]
        super().__init__(None)
        self.make = make

    def subsystem_requested(self, subsystem: str) -> bool:
        return subsystem == "sftp"

    def session_started(self) -> None:
        """One session of the protocol."""
        channel, connection = self._chan, self._conn
        assert channel is not None  # noqa: S101  (the library sets both before it calls)
        assert connection is not None  # noqa: S101
        reader, writer = SSHReader[bytes](self, channel), SSHWriter[bytes](self, channel)
        handler = Handler(self.make(channel), reader, writer)  # type: ignore[arg-type]
        connection.create_task(handler.run(), reader.logger)
