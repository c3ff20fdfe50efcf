"""A report as a PDF on letter pages; tables go on over pages with their head. The same report gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path

import font_roboto
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace

from coding.rules.reports.shape import Align, Cell, Fact, Report, Table, words
from portal.rules.plain_cells import clean

MEDIA_TYPE = "application/pdf"
ENDING = ".pdf"
FONTS = Path(font_roboto.__file__).parent / "files"
MARGIN, FOOT = 48.0, 36.0  # points
ACROSS = 3  # facts side by side
MOST_COLUMNS = 7  # that stand upright; with more the page lies on its side
INK, QUIET, LINE, BAND = (28, 32, 38), (92, 99, 108), (196, 201, 207), (244, 246, 248)
HEAD = FontFace(emphasis="BOLD", color=INK, fill_color=BAND)


class Paper(FPDF):
    """Pages with the report's name and number at the foot."""

    def __init__(self, report: Report) -> None:
        wide = any(len(table.columns) > MOST_COLUMNS for table in report.tables)
        super().__init__(orientation="landscape" if wide else "portrait", unit="pt", format="letter")
        self.report = report
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN + FOOT / 2)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("Roboto", style, FONTS / f"Roboto-{name}.ttf")
        self.set_title(report.title)
        self.set_author("Chartline")
        self.set_creation_date(datetime.combine(report.made_on, time(), UTC))
        self.alias_nb_pages()

    def footer(self) -> None:
        """Whose report, which month, which page."""
        self.set_y(-FOOT)
        self.letters(8, color=QUIET)
        self.cell(0, 10, f"{clean(self.report.practice)} · {self.report.title}", align="L")
        self.set_y(-FOOT)
        self.cell(0, 10, f"Page {self.page_no()} of {{nb}}", align="R")

    def letters(self, size: float, style: str = "", color: tuple[int, int, int] = INK) -> None:
        self.set_font("Roboto", style, size)
        self.set_text_color(*color)

    def says(
        self, text: str, size: float, style: str = "", color: tuple[int, int, int] = INK, after: float = 4
    ) -> None:
        """A paragraph over the whole measure."""
        self.letters(size, style, color)
        self.multi_cell(0, size * 1.35, clean(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(after)


def render(report: Report) -> bytes:
    """The pages as they are handed to a practice."""
    paper = Paper(report)
    paper.add_page()
    paper.says(report.title, 20, "B", after=0)
    paper.says(report.practice, 12, after=0)
    paper.says(f"{report.first} to {report.last}, as known on {report.made_on}", 9, color=QUIET, after=12)
    facts(paper, report.facts)
    for table in report.tables:
        draw(paper, table)
    for note in report.notes:
        paper.says(note, 8.5, color=QUIET)
    return bytes(paper.output())


def rows_of(found: tuple[Fact, ...]) -> Iterator[tuple[Fact, ...]]:
    for start in range(0, len(found), ACROSS):
        yield found[start : start + ACROSS]


def facts(paper: Paper, found: tuple[Fact, ...]) -> None:
    """The figures side by side, each above what it rests on."""
    width = paper.epw / ACROSS
    for row in rows_of(found):
        top, lowest = paper.get_y(), paper.get_y()
        for place, fact in enumerate(row):
            left = paper.l_margin + place * width
            for text, size, style, color in (
                (fact.label, 9, "", QUIET), (fact.value, 15, "B", INK), (fact.basis, 8.5, "", QUIET),
            ):  # fmt: skip
                paper.letters(size, style, color)
                paper.set_xy(left, paper.get_y() if size != 9 else top)  # noqa: PLR2004  (the first of the three)
                if text:
                    paper.multi_cell(width - 12, size * 1.3, clean(text), align="L", new_x="LEFT", new_y="NEXT")
            lowest = max(lowest, paper.get_y())
        paper.set_xy(paper.l_margin, lowest + 10)


def draw(paper: Paper, table: Table) -> None:
    """Title, what it shows, rows; the total stands out."""
    if paper.get_y() > paper.h - 2 * MARGIN - 90:  # a title with two rows at least
        paper.add_page()
    paper.ln(6)
    paper.says(table.title, 12.5, "B", after=1)
    if table.note:
        paper.says(table.note, 8.5, color=QUIET, after=3)
    if not table.rows:
        paper.says(table.empty, 9.5, after=8)
        return
    paper.letters(8.5)
    paper.set_draw_color(*LINE)
    with paper.table(
        col_widths=tuple(column.width for column in table.columns),
        text_align=tuple("RIGHT" if column.align is Align.NUMBER else "LEFT" for column in table.columns),
        line_height=12,
        padding=2,
        headings_style=HEAD,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        cell_fill_mode=TableCellFillMode.NONE,
    ) as sheet:
        sheet.row([column.label for column in table.columns])
        for cells in table.rows:
            sheet.row([said(cell) for cell in cells])
        if table.total:
            sheet.row([said(cell) for cell in table.total], style=FontFace(emphasis="BOLD"))
    paper.ln(8)


def said(cell: Cell) -> str:
    text = words(cell)
    return text if isinstance(cell, Decimal | int) else clean(text)
