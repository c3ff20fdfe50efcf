"""The door to the chart files: server-made names, durable before the caller goes on."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

from portal.failpoints import reached

BLOCK = 1024**2  # bytes read at a time


class DurableFileStorage(FileSystemStorage):
    """A directory whose files are on the disk, under their final name, when `save` returns."""

    def _save(self, name: str, content: File[Any]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
        path = Path(self.path(saved))
        reached("storage.written")
        for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
            handle = os.open(place, flags)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        reached("storage.durable")
        return saved


@dataclass(frozen=True)
class Stored:
    """A kept file: its server-made name, SHA-256 in hex and size in bytes."""

    name: str
    sha256: str
    size: int


def new_name(folder: str, ending: str = "") -> str:
    """A name that tells nothing: folder/ab/abcdef…; 128 random bits."""
    token = secrets.token_hex(16)
    return f"{folder}/{token[:2]}/{token}{ending}"


def keep(content: File[Any], *, folder: str) -> Stored:
    """Store the bytes under a new name and say what was stored; the hash is of what was read."""
    digest, size = hashlib.sha256(), 0
    for block in content.chunks(BLOCK):
        digest.update(block)
        size += len(block)
    content.seek(0)
    return Stored(name=default_storage.save(new_name(folder), content), sha256=digest.hexdigest(), size=size)


def keep_bytes(content: bytes, *, folder: str, ending: str = "") -> Stored:
    """Store bytes made by the service (a page image, a result) under a new name."""
    name = default_storage.save(new_name(folder, ending), ContentFile(content))
    return Stored(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def opened(name: str) -> IO[bytes]:
    """A kept file for reading."""
    return default_storage.open(name, "rb")


def blocks(name: str) -> Iterable[bytes]:
    """A kept file in blocks of one MiB."""
    with opened(name) as source:
        while block := source.read(BLOCK):
            yield block


class Altered(Exception):
    """The kept file is missing, or its bytes are not those whose hash was noted."""


def opened_unaltered(name: str, *, sha256: str) -> IO[bytes]:
    """A kept file for reading from its beginning, hashed as a whole before; Altered unless its SHA-256 in hex fits.

    What is read afterwards is the file that was hashed: it stays open in between.
    """
    try:
        source = opened(name)
    except FileNotFoundError:
        raise Altered from None
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
    if digest.hexdigest() != sha256:
        source.close()
        raise Altered
    source.seek(0)
    return source


def discard(name: str) -> None:
    """Remove a file that no row names (a copy kept for a duplicate that lost the race)."""
    default_storage.delete(name)


def probe() -> None:
    """Write, read and remove a few bytes; whatever is wrong with the storage is raised."""
    stored = keep_bytes(b"ready", folder="probe")
    try:
        with opened(stored.name) as source:
            source.read()
    finally:
        discard(stored.name)
