"""Several files that are published as one list, read as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZipFile, ZipInfo


@contextmanager
def as_one_file(paths: Sequence[Path]) -> Iterator[IO[bytes]]:
    """The file itself if there is one, else a zip file of all of them; a folder stands for its files.

    The same files make the same bytes, whenever and in which order they are named: names are sorted, times left out.
    """
    if len(paths) == 1 and not paths[0].is_dir():
        with paths[0].open("rb") as file:
            yield file
        return
    found = [inner for path in paths for inner in (path.iterdir() if path.is_dir() else (path,)) if inner.is_file()]
    with TemporaryFile() as packed:
        with ZipFile(packed, "w") as archive:
            for path in sorted(found, key=lambda path: path.name):
                info = ZipInfo(path.name)
                info.file_size = path.stat().st_size
                with path.open("rb") as source, archive.open(info, "w") as target:
                    while block := source.read(1024**2):
                        target.write(block)
        packed.seek(0)
        yield packed
