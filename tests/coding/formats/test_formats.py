"""What leaves the building: byte for byte, and harmless in a spreadsheet."""

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.codings import ProcedureLine, System
from coding.rules.formats import csv_file, xlsx_file
from coding.rules.formats.columns import FIELDS, TABLE
from coding.rules.formats.result import BatchResult, ResultRow
from portal.rules.plain_cells import FORMULA_BEGINNINGS, clean, plain
from tests.coding.formats.visits import contents

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
ENCOUNTER_COLUMNS = tuple(FIELDS[key].heading for key in TABLE if not FIELDS[key].of_line)
LINE_COLUMNS = tuple(FIELDS[key].heading for key in TABLE if FIELDS[key].of_line)

VISIT = ResultRow(
    chart="C-0001",
    file_name="Müller, knee.pdf",
    encounter="E-00001",
    pages="1–2, 5",
    status="Billable",
    patient='Müller, "Toni"',
    birth_date=date(1961, 2, 3),
    sex="M",
    account_number="=HYPERLINK(1)",
    service_from=date(2026, 3, 2),
    service_to=date(2026, 3, 2),
    rendering_provider="Dr. Reyes",
    rendering_npi="1000000012",
    place_of_service="11",
    payer="Aetna",
    member_id="-123",
    system=System.ICD10CM,
    diagnoses=("M1711", "I10"),
    lines=(
        ProcedureLine("99213", ("25",), 1, (1, 2)),
        ProcedureLine("20610", ("RT",), 1, (1,)),
        ProcedureLine("J1030", (), 2, (1,)),
    ),
    verification="Verified with corrections",
)
OLD_VISIT = ResultRow(
    chart="C-0002",
    file_name="scan.tif",
    encounter="E-00002",
    pages="1",
    status="Billable",
    patient="Ida Example",
    birth_date=date(1899, 5, 6),
    service_from=date(2015, 9, 30),
    service_to=date(2015, 9, 30),
    system=System.ICD9CM,
    diagnoses=("4800", "E8000"),
    lines=(ProcedureLine("99212", (), 1, (1,)),),
    verification="Verified",
)
LETTER = ResultRow(
    chart="C-0003",
    file_name="letter.pdf",
    encounter="E-00003",
    pages="1",
    status="Not billable",
    reason="Not a visit (letter, form, blank page)",
)
BROKEN = ResultRow(
    chart="C-0004",
    file_name="broken.pdf",
    status="Not readable",
    reason="The file has no content (0 bytes). Scan or export it again and send it.",
)
RESULT = BatchResult(batch="B-7", practice="River Family Medicine", rows=(VISIT, OLD_VISIT, LETTER, BROKEN))


def rendered(form, result):
    return form.render(contents(result), form.TEMPLATE)


