"""The door to the kept files: named by their content, sealed, durable before the caller goes on.

A practice's files lie under `practices/<id>/<folder>/<ab>/<name><ending>`; the name is an HMAC of the content's hash
under the practice's key, so that equal bytes are one file and two practices' equal files do not show it. What belongs
to no practice lies in the clear under `service/`. Names of any other form are from before files were sealed and are
read as they are.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from portal import vault
from portal.failpoints import reached
from portal.joined_file import GrownFile
from portal.sealing import Altered, SealedFile, sealed
from portal.shelves import Found
from portal.vault import Destroyed

__all__ = ["BLOCK", "Altered", "Destroyed", "Found", "Stored"]

BLOCK = 1024**2  # bytes read at a time
SEALED = re.compile(
    r"practices/(?P<practice>\d+)/(?P<folder>[a-z-]+(?P<own>/\d+)?)/[0-9a-f]{2}/(?P<mark>[0-9a-f]{64})[.a-z0-9]*"
)
LOCK = 0x5701  # first half of the advisory locks on names of stored files


@dataclass(frozen=True)
class Stored:
    """A kept file: its server-made name, SHA-256 in hex and size in bytes of the content as it was given."""

    name: str
    sha256: str
    size: int


def keep(content: File[Any], *, practice_id: int, folder: str) -> Stored:
    """Seal the bytes under the name their content has, and say what was stored; the hash is of what was sealed.

    The same bytes again are the same file: it is read through, and replaced if it is damaged or missing. A file that
    grew in the storage is read once and only its end is written, unless the practice has a new key since.
    """
    if isinstance(content, GrownFile) and content.growing.key.number == vault.key_in_use(practice_id).number:
        return keep_grown(content, practice_id=practice_id, folder=folder)
    content.seek(0)
    stored = seal(content.chunks(BLOCK), practice_id=practice_id, folder=folder)
    content.seek(0)
    return stored


class Lot:
    """Files that are kept one after the other and made durable together: one wait for the disk instead of many.

    No row may name one of them before `make_durable` has returned.
    """

    def __init__(self) -> None:
        self.names: list[str] = []

    def make_durable(self) -> None:
        """Wait until all would survive the loss of power."""
        shelf: Any = default_storage
        shelf.make_durable(self.names)
        self.names.clear()


def keep_bytes(content: bytes, *, practice_id: int, folder: str, ending: str = "", lot: Lot | None = None) -> Stored:
    """Seal bytes made by the service (a page image, a result) under the name their content has."""
    return seal([content], practice_id=practice_id, folder=folder, ending=ending, lot=lot)


def seal(blocks: Iterable[bytes], *, practice_id: int, folder: str, ending: str = "", lot: Lot | None = None) -> Stored:
    """Seal what the blocks make up, in constant memory, and put it in its place; durable at once, or with its lot."""
    key = vault.key_in_use(practice_id)
    digest, size = hashlib.sha256(), 0

    def read() -> Iterator[bytes]:
        nonlocal size
        for block in blocks:
            digest.update(block)
            size += len(block)
            yield block

    def name() -> str:
        return name_of(digest.hexdigest(), key, practice_id=practice_id, folder=folder, ending=ending)

    shelf: Any = default_storage  # either of portal.shelves
    with shelf.draft() as draft:
        for piece in sealed(read(), secret=key.secret, number=key.number, name=name):
            draft.write(piece)
        place(partial(shelf.adopt, draft, durable=lot is None), name(), sha256=digest.hexdigest())
    if lot is not None:
        lot.names.append(name())
    return Stored(name=name(), sha256=digest.hexdigest(), size=size)


def keep_grown(file: GrownFile, *, practice_id: int, folder: str) -> Stored:
    """Give a file that grew in the storage the name its content has; NotTheFile if its content is another."""
    file.check()
    name = name_of(file.declared, file.growing.key, practice_id=practice_id, folder=folder)
    place(file.adopt, name, sha256=file.declared)
    return Stored(name=name, sha256=file.declared, size=file.size)


def name_of(sha256: str, key: vault.DataKey, *, practice_id: int, folder: str, ending: str = "") -> str:
    """The name that a content has."""
    mark = key.name_of(sha256)
    return f"practices/{practice_id}/{folder}/{mark[:2]}/{mark}{ending}"


def place(adopt: Callable[[str], None], name: str, *, sha256: str) -> None:
    """Let a file be adopted under its name, unless the same content is there and sound: then that is younger now."""
    shelf: Any = default_storage  # either of portal.shelves
    reached("storage.drafted")
    if not shelf.exists(name):
        adopt(name)
    else:
        with locked(name):
            if is_sound(name, sha256=sha256):
                shelf.touch(name)
            else:
                adopt(name)
    reached("storage.kept")


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One at a time for a stored name, so that the sweep does not remove what somebody is about to name again.

    The lock is free again when the surrounding transaction ends, or at once if there is none.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, name])
        yield


def is_sound(name: str, *, sha256: str) -> bool:
    """Whether the file is there, opens, and has this content."""
    try:
        opened_unaltered(name, sha256=sha256).close()
    except Altered:
        return False
    return True


def keep_for_service(content: File[Any], *, folder: str) -> Stored:
    """Store bytes that belong to no practice, in the clear, under a new name that tells nothing (128 random bits)."""
    digest, size = hashlib.sha256(), 0
    for block in content.chunks(BLOCK):
        digest.update(block)
        size += len(block)
    content.seek(0)
    token = secrets.token_hex(16)
    name = default_storage.save(f"service/{folder}/{token[:2]}/{token}", content)
    return Stored(name=name, sha256=digest.hexdigest(), size=size)


def opened(name: str) -> IO[bytes]:
    """A kept file for reading and seeking, in the clear; FileNotFoundError, Altered or Destroyed.

    A large file may turn out Altered only when the reading comes to what was changed.
    """
    source: IO[bytes] = default_storage.open(name, "rb")
    found = SEALED.fullmatch(name)
    if found is None:
        return source
    practice_id = int(found["practice"])
    try:
        return SealedFile(source, secret=lambda number: vault.key_numbered(practice_id, number).secret, name=name)  # type: ignore[return-value]
    except BaseException:
        source.close()
        raise


def blocks(name: str) -> Iterable[bytes]:
    """A kept file in blocks of one MiB; raises like `opened`."""
    with opened(name) as source:
        while block := source.read(BLOCK):
            yield block


def opened_unaltered(name: str, *, sha256: str) -> IO[bytes]:
    """A kept file for reading from its beginning, hashed as a whole before; Altered unless its SHA-256 in hex fits.

    What is read afterwards is the file that was hashed: it stays open in between.
    """
    try:
        source = opened(name)
    except FileNotFoundError:
        raise Altered from None
    try:
        if sha256_of(source) != sha256:
            raise Altered
    except BaseException:
        source.close()
        raise
    source.seek(0)
    return source


def sha256_of(source: IO[bytes]) -> str:
    """SHA-256 in hex of what is left to read."""
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def has_its_content(name: str, source: IO[bytes]) -> bool:
    """Whether an opened file, read to its end, has the content that its name was made of; Altered on the way.

    The name of a file from before they were sealed tells nothing: whatever can be read counts.
    """
    digest, found = sha256_of(source), SEALED.fullmatch(name)
    if found is None:
        return True
    key = vault.key_numbered(int(found["practice"]), source.number)  # type: ignore[attr-defined]  # a SealedFile
    return key.name_of(digest) == found["mark"]


def discard(name: str) -> None:
    """Let go of a file that its keeper does not need.

    A practice's file may be another row's too: it stays until the sweep finds that no row has named it for a day.
    A numbered folder (`uploads/12`) belongs to one row, so that its files go at once.
    """
    found = SEALED.fullmatch(name)
    if found is None or found["own"]:
        default_storage.delete(name)


def walk() -> Iterator[Found]:
    """Every stored file, in the order of names."""
    shelf: Any = default_storage  # either of portal.shelves
    yield from shelf.walk()


def probe() -> None:
    """Write, read and remove a few bytes; whatever is wrong with the storage is raised."""
    stored = keep_for_service(ContentFile(b"ready"), folder="probe")
    try:
        with opened(stored.name) as source:
            source.read()
    finally:
        discard(stored.name)
