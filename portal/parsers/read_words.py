"""Read the words of one page image: the process in which an engine runs, and nothing else.

Run by `portal.reading` without Django, without environment, under limits of memory and time. It writes `manifest.json`
into its directory, and the image turned upright if it was not, and ends.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter

from portal.parsers import tesseract
from portal.parsers.confine import OUT_OF_MEMORY, Refused, confine, reading
from portal.parsers.draw import storable, without_idle_colour, write
from portal.parsers.marks import keep_thumbnail, reduced
from portal.parsers.straighten import box_turned_back, lie_of
from portal.rules.words import DOUBTFUL, SCALE, Lines, Word, boxed, sure_letters

# Measured (docs/decisions/0011): a page as it is drawn, slightly blurred and levelled, reads as well as its original at
# 300 dots an inch, in two thirds of the time.
DOTS = 150  # an inch, of a letter page at reading size
SHORT_SIDE, LONG_SIDE = 1275, 6000  # pixels of a page at reading size; smaller images are enlarged
LARGEST_SCALE = 3.0
BLUR = 0.8  # pixels of the image as it is: takes away grain and the steps of a fax, and costs clean letters nothing
LEAST_SKEW = 0.15  # degrees; below it nothing is gained
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
FORMATS = ("JPEG", "PNG")


@dataclass(frozen=True)
class Level:
    """A page made ready for reading: turned upright, no smaller than reading size, its lines made level."""

    image: Image.Image
    turn: int  # degrees clockwise
    skew: float  # degrees by which the lines of the upright page rise to the right


def levelled(page: Image.Image, turn: int, skew: float | None = None) -> Level:
    """The page ready for reading; its skew is looked for unless it is known."""
    upright = page.transpose(TURNS[turn]) if turn else page
    skew = lie_of(upright).skew if skew is None else skew
    scale = min(LARGEST_SCALE, SHORT_SIDE / min(upright.size), LONG_SIDE / max(upright.size))
    large = upright.convert("L").filter(ImageFilter.GaussianBlur(BLUR))
    if scale > 1:
        large = large.resize((round(large.width * scale), round(large.height * scale)), Image.Resampling.BICUBIC)
    if abs(skew) >= LEAST_SKEW:
        large = large.rotate(-skew, Image.Resampling.BICUBIC, fillcolor=paper_of(large))
    return Level(large, turn, skew if abs(skew) >= LEAST_SKEW else 0.0)


def paper_of(image: Image.Image) -> int:
    """The grey level of the paper."""
    levels = image.histogram()
    return max(range(256), key=lambda level: levels[level])


def as_shown(lines: Lines, level: Level) -> Lines:
    """The boxes of a levelled page as they lie on the upright one, which is shown."""
    if not level.skew:
        return lines
    size = level.image.size

    def back(word: Word) -> Word:
        box = (
            word.x0 * size[0] / SCALE, word.y0 * size[1] / SCALE, word.x1 * size[0] / SCALE, word.y1 * size[1] / SCALE,
        )  # fmt: skip
        return boxed(word.text, box_turned_back(box, size, level.skew), size, word.confidence)

    return Lines([back(word) for word in lines.words], lines.line_starts)


def read_first(page: Image.Image, directory: Path) -> tuple[Lines, Level]:
    """The fast engine's words; a page that reads badly is also read upside down, and the better one taken."""
    first = 90 if lie_of(page).sideways else 0
    level = levelled(page, first)
    lines = tesseract.read(level.image, directory, dots=DOTS)
    if lines.confidence() < DOUBTFUL:
        other = levelled(page, first + 180)
        upside = tesseract.read(other.image, directory, dots=DOTS)
        if sure_letters(upside) > sure_letters(lines):
            lines, level = upside, other
    return as_shown(lines, level), level


def read_second(page: Image.Image, turn: int, skew: float) -> tuple[Lines, Level]:
    """The robust engine's words of a page whose lie is known."""
    from portal.parsers import second_engine

    level = levelled(page, turn, skew)
    return as_shown(second_engine.read(level.image), level), level


def read(options: argparse.Namespace) -> dict[str, Any]:
    """The manifest: words, how the page lies, and the names of its upright image and thumbnail if it was turned."""
    with reading():
        stored = Image.open(options.source, formats=FORMATS)
        page = stored.convert("L" if stored.mode == "L" else "RGB")  # drawn pages are kept with a palette
    if options.engine == "first":
        lines, level = read_first(page, options.directory)
    else:
        lines, level = read_second(page, options.turn, options.skew / 100)
    manifest: dict[str, Any] = {
        "words": [word._replace(text=storable(word.text)) for word in lines.words],
        "line_starts": lines.line_starts,
        "turn": level.turn,
        "skew": round(level.skew * 100),
    }
    if options.engine == "first" and level.turn:
        upright = without_idle_colour(page.transpose(TURNS[level.turn]))
        manifest |= {
            "width": upright.width, "height": upright.height, "file": write(upright, options.directory, 1),
            "thumb": "1.thumb.jpg",
        }  # fmt: skip
        keep_thumbnail(upright, reduced(upright), options.directory / "1.thumb.jpg")
    return manifest


def main() -> None:
    """Read the arguments, confine the process, read the page, write the manifest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("engine", choices=["first", "second"])
    for name in ("memory", "seconds", "turn", "skew"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    confine(memory=options.memory, seconds=options.seconds, programs=options.engine == "first")
    try:
        manifest = read(options)
    except Refused as refused:
        manifest = {"refusal": str(refused)}
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    (options.directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
