"""The types of file that intake takes, told by their content and never by their name."""

import re
from collections.abc import Mapping
from types import MappingProxyType

PDF = "application/pdf"
TIFF = "image/tiff"
JPEG = "image/jpeg"
PNG = "image/png"
HEIC = "image/heic"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RTF = "application/rtf"
TEXT = "text/plain"
CDA = "application/xml"
ZIP = "application/zip"

# The types taken, with the endings they travel under.
MEDIA_TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PDF: (".pdf",),
        TIFF: (".tif", ".tiff"),
        JPEG: (".jpg", ".jpeg"),
        PNG: (".png",),
        HEIC: (".heic", ".heif"),
        DOCX: (".docx",),
        RTF: (".rtf",),
        TEXT: (".txt",),
        CDA: (".xml",),
        ZIP: (".zip",),
    }
)
TAKEN = "PDF, TIFF, JPEG, PNG, HEIC, DOCX, RTF, text, C-CDA, or a ZIP of these"  # as people are told
ENDINGS: tuple[str, ...] = tuple(ending for endings in MEDIA_TYPES.values() for ending in endings)
WORDY_ENDINGS: tuple[str, ...] = MEDIA_TYPES[TEXT]

# What has pages of its own; everything else but an archive is set on pages first.
PAGED: frozenset[str] = frozenset({PDF, TIFF, JPEG, PNG, HEIC})
SET_ON_PAGES: frozenset[str] = frozenset({DOCX, RTF, TEXT, CDA})

# First bytes of each type: TIFF 6.0 section 2 (and BigTIFF), ITU-T T.81 B.1.1.3, ISO/IEC 15948 5.2, RTF 1.9.1.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"{\\rtf", RTF),
)
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")  # a first member, or none (APPNOTE 6.3.10, 4.3)
PDF_MARK = b"%PDF-"
HEAD = 4096  # bytes looked at; a C-CDA may begin with a licence
PDF_HEAD = 1024  # bytes in which a PDF's mark may stand (Adobe's implementation note 13 to ISO 32000-1, 7.5.2)
# Brands of HEVC-coded stills and of their sequences (ISO/IEC 23008-12, annex B.4).
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
CDA_ROOT = re.compile(r"<(\w+:)?ClinicalDocument[\s>]")
BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # no text holds these; ESC and form feed old printers sent


def media_type_of(head: bytes) -> str:
    """The type of a file by its first HEAD bytes; empty if it is none of those taken."""
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(ARCHIVES):
        return DOCX if b"word/document.xml" in head or b"[Content_Types].xml" in head[:64] else ZIP
    if is_heic(head):
        return HEIC
    if is_pdf(head):
        return PDF
    return type_of_words(head)


def is_pdf(head: bytes) -> bool:
    """Whether the mark is there; junk may stand before it, but not another document that speaks of PDF."""
    place = head[:PDF_HEAD].find(PDF_MARK)
    return place == 0 or (place > 0 and not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{", b"PK")))


def is_heic(head: bytes) -> bool:
    """Whether the file type box names a brand of HEVC stills (ISO/IEC 14496-12, 4.3)."""
    size = int.from_bytes(head[:4], "big")
    if head[4:8] != b"ftyp" or not 16 <= size <= HEAD:  # noqa: PLR2004  (the box's header and one brand)
        return False
    brands = [head[place : place + 4] for place in range(8, min(size, len(head)), 4) if place != 12]  # noqa: PLR2004
    return not HEIC_BRANDS.isdisjoint(brands)


def type_of_words(head: bytes) -> str:
    """C-CDA or plain text; empty for other marked-up documents and for what is no text."""
    words = decoded(head)
    if words is None or not any(sign.isalpha() for sign in words):
        return ""
    if words.lstrip().startswith("<"):
        return CDA if CDA_ROOT.search(words) else ""
    return TEXT


def decoded(content: bytes) -> str | None:
    """The text of bytes: by their mark, else UTF-8, else Windows-1252; None if they are no text.

    The last character may be cut, as at the end of a head.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return checked(content.decode(encoding, "replace"))
    if b"\x00" in content:
        return None
    try:
        return checked(content.decode("utf-8"))
    except UnicodeDecodeError as trouble:
        if trouble.reason == "unexpected end of data" and trouble.start >= len(content) - 3:
            return checked(content[: trouble.start].decode("utf-8"))
    return checked(content.decode("cp1252", "replace"))


def checked(text: str) -> str | None:
    """The text, or None if it holds signs that no text holds."""
    return None if UNPRINTED.search(text) else text
