"""A report as JSON, workbook and PDF: the same figures in each, and the same bytes each time."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest

from coding.rules.reports import paper, workbook
from coding.rules.reports.bodies import as_json, from_json
from coding.rules.reports.shape import Align, Column, Fact, Report, ReportKind, Table, money, words

COLUMNS = (
    Column("Visit"), Column("Sent back"), Column("Pages", Align.NUMBER), Column("Amount, $", Align.NUMBER),
)  # fmt: skip
ROWS = tuple((f"E-{number:05d}", date(2026, 10, 1), number, Decimal(number) / 4) for number in range(1, 121))


def report(**fields):
    return Report(**{
        "kind": ReportKind.INVOICE, "practice": "Río Claro & Søn", "first": date(2026, 10, 1),
        "last": date(2026, 10, 31), "made_on": date(2026, 11, 3), "facts": (Fact("To pay", "$1,815.00", "120 visits"),),
        "tables": (
            Table("Visits", COLUMNS, ROWS, "Each once.", ("Together", None, 7260, Decimal("1815.00"))),
            Table("Files", COLUMNS[:1], (), empty="Every file could be read."),
        ),
        "notes": ("The month is not over.",), **fields,
    })  # fmt: skip


def text_of(content):
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def test_what_is_kept_as_json_comes_back_as_it_was():
    kept = as_json(report())
    assert from_json(kept) == report()
    assert kept["tables"][0]["rows"][0] == ["E-00001", {"day": "2026-10-01"}, 1, {"amount": "0.25"}]


def test_the_workbook_holds_numbers_as_numbers_and_days_as_days():
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(report())))
    assert book.sheetnames == ["Summary", "Visits", "Files"]
    rows = list(book["Visits"].iter_rows(values_only=True))
    assert rows[0] == ("Visit", "Sent back", "Pages", "Amount, $")
    assert [(row[0], row[1].date(), row[2], row[3]) for row in rows[1:-1]] == [
        (visit, day, pages, float(amount)) for visit, day, pages, amount in ROWS
    ]
    assert rows[-1] == ("Together", None, 7260, 1815)
    assert [cell.value for cell in book["Summary"][5]] == ["To pay", "$1,815.00", "120 visits"]


def test_the_pdf_says_every_row_and_repeats_the_head_on_each_page():
    pages = text_of(paper.render(report()))
    assert len(pages) > 2
    assert all("Río Claro & Søn · Invoice, October 2026" in page for page in pages)
    assert all("Amount, $" in page for page in pages[:-1])
    whole = "\n".join(pages)
    assert all(f"{row[0]} " in whole for row in ROWS)
    assert "Together" in whole
    assert "1,815.00" in whole
    assert "Every file could be read." in whole
    assert f"Page 2 of {len(pages)}" in pages[1]


def test_a_table_of_many_columns_lies_on_its_side():
    wide = Table("Wide", tuple(Column(f"Column {number}") for number in range(9)), (tuple("abcdefghi"),))
    with pypdfium2.PdfDocument(paper.render(report(tables=(wide,)))) as document:
        width, height = document[0].get_size()
    assert width > height


@pytest.mark.parametrize("form", [workbook, paper])
def test_the_same_report_gives_the_same_bytes(form):
    assert form.render(report()) == form.render(from_json(as_json(report())))


def test_a_cell_that_a_spreadsheet_would_run_stays_text():
    evil = Table("Visits", COLUMNS[:1], (("=1+1",),))
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(report(tables=(evil,)))))
    cell = book["Visits"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), ("x", "x"), (1234, "1,234"), (Decimal("1234.5"), "1,234.50"), (date(2026, 1, 2), "2026-01-02")],
)
def test_cells_in_words(cell, text):
    assert words(cell) == text


def test_money_in_words():
    assert (money(Decimal("1234.5")), money(Decimal(-3))) == ("$1,234.50", "-$3.00")