def table(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_csv_is_the_golden_file():
    assert rendered(csv_file, RESULT) == (GOLDEN / "result.csv").read_bytes()


def test_the_csv_has_a_row_a_procedure_line_and_none_is_missing():
    heads, *rows = table(rendered(csv_file, RESULT))
    assert heads == [*ENCOUNTER_COLUMNS, *LINE_COLUMNS]
    assert [dict(zip(heads, row, strict=True))["Procedure"] for row in rows] == [
        "99213",
        "20610",
        "J1030",
        "99212",
        "",
        "",
    ]
    first = dict(zip(heads, rows[0], strict=True))
    assert first["Diagnosis 1"] == "M17.11"
    assert first["Diagnosis list"] == "ICD-10-CM"
    assert first["Pointers"] == "1,2"
    assert first["Account number"] == "'=HYPERLINK(1)"
    assert first["Member id"] == "'-123"
    assert dict(zip(heads, rows[3], strict=True))["Diagnosis 2"] == "E800.0"
    assert dict(zip(heads, rows[5], strict=True))["Status"] == "Not readable"


def test_the_workbook_reads_back():
    book = openpyxl.load_workbook(io.BytesIO(rendered(xlsx_file, RESULT)))
    assert book.sheetnames == ["Encounters", "Lines"]
    heads, *rows = book["Encounters"].iter_rows(values_only=True)
    assert heads == ENCOUNTER_COLUMNS
    visit, old, letter, broken = (dict(zip(heads, row, strict=True)) for row in rows)
    assert visit["Patient"] == 'Müller, "Toni"'
    assert visit["Birth date"].date() == date(1961, 2, 3)
    assert visit["Pages"] == "1–2, 5"
    assert visit["Account number"] == "'=HYPERLINK(1)"
    assert visit["Rendering NPI"] == "1000000012", "an NPI is text: it is never summed or rounded"
    assert old["Birth date"] == "1899-05-06", "Excel knows no date before 1900"
    assert letter["Reason"] == "Not a visit (letter, form, blank page)"
    assert broken["Encounter"] is None
    heads, *lines = book["Lines"].iter_rows(values_only=True)
    assert [(row[1], row[heads.index("Procedure")], row[heads.index("Units")]) for row in lines] == [
        ("E-00001", "99213", 1),
        ("E-00001", "20610", 1),
        ("E-00001", "J1030", 2),
        ("E-00002", "99212", 1),
    ]
    assert book["Encounters"].freeze_panes == "E2"
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_the_same_result_gives_the_same_workbook(monkeypatch):
    first = rendered(xlsx_file, RESULT)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert rendered(xlsx_file, RESULT) == first


def test_a_batch_without_rows_is_a_table_without_rows():
    empty = BatchResult(batch="B-8", practice="River")
    assert len(table(rendered(csv_file, empty))) == 1
    assert openpyxl.load_workbook(io.BytesIO(rendered(xlsx_file, empty)))["Encounters"].max_row == 1


def test_a_beginning_hidden_behind_a_control_character_is_found():
    assert plain("\x01=1+1") == "'=1+1"
    assert plain("\x00@x") == "'@x"
    assert plain("a=1") == "a=1"
    assert plain(-1) == "-1"


words = st.text(st.characters(codec="utf-8"), max_size=30) | st.builds(
    lambda head, tail: head + tail, st.sampled_from(FORMULA_BEGINNINGS), st.text(max_size=10)
)
rows = st.builds(
    ResultRow,
    chart=words,
    file_name=words,
    status=words,
    reason=words,
    patient=words,
    account_number=words,
    member_id=words,
    birth_date=st.none() | st.dates(),
    diagnoses=st.lists(words, max_size=12).map(tuple),
    lines=st.lists(
        st.builds(
            ProcedureLine,
            code=words,
            modifiers=st.lists(words, max_size=4).map(tuple),
            units=st.integers(1, 999),
            pointers=st.lists(st.integers(1, 12), max_size=4).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, max_size=4))
def test_whatever_is_in_a_chart_the_csv_keeps_its_cells_and_runs_nothing(some):
    heads, *found = table(rendered(csv_file, BatchResult("B-1", "River", tuple(some))))
    assert len(found) == sum(max(1, len(row.lines)) for row in some)
    assert all(len(row) == len(heads) for row in found)
    assert not [cell for row in found for cell in row if cell.startswith(FORMULA_BEGINNINGS)]
    patients = [plain(row.patient) for row in some for _ in row.lines or [None]]
    assert [row[heads.index("Patient")] for row in found] == patients
    assert all(plain(row.patient).removeprefix("'") == clean(row.patient).removeprefix("'") for row in some)


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=3))
def test_whatever_is_in_a_chart_the_workbook_opens_and_runs_nothing(some):
    book = openpyxl.load_workbook(io.BytesIO(rendered(xlsx_file, BatchResult("B-1", "River", tuple(some)))))
    assert book["Encounters"].max_row == 1 + len(some)
    for sheet in book:
        for row in sheet.iter_rows():
            assert not [cell for cell in row if cell.data_type == "f" or str(cell.value).startswith(FORMULA_BEGINNINGS)]
