"""Where bytes lie until their file is taken: one directory of this machine, server-made names, one server at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Collection
from pathlib import Path

LEAST_FREE = 1024**3  # bytes left on the disk below which nothing is accepted


class DirectoryTaken(Exception):
    """Another SFTP server works in this directory."""


class Staging:
    """The directory; held by this process as long as the object lives."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)
        self.place = self.root / "staged"
        self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.lock)
            raise DirectoryTaken from None
        self.station = self.own_name()

    def own_name(self) -> str:
        """A random name that this directory keeps: rows tell by it whose bytes they speak of."""
        path = self.root / "station"
        if not path.exists():
            draft = self.root / "station.new"
            draft.write_text(secrets.token_hex(8))
            draft.rename(path)
        return path.read_text()

    def release(self) -> None:
        """Let another server use the directory."""
        os.close(self.lock)

    def new_name(self) -> str:
        """Tells nothing of the file."""
        return secrets.token_hex(16)

    def path(self, name: str) -> Path:
        """The file of a server-made name."""
        return self.place / name

    def open(self, name: str) -> int:
        """A descriptor for writing, of a new file or one that is there; a link in its place is not followed."""
        return os.open(self.path(name), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def size(self, name: str) -> int:
        """Bytes of a staged file; 0 if there is none."""
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError:
            return 0

    def discard(self, name: str) -> None:
        """Remove a file that is needed no more."""
        self.path(name).unlink(missing_ok=True)

    def keep_only(self, names: Collection[str]) -> int:
        """Remove every staged file but these; the number removed."""
        kept = set(names)
        gone = [path for path in self.place.iterdir() if path.name not in kept]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def is_full(self) -> bool:
        """Whether the disk has too little room for another file."""
        found = os.statvfs(self.place)
        return found.f_bavail * found.f_frsize < LEAST_FREE


def write_all(descriptor: int, content: bytes, offset: int) -> None:
    """Write every byte at the offset."""
    view = memoryview(content)
    while view:
        done = os.pwrite(descriptor, view, offset)
        view, offset = view[done:], offset + done
