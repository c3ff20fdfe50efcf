"""What can become of a received file: the chart's states and the named reasons for a refusal."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from portal.rules.file_types import ENDINGS, TAKEN, TEXT, WORDY_ENDINGS, media_type_of


class ChartStatus(StrEnum):
    RECEIVED = "received"
    READY = "ready"
    UNPACKED = "unpacked"
    DUPLICATE = "duplicate"
    LOCKED = "locked"
    QUARANTINED = "quarantined"
    UNREADABLE = "unreadable"


class Refusal(StrEnum):
    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    NAME_DIFFERS = "name_differs"
    PASSWORD_NEEDED = "password_needed"  # noqa: S105
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105
    INFECTED = "infected"
    NOT_CHECKED = "not_checked"
    UNSAFE_ARCHIVE = "unsafe_archive"
    NESTED_ARCHIVE = "nested_archive"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    UNSAFE_DOCUMENT = "unsafe_document"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    NO_PAGES = "no_pages"
    TOO_COSTLY = "too_costly"
    CHANGED_AFTER_RECEIPT = "changed_after_receipt"
    SERVICE_FAULT = "service_fault"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Advice:
    """What was wrong, and what the practice can do about it."""

    wrong: str
    next_step: str


ADVICE: Mapping[Refusal, Advice] = MappingProxyType(
    {
        Refusal.EMPTY: Advice("The file has no content (0 bytes).", "Scan or export it again and send it."),
        Refusal.UNKNOWN_TYPE: Advice(
            f"The content is not of a type we take: {TAKEN}.",
            "Export the chart as PDF or TIFF and send it.",
        ),
        Refusal.NAME_DIFFERS: Advice(
            "The name says one type of file, the content is another.",
            "Open it: if a web page or an error message was saved by mistake, export the chart again.",
        ),
        Refusal.PASSWORD_NEEDED: Advice(
            "The PDF opens with a password only.",
            "Give the password on the chart's page; it is used once and not kept. Or have us go on without the file.",
        ),
        Refusal.PASSWORD_PROTECTED: Advice(
            "The file is protected by a password.", "Remove the password and send the file again."
        ),
        Refusal.INFECTED: Advice(
            "The virus scanner found something in the file, so nobody opens it.",
            "Check the computer it comes from, export the chart again and send that.",
        ),
        Refusal.NOT_CHECKED: Advice(
            "The file waits for the virus scanner, which does not answer.",
            "Nothing to do: it is looked at by itself as soon as the scanner is back.",
        ),
        Refusal.UNSAFE_ARCHIVE: Advice(
            "The ZIP holds links, paths out of its folder, or parts that overlap, as no archiver makes them.",
            "Pack the charts again, or send them without a ZIP.",
        ),
        Refusal.NESTED_ARCHIVE: Advice(
            "A ZIP inside a ZIP is not unpacked.", "Send the inner ZIP, or its files, by themselves."
        ),
        Refusal.UNPACKS_TOO_LARGE: Advice(
            "Unpacked, the file is larger, or holds more files, than one may.", "Send its charts in several parts."
        ),
        Refusal.UNSAFE_DOCUMENT: Advice(
            "The document defines entities or is nested deeper than any chart, which we do not follow.",
            "Export it again as C-CDA or PDF and send that.",
        ),
        Refusal.TRUNCATED: Advice(
            "The file is damaged or ends too early.", "Check that it opens on your side, then send it again."
        ),
        Refusal.TOO_LARGE: Advice(
            "A page is too large to draw, or the file exceeds the limit.",
            "Scan at 300 dpi or less, or split the file, and send it again.",
        ),
        Refusal.TOO_MANY_PAGES: Advice(
            "The file has more pages than one chart may have.", "Split it into smaller files and send them."
        ),
        Refusal.NO_PAGES: Advice("The file has no pages.", "Check that it opens on your side, then send it again."),
        Refusal.TOO_COSTLY: Advice(
            "Drawing the pages took more memory or time than a chart may use.",
            "Print it to a new PDF, or scan it, and send that.",
        ),
        Refusal.CHANGED_AFTER_RECEIPT: Advice(
            "The stored file no longer equals what was received.", "We look into it; please send it again."
        ),
        Refusal.SERVICE_FAULT: Advice(
            "We could not process the file although nothing is known to be wrong with it.",
            "Nothing to do: the file is kept and our staff look into it.",
        ),
        Refusal.LEFT_OUT: Advice(
            "The sender took the file out before the batch was sent.", "To have it coded after all, send it again."
        ),
    }
)

# What the same file sent once more brings back to life.
MENDED_BY_A_COPY: frozenset[Refusal] = frozenset({Refusal.CHANGED_AFTER_RECEIPT, Refusal.LEFT_OUT})

# What a manager may have drawn once more: the fault may have been ours.
TRY_AGAIN: frozenset[Refusal] = frozenset(
    {Refusal.SERVICE_FAULT, Refusal.TOO_COSTLY, Refusal.CHANGED_AFTER_RECEIPT, Refusal.INFECTED}
)

# The reasons that go with a state of their own; every other one makes a chart unreadable.
REASONS_OF: Mapping[ChartStatus, frozenset[Refusal]] = MappingProxyType(
    {
        ChartStatus.LOCKED: frozenset({Refusal.PASSWORD_NEEDED}),
        ChartStatus.QUARANTINED: frozenset({Refusal.INFECTED, Refusal.NOT_CHECKED}),
        ChartStatus.UNREADABLE: frozenset(Refusal) - {Refusal.PASSWORD_NEEDED, Refusal.INFECTED, Refusal.NOT_CHECKED},
    }
)

LONGEST_NAME = 255


def refusal_at_receipt(*, name: str, size: int, head: bytes, limit: int) -> Refusal | None:
    """What is wrong with a file as far as its name, size (bytes) and first bytes tell."""
    if size == 0:
        return Refusal.EMPTY
    if size > limit:
        return Refusal.TOO_LARGE
    media_type = media_type_of(head)
    promised = name.lower().endswith(ENDINGS)
    if media_type == TEXT:  # words are taken under any name but that of a picture: there they are an error message
        return Refusal.NAME_DIFFERS if promised and not name.lower().endswith(WORDY_ENDINGS) else None
    if media_type:
        return None
    return Refusal.NAME_DIFFERS if promised else Refusal.UNKNOWN_TYPE


def display_name(name: str) -> str:
    """A file's name as it may be shown: no path, no control or direction signs, at most 255 characters."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    tidy = " ".join(seen.split()).strip(". ") or "unnamed file"
    if len(tidy) <= LONGEST_NAME:
        return tidy
    stem, dot, ending = tidy.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending) <= 8 else ""  # noqa: PLR2004  (longer is no ending)
    return tidy[: LONGEST_NAME - len(kept)] + kept
