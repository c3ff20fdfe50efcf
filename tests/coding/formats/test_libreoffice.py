"""LibreOffice, an office of its own mind, opens the workbook and the CSV: each cell reads back as it was written."""

import csv
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date

import pytest

from coding.rules.formats import FORMATS
from coding.rules.formats.columns import FIELDS, TABLE
from coding.rules.formats.table import head_of, heading, rows_of
from coding.rules.formats.template import DateFormat, written
from coding.rules.formats.xlsx_file import sheets
from tests.coding.formats.visits import contents

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed here; .ci/run installs it"),
    pytest.mark.timeout(600),
]
COMMA, QUOTE, UTF8, TEXT = 44, 34, 76, 2
# LibreOffice, filter options of CSV: every cell as shown, every sheet into a file of its own.
AS_SHOWN = f"csv:Text - txt - csv (StarCalc):{COMMA},{QUOTE},{UTF8},1,,0,false,true,false,false,false,-1"
# The same for reading: each column is text, as somebody chooses who keeps leading zeros.
AS_TEXT = f"Text - txt - csv (StarCalc):{COMMA},{QUOTE},{UTF8},1," + "/".join(
    f"{place}/{TEXT}" for place in range(1, len(TABLE) + 1)
)


def through_the_office(content, folder, *, name, to, infilter=""):
    """The files, by name, that LibreOffice makes of one."""
    source, out = folder / name, folder / "out"
    source.write_bytes(content)
    reading = [f"--infilter={infilter}"] if infilter else []
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", *reading,
         "--convert-to", to, "--outdir", str(out), str(source)],
        check=True, capture_output=True, timeout=540,
    )  # fmt: skip
    return {path.name: path.read_bytes() for path in out.iterdir()}


def table(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def shown(cell, form):
    """A cell as a sheet shows it."""
    if isinstance(cell, date):
        return written(cell, form)
    return "" if cell is None else str(cell)


@pytest.mark.parametrize("one_sheet", [False, True])
def test_the_workbook_reads_back_cell_by_cell(tmp_path, one_sheet):
    template = replace(FORMATS["xlsx"].TEMPLATE, one_sheet=one_sheet, date_format=DateFormat.US)
    made = FORMATS["xlsx"].render(contents(), template)
    found = through_the_office(made, tmp_path, name="result.xlsx", to=AS_SHOWN)
    wanted = list(sheets(contents(), template))
    assert set(found) == {f"result-{sheet.name}.csv" for sheet in wanted}
    for sheet in wanted:
        heads, *rows = table(found[f"result-{sheet.name}.csv"])
        assert heads == [heading(column) for column in sheet.columns]
        assert rows == [[shown(cell, DateFormat.US) for cell in cells] for _, cells in sheet.rows]


def test_the_csv_reads_back_cell_by_cell(tmp_path):
    template = FORMATS["csv"].TEMPLATE
    made = FORMATS["csv"].render(contents(), template)
    found = through_the_office(made, tmp_path, name="result.csv", to=AS_SHOWN, infilter=AS_TEXT)
    [heads, *rows] = table(next(iter(found.values())))
    assert heads == head_of(template) == [FIELDS[key].heading for key in TABLE]
    assert rows == [cells for _, cells in rows_of(contents(), template, guarded=True)]


def test_nothing_that_looks_like_a_formula_is_run_when_the_csv_is_opened_as_it_is(tmp_path):
    found = through_the_office(
        FORMATS["csv"].render(contents(), FORMATS["csv"].TEMPLATE), tmp_path, name="result.csv", to="fods"
    )
    assert b"table:formula" not in found["result.fods"]
    assert b"HYPERLINK(1)" in found["result.fods"]
