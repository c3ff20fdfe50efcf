"""The words of a PDF page's text layer and where they stand on the drawn page."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

from portal.rules.words import NOTHING, SCALE, SURE, Lines, Word, boxed

SIGNS_LIMIT = 200_000  # of one page
HYPHENS = {0x2, 0xFFFE, 0xAD}  # what pdfium gives for a hyphen at the end of a line
LINE_ENDS = {0xA, 0xD}
BLANKS = {0x20, 0xA0, 0x9, 0x2002, 0x2003, 0x2009, 0x3000}
Box = tuple[float, float, float, float]


def layer_words(page: Any, textpage: Any) -> Lines:
    """Words in the order of the layer; boxes on the page as it is drawn, turned and cropped as the page says."""
    count = min(textpage.count_chars(), SIGNS_LIMIT)
    if count <= 0:
        return NOTHING
    reader = Signs(page, textpage)
    lines: list[list[Word]] = [[]]
    letters: list[str] = []
    boxes: list[Box] = []

    def end_word() -> None:
        if letters and boxes:
            left, bottom, right, top = zip(*boxes, strict=True)
            box = reader.on_page((min(left), min(bottom), max(right), max(top)))
            lines[-1].append(boxed("".join(letters), box, (SCALE, SCALE), SURE))
        letters.clear()
        boxes.clear()

    for index in range(count):
        code = reader.code(index)
        if code in BLANKS or code in LINE_ENDS or code == 0:
            end_word()
            if code in LINE_ENDS and lines[-1]:
                lines.append([])
            continue
        letters.append("-" if code in HYPHENS else chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd")  # noqa: PLR2004
        if (box := reader.box(index)) is not None:
            boxes.append(box)
    end_word()
    return Lines.of(lines)


class Signs:
    """The signs of one text page, by index."""

    def __init__(self, page: Any, textpage: Any) -> None:
        self.page, self.text = page.raw, textpage.raw
        self.edges = [ctypes.c_double() for _ in range(4)]
        self.place = ctypes.c_int(), ctypes.c_int()

    def code(self, index: int) -> int:
        """Its number in Unicode."""
        return int(pdfium.FPDFText_GetUnicode(self.text, index))

    def box(self, index: int) -> Box | None:
        """Left, bottom, right and top in points; None for what has no extent."""
        left, right, bottom, top = self.edges
        if not pdfium.FPDFText_GetCharBox(self.text, index, left, right, bottom, top):
            return None
        found = left.value, bottom.value, right.value, top.value
        return found if found[2] > found[0] or found[3] > found[1] else None

    def on_page(self, box: Box) -> Box:
        """Points of the page as ten-thousandths of the drawn image: left, top, right, bottom."""
        corners = [self.placed(box[0], box[1]), self.placed(box[2], box[3])]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return min(across), min(down), max(across), max(down)

    def placed(self, across: float, up: float) -> tuple[int, int]:
        """One point; pdfium knows the page's own turn and crop."""
        pdfium.FPDF_PageToDevice(self.page, 0, 0, SCALE, SCALE, 0, across, up, *self.place)
        return self.place[0].value, self.place[1].value
