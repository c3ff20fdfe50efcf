"""What can become of a received file: the chart's states and the named reasons for a refusal."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ChartStatus(StrEnum):
    RECEIVED = "received"
    READY = "ready"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"


class Refusal(StrEnum):
    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    NAME_DIFFERS = "name_differs"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105
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
            "The content is not a PDF, TIFF, JPEG or PNG.", "Export the chart as PDF or TIFF and send it."
        ),
        Refusal.NAME_DIFFERS: Advice(
            "The name says one type of file, the content is another.",
            "Open it: if a web page or an error message was saved by mistake, export the chart again.",
        ),
        Refusal.PASSWORD_PROTECTED: Advice(
            "The PDF is protected by a password.", "Remove the password and send the file again."
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
TRY_AGAIN: frozenset[Refusal] = frozenset({Refusal.SERVICE_FAULT, Refusal.TOO_COSTLY, Refusal.CHANGED_AFTER_RECEIPT})

# The types taken, with the endings they travel under.
MEDIA_TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": (".pdf",),
        "image/tiff": (".tif", ".tiff"),
        "image/jpeg": (".jpg", ".jpeg"),
        "image/png": (".png",),
    }
)
ENDINGS: tuple[str, ...] = tuple(ending for endings in MEDIA_TYPES.values() for ending in endings)

# First bytes of each type: TIFF 6.0 section 2 (and BigTIFF), ITU-T T.81 B.1.1.3, ISO/IEC 15948 5.2.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
PDF_MARK = b"%PDF-"
HEAD = 1024  # bytes in which a PDF's mark may stand (Adobe's implementation note 13 to ISO 32000-1, 7.5.2)
LONGEST_NAME = 255


def media_type_of(head: bytes) -> str:
    """The type of a file by its first HEAD bytes; empty if it is none of those taken."""
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    place = head[:HEAD].find(PDF_MARK)
    # Junk before the mark is allowed, but not another document that speaks of PDF.
    if place == 0 or (place > 0 and not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{", b"PK"))):
        return "application/pdf"
    return ""


def refusal_at_receipt(*, name: str, size: int, head: bytes, limit: int) -> Refusal | None:
    """What is wrong with a file as far as its name, size (bytes) and first bytes tell."""
    if size == 0:
        return Refusal.EMPTY
    if size > limit:
        return Refusal.TOO_LARGE
    if media_type_of(head):
        return None
    return Refusal.NAME_DIFFERS if name.lower().endswith(ENDINGS) else Refusal.UNKNOWN_TYPE


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
