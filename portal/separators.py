"""The door to the process that reads barcodes, and the separator sheet that we offer for printing."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

import numpy as np
import zxingcpp
from fpdf import FPDF
from PIL import Image

from portal import storage
from portal.children import ask_child, nobody_else
from portal.rules.separators import NEW_VISIT

SLICE_PAGES = 25  # pages that one child reads
SHEET_WORDS = (
    ("Separator sheet", 34),
    ("Put this sheet before the first page of each visit, then scan the stack in one go.", 13),
    ("Print as many as you need; copies and faxes of it are read too.", 13),
)


def barcodes_of(
    images: Mapping[int, str], *, still_ours: Callable[[], None] = nobody_else
) -> dict[int, tuple[str, ...]]:
    """Page number → the values of its barcodes, read from stored page images. Refused or ChildLost otherwise."""
    found: dict[int, tuple[str, ...]] = {}
    numbers = sorted(images)
    for start in range(0, len(numbers), SLICE_PAGES):
        with tempfile.TemporaryDirectory(prefix="chartline-render-") as folder:
            source, place = Path(folder) / "pages", Path(folder) / "place"
            source.mkdir()
            place.mkdir()
            for number in numbers[start : start + SLICE_PAGES]:
                fetch(images[number], source / f"{number}{PurePath(images[number]).suffix}")
            manifest = ask_child("separators", source, place, place=place, still_ours=still_ours)
            found |= {int(number): tuple(values) for number, values in manifest["pages"].items()}
    return found


def fetch(name: str, target: Path) -> None:
    with target.open("wb") as copy:
        for block in storage.blocks(name):
            copy.write(block)


def sheet() -> bytes:
    """The separator sheet as a letter page: what it is for in words, its value as Code 128 and as QR code."""
    pdf = FPDF(unit="pt", format="letter")
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    for row, (text, size) in enumerate(SHEET_WORDS):
        pdf.set_font("Helvetica", "B" if row == 0 else "", size)
        pdf.text((pdf.w - pdf.get_string_width(text)) / 2, 130 + row * 34, text)
    for kind, width, top in ((zxingcpp.BarcodeFormat.Code128, 400.0, 260.0), (zxingcpp.BarcodeFormat.QRCode, 200, 430)):
        drawn = zxingcpp.create_barcode(NEW_VISIT, kind).to_image(scale=6, add_quiet_zones=True)
        image = io.BytesIO()
        Image.fromarray(np.array(drawn, copy=False)).save(image, "PNG")
        pdf.image(image, x=(pdf.w - width) / 2, y=top, w=width)
    return bytes(pdf.output())
