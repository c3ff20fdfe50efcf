"""The robust engine: PP-OCR models from rapidocr's wheel; slow and large, so only for pages that tesseract doubts."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from portal.rules.words import Lines, Word, boxed

Corners = Any  # four points (x, y) in pixels
SAME_LINE = 0.5  # of the smaller height, by which two pieces overlap downwards


def engine() -> Any:
    """The engine with its models, on one thread."""
    from rapidocr import RapidOCR  # only here: a second of imports and half a gigabyte

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": 2000,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def read(image: Image.Image, *, reader: Any = None) -> Lines:
    """The words of an upright image."""
    found = (reader or engine())(np.asarray(image.convert("RGB")), use_cls=False, return_word_box=True)
    pieces = [piece_of(words, image.size) for words in found.word_results or ()]
    return Lines.of(in_lines([piece for piece in pieces if piece]))


def piece_of(found: Any, size: tuple[int, int]) -> list[Word]:
    """The words of one detected strip of text."""
    words = []
    for text, score, corners in found:
        across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
        box = min(across), min(down), max(across), max(down)
        if text.strip():
            words.append(boxed(text.strip(), box, size, round(float(score) * 100)))
    return sorted(words, key=lambda word: word.x0)


def in_lines(pieces: list[list[Word]]) -> list[list[Word]]:
    """Strips that stand side by side make one line; lines from the top down."""
    lines: list[list[Word]] = []
    for piece in sorted(pieces, key=lambda words: words[0].y0 + words[0].y1):
        home = next((line for line in reversed(lines[-4:]) if side_by_side(line, piece)), None)
        if home is None:
            lines.append(list(piece))
        else:
            home.extend(piece)
            home.sort(key=lambda word: word.x0)
    return lines


def side_by_side(line: list[Word], piece: list[Word]) -> bool:
    """Whether a strip stands at the height of a line."""
    top, bottom = min(word.y0 for word in line), max(word.y1 for word in line)
    upper, lower = min(word.y0 for word in piece), max(word.y1 for word in piece)
    overlap = min(bottom, lower) - max(top, upper)
    return overlap > SAME_LINE * max(1, min(bottom - top, lower - upper))
