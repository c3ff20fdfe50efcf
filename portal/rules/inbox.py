"""The folders that a practice's SFTP client sees, and what a name in them means."""

from dataclasses import dataclass
from enum import StrEnum

INBOX, OUTBOX = "inbox", "outbox"
RECEIPT = "receipt.csv"
SEND_MARK = "SEND"  # an empty file of this name sends the folder it lies in
READY_ENDING = ".ready"  # a folder renamed to end so is sent
# Under these endings clients keep a file until it is whole, then rename it: WinSCP, lftp, Cyberduck, scripts.
UNFINISHED_ENDINGS = (".part", ".filepart", ".partial", ".tmp", ".uploading")
LONGEST_NAME = 255  # bytes, as on the file systems the names come from
FIRST_PRINTABLE, DELETE = 0x20, 0x7F


class BadName(Exception):
    """A path that no file here can have; the text says why and names nothing."""


class Spot(StrEnum):
    ROOT = "root"
    INBOX = "inbox"
    IN_INBOX = "in_inbox"  # a folder, or a file without one
    IN_FOLDER = "in_folder"
    OUTBOX = "outbox"
    BATCH = "batch"
    IN_BATCH = "in_batch"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Place:
    """Where a path leads: `folder` is the folder of the inbox or the batch of the outbox, `name` the file."""

    spot: Spot
    folder: str = ""
    name: str = ""

    @property
    def path(self) -> str:
        """The one absolute path of this place."""
        top = INBOX if self.spot in {Spot.INBOX, Spot.IN_INBOX, Spot.IN_FOLDER} else OUTBOX
        parts = () if self.spot == Spot.ROOT else (top, self.folder, self.name)
        return "/" + "/".join(part for part in parts if part)


class FileState(StrEnum):
    WRITING = "writing"  # a connection holds it open
    CUT = "cut"  # the connection ended before the client closed it; it can be resumed
    PARKED = "parked"  # closed under a name of UNFINISHED_ENDINGS; waits to be renamed
    CLOSED = "closed"  # whole, as the client says; waits to be taken
    TAKEN = "taken"  # became a chart
    REFUSED = "refused"  # the batch or the practice could take no more; not kept
    MISSED = "missed"  # not whole when its folder was sent
    DROPPED = "dropped"  # removed, begun anew, or left unfinished for days


class FolderState(StrEnum):
    OPEN = "open"
    SENT = "sent"
    NOTHING = "nothing"  # ended without a file that could be worked on


TOPS = {
    INBOX: (Spot.INBOX, Spot.IN_INBOX, Spot.IN_FOLDER),
    OUTBOX: (Spot.OUTBOX, Spot.BATCH, Spot.IN_BATCH),
}
UNFINISHED = (FileState.WRITING, FileState.CUT, FileState.PARKED)
LISTED = (*UNFINISHED, FileState.CLOSED, FileState.TAKEN, FileState.REFUSED)


def decoded(raw: bytes) -> str:
    """A path as text; what is not UTF-8 is read as Windows' Western alphabet, in which every byte stands for a sign."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def place_of(path: str) -> Place:
    """Where a path of the client leads; `..` never leads above the root. BadName."""
    parts = parts_of(path)
    if not parts:
        return Place(Spot.ROOT)
    spots, inner = TOPS.get(parts[0], ()), parts[1:]
    if len(inner) >= len(spots):
        return Place(Spot.ELSEWHERE)
    spot = spots[len(inner)]
    return Place(spot, name=inner[0]) if spot == Spot.IN_INBOX else Place(spot, *inner)


def parts_of(path: str) -> list[str]:
    """The names on the way from the root, `.` and `..` followed; BadName."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            check_name(part)
            parts.append(part)
    return parts


def check_name(name: str) -> None:
    """BadName for a name that is too long or holds control characters."""
    if len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
        raise BadName("The name is longer than 255 bytes.")
    if any(ord(sign) < FIRST_PRINTABLE or ord(sign) == DELETE for sign in name):
        raise BadName("The name holds control characters.")


def is_unfinished_name(name: str) -> bool:
    """Whether clients give such names to files that are not whole yet."""
    return name.lower().endswith(UNFINISHED_ENDINGS)


def is_send_mark(name: str, size: int) -> bool:
    """Whether this file only says that its folder is complete."""
    return name.upper() == SEND_MARK and size == 0


class Written:
    """Which bytes of a file have arrived: writes may come in any order, but a file with a hole is not whole."""

    MOST_PIECES = 256

    def __init__(self, size: int = 0) -> None:
        self.pieces: list[tuple[int, int]] = [(0, size)] if size else []

    def add(self, start: int, end: int) -> bool:
        """Note bytes start..end (end excluded); False if the file lies in too many pieces."""
        if start == end:
            return True
        joined: list[tuple[int, int]] = []
        for first, last in self.pieces:
            if last < start or first > end:
                joined.append((first, last))
            else:
                start, end = min(start, first), max(end, last)
        self.pieces = sorted([*joined, (start, end)])
        return len(self.pieces) <= self.MOST_PIECES

    @property
    def whole(self) -> int:
        """How many bytes there are from the beginning without a hole."""
        return self.pieces[0][1] if self.pieces and self.pieces[0][0] == 0 else 0

    @property
    def end(self) -> int:
        """Where the last byte lies."""
        return self.pieces[-1][1] if self.pieces else 0
