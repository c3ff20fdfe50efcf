"""Files that are published packed, or as several for one list: packed and unpacked around a layout's reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from gzip import BadGzipFile, GzipFile
from io import BufferedReader
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as DeflateError  # noqa: N812  (its own name says nothing)

from coding.rules.layouts.lines import ZIPPED
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

BLOCK = 1024**2  # bytes read at a time
READABLE = frozenset({".txt", ".csv", ".xml"})
OF_WORKBOOKS = "[Content_Types].xml"
GZIPPED = b"\x1f\x8b"
# A download is a zip file, at times with another in it; more than that is made to do harm, or packed by mistake.
DEEPEST, MOST_FILES = 3, 500
DAMAGES = (BadZipFile, BadGzipFile, DeflateError, EOFError)
ENCRYPTED = 0x1  # bit of the flags of a packed file


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
                    while block := source.read(BLOCK):
                        target.write(block)
        packed.seek(0)
        yield packed


def items_of(layout: Layout, source: IO[bytes]) -> Iterator[Record | Refused]:
    """What a layout reads of a file, unpacked if it is packed; of a zip file, of all files in it that have the layout.

    WrongFile if none has, or (at any point) if the packed file is damaged. A refused row of one among several files is
    named with its file.
    """
    source.seek(0)
    begins = source.read(len(ZIPPED))
    source.seek(0)
    try:
        if begins == ZIPPED:
            yield from items_in_zip(layout, source)
        elif begins.startswith(GZIPPED):
            with GzipFile(fileobj=source) as content:
                yield from layout.read(cast("IO[bytes]", content))
        else:
            yield from layout.read(source)
    except DAMAGES as damage:
        raise WrongFile("The packed file is damaged or not whole.") from damage


def items_in_zip(layout: Layout, source: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of a zip file; several of its files can have the layout."""
    with ExitStack() as stack:
        members = unpacked(source, stack)
        if layout.read_parts is not None:
            yield from layout.read_parts(members)
            return
        fitting = having(layout, members)
        for name, member in fitting.items():
            items = layout.read(member)
            yield from items if len(fitting) == 1 else named(name, items)


def unpacked(source: IO[bytes], stack: ExitStack, *, depth: int = 1) -> dict[str, IO[bytes]]:
    """The readable files of a zip file by name, those of a zip file within it included; the stack closes them."""
    if depth > DEEPEST:
        raise WrongFile("Zip files stand in each other too deep.")
    try:
        archive = stack.enter_context(ZipFile(source))
    except BadZipFile:
        raise WrongFile("The zip file cannot be opened.") from None
    names = archive.namelist()
    if OF_WORKBOOKS in names:
        raise WrongFile("This is a workbook: take the text or CSV file that comes with it.")
    members: dict[str, IO[bytes]] = {}
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        path = PurePosixPath(info.filename)
        if path.suffix.lower() == ".zip":
            add(members, unpacked(opened(archive, info, stack), stack, depth=depth + 1))
        elif path.suffix.lower() in READABLE:
            # Buffered, because a packed file by itself is slow to read by lines.
            add(members, {path.name: BufferedReader(opened(archive, info, stack))})  # type: ignore[type-var]
    return members


def opened(archive: ZipFile, info: ZipInfo, stack: ExitStack) -> IO[bytes]:
    if info.flag_bits & ENCRYPTED or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise WrongFile(f"{info.filename} is encrypted or packed in a rare way: pack it as an ordinary zip file.")
    return stack.enter_context(archive.open(info))


def add(members: dict[str, IO[bytes]], more: dict[str, IO[bytes]]) -> None:
    """Take in further files. A name that stands twice is no guess of ours: which file holds is not said."""
    if twice := members.keys() & more.keys():
        raise WrongFile(f"Two files are called {min(twice)}.")
    members |= more
    if len(members) > MOST_FILES:
        raise WrongFile(f"There are more than {MOST_FILES} files in the zip file.")


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
