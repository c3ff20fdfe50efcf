"""Read the barcodes on the drawn pages of one chart: what separator sheets and patient labels say."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

from portal.parsers.answers import answer
from portal.parsers.confine import reading

LONGEST = 100  # characters of one value
MOST = 8  # values of one page
FORMATS = zxingcpp.barcode_formats_from_str("Code39,Code128,QRCode")


def read_pages(options: argparse.Namespace) -> dict[str, Any]:
    """The values on each page image of the folder `source`, by the number that is the file's name."""
    return {"pages": {path.stem: values(path) for path in sorted(options.source.iterdir())}}


def values(path: Path) -> list[str]:
    """The values on one page, sorted, each once."""
    with reading():
        image = Image.open(path, formats=("PNG", "JPEG")).convert("L")
    found = {one.text.strip()[:LONGEST] for one in zxingcpp.read_barcodes(image, formats=FORMATS) if one.valid}
    return sorted(text for text in found if text and text.isprintable())[:MOST]


def main() -> None:
    """Read one chart's pages."""
    answer(read_pages)
