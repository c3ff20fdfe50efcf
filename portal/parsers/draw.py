"""Draw some pages of one chart: the process that touches files from outside, and nothing else.

Run by `portal.rendering` without Django, without environment, under limits of memory and time. It writes page images,
an entry for each finished page and `manifest.json` into its directory and ends. A file that cannot be drawn is a
refusal in the manifest, by its name in `portal.rules.intake.Refusal`; a process that dies says the same to its parent.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageChops

from portal.parsers.confine import LARGEST_IMAGE, OUT_OF_MEMORY, Refused, confine, reading
from portal.parsers.layer import layer_words
from portal.parsers.marks import ink_map, keep_thumbnail, reduced, share_of, under
from portal.rules.words import NOTHING, Belief, Lines, belief

ENCODERS = 2  # threads: of a page's cost, drawing is half
SHORT_SIDE = 1275  # pixels: a letter page at 150 dpi, which is read at arm's length without zoom
LONG_SIDE = 6000  # pixels, for strips
LARGEST_PAGE = 14_400  # points, 200 inches: the limit of PDF 1.x viewers (ISO 32000-1, annex C)
LONGEST_TEXT = 200_000  # characters of one page's text layer
FAX_RATIO = 1.05  # from which on unequal resolutions of the two directions are put right
LOPSIDED = 4.0  # beyond it the resolutions are a mistake
ORIENTATION = 0x0112  # the EXIF tag, with the turn that each of its values asks for
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SAMPLED = 4  # one point in so many of each direction is looked at for colour and for paper
EFFORT = 1  # of PNG's compression: text 16 kB in 8 ms, at 4 10 kB in 11; a noisy page 303 in 28, at 4 251 in 43
CLEAN = 0.6  # share of pixels in one grey level from which on a page is drawn, not photographed
END_MARK = b"%%EOF"
TAIL = 4096  # bytes in which a PDF's end mark must stand
FORMATS = {"image/tiff": ("TIFF",), "image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/heic": ("HEIF",)}
SEVERAL = {"image/tiff", "image/heic"}  # types that may hold more than one page


@dataclass(frozen=True)
class Drawn:
    """A page as an image, and what its text layer says: as plain text, and as words with boxes."""

    image: Image.Image
    text: str = ""
    lines: Lines = NOTHING


class PdfPages:
    """The pages of a PDF."""

    def __init__(self, path: Path, page_limit: int) -> None:
        with reading():
            self.document = pypdfium2.PdfDocument(path)
            self.total = len(self.document)
        if self.total > page_limit:
            raise Refused("too_many_pages")
        if not ends_as_pdf(path):
            raise Refused("truncated")
        with suppress(pypdfium2.PdfiumError):  # fields that were filled in; a broken form is drawn without them
            if self.total and self.document.get_formtype():
                self.document.init_forms()

    def draw(self, index: int) -> Drawn:
        """The page as an image, and its text layer."""
        with reading():
            page = self.document[index]
            width, height = page.get_size()
            if max(width, height) > LARGEST_PAGE:
                raise Refused("too_large")
            bitmap = page.render(scale=reading_scale(width, height), rev_byteorder=True)
            image = without_idle_colour(bitmap.to_pil(), copied=True)
            words = page.get_textpage()
            text = words.get_text_range(0, min(words.count_chars(), LONGEST_TEXT))
            lines = layer_words(page, words)
            words.close()
            bitmap.close()
            page.close()
        return Drawn(image, text, lines)


def ends_as_pdf(path: Path) -> bool:
    """Whether the end mark is there: a cut file may still open, with its last pages missing."""
    with path.open("rb") as source:
        source.seek(0, 2)
        source.seek(max(0, source.tell() - TAIL))
        return END_MARK in source.read()


class ImagePages:
    """The frames of a TIFF, or the one page of a photograph."""

    def __init__(self, path: Path, media_type: str, page_limit: int) -> None:
        if media_type == "image/heic":
            import pillow_heif

            pillow_heif.register_heif_opener()
        with reading():
            self.image = Image.open(path, formats=FORMATS[media_type])
            self.total = self.count(page_limit) if media_type in SEVERAL else 1

    def count(self, page_limit: int) -> int:
        """Frames, counted no further than the limit."""
        frames = 1
        with suppress(EOFError):
            while frames <= page_limit:
                self.image.seek(frames)
                frames += 1
        if frames > page_limit:
            raise Refused("too_many_pages")
        return frames

    def draw(self, index: int) -> Drawn:
        """The frame upright at reading size; images carry no text layer."""
        with reading():
            if self.total > 1:
                self.image.seek(index)
            if self.image.width * self.image.height > LARGEST_IMAGE:
                raise Refused("too_large")
            return Drawn(upright(self.image))


def reading_scale(width: float, height: float) -> float:
    """Pixels a unit so that the short side is read well and the long side stays bounded."""
    return min(SHORT_SIDE / max(min(width, height), 1), LONG_SIDE / max(width, height, 1))


def upright(image: Image.Image) -> Image.Image:
    """Turned as the camera noted, square pixels, no larger than reading size, on white."""
    if image.format == "JPEG":
        image.draft(None, (2 * SHORT_SIDE, 2 * SHORT_SIDE))  # decoded at half or quarter size where that is enough
    image.load()
    turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    width, height = square_size(image)
    scale = min(1.0, reading_scale(width, height))
    drawn = on_white(image)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if drawn.size != size:
        drawn = drawn.resize(size, Image.Resampling.BOX if scale <= 1 / 2 else Image.Resampling.BICUBIC)
    return drawn.transpose(turn) if turn is not None else drawn


def square_size(image: Image.Image) -> tuple[float, float]:
    """Width and height with equal resolution in both directions; a fax has 204 by 98 dots an inch."""
    across, down = (float(value) for value in image.info.get("dpi") or (1, 1))
    width, height = float(image.width), float(image.height)
    known = 0 < across < math.inf and 0 < down < math.inf
    if not known or not FAX_RATIO < max(across / down, down / across) < LOPSIDED:
        return width, height
    return (width, height * across / down) if across > down else (width * down / across, height)


def on_white(image: Image.Image) -> Image.Image:
    """Grey or RGB, with what is transparent shown as paper."""
    if image.mode.startswith("I"):  # 16 bits: the upper eight are shown
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        drawn = Image.new("RGB", image.size, "white")
        layer = image.convert("RGBA")
        drawn.paste(layer, mask=layer.getchannel("A"))
        return drawn
    return image.convert("L" if image.mode in {"1", "L", "F"} else "RGB")


def is_grey(image: Image.Image) -> bool:
    """Whether no more than a few pixels in ten thousand carry colour."""
    if image.mode == "L":
        return True
    few = sample(image)
    red, green, blue = few.convert("RGB").split()
    apart = ImageChops.lighter(ImageChops.difference(red, green), ImageChops.difference(green, blue))
    coloured = sum(apart.histogram()[24:])
    return coloured <= few.width * few.height * 2 // 10_000


def sample(image: Image.Image) -> Image.Image:
    """Some of its points, as they are."""
    size = max(1, image.width // SAMPLED), max(1, image.height // SAMPLED)
    return image.resize(size, Image.Resampling.NEAREST)


def without_idle_colour(image: Image.Image, *, copied: bool = False) -> Image.Image:
    """The image in greys if it carries no colour; `copied` in any case, if what it shows is about to be freed."""
    if is_grey(image):
        return image.convert("L")
    return image.convert("RGB") if copied else image


def write(image: Image.Image, directory: Path, number: int) -> str:
    """The page in the smaller of two forms; its file name.

    Measured on letter pages of 1275 x 1650: forty lines as PNG of 16 greys 16 kB in 8 ms, as JPEG 93 kB in 3;
    a noisy scan as JPEG 284 kB in 6 ms, as PNG 1.4 MB in 147 ms; WebP took ten times as long.
    """
    grey = image.mode == "L"
    few = sample(image).convert("L")
    if max(few.histogram()) < CLEAN * few.width * few.height:
        image.save(directory / f"{number}.jpg", "JPEG", quality=60 if grey else 72)
        return f"{number}.jpg"
    if grey:
        few = image.point([round(value / 17) for value in range(256)])
        few.putpalette([value * 17 for value in range(16) for _ in range(3)])
        few.save(directory / f"{number}.png", "PNG", bits=4, compress_level=EFFORT)
    else:
        few = image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(directory / f"{number}.png", "PNG", compress_level=EFFORT)
    return f"{number}.png"


def is_plain(image: Image.Image) -> bool:
    """Whether the whole page has one colour: all blank pages are the same."""
    low_high = image.getextrema()
    bands = low_high if isinstance(low_high[0], tuple) else (low_high,)
    return all(low == high for low, high in bands)


def storable(text: str) -> str:
    """Text as PostgreSQL takes it: no NUL, no halves of characters, one kind of line end."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "").replace("\r\n", "\n").strip()


