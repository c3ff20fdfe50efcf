"""Files that are published packed, or as several for one list: packed and unpacked around a layout's reader."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from coding.rules.layouts.lines import ZIPPED
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

BLOCK = 1024**2  # bytes read at a time
READABLE = frozenset({".txt", ".csv", ".xml"})
OF_WORKBOOKS = "[Content_Types].xml"


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked if its name ends in .gz."""
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


@contextmanager
def as_one_file(paths: Sequence[Path]) -> Iterator[IO[bytes]]:
    """The file itself if there is one, else a zip file of all of them; a folder stands for its files.

    The same files make the same bytes, whenever and in which order they are named: names are sorted, times left out.
    """
    if len(paths) == 1 and not paths[0].is_dir():
        with opened(paths[0]) as file:
            yield file
        return
    found = [inner for path in paths for inner in (path.iterdir() if path.is_dir() else (path,)) if inner.is_file()]
    with TemporaryFile() as packed:
        with ZipFile(packed, "w") as archive:
            for path in sorted(found, key=lambda path: path.name):
                info = ZipInfo(path.name)
                info.file_size = path.stat().st_size
                with path.open("rb") as source, archive.open(info, "w") as target:
                    while block := source.read(BLOCK):
                        target.write(block)
        packed.seek(0)
        yield packed


def items_of(layout: Layout, source: IO[bytes]) -> Iterator[Record | Refused]:
    """What a layout reads of a file; of a zip file, of all files in it that have the layout.

    WrongFile if none has. A refused row of one among several files is named with its file.
    """
    source.seek(0)
    zipped = source.read(len(ZIPPED)) == ZIPPED
    source.seek(0)
    if not zipped:
        yield from layout.read(source)
        return
    with ExitStack() as stack:
        members = unpacked(source, stack)
        if layout.read_parts is not None:
            yield from layout.read_parts(members)
            return
        fitting = having(layout, members)
        for name, member in fitting.items():
            items = layout.read(member)
            yield from items if len(fitting) == 1 else named(name, items)


def unpacked(source: IO[bytes], stack: ExitStack) -> dict[str, IO[bytes]]:
    """The readable files of a zip file by name, those of a zip file within it included; the stack closes them."""
    try:
        archive = stack.enter_context(ZipFile(source))
    except BadZipFile:
        raise WrongFile("The zip file cannot be opened.") from None
    names = sorted(archive.namelist())
    if OF_WORKBOOKS in names:
        raise WrongFile("This is a workbook: take the text or CSV file that comes with it.")
    members: dict[str, IO[bytes]] = {}
    for name in names:
        path = PurePosixPath(name.lower())
        if path.suffix == ".zip":
            members |= unpacked(stack.enter_context(archive.open(name)), stack)
        elif path.suffix in READABLE:
            # Buffered, because a packed file by itself is slow to read by lines.
            members[PurePosixPath(name).name] = BufferedReader(stack.enter_context(archive.open(name)))  # type: ignore[type-var]
    return members


def having(layout: Layout, members: dict[str, IO[bytes]]) -> dict[str, IO[bytes]]:
    """The files that have the layout, each at its beginning; WrongFile if none has."""
    fitting, missed = {}, []
    for name, member in members.items():
        try:
            next(layout.read(member), None)
        except WrongFile as wrong:
            missed.append(f"{name}: {wrong}")
        else:
            member.seek(0)
            fitting[name] = member
    if not fitting:
        raise WrongFile(" ".join(missed) or "The zip file holds no text, CSV or XML file.")
    return fitting


def named(name: str, items: Iterator[Record | Refused]) -> Iterator[Record | Refused]:
    """The same, the refused rows with the name of their file."""
    for item in items:
        yield Refused(item.line, f"{name}: {item.reason}") if isinstance(item, Refused) else item
