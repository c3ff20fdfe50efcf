"""Evidence: where on a page the words stand that support a code.

A passage is a page, boxes in ten-thousandths of its width and height as it is drawn (portal.rules.words), and the
words under them. Turning a page for reading, or moving it within its visit, changes neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.rules.words import SCALE, Word

PASSAGE_LIMIT = 20  # of one line: what supports a code is pointed out, not a whole chart marked
BOX_LIMIT = 200  # of one passage, a box a word
QUOTE_LIMIT = 1000  # characters

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Passage:
    """One place that supports a code. `page` is the id of a portal.Page, `number` its number in its chart.

    The quote is empty where a box was drawn on a page, or a part of it, without words.
    """

    page: int
    number: int
    boxes: tuple[Box, ...]
    quote: str = ""

    def as_json(self) -> dict[str, Any]:
        """As drafts and codings keep it."""
        return {
            "page": self.page, "number": self.number, "boxes": [list(box) for box in self.boxes], "quote": self.quote,
        }  # fmt: skip


def passage_in(raw: Any) -> Passage:
    """A passage as `as_json` wrote it."""
    return Passage(raw["page"], raw.get("number", 0), tuple(tuple(box) for box in raw["boxes"]), raw.get("quote", ""))


def evidence_in(body: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The passages of each line of a body, and of each tick of its worksheet."""
    for part in ("diagnoses", "procedures"):
        for line in body.get(part, ()):
            yield line.get("evidence", [])
    yield from (body.get("worksheet") or {}).get("evidence", {}).values()


def lies_on_page(box: object) -> bool:
    """Whether it is four whole numbers that make a box with an area within a page."""
    if not isinstance(box, list | tuple) or len(box) != 4 or not all(type(side) is int for side in box):  # noqa: PLR2004
        return False
    x0, y0, x1, y1 = box
    return bool(0 <= x0 < x1 <= SCALE and 0 <= y0 < y1 <= SCALE)


def words_under(boxes: Sequence[Box], words: Sequence[Word]) -> str:
    """The words whose middle lies in one of the boxes, in reading order, as one line."""
    under = [word.text for word in words if any(has_middle_of(box, word) for box in boxes)]
    return " ".join(under)[:QUOTE_LIMIT]


def has_middle_of(box: Box, word: Word) -> bool:
    x0, y0, x1, y1 = box
    return x0 <= (word.x0 + word.x1) / 2 <= x1 and y0 <= (word.y0 + word.y1) / 2 <= y1