def marks(page: Drawn, directory: Path, number: int) -> dict[str, Any]:
    """What is noted of a page besides its image: text and words of the layer, what to make of it, ink, a thumbnail."""
    coarse = reduced(page.image)
    inked = ink_map(coarse)
    ink = share_of(inked)
    thumb = f"{number}.thumb.jpg"
    keep_thumbnail(page.image, coarse, directory / thumb)
    over_ink, outside = under(inked, page.lines.words)
    trust = belief(page.lines.words, inked=over_ink, ink=ink, ink_outside=outside)
    return {
        "text": storable(page.text) if trust is not Belief.NOT else "",
        "words": [word._replace(text=storable(word.text)) for word in page.lines.words],
        "line_starts": page.lines.line_starts,
        "belief": trust,
        "ink": ink,
        "plain": not ink and is_plain(page.image),
        "thumb": thumb,
    }


def finished(page: Drawn, directory: Path, number: int) -> dict[str, Any]:
    """The page's entry in the manifest, its image and thumbnail written."""
    with reading():
        shown = without_idle_colour(page.image)  # a frame of a picture; a PDF's page is so already
        return {
            "number": number,
            "width": shown.width,
            "height": shown.height,
            "file": write(shown, directory, number),
            **marks(Drawn(shown, page.text, page.lines), directory, number),
        }


