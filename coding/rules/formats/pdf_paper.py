"""Letter pages on which the service's documents are set: letters, tables, rules and pictures at places in points.

The same calls give the same bytes: the file says the time it is given, never the clock's.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import font_roboto
from fpdf import FPDF

from coding.rules.formats.clinical import Picture
from coding.rules.formats.person_names import one_line

WIDTH, HEIGHT = 612.0, 792.0  # points: letter
LEFT, RIGHT, TOP, BOTTOM = 48.0, WIDTH - 48.0, 54.0, HEIGHT - 54.0
MEASURE = RIGHT - LEFT
FOOT = HEIGHT - 30.0  # where the foot's letters stand
PADDING = 4.0
HAIR = 0.5
FONTS = Path(font_roboto.__file__).parent / "files"
STYLES = {"": "Regular", "B": "Bold", "I": "Italic"}
SIGN = "Chartline"

Colour = tuple[int, int, int]
INK: Colour = (23, 32, 46)
QUIET: Colour = (88, 99, 115)  # 5.9 : 1 on white
LINE: Colour = (205, 212, 222)
TINT: Colour = (242, 245, 250)
ACCENT: Colour = (11, 87, 196)  # as on the site
MARKED: Colour = (255, 214, 51)


@dataclass(frozen=True)
class Hand:
    """How letters are written: regular, bold ("B") or italic ("I"), their size in points, their colour."""

    style: str = ""
    size: float = 9.5
    colour: Colour = INK


BODY, STRONG = Hand(), Hand("B")
ASIDE = Hand(size=9, colour=QUIET)
SMALL = Hand(size=8, colour=QUIET)
TINY = Hand(size=7.5, colour=QUIET)
HEAD = Hand("B", 7.5, QUIET)  # of tables and of parts
LABEL = Hand(size=7, colour=QUIET)


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


@dataclass(frozen=True)
class Column:
    """A column of a table; its width in points."""

    head: str
    width: float
    align: Align = Align.LEFT
    hand: Hand = BODY


class Paper:
    """The pages so far and the place on the last one, `y` points from its top."""

    def __init__(self, *, title: str, made_at: datetime) -> None:
        self.pdf = FPDF(unit="pt", format="letter")
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_creation_date(made_at)
        self.pdf.set_title(title)
        self.pdf.set_author(SIGN)
        self.pdf.set_creator(SIGN)
        self.pdf.set_producer(SIGN)
        self.pdf.set_lang("en-US")
        for style, name in STYLES.items():
            self.pdf.add_font("Roboto", style, FONTS / f"Roboto-{name}.ttf")
        self.shapes = {style: set(self.pdf.fonts[f"roboto{style}"].cmap) for style in STYLES}  # type: ignore[union-attr]
        self.unshown = 0  # signs that the letters have no shape for
        self.widths: dict[tuple[str, str, float], float] = {}
        self.running = ""  # what stands at the top of pages that go on with something
        self.y = BOTTOM

    # -- the place ------------------------------------------------------------------------------
    def new_page(self) -> None:
        """Go on at the top of the next page."""
        self.pdf.add_page()
        self.y = TOP
        if self.running:
            first, *more = self.lines(self.running, MEASURE - 10, SMALL)
            self.put(f"{first} …" if more else first, LEFT, TOP - 20, SMALL)
            self.rule(TOP - 14)

    def room(self, height: float) -> bool:
        """Make sure that so much fits below; whether that took a new page."""
        if self.y + height <= BOTTOM:
            return False
        self.new_page()
        return True

    # -- letters --------------------------------------------------------------------------------
    def put(self, text: str, x: float, y: float, hand: Hand = BODY, *, align: Align = Align.LEFT) -> None:
        """One line whose letters stand on `y`; `x` is its left end, its right one or its middle."""
        shown = self.shaped(text, hand.style)
        self.pdf.set_font("Roboto", hand.style, hand.size)
        if align is not Align.LEFT:
            x -= self.pdf.get_string_width(shown) / (1 if align is Align.RIGHT else 2)
        if shown.strip():
            self.pdf.set_text_color(*hand.colour)
            self.pdf.text(x, y, shown)

    def shaped(self, text: str, style: str) -> str:
        """The text in letters that there are shapes of; others become a mark and are counted."""
        plain = one_line(unicodedata.normalize("NFC", text))
        shapes = self.shapes[style]
        missing = sum(ord(sign) not in shapes for sign in plain)
        if not missing:
            return plain
        self.unshown += missing
        return "".join(sign if ord(sign) in shapes else "\N{REPLACEMENT CHARACTER}" for sign in plain)

    def width(self, text: str, hand: Hand = BODY) -> float:
        """The width of a text; what has no shape is not counted as shown."""
        key = (text, hand.style, hand.size)
        if key not in self.widths:
            before = self.unshown
            self.pdf.set_font("Roboto", hand.style, hand.size)
            shown = text if text == " " else self.shaped(text, hand.style)
            self.widths[key] = self.pdf.get_string_width(shown)
            self.unshown = before
        return self.widths[key]

    def lines(self, text: str, measure: float, hand: Hand = BODY) -> list[str]:
        """The text in lines no wider than the measure, broken between words, or within one that is too long."""
        found: list[str] = []
        line, so_far = "", 0.0
        for word in self.pieces(one_line(text), measure, hand):
            longer = so_far + self.width(" ", hand) + self.width(word, hand)
            if line and longer <= measure:
                line, so_far = f"{line} {word}", longer
                continue
            if line:
                found.append(line)
            line, so_far = word, self.width(word, hand)
        return [*found, line] if line else found

    def pieces(self, text: str, measure: float, hand: Hand) -> Iterator[str]:
        """The words; one that is too long for a line in parts that are not."""
        for word in text.split():
            rest = word
            while self.width(rest, hand) > measure and len(rest) > 1:
                fits = max(1, int(len(rest) * measure / self.width(rest, hand)))
                while fits > 1 and self.width(rest[:fits], hand) > measure:
                    fits -= 1
                yield rest[:fits]
                rest = rest[fits:]
            yield rest

    def paragraph(self, text: str, hand: Hand = BODY, *, x: float = LEFT, measure: float = MEASURE) -> None:
        """Running text from the place on, over as many lines and pages as it takes."""
        leading = hand.size * 1.35
        for line in self.lines(text, measure, hand):
            self.room(leading)
            self.put(line, x, self.y + hand.size, hand)
            self.y += leading

    def heading(self, text: str, *, keep: float = 40.0) -> None:
        """A small heading, kept with so much of what follows."""
        self.room(22 + keep)
        self.y += 8
        self.put(text.upper(), LEFT, self.y + 8, HEAD)
        self.y += 13

    # -- rules and fields -----------------------------------------------------------------------
    def rule(
        self, y: float, *, x0: float = LEFT, x1: float = RIGHT, colour: Colour = LINE, width: float = HAIR
    ) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(width)
        self.pdf.line(x0, y, x1, y)

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """A thin line around a box."""
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(HAIR)
        self.pdf.rect(x, y, width, height, style="D")

    def fill(self, x: float, y: float, width: float, height: float, colour: Colour = TINT) -> None:
        """A filled box without a line."""
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(x, y, width, height, style="F")

    def labelled(self, label: str, value: str, x: float, y: float, measure: float) -> None:
        """A small label with its value under it, broken into lines."""
        self.put(label, x, y + 7, LABEL)
        for number, line in enumerate(self.lines(value, measure) or ["–"]):
            self.put(line, x, y + 18.5 + number * 12)

    def facts(self, rows: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Rows of labels with values, each row's columns equally wide; a row is not torn."""
        for row in rows:
            measure = MEASURE / len(row)
            tall = max(14 + 12 * len(self.lines(value, measure - 10) or [""]) for _, value in row)
            self.room(tall + 4)
            for place, (label, value) in enumerate(row):
                self.labelled(label, value, LEFT + place * measure, self.y, measure - 10)
            self.y += tall + 4

    # -- tables ---------------------------------------------------------------------------------
    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A table with a head, which stands again on each page that it reaches; a row is not torn."""
        self.table_head(columns)
        for row in rows:
            cells = [
                self.lines(cell, column.width - 2 * PADDING, column.hand) or [""]
                for column, cell in zip(columns, row, strict=True)
            ]
            tall = 12.0 * max(map(len, cells)) + 5
            if self.room(tall):
                self.table_head(columns)
            x = LEFT
            for column, lines in zip(columns, cells, strict=True):
                for number, line in enumerate(lines):
                    at = self.y + 11 + 12 * number
                    self.put(line, edge(x, column), at, column.hand, align=column.align)
                x += column.width
            self.y += tall
            self.rule(self.y, x1=x)

    def table_head(self, columns: Sequence[Column]) -> None:
        self.room(34)
        self.fill(LEFT, self.y, sum(column.width for column in columns), 16)
        x = LEFT
        for column in columns:
            self.put(column.head, edge(x, column), self.y + 11, HEAD, align=column.align)
            x += column.width
        self.y += 16

    # -- pictures -------------------------------------------------------------------------------
    def picture(self, shown: Picture, x: float, y: float, width: float) -> float:
        """A cutting of a page, what is marked in it laid over in colour, a thin line around; how tall it is."""
        scale = width / shown.width
        height = shown.height * scale
        self.pdf.image(shown.content, x, y, width, height)
        self.pdf.set_fill_color(*MARKED)
        with self.pdf.local_context(fill_opacity=0.4, blend_mode="Multiply"):
            for x0, y0, x1, y1 in shown.marks:
                self.pdf.rect(x + x0 * scale, y + y0 * scale, (x1 - x0) * scale, (y1 - y0) * scale, style="F")
        self.frame(x, y, width, height)
        return height

    # -- the end --------------------------------------------------------------------------------
    def feet(self, words: str) -> None:
        """The foot of every page, once it is known how many there are."""
        count = self.pdf.page_no()
        for number in range(1, count + 1):
            self.pdf.page = number
            # Another page: colour, width and letters are named anew, though they are the same as on the last one.
            self.pdf.set_draw_color(255, 255, 255)
            self.pdf.set_line_width(1)
            self.pdf.font_size_pt = 0
            self.rule(FOOT - 12)
            self.put(words, LEFT, FOOT, TINY)
            self.put(f"Page {number} of {count}", RIGHT, FOOT, TINY, align=Align.RIGHT)

    def content(self) -> bytes:
        return bytes(self.pdf.output())


def edge(x: float, column: Column) -> float:
    """Where a cell's text begins, ends, or has its middle."""
    return {
        Align.LEFT: x + PADDING, Align.RIGHT: x + column.width - PADDING, Align.CENTRE: x + column.width / 2,
    }[column.align]  # fmt: skip
