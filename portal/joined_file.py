"""Pieces of a file read as the one file they make up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.core.files.base import File

from portal.growing import Growing


class NotTheFile(Exception):
    """The pieces together do not have the SHA-256 that was declared for the file."""


class JoinedFile(File):  # type: ignore[type-arg]  # generic in the stubs only
    """Pieces, in order, as one file that is read from its beginning; `size` is in bytes.

    Read to its end it raises NotTheFile unless its bytes have the SHA-256 that was declared, so that
    whoever stores what it reads stores nothing else.
    """

    def __init__(self, pieces: Callable[[], Iterable[bytes]], *, size: int, sha256: str) -> None:
        super().__init__(None, name="")
        self.pieces, self.size, self.declared = pieces, size, sha256
        self.seek(0)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Only back to the beginning."""
        if (offset, whence) != (0, 0):
            raise ValueError(offset)
        self.digest = hashlib.sha256()
        self.flow = self.blocks()
        self.rest = memoryview(b"")
        self.place = 0
        return 0

    def tell(self) -> int:
        return self.place

    def blocks(self) -> Iterator[bytes]:
        """The bytes as they come; NotTheFile after the last one if they are not those declared."""
        for block in self.pieces():
            self.digest.update(block)
            yield block
        if self.digest.hexdigest() != self.declared:
            raise NotTheFile

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, fewer only at the end."""
        wanted = self.size if size is None or size < 0 else size
        found: list[bytes] = []
        while wanted > 0:
            if not self.rest:
                block = next(self.flow, None)
                if block is None:
                    break
                self.rest = memoryview(block)
            piece = bytes(self.rest[:wanted])
            self.rest = self.rest[len(piece) :]
            found.append(piece)
            wanted -= len(piece)
        content = b"".join(found)
        self.place += len(content)
        return content

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:  # noqa: ARG002
        """The whole file in blocks; their size is that of the pieces, whatever was asked for."""
        self.seek(0)
        for block in self.flow:
            self.place += len(block)
            yield block

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return self.size

    def close(self) -> None:
        self.rest, self.flow = memoryview(b""), iter(())


class GrownFile(JoinedFile):
    """A file that lies in its place already, sealed; `sizes` are those of its segments (bytes)."""

    def __init__(self, growing: Growing, sizes: Sequence[int], *, size: int, sha256: str) -> None:
        super().__init__(lambda: growing.segments(sizes), size=size, sha256=sha256)
        self.growing, self.sizes = growing, sizes

    def check(self) -> None:
        """Read it to its end; NotTheFile."""
        for _ in self.chunks():
            continue

    def adopt(self, name: str) -> None:
        """Give it its name."""
        self.growing.adopt(name, sizes=self.sizes)
