"""The pages of a PDF as images.

Most pages that come are one of two kinds, and neither needs the whole of pdfium's drawing: a scanned page is one
picture that fills it, which is taken out as it is, sharper than drawn; a written page has no picture and mostly no
colour, and is drawn in greys. Measured on letter pages: the picture 2.6 ms of processor, drawn 8.0; the written page
0.9 ms, in colour 2.0. All others are drawn in colour.
"""

from __future__ import annotations

import math
import mmap
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from portal.parsers.confine import LARGEST_IMAGE, Refused, reading
from portal.parsers.layer import layer_words
from portal.parsers.picture import Drawn, is_grey, reading_scale, resized, without_idle_colour

LARGEST_PAGE = 14_400  # points, 200 inches: the limit of PDF 1.x viewers (ISO 32000-1, annex C)
LONGEST_TEXT = 200_000  # characters of one page's text layer
END_MARK = b"%%EOF"
TAIL = 4096  # bytes in which a PDF's end mark must stand
HIDING = (b"Mask", *(b"/OC" + end for end in (b" ", b"<", b"\n", b"\r")))  # masks and optional content
MOST_PARTS = 2000  # objects of a page that are looked at
BEYOND = 1.0  # points by which a picture may miss its page's edge
SMALLEST = 0.9  # share of the reading size; a smaller picture is drawn, and so enlarged
COARSE = 4  # by which a page is reduced to see whether it has colour
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


class PdfPages:
    """The pages of a PDF."""

    def __init__(self, path: Path, page_limit: int) -> None:
        self.path = path
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
            image = self.image_of(page, reading_scale(width, height))
            words = page.get_textpage()
            text = words.get_text_range(0, min(words.count_chars(), LONGEST_TEXT))
            lines = layer_words(page, words)
            words.close()
            page.close()
        return Drawn(image, text, lines)

    def image_of(self, page: pypdfium2.PdfPage, scale: float) -> Image.Image:
        """The page at reading size, by the shortest of the ways that show the same."""
        parts = [] if pdfium.FPDFPage_GetAnnotCount(page) else visible_parts(page)
        if [kind for kind, _ in parts] == [pdfium.FPDF_PAGEOBJ_IMAGE] and not self.hides:
            picture = picture_of(page, parts[0][1], scale)
            if picture is not None:
                return picture
        written = bool(parts) and {kind for kind, _ in parts} <= {pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH}
        grey = written and is_grey(rendered(page, scale / COARSE))
        return without_idle_colour(rendered(page, scale, grayscale=grey))

    @cached_property
    def hides(self) -> bool:
        """Whether the file names anything that hides; dictionaries of pictures stand in it uncompressed and in clear.

        ISO 32000-1, 7.5.7: a stream object is never inside an object stream; 7.6.1: only strings and streams are
        encrypted.
        """
        with self.path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(word) >= 0 for word in HIDING)


def visible_parts(page: pypdfium2.PdfPage) -> list[tuple[int, pypdfium2.raw.FPDF_PAGEOBJECT]]:
    """The page's objects with their kinds, but for text that draws nothing; none if there are too many to look at.

    A scanner that recognises text lays it over the picture invisibly.
    """
    number = pdfium.FPDFPage_CountObjects(page)
    if number > MOST_PARTS:
        return []
    objects = [pdfium.FPDFPage_GetObject(page, place) for place in range(number)]
    kinds = [(pdfium.FPDFPageObj_GetType(one), one) for one in objects]
    return [
        (kind, one)
        for kind, one in kinds
        if kind != pdfium.FPDF_PAGEOBJ_TEXT
        or pdfium.FPDFTextObj_GetTextRenderMode(one) != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    ]


def picture_of(page: pypdfium2.PdfPage, raw: pypdfium2.raw.FPDF_PAGEOBJECT, scale: float) -> Image.Image | None:
    """The one picture of the page at reading size; None if the page shows it otherwise than whole and upright."""
    picture = pypdfium2.PdfImage(raw, page=page, pdf=page.pdf)
    turn = page.get_rotation()
    wide, high = picture.get_px_size()
    across, down = (high, wide) if turn in {90, 270} else (wide, high)
    size = math.ceil(page.get_width() * scale), math.ceil(page.get_height() * scale)
    if (
        pdfium.FPDFPageObj_HasTransparency(raw)
        or is_clipped(raw)
        or wide * high > LARGEST_IMAGE
        or min(across / size[0], down / size[1]) < SMALLEST
        or not is_photographic(picture)
        or not fills(page, picture)
    ):
        return None
    bitmap = picture.get_bitmap(render=False)  # pdfium's memory, freed with this object
    if bitmap.format not in {pdfium.FPDFBitmap_Gray, pdfium.FPDFBitmap_BGR, pdfium.FPDFBitmap_BGRx}:
        return None
    image = without_idle_colour(bitmap.to_pil(), copied=True)
    if turn:
        image = image.transpose(TURNS[turn])
    near = max(abs(image.width - size[0]), abs(image.height - size[1])) <= 2  # noqa: PLR2004  (of rounding)
    return image if near else resized(image, size, by=Image.Resampling.HAMMING)


def fills(page: pypdfium2.PdfPage, picture: pypdfium2.PdfImage) -> bool:
    """Whether the picture stands upright and its edges are the page's, before the page is turned."""
    a, b, c, d, e, f = picture.get_matrix().get()
    left, bottom, right, top = page.get_bbox()
    edges = ((e, left), (f, bottom), (e + a, right), (f + d, top))
    return not b and not c and a > 0 and d > 0 and all(abs(one - other) <= BEYOND for one, other in edges)


def is_photographic(picture: pypdfium2.PdfImage) -> bool:
    """Whether it has greys or colours: faxes are drawn, for reducing them here would cost as much, and stencils too."""
    about = picture.get_metadata()
    return bool(about.bits_per_pixel > 1 and about.colorspace != pdfium.FPDF_COLORSPACE_UNKNOWN)


def is_clipped(raw: pypdfium2.raw.FPDF_PAGEOBJECT) -> bool:
    path = pdfium.FPDFPageObj_GetClipPath(raw)
    return bool(path) and pdfium.FPDFClipPath_CountPaths(path) > 0


def rendered(page: pypdfium2.PdfPage, scale: float, *, grayscale: bool = False) -> Image.Image:
    """The page as pdfium draws it; the image keeps the memory that was drawn into."""
    bitmap = page.render(scale=scale, rev_byteorder=True, grayscale=grayscale)
    image: Image.Image = bitmap.to_pil()
    bitmap.close()
    return image


def ends_as_pdf(path: Path) -> bool:
    """Whether the end mark is there: a cut file may still open, with its last pages missing."""
    with path.open("rb") as source:
        source.seek(0, 2)
        source.seek(max(0, source.tell() - TAIL))
        return END_MARK in source.read()
