"""Where sealed and service files lie: a directory, or a bucket. Both speak Django's storage and four words more.

`draft` gives a file to write into, `adopt` puts it under its final name at once and for good, `walk` lists what is
there, `touch` makes a file as young as if it had just been kept. Only a directory lets a file grow in its place:
`held` gives a handle on it, `link` a second name.
"""

from __future__ import annotations

import fcntl
import io
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

DRAFTS = ".drafts"
AT_ONCE = 1024**2 + 64  # bytes asked of the bucket at a time: a page image comes with its first answer
NOT_THERE = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True)
class Found:
    """One stored file: its name, its size in bytes as stored, and when it was last kept."""

    name: str
    size: int
    kept_at: datetime


def to_disk(path: Path, *, directory: bool = False) -> None:
    """Wait until a file, or the entries of a directory, would survive the loss of power."""
    handle = os.open(path, os.O_RDONLY | (os.O_DIRECTORY if directory else 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class DurableFileStorage(FileSystemStorage):
    """A directory whose files are on the disk, under their final name, when `save` or `adopt` returns."""

    grows = True

    def _save(self, name: str, content: File[Any]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
        path = Path(self.path(saved))
        to_disk(path)
        to_disk(path.parent, directory=True)
        return saved

    @contextmanager
    def draft(self) -> Iterator[IO[bytes]]:
        """An unnamed file on the same disk, gone afterwards unless it was adopted."""
        self.make_folder(Path(self.path(DRAFTS)))
        with tempfile.NamedTemporaryFile(dir=self.path(DRAFTS), delete=False) as draft:
            try:
                yield draft
            finally:
                with suppress(FileNotFoundError):
                    Path(draft.name).unlink()

    def forget_drafts(self, *, before: datetime) -> int:
        """Remove what was being written when its process was killed; how many."""
        forgotten = 0
        for draft in Path(self.path(DRAFTS)).glob("*"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < before.timestamp():
                    draft.unlink()
                    forgotten += 1
        return forgotten

    def adopt(self, draft: IO[bytes], name: str, *, durable: bool = True) -> None:
        """The draft is the file of this name from now on, whatever was there before; `durable` when this returns."""
        path = Path(self.path(name))
        self.make_folder(path.parent)
        draft.flush()
        if durable:
            os.fsync(draft.fileno())
        Path(draft.name).rename(path)
        if durable:
            to_disk(path.parent, directory=True)

    def make_durable(self, names: Iterable[str]) -> None:
        """Wait until these files, and then their names, would survive the loss of power."""
        paths = [Path(self.path(name)) for name in names]
        for path in paths:
            to_disk(path)
        for folder in sorted({path.parent for path in paths}):
            to_disk(folder, directory=True)

    @contextmanager
    def held(self, name: str, *, new: bool = False) -> Iterator[int]:
        """A handle on a file that others may not write meanwhile: BlockingIOError if somebody does.

        Made if it is `new`; FileNotFoundError otherwise.
        """
        path = Path(self.path(name))
        if new:
            self.make_folder(path.parent)
        handle = os.open(path, os.O_RDWR | (os.O_CREAT if new else 0), 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if new:
                to_disk(path.parent, directory=True)
            yield handle
        finally:
            os.close(handle)

    def link(self, source: str, name: str) -> None:
        """A file that is on the disk bears this name too, whatever was there before."""
        path = Path(self.path(name))
        self.make_folder(path.parent)
        try:
            os.link(self.path(source), path)
        except FileExistsError:
            beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # swept, should we be stopped here
            os.link(self.path(source), beside)
            beside.rename(path)
            beside.unlink(missing_ok=True)  # it was the same file already
        to_disk(path.parent, directory=True)

    def make_folder(self, folder: Path) -> None:
        """Make a directory with those above it, each entry on the disk."""
        if folder.is_dir():
            return
        if folder != Path(self.base_location):
            self.make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700, parents=True)
        to_disk(folder.parent, directory=True)

    def walk(self, prefix: str = "") -> Iterator[Found]:
        """Every file below a directory's name, in the order of names."""
        root = Path(self.path(prefix)) if prefix else Path(self.base_location)
        for folder, below, names in os.walk(root):
            below[:] = sorted((name for name in below if name != DRAFTS), key=lambda name: f"{name}/")
            for name in sorted(names):
                path = Path(folder) / name
                with suppress(FileNotFoundError):  # removed while we walked
                    facts = path.stat()
                    yield Found(
                        path.relative_to(self.base_location).as_posix(),
                        facts.st_size,
                        datetime.fromtimestamp(facts.st_mtime, UTC),
                    )

    def touch(self, name: str) -> None:
        """From now on the file counts as just kept; durable too, if who wrote it does not wait for that yet."""
        os.utime(self.path(name))
        self.make_durable([name])


class BucketStorage(S3Storage):  # type: ignore[misc]  # no types there
    """A bucket; a file is one object, there whole or not at all."""

    grows = False

    def _open(self, name: str, mode: str = "rb") -> BucketFile:
        if mode != "rb":
            raise ValueError("files of a bucket are written by `adopt` only")
        return BucketFile(self.bucket.Object(self._normalize_name(name)))

    @contextmanager
    def draft(self) -> Iterator[IO[bytes]]:
        """An unnamed file of this machine; what is written to it is sealed already."""
        with tempfile.TemporaryFile() as draft:
            yield draft

    def forget_drafts(self, *, before: datetime) -> int:  # noqa: ARG002
        """None: the system takes an unnamed file away with its process."""
        return 0

    def adopt(self, draft: IO[bytes], name: str, *, durable: bool = True) -> None:  # noqa: ARG002
        """The draft's bytes are the object of this name from now on; the bucket answers when it has them."""
        draft.seek(0)
        with File(draft) as whole:
            self.save(name, whole)

    def make_durable(self, names: Iterable[str]) -> None:
        """They are."""

    def walk(self, prefix: str = "") -> Iterator[Found]:
        """Every object below a prefix, in the order of names."""
        inside = self._normalize_name(prefix).rstrip("/") + "/" if prefix else self.location
        for entry in self.bucket.objects.filter(Prefix=inside):
            name = entry.key[len(self.location) :].lstrip("/")
            yield Found(name, entry.size, entry.last_modified)

    def touch(self, name: str) -> None:
        """Copied onto itself: the only way to give an object a new date."""
        key = self._normalize_name(name)
        self.bucket.Object(key).copy_from(
            CopySource={"Bucket": self.bucket_name, "Key": key},
            MetadataDirective="REPLACE",
            ContentType="application/octet-stream",
        )


class BucketFile(io.RawIOBase):
    """An object read in ranges, as far as it is asked for; FileNotFoundError if there is none."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self.source, self.place, self.start = source, 0, 0
        self.size, self.held = 0, b""
        self.fetch(0)

    def fetch(self, start: int) -> None:
        """Hold the bytes from `start` on, AT_ONCE at most."""
        from botocore.exceptions import ClientError

        try:
            answer = self.source.get(Range=f"bytes={start}-{start + AT_ONCE - 1}")
        except ClientError as trouble:
            code = trouble.response.get("Error", {}).get("Code", "")
            if code in NOT_THERE:
                raise FileNotFoundError(self.source.key) from None
            if code != "InvalidRange":  # an empty object has no range at all
                raise
            self.start, self.held = start, b""
            return
        self.start, self.held = start, answer["Body"].read()
        self.size = int(answer["ContentRange"].rpartition("/")[2])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self.place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.place, os.SEEK_END: self.size}[whence]
        return self.place

    def tell(self) -> int:
        return self.place

    def pieces(self, wanted: int) -> Iterator[bytes]:
        """The next bytes, as many as wanted or as there are."""
        while wanted > 0 and self.place < self.size:
            if not self.start <= self.place < self.start + len(self.held):
                self.fetch(self.place)
            offset = self.place - self.start
            piece = self.held[offset : offset + wanted]
            if not piece:
                raise OSError("the bucket gave fewer bytes than it has")
            self.place += len(piece)
            wanted -= len(piece)
            yield piece

    def read(self, size: int | None = -1, /) -> bytes:
        return b"".join(self.pieces(self.size if size is None or size < 0 else size))

    def readall(self) -> bytes:
        return self.read()
