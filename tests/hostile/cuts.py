"""Whole files cut at every tenth: refused, or repaired with every page; never half of them."""

from collections.abc import Callable
from functools import partial

from tests import files
from tests.hostile import READY, archives, documents, hostile, images

WHOLE: dict[str, tuple[Callable[[], bytes], str, tuple[str, ...]]] = {
    "PDF of text": (lambda: files.text_pdf("a", "b", "c"), "a.pdf", ("truncated", READY)),
    "PDF of scans": (lambda: files.scanned_pdf(2), "a.pdf", ("truncated",)),
    "TIFF": (lambda: files.fax_tiff(3), "a.tif", ("truncated",)),
    "JPEG": (files.jpeg, "a.jpg", ("truncated",)),
    "PNG": (files.png, "a.png", ("truncated",)),
    "HEIC": (images.heic, "a.heic", ("truncated",)),
    "ZIP": (lambda: archives.zipped({"a.pdf": files.scanned_pdf(1)}), "a.zip", ("truncated",)),
    "DOCX": (archives.docx, "a.docx", ("truncated", "name_differs")),
    "C-CDA": (documents.cda, "a.xml", ("truncated", "unknown_type", "name_differs")),
    "RTF": (lambda: documents.rtf("{\\b Plan:} rest and ice " * 50), "a.rtf", ("truncated",)),
}

FEW = (1, 5, 9)  # tenths of which every run sees the cut; `make faults` sees them all


def cut(make: Callable[[], bytes], tenth: int) -> bytes:
    content = make()
    return content[: len(content) * tenth // 10]


FILES = {
    f"{kind} at {tenth} tenths": hostile(partial(cut, make, tenth), name, *outcomes)
    for kind, (make, name, outcomes) in WHOLE.items()
    for tenth in range(1, 10)
}
RARE = {f"{kind} at {tenth} tenths" for kind in WHOLE for tenth in range(1, 10) if tenth not in FEW}
