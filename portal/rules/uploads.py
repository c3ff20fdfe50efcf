"""A file that arrives in parts: how large a part may be, and what can stand in its way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

PART_BYTES = 4 * 1024**2  # the part that the upload page sends: a browser's line is often a slow one
LARGEST_PART = 16 * 1024**2  # the largest that is taken, and that systems send while nothing breaks
KEPT = timedelta(days=7)  # how long an unfinished file waits for its next part


class UploadState(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    ABANDONED = "abandoned"


class Trouble(StrEnum):
    """Why a step of an upload was not taken; nothing is kept of it."""

    BUSY = "upload_busy"
    ENDED = "upload_ended"
    WRONG_OFFSET = "wrong_offset"
    PART_DIFFERS = "part_differs"
    PART_TOO_LARGE = "part_too_large"
    BEYOND_THE_END = "beyond_the_end"
    UNFINISHED = "upload_unfinished"
    HASH_MISSING = "sha256_missing"
    FILE_DIFFERS = "file_differs"
    FILE_TOO_LARGE = "file_too_large"
    BATCH_FULL = "batch_full"
    TOO_MANY_OPEN = "too_many_uploads"
    TOO_MUCH_OPEN = "too_much_unfinished"
    TOO_OFTEN = "too_many_files_an_hour"


SAID: Mapping[Trouble, str] = MappingProxyType(
    {
        Trouble.BUSY: "Another request is writing to this file. Wait a moment, ask how far it is, and go on there.",
        Trouble.ENDED: "This upload has ended; it takes nothing more.",
        Trouble.WRONG_OFFSET: "The part does not begin where the file stands. Go on from the offset named here.",
        Trouble.PART_DIFFERS: "The part arrived with other bytes than its SHA-256 says. Send it again.",
        Trouble.PART_TOO_LARGE: "A part holds 1 byte to 16 MiB. Send smaller parts.",
        Trouble.BEYOND_THE_END: "The part goes beyond the size that was declared for the file.",
        Trouble.UNFINISHED: "The file is not complete yet. Go on from the offset named here.",
        Trouble.HASH_MISSING: "Declare the SHA-256 of the whole file, 64 hexadecimal digits.",
        Trouble.FILE_DIFFERS: "The file is not the one whose SHA-256 was declared. Nothing was received. Compare the "
        "parts to see where it differs, give the upload up, and send the file again.",
        Trouble.FILE_TOO_LARGE: "The file is larger than a file may be. Split it and send the pieces.",
        Trouble.BATCH_FULL: "With this file the batch is larger than a batch may be. Send it and open another.",
        Trouble.TOO_MANY_OPEN: "Too many files are unfinished. Finish them or give them up, then send this one.",
        Trouble.TOO_MUCH_OPEN: "The unfinished files take all the room there is for them. Finish them or give them up.",
        Trouble.TOO_OFTEN: "Too many files were begun in the last hour. Go on a little later.",
    }
)

# What passes by itself: the same request may succeed in a moment.
PASSING = frozenset({Trouble.BUSY, Trouble.TOO_OFTEN})


@dataclass(frozen=True)
class Limits:
    """How much may be begun: bytes of one file and one batch; files, bytes and files an hour of one practice."""

    file_bytes: int
    batch_bytes: int
    open_files: int
    open_bytes: int
    files_an_hour: int


@dataclass(frozen=True)
class Begun:
    """What stands there already: bytes held and awaited by the batch; what the practice has open and began lately."""

    batch_bytes: int
    open_files: int
    open_bytes: int
    last_hour: int


def trouble_at_opening(*, size: int, begun: Begun, limits: Limits) -> Trouble | None:
    """Why a file of this size (bytes) may not be begun; None if it may."""
    hindrances = (
        (size > limits.file_bytes, Trouble.FILE_TOO_LARGE),
        (begun.batch_bytes + size > limits.batch_bytes, Trouble.BATCH_FULL),
        (begun.open_files >= limits.open_files, Trouble.TOO_MANY_OPEN),
        (begun.open_bytes + size > limits.open_bytes, Trouble.TOO_MUCH_OPEN),
        (begun.last_hour >= limits.files_an_hour, Trouble.TOO_OFTEN),
    )
    return next((trouble for stands, trouble in hindrances if stands), None)


def trouble_with_part(*, offset: int, length: int, stands_at: int, size: int) -> Trouble | None:
    """Why a part of `length` bytes at `offset` does not fit a file of `size` that has `stands_at` bytes."""
    if not 1 <= length <= LARGEST_PART:
        return Trouble.PART_TOO_LARGE
    if offset != stands_at:
        return Trouble.WRONG_OFFSET
    return Trouble.BEYOND_THE_END if offset + length > size else None
