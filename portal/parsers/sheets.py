"""Letter pages on which text, tables and pictures are set: what has no pages of its own becomes a PDF.

The letters stay text in the PDF, so that its words can be found and pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import font_roboto
from fpdf import FPDF
from PIL import Image

from portal.parsers.confine import LARGEST_IMAGE, Refused, reading

WIDTH, HEIGHT, MARGIN = 612.0, 792.0, 54.0  # points: letter, three quarters of an inch
MEASURE = WIDTH - 2 * MARGIN
SIZE, LEADING = 10.0, 13.0  # of running text
HEADINGS = {1: 15.0, 2: 12.5, 3: 11.0}  # sizes by level
CELL = 4.75  # points a column of text that was typed in columns: 106 of them fill the measure
TAB = 8  # columns
GAP = re.compile(r" {2,}|\t")
RULE = 0.4  # points, the lines of a table
PADDING = 3.0
MOST_PAGES = 500  # of words that had no pages: more is no chart, and would take minutes to draw
LOWEST = HEIGHT - MARGIN
LARGEST_PICTURE = 1275  # pixels across: what a page is drawn at
FONTS = Path(font_roboto.__file__).parent / "files"
UNSET = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class Sheets:
    """The pages so far and the place on the last one; too_many_pages beyond the limit."""

    def __init__(self, page_limit: int) -> None:
        self.page_limit = min(page_limit, MOST_PAGES)
        self.pdf = FPDF(unit="pt", format="letter")
        self.pdf.set_auto_page_break(auto=False)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.pdf.add_font("Roboto", style, FONTS / f"Roboto-{name}.ttf")
        self.facts: dict[str, int] = {}
        self.widths: dict[tuple[str, float, str], float] = {}
        self.style, self.size = "", SIZE
        self.pdf.set_font("Roboto", "", SIZE)
        self.shapes = {style: set(self.pdf.fonts[f"roboto{style}"].cmap) for style in ("", "B")}  # type: ignore[union-attr]
        self.y = LOWEST + 1

    # -- the place ------------------------------------------------------------------------------
    def new_page(self) -> None:
        """Go on at the top of the next page."""
        if self.pdf.page_no() >= self.page_limit:
            raise Refused("too_many_pages")
        self.pdf.add_page()
        self.y = MARGIN

    def room(self, height: float) -> None:
        """Make sure that so much fits below."""
        if self.y + height > LOWEST:
            self.new_page()

    def gap(self, height: float) -> None:
        """Leave room between two things; at the top of a page there is enough."""
        if self.y > MARGIN:
            self.y += height

    def note(self, fact: str, count: int = 1) -> None:
        """Count something that the practice should know of."""
        self.facts[fact] = self.facts.get(fact, 0) + count

    # -- text -----------------------------------------------------------------------------------
    def letters(self, style: str, size: float) -> None:
        if (style, size) != (self.style, self.size):
            self.style, self.size = style, size
            self.pdf.set_font("Roboto", style, size)

    def shaped(self, text: str) -> str:
        """The text in letters that there are shapes of; others become a mark and are counted."""
        clean = UNSET.sub("", text)
        shapes = self.shapes[self.style]
        missing = {sign for sign in set(clean) if ord(sign) not in shapes}
        if not missing:
            return clean
        marked = clean.translate({ord(sign): "\0" for sign in missing})  # of which UNSET leaves none
        self.note("unshown", marked.count("\0"))
        return marked.replace("\0", "\N{REPLACEMENT CHARACTER}")

    def width(self, text: str) -> float:
        key = (self.style, self.size, text)
        if key not in self.widths:
            self.widths[key] = self.pdf.get_string_width(text)
        return self.widths[key]

    def put(self, text: str, x: float, y: float) -> None:
        """One line whose letters stand on y."""
        if text.strip():
            self.pdf.text(x, y, text)

    def lines(self, text: str, measure: float) -> Iterator[str]:
        """The text in lines no wider than the measure, broken between words, or within one that is too long.

        A line's width is that of its words and spaces, which are measured once.
        """
        for hard in self.shaped(text).split("\n"):
            line, wide = "", 0.0
            for word in hard.split():
                longer = wide + self.width(" ") + self.width(word) if line else self.width(word)
                if longer <= measure:
                    line, wide = f"{line} {word}" if line else word, longer
                    continue
                if line:
                    yield line
                *full, line = self.pieces(word, measure)
                yield from full
                wide = self.width(line)
            yield line

    def pieces(self, word: str, measure: float) -> list[str]:
        """A word that may be too long for a line, in parts that are not."""
        if self.pdf.get_string_width(word[:400]) <= measure and len(word) <= 400:  # noqa: PLR2004
            return [word]
        many = max(1, int(measure / self.width("W")))
        return [word[place : place + many] for place in range(0, len(word), many)] or [""]

    def paragraph(self, text: str, *, style: str = "", size: float = SIZE, indent: float = 0.0) -> None:
        """Running text over the whole measure."""
        self.letters(style, size)
        leading = size * LEADING / SIZE
        for line in self.lines(text, MEASURE - indent):
            self.room(leading)
            self.letters(style, size)
            self.put(line, MARGIN + indent, self.y + size)
            self.y += leading

    def heading(self, text: str, level: int = 2) -> None:
        """A heading, kept with the line that follows."""
        size = HEADINGS[min(max(level, 1), 3)]
        self.gap(size * 0.7)
        self.room(2 * size + LEADING)
        self.paragraph(text, style="B", size=size)
        self.y += PADDING

    def typed(self, text: str) -> None:
        """A line of text that was typed in columns: what stood below each other does so again."""
        self.letters("", SIZE)
        segments = list(columns(self.shaped(text.rstrip())))
        if len(segments) <= 1 and not text.startswith((" ", "\t")):
            self.paragraph(text)
            return
        self.room(LEADING)
        for place, (column, segment) in enumerate(segments):
            ends = segments[place + 1][0] - 1 if place + 1 < len(segments) else None
            self.put_within(segment, MARGIN + column * CELL, ends)
        self.y += LEADING

    def put_within(self, segment: str, x: float, ends: int | None) -> None:
        """A segment at its column, drawn together where it would run into the next or off the page."""
        limit = (MARGIN + ends * CELL if ends is not None else WIDTH - MARGIN / 2) - x
        natural = self.width(segment)
        if limit <= 0:
            self.put(segment, x, self.y + SIZE)
            return
        self.pdf.set_stretching(min(100.0, max(30.0, 100.0 * limit / natural)) if natural else 100.0)
        self.put(segment, x, self.y + SIZE)
        self.pdf.set_stretching(100.0)

    # -- tables ---------------------------------------------------------------------------------
    def table(self, rows: Sequence[Sequence[str]], *, head: int = 0) -> None:
        """A table with lines; `head` rows of it are headings. A row longer than a page goes on on the next."""
        count = max((len(row) for row in rows), default=0)
        if not count:
            return
        widths = self.column_widths(rows, count)
        self.gap(PADDING)
        for number, row in enumerate(rows):
            self.row([*row, *[""] * (count - len(row))], widths, "B" if number < head else "")
        self.y += 2 * PADDING

    def column_widths(self, rows: Sequence[Sequence[str]], count: int) -> list[float]:
        """The measure, shared by how much text each column holds; no column under a sixth of an equal share."""
        held = [PADDING] * count
        for row in rows:
            for place, cell in enumerate(row):
                held[place] = max(held[place], min(len(cell), 60))
        least = MEASURE / count / 6
        spare = MEASURE - least * count
        return [least + spare * amount / sum(held) for amount in held]

    def row(self, cells: Sequence[str], widths: Sequence[float], style: str) -> None:
        """One row, in as many parts as pages ask for."""
        self.letters(style, SIZE)
        set_cells = [list(self.lines(cell, width - 2 * PADDING)) for cell, width in zip(cells, widths, strict=True)]
        while any(set_cells):
            self.room(LEADING + 2 * PADDING)
            fits = int((LOWEST - self.y - 2 * PADDING) / LEADING)
            tall = max(min(len(lines), fits) for lines in set_cells)
            height = tall * LEADING + 2 * PADDING
            self.pdf.set_line_width(RULE)
            x = MARGIN
            for lines, width in zip(set_cells, widths, strict=True):
                self.pdf.rect(x, self.y, width, height)
                for number, line in enumerate(lines[:tall]):
                    self.letters(style, SIZE)
                    self.put(line, x + PADDING, self.y + PADDING + SIZE + number * LEADING)
                del lines[:tall]
                x += width
            self.y += height

    # -- pictures -------------------------------------------------------------------------------
    def picture(self, path_or_bytes: object) -> None:
        """A picture as wide as it is at 150 dots an inch, at most the measure; one that no decoder takes is counted."""
        try:
            with reading():
                image = Image.open(path_or_bytes, formats=("PNG", "JPEG", "TIFF", "GIF", "BMP"))  # type: ignore[arg-type]
                if image.width * image.height > LARGEST_IMAGE:
                    raise Refused("too_large")
                image.thumbnail((LARGEST_PICTURE, 2 * LARGEST_PICTURE))
                shown = image.convert("RGB")
        except Refused:
            self.note("pictures_left_out")
            self.paragraph("[A picture that cannot be shown]")
            return
        scale = min(72 / 150, MEASURE / shown.width, (LOWEST - MARGIN) / shown.height)
        width, height = shown.width * scale, shown.height * scale
        self.gap(PADDING)
        self.room(height)
        self.pdf.image(shown, MARGIN, self.y, width, height)
        self.y += height + PADDING

    def save(self, path: Path) -> dict[str, int]:
        """Write the PDF; how many pages, and the facts."""
        if not self.pdf.page_no():
            raise Refused("no_pages")
        self.pdf.output(str(path))
        return {"pages": self.pdf.page_no(), **self.facts}


def columns(line: str) -> Iterable[tuple[int, str]]:
    """The segments of a line that gaps of two or more spaces part, with the column each begins in."""
    wide = line.expandtabs(TAB)
    place = 0
    for found in [*GAP.finditer(wide), None]:
        end = found.start() if found else len(wide)
        if wide[place:end].strip():
            lead = len(wide[place:end]) - len(wide[place:end].lstrip())
            yield place + lead, wide[place:end].strip()
        if found:
            place = found.end()
