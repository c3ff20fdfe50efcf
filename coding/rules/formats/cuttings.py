"""What is cut out of a page to show a passage: the frame around its words, and where they lie in it."""

from collections.abc import Iterable, Sequence

from coding.rules.evidence import Box
from portal.rules.words import SCALE

SHOWN_EACH = 3  # places of one code that are shown; the others are named
BESIDE, ABOVE = 300, 220  # ten-thousandths of the page around the words
NARROWEST = 7500  # what stands beside the words says what they mean
TALLEST = 4000
GAP = 2  # heights: boxes of one line that are no further apart are one mark


def frame_of(boxes: Sequence[Box]) -> Box:
    """The part of the page to cut out, in ten-thousandths: the words, and something around them."""
    x0, x1 = max(min(box[0] for box in boxes) - BESIDE, 0), min(max(box[2] for box in boxes) + BESIDE, SCALE)
    y0, y1 = max(min(box[1] for box in boxes) - ABOVE, 0), min(max(box[3] for box in boxes) + ABOVE, SCALE)
    if x1 - x0 < NARROWEST:
        middle = (x0 + x1) // 2
        x0 = min(max(middle - NARROWEST // 2, 0), SCALE - NARROWEST)
        x1 = x0 + NARROWEST
    return x0, y0, x1, min(y1, y0 + TALLEST)


def marks_in(frame: Box, boxes: Iterable[Box], *, width: int, height: int) -> tuple[Box, ...]:
    """The words' boxes in pixels of the cutting, which is so wide and tall; the words of a line are one mark."""
    x0, y0, x1, y1 = frame
    across, down = width / (x1 - x0), height / (y1 - y0)
    found = []
    for left, top, right, bottom in joined(boxes):
        box = (max(left, x0), max(top, y0), min(right, x1), min(bottom, y1))
        if box[0] < box[2] and box[1] < box[3]:
            found.append(
                (
                    round((box[0] - x0) * across),
                    round((box[1] - y0) * down),
                    round((box[2] - x0) * across),
                    round((box[3] - y0) * down),
                )
            )
    return tuple(found)


def joined(boxes: Iterable[Box]) -> list[Box]:
    """Boxes that follow each other on one line, as one."""
    found: list[Box] = []
    for box in boxes:
        if found and is_beside(found[-1], box):
            last = found.pop()
            box = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))  # noqa: PLW2901
        found.append(box)
    return found


def is_beside(before: Box, after: Box) -> bool:
    """Whether two boxes stand on one line with no more than a blank between them."""
    lower = min(before[3] - before[1], after[3] - after[1])
    overlap = min(before[3], after[3]) - max(before[1], after[1])
    gap = max(before[0], after[0]) - min(before[2], after[2])
    return 2 * overlap >= lower and gap <= GAP * lower


def turned(mark: Box, turn: int, *, width: int, height: int) -> Box:
    """Where a mark lies once the cutting, so wide and tall before, was turned clockwise by so many degrees."""
    x0, y0, x1, y1 = mark
    return {
        0: mark,
        90: (height - y1, x0, height - y0, x1),
        180: (width - x1, height - y1, width - x0, height - y0),
        270: (y0, width - x1, y1, width - x0),
    }[turn]