def draw_slice(options: argparse.Namespace) -> dict[str, Any]:
    """Draw from the first page on, as many as asked or as the time allows, at least one; how many came of it.

    ENCODERS pages are encoded while the next is drawn, and no more than these are held. Each is told of as soon as
    it is finished.
    """
    began = time.monotonic()
    pages = (
        PdfPages(options.source, options.page_limit)
        if options.media_type == "application/pdf"
        else ImagePages(options.source, options.media_type, options.page_limit)
    )
    if not pages.total:
        raise Refused("no_pages")
    number = options.first
    held: deque[Future[dict[str, Any]]] = deque()
    with ThreadPoolExecutor(ENCODERS) as encoders:
        for number in range(options.first, min(options.first + options.count, pages.total + 1)):
            page = pages.draw(number - 1)
            if len(held) == ENCODERS:
                tell(held.popleft().result(), options.directory)
            held.append(encoders.submit(finished, page, options.directory, number))
            if time.monotonic() - began > options.pause:
                break
        for one in held:
            tell(one.result(), options.directory)
    return {"total": pages.total, "last": number}


def tell(entry: dict[str, Any], directory: Path) -> None:
    """Leave the entry of a finished page for the parent, who finds it whole or not at all."""
    told = directory / f"{entry['number']}.json"
    unfinished = told.with_suffix(".part")
    unfinished.write_text(json.dumps(entry), encoding="utf-8")
    unfinished.rename(told)


def main() -> None:
    """Read the arguments, confine the process, draw, write the manifest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("media_type")
    for name in ("first", "count", "page_limit", "memory", "seconds", "pause"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    confine(memory=options.memory, seconds=options.seconds, programs=False)
    try:
        manifest = draw_slice(options)
    except Refused as refused:
        manifest = {"refusal": str(refused)}
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    (options.directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
