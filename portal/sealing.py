"""How a stored file is sealed: AES-256-GCM in segments that cannot be changed, cut, moved or added to.

Layout: a header (magic, version, number of the practice's key, salt), then the segments, each with its tag of 16
bytes. Every file has a key of its own, derived from the practice's key and the salt (HKDF-SHA256, RFC 5869), so that
no nonce is ever used twice. A nonce tells the segment's place and whether it is the last (STREAM: Hoang, Reyhanitabar,
Rogaway, Vizár, CRYPTO 2015). The last segment also vouches for the name under which the file is kept: one file put in
another's place does not open.

Version 1 is written at one go, in segments of one MiB. Version 2 grew by parts (portal.growing), so that any segment
may be smaller: the last one holds their sizes. A part whose writing was broken off is written again in its place, so a
nonce has seven random bytes there, which stand before the segment.
"""

from __future__ import annotations

import io
import os
import secrets
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEGMENT = 1024**2  # bytes of content in each segment but the last, if the file was written at one go
TAG = 16
HEADER = struct.Struct(">7sBI20s")
MAGIC, VERSION, GROWN = b"CHSEAL\0", 1, 2
NONCE = struct.Struct(">7sIB")
FIXED, RANDOM = bytes(7), 7  # what a nonce begins with: nothing, or so many random bytes
MORE, LAST = 0, 1  # what a nonce ends with
COUNT = struct.Struct(">I")


class Altered(Exception):
    """The kept file is missing, or its bytes are not those that were kept."""


def new_header(number: int, *, version: int) -> bytes:
    """The beginning of a file under the practice's key of this number."""
    return HEADER.pack(MAGIC, version, number, secrets.token_bytes(20))


def file_key(secret: bytes, header: bytes) -> AESGCM:
    """The cipher of one file, from the practice's key of 32 bytes and the file's header."""
    *_, salt = HEADER.unpack(header)
    return AESGCM(HKDF(SHA256(), length=32, salt=salt, info=b"chartline sealed file" + header).derive(secret))


