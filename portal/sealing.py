"""How a stored file is sealed: AES-256-GCM in segments of one MiB that cannot be changed, cut, moved or added to.

Layout: a header (magic, version, number of the practice's key, salt), then the segments, each with its tag of 16
bytes. Every file has a key of its own, derived from the practice's key and the salt (HKDF-SHA256, RFC 5869), so that
no nonce is ever used twice. A nonce tells the segment's place and whether it is the last (STREAM: Hoang, Reyhanitabar,
Rogaway, Vizár, CRYPTO 2015). The last segment also vouches for the name under which the file is kept: one file put in
another's place does not open.
"""

from __future__ import annotations

import io
import os
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEGMENT = 1024**2  # bytes of content in each segment but the last
TAG = 16
HEADER = struct.Struct(">7sBI20s")
MAGIC, VERSION = b"CHSEAL\0", 1
NONCE = struct.Struct(">7xIB")


class Altered(Exception):
    """The kept file is missing, or its bytes are not those that were kept."""


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
    header = HEADER.pack(MAGIC, VERSION, number, secrets.token_bytes(20))
    cipher = file_key(secret, header)
    yield header
    for place, (piece, last) in enumerate(segments(blocks)):
        yield cipher.encrypt(NONCE.pack(place, last), piece, name().encode() if last else None)


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
        if len(header) != HEADER.size or header[:8] != MAGIC + bytes([VERSION]):
            raise Altered
        self.number: int = HEADER.unpack(header)[2]
        self.cipher = file_key(secret(self.number), header)
        body = source.seek(0, os.SEEK_END) - HEADER.size
        self.count = -(-body // (SEGMENT + TAG))
        self.size = body - TAG * self.count  # bytes of content
        if self.size < 0 or not self.count:
            raise Altered
        self.load(self.count - 1)

    def load(self, number: int) -> bytes:
        """The content of one segment, counted from 0."""
        if number != self.held:
            last = number == self.count - 1
            self.source.seek(HEADER.size + number * (SEGMENT + TAG))
            try:
                self.clear = self.cipher.decrypt(
                    NONCE.pack(number, last), self.source.read(SEGMENT + TAG), self.bound if last else None
                )
            except InvalidTag:
                raise Altered from None
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
            number, offset = divmod(self.place, SEGMENT)
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
