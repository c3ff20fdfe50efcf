"""What can become of a received file: the chart's states and the named reasons for a refusal."""

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
    PASSWORD_PROTECTED = "password_protected"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    NO_PAGES = "no_pages"
    TOO_COSTLY = "too_costly"
    CHANGED_AFTER_RECEIPT = "changed_after_receipt"
    SERVICE_FAULT = "service_fault"


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
    }
)

# The types taken, as puremagic or the first bytes tell them, with the endings they travel under.
MEDIA_TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": (".pdf",),
        "image/tiff": (".tif", ".tiff"),
        "image/jpeg": (".jpg", ".jpeg"),
        "image/png": (".png",),
    }
)