def segments(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The content in pieces of SEGMENT bytes, and whether each is the last; an empty content has one empty piece."""
    held = bytearray()
    for block in blocks:
        held += block
        while len(held) > SEGMENT:  # the last piece is only known when nothing follows
            yield bytes(held[:SEGMENT]), False
            del held[:SEGMENT]
    yield bytes(held), True


def sealed(blocks: Iterable[bytes], *, secret: bytes, number: int, name: Callable[[], str]) -> Iterator[bytes]:
    """The sealed file in pieces; `name` is asked for when the whole content has been read."""
    header = new_header(number, version=VERSION)
    cipher = file_key(secret, header)
    yield header
    for place, (piece, last) in enumerate(segments(blocks)):
        yield cipher.encrypt(NONCE.pack(FIXED, place, last), piece, name().encode() if last else None)


def sealed_part(cipher: AESGCM, content: bytes | memoryview, *, place: int) -> bytes:
    """A segment of a file that grows; places count from 0."""
    chance = secrets.token_bytes(RANDOM)
    return chance + cipher.encrypt(NONCE.pack(chance, place, MORE), content, None)


def opened_part(cipher: AESGCM, segment: bytes, *, place: int) -> bytes:
    """The content of a segment of a file that grows; Altered."""
    try:
        return cipher.decrypt(NONCE.pack(segment[:RANDOM], place, MORE), memoryview(segment)[RANDOM:], None)
    except (InvalidTag, struct.error):
        raise Altered from None


def start_of(offset: int, *, place: int) -> int:
    """Where a segment of a file that grows lies in it, by its offset in the content and its place among the others."""
    return HEADER.size + offset + place * (RANDOM + TAG)


def sealed_end(cipher: AESGCM, sizes: Sequence[int], *, name: str) -> bytes:
    """The end of a file that has grown by segments of these sizes (bytes), and bears this name from now on."""
    chance, told = secrets.token_bytes(RANDOM), struct.pack(f">{len(sizes)}I", *sizes)
    sealed = cipher.encrypt(NONCE.pack(chance, len(sizes), LAST), told, name.encode())
    return chance + sealed + COUNT.pack(len(sizes))


def sum_before(ends: Sequence[int], number: int) -> int:
    """Where the content of a segment begins, by the ends of all."""
    return ends[number - 1] if number else 0


class SealedFile(io.RawIOBase):
    """A sealed file opened for reading and seeking; at most one segment is held in the clear.

    `secret` gives the practice's key by its number. The end of the file is examined at once, so that a
    cut, lengthened or misplaced file is Altered before its first byte is read; a changed segment when it is read.
    """

    def __init__(self, source: IO[bytes], *, secret: Callable[[int], bytes], name: str) -> None:
        super().__init__()
        self.source, self.bound = source, name.encode()
        self.place, self.held, self.clear = 0, -1, b""
        self.count = 0  # nothing can be read before the header was
        header = source.read(HEADER.size)
        if len(header) != HEADER.size or header[:7] != MAGIC or header[7] not in {VERSION, GROWN}:
            raise Altered
        self.number: int = HEADER.unpack(header)[2]
        self.cipher = file_key(secret(self.number), header)
        self.grown = header[7] == GROWN
        end = source.seek(0, os.SEEK_END)
        self.sizes = self.told_sizes(end) if self.grown else self.fixed_sizes(end)
        self.ends = list(accumulate(self.sizes))
        self.count = len(self.sizes)
        self.size = self.ends[-1] if self.ends else 0  # bytes of content
        if not self.grown:
            self.load(self.count - 1)

    def fixed_sizes(self, end: int) -> list[int]:
        """Bytes of content of each segment, by the length of the file."""
        body = end - HEADER.size
        count = -(-body // (SEGMENT + TAG))
        last = body - TAG - (count - 1) * (SEGMENT + TAG)
        if not count or last < 0:
            raise Altered
        return [SEGMENT] * (count - 1) + [last]

    def told_sizes(self, end: int) -> list[int]:
        """Bytes of content of each segment, as the end of the file tells."""
        self.source.seek(max(HEADER.size, end - COUNT.size))
        told = self.source.read(COUNT.size)
        count = COUNT.unpack(told)[0] if len(told) == COUNT.size else 0
        start = end - COUNT.size - TAG - count * COUNT.size - RANDOM
        if not count or start < HEADER.size:
            raise Altered
        self.source.seek(start)
        chance, kept = self.source.read(RANDOM), self.source.read(count * COUNT.size + TAG)
        sizes = struct.unpack(f">{count}I", self.clear_of(NONCE.pack(chance, count, LAST), kept, self.bound))
        if start_of(sum(sizes), place=count) != start:
            raise Altered
        return list(sizes)

    def clear_of(self, nonce: bytes, segment: bytes, bound: bytes | None) -> bytes:
        try:
            return self.cipher.decrypt(nonce, segment, bound)
        except InvalidTag:
            raise Altered from None

    def load(self, number: int) -> bytes:
        """The content of one segment, counted from 0."""
        if number != self.held:
            start, length = sum_before(self.ends, number), self.sizes[number]
            if self.grown:
                self.source.seek(start_of(start, place=number))
                self.clear = opened_part(self.cipher, self.source.read(RANDOM + length + TAG), place=number)
            else:
                last = number == self.count - 1
                self.source.seek(HEADER.size + start + number * TAG)
                nonce = NONCE.pack(FIXED, number, last)
                self.clear = self.clear_of(nonce, self.source.read(length + TAG), self.bound if last else None)
            self.held = number
        return self.clear

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.place, os.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("a place before the beginning")
        self.place = start + offset
        return self.place

    def tell(self) -> int:
        return self.place

    def pieces(self, wanted: int) -> Iterator[bytes]:
        """The next bytes, as many as wanted or as there are, segment by segment."""
        while wanted > 0 and self.place < self.size:
            number = bisect_right(self.ends, self.place)
            offset = self.place - sum_before(self.ends, number)
            piece = self.load(number)[offset : offset + wanted]
            self.place += len(piece)
            wanted -= len(piece)
            yield piece

    def read(self, size: int | None = -1, /) -> bytes:
        """As many bytes as asked for unless the end comes first; never fewer in between."""
        return b"".join(self.pieces(self.size if size is None or size < 0 else size))

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # the stubs' Buffer is 3.12's
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self.source.close()
            self.clear = b""
        super().close()
