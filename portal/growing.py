"""A file that grows by parts in the place where it is kept, sealed, and gets its name when it is whole.

A part is durable when `append` returns. What lies beyond the parts that their keeper counts is the rest of a write
that was broken off: the next part is written over it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.storage import default_storage

from portal import vault
from portal.sealing import (
    GROWN,
    HEADER,
    MAGIC,
    RANDOM,
    SEGMENT,
    TAG,
    Altered,
    file_key,
    new_header,
    opened_part,
    sealed_end,
    sealed_part,
    start_of,
)

NAME = re.compile(r"practices/\d+/uploads/\d+\.growing")


def growing_name(practice_id: int, upload_id: int) -> str:
    """Where an upload's parts lie."""
    return f"practices/{practice_id}/uploads/{upload_id}.growing"


def is_growing(name: str) -> bool:
    """Whether a stored name is that of a file which is not whole yet: nobody but this module can read it."""
    return NAME.fullmatch(name) is not None


@dataclass(frozen=True)
class Growing:
    """A growing file, held against other writers; `key` is the practice's key under which it is sealed."""

    name: str
    handle: int
    header: bytes
    key: vault.DataKey
    cipher: AESGCM

    def append(self, content: bytes, *, offset: int, place: int) -> None:
        """Write a part at its offset, behind `place` segments; Altered if those are not there."""
        start = start_of(offset, place=place)
        if place and os.fstat(self.handle).st_size < start:
            raise Altered
        if not place:
            write(self.handle, self.header, 0)
        rest = memoryview(content)
        for size in segments_of(len(content)):  # one at a time: it is sealed and written while the processor holds it
            start = write(self.handle, sealed_part(self.cipher, rest[:size], place=place), start)
            rest, place = rest[size:], place + 1
        os.fdatasync(self.handle)

    def segments(self, sizes: Sequence[int]) -> Iterator[bytes]:
        """The content of the segments of these sizes (bytes), read back; Altered."""
        start = HEADER.size
        for place, size in enumerate(sizes):
            segment = os.pread(self.handle, RANDOM + size + TAG, start)
            yield opened_part(self.cipher, segment, place=place)
            start += len(segment)

    def adopt(self, name: str, *, sizes: Sequence[int]) -> None:
        """End the file behind its segments and give it its name; the name under which it grew stays until it is let go.

        So whoever is stopped before a row has the new name can do the same again.
        """
        start = start_of(sum(sizes), place=len(sizes))
        os.ftruncate(self.handle, start)
        write(self.handle, sealed_end(self.cipher, sizes, name=name), start)
        os.fsync(self.handle)
        shelf: Any = default_storage  # a directory
        shelf.link(self.name, name)


def segments_of(size: int) -> list[int]:
    """The sizes of the segments of a part (bytes)."""
    whole, rest = divmod(size, SEGMENT)
    return [SEGMENT] * whole + [rest] * bool(rest)


def write(handle: int, content: bytes, start: int) -> int:
    """Write all of it at a place of the file, and say where that ends."""
    rest = memoryview(content)
    while rest:
        written = os.pwrite(handle, rest, start)
        rest, start = rest[written:], start + written
    return start


@contextmanager
def grown(name: str, *, practice_id: int, new: bool = False) -> Iterator[Growing]:
    """A growing file; Altered if it is not there and not `new`, BlockingIOError if somebody else writes it.

    Who holds it looks at the rows again before writing: a writer whose database went away may come late.
    """
    shelf: Any = default_storage  # a directory
    try:
        with shelf.held(name, new=new) as handle:
            if new:
                key = vault.key_in_use(practice_id)
                header = new_header(key.number, version=GROWN)
            else:
                header = os.pread(handle, HEADER.size, 0)
                if len(header) != HEADER.size or header[:8] != MAGIC + bytes([GROWN]):
                    raise Altered
                key = vault.key_numbered(practice_id, HEADER.unpack(header)[2])
            yield Growing(name, handle, header, key, file_key(key.secret, header))
    except FileNotFoundError:
        raise Altered from None
