"""What is noted of a drawn page besides its image: ink, and a thumbnail for lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from portal.rules.words import SCALE, Word

SMALL = 4  # by which a page is reduced before its ink is counted: grain averages out
DARKER = 40  # grey levels below the paper from which on a point is ink
MARGIN = 25  # one part in so many of each side is not looked at: holes, shadows of the edge
THUMB = 220  # pixels of a thumbnail's width: four in a row of a narrow column


def reduced(image: Image.Image) -> Image.Image:
    """A copy of a quarter of the width and height, each point the mean of sixteen; a strip as it is."""
    return image.reduce(SMALL) if min(image.size) >= 2 * SMALL else image


def ink_map(coarse: Image.Image) -> Image.Image:
    """Of a reduced page: white where there is ink, black where there is paper; the outermost margin is paper."""
    small = coarse.convert("L")
    levels = small.histogram()
    paper = max(range(256), key=lambda level: levels[level])
    inked = small.point([255 if level < paper - DARKER else 0 for level in range(256)])
    across, down = small.width // MARGIN, small.height // MARGIN  # none of a strip that is narrower than that
    framed = Image.new("L", small.size, 0)
    inner = (across, down, small.width - across, small.height - down)
    framed.paste(inked.crop(inner), inner[:2])
    return framed


def share_of(inked: Image.Image) -> int:
    """Ink in ten-thousandths of the map."""
    return round(inked.histogram()[255] * SCALE / max(1, inked.width * inked.height))


def under(inked: Image.Image, words: Sequence[Word]) -> tuple[float, int]:
    """The share of words with ink under them, and the ink where no word stands in ten-thousandths of the page."""
    rest, hit = inked.copy(), 0
    for word in words:
        box = (
            word.x0 * inked.width // SCALE, word.y0 * inked.height // SCALE,
            -(-word.x1 * inked.width // SCALE) + 1, -(-word.y1 * inked.height // SCALE) + 1,
        )  # fmt: skip
        hit += inked.crop(box).getextrema()[1] > 0  # type: ignore[operator]  # one band
        rest.paste(0, box)
    return (hit / len(words) if words else 0.0), share_of(rest)


def keep_thumbnail(image: Image.Image, coarse: Image.Image, path: Path) -> None:
    """A small copy as JPEG, made of the reduced one where that is large enough; figures in docs/decisions/0011."""
    across, down = min(1.0, THUMB / image.width), min(1.0, 2 * THUMB / image.height)
    scale = min(across, down)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    source = coarse if scale <= 1 / SMALL else image
    plain = source if source.mode == "L" else source.convert("RGB")
    plain.resize(size, Image.Resampling.BICUBIC).save(path, "JPEG", quality=50)
