"""A ZIP from outside, looked at before anything is unpacked, and read no further than it says.

One reader for the two kinds we take: an archive of charts, and a DOCX, which is one.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from portal.parsers.confine import Refused

MOST_MEMBERS = 1000
LARGEST_RATIO = 100  # unpacked to packed; deflate reaches 1032, text and scans stay below 20
FREE = 1024**2  # bytes below which the ratio of one member does not matter
LOCAL_HEADER = 30  # bytes before a member's name (APPNOTE 6.3.10, 4.3.7)
ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BLOCK = 1024**2


def opened(path: Path, *, largest: int, most: int = MOST_MEMBERS) -> zipfile.ZipFile:
    """The archive, of whose members nothing unpacks beyond `largest` bytes together; Refused otherwise."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError):
        raise Refused("truncated") from None
    members = archive.infolist()
    if len(members) > most or sum(member.file_size for member in members) > largest:
        raise Refused("unpacks_too_large")
    check_places(path, members)
    for member in members:
        check(member)
    return archive


def check(member: zipfile.ZipInfo) -> None:
    """Refuse what no scanner or archiver writes: links, ways out of the folder, other packings."""
    parts = member.filename.replace("\\", "/").split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
        raise Refused("unsafe_archive")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise Refused("unsafe_archive")
    if member.flag_bits & ENCRYPTED:
        raise Refused("password_protected")
    if member.compress_type not in METHODS:
        raise Refused("unsafe_archive")
    if member.file_size > FREE and member.file_size > LARGEST_RATIO * member.compress_size:
        raise Refused("unpacks_too_large")


def check_places(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes: a small file then unpacks to a large one many times."""
    reached = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < reached:
            raise Refused("unsafe_archive")
        reached = member.header_offset + LOCAL_HEADER + len(member.filename.encode()) + member.compress_size
        if reached > path.stat().st_size:
            raise Refused("truncated")


def blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member's bytes, counted: as many as it says, and its checksum right."""
    count = 0
    try:
        with archive.open(member) as source:
            while block := source.read(BLOCK):
                count += len(block)
                if count > member.file_size:
                    raise Refused("unsafe_archive")
                yield block
    except (zipfile.BadZipFile, EOFError, zipfile.zlib.error, NotImplementedError):  # type: ignore[attr-defined]
        raise Refused("truncated") from None
    if count != member.file_size:
        raise Refused("truncated")


def content(archive: zipfile.ZipFile, name: str, *, largest: int) -> bytes | None:
    """One member's bytes by its name; None if there is none. Refused beyond `largest` bytes."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    if member.file_size > largest:
        raise Refused("unpacks_too_large")
    return b"".join(blocks(archive, member))


def is_office(archive: zipfile.ZipFile) -> bool:
    """Whether it is a document of an office program (ISO/IEC 29500-2: a package lists its content types)."""
    return "[Content_Types].xml" in archive.namelist()


def write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: IO[bytes]) -> None:
    """Unpack one member."""
    for block in blocks(archive, member):
        target.write(block)
