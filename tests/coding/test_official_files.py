"""The official files beside this checkout: each loads whole, twice is once, and spoiled lines are named exactly."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import call_command

from coding.actions.code_sets import RowsRefused, load_code_file
from coding.models import AnaesthesiaFactor, BundledPair, CountyLocality, Edition, Locality, RelativeValue, UnitLimit
from coding.rules.code_sets import CodeSet
from coding.rules.layouts import relative_values
from tests.coding.layouts.reading import rows
from tests.shared_data import DATA, needs_official_files

pytestmark = [needs_official_files, pytest.mark.django_db]
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2025, 10, 1)


def csv_rows(above: int) -> Callable[[bytes], int]:
    """Counts the rows of a CSV file below so many heading rows."""

    def count(content: bytes) -> int:
        return sum(any(row) for row in csv.reader(io.StringIO(content.decode("latin-1")))) - above

    return count


def carrier_rows(content: bytes) -> int:
    """Counts the lines that begin with the number of a contractor."""
    return sum(line.replace(b",", b" ").split()[:1] != [] and line.split(b",")[0].split()[0].isdigit()
               for line in content.splitlines() if line.strip(b" ,\x1a"))  # fmt: skip


def headerless(content: bytes) -> int:
    return sum(bool(line.strip()) and not line.startswith(b"HDR") for line in content.splitlines())


class File(NamedTuple):
    code_set: CodeSet
    path: str
    count: Callable[[bytes], int]


FILES = [
    File(CodeSet.PTP_PRACTITIONER, "ncci/ptp_practitioner_2024q3_sample_17codes.csv", csv_rows(1)),
    File(CodeSet.PTP_HOSPITAL, "ncci/ptp_practitioner_2024q3_sample_17codes.csv", csv_rows(1)),
    File(CodeSet.MUE_PRACTITIONER, "ncci/mue_practitioner_2024q3.csv", csv_rows(1)),
    File(CodeSet.MUE_PRACTITIONER, "samples/MCR_MUE_PractitionerServices_Eff_07-01-2024_sample.csv", csv_rows(2)),
    File(CodeSet.MUE_HOSPITAL, "ncci/mue_outpatient_2024q3.csv", csv_rows(1)),
    File(CodeSet.MUE_DME, "ncci/mue_dme_2024q3.csv", csv_rows(1)),
    File(CodeSet.ADD_ONS, "ncci/aoc_2024.csv", csv_rows(1)),
    File(CodeSet.RELATIVE_VALUES, "pfs/PPRRVU2025_Oct_NODESC.csv", csv_rows(10)),
    File(CodeSet.RELATIVE_VALUES, "samples/PPRRVU25_OCT_sample_nodesc.csv", csv_rows(10)),
    File(CodeSet.RELATIVE_VALUES, "samples/PPRRVU25_OCT_sample_nodesc.txt", headerless),
    File(CodeSet.GPCI, "pfs/GPCI2025.csv", carrier_rows),
    File(CodeSet.GPCI, "pfs/GPCI2025.txt", carrier_rows),
    File(CodeSet.COUNTY_LOCALITIES, "pfs/25LOCCO.csv", carrier_rows),
    File(CodeSet.COUNTY_LOCALITIES, "pfs/25LOCCO.txt", carrier_rows),
    File(CodeSet.ANAESTHESIA, "pfs/ANES2025.csv", carrier_rows),
    File(CodeSet.ANAESTHESIA, "pfs/ANES2025.txt", carrier_rows),
    File(CodeSet.COVERAGE_DOCUMENTS, "lcd/documents_latest_2025-08.csv", csv_rows(1)),
]


def load(file: File, content: bytes | Path, **more):
    source = content if isinstance(content, Path) else io.BytesIO(content)
    return load_code_file(
        code_set=file.code_set, file=source, file_name=file.path, name="official", effective=DAY, by=None, at=NOON,
        **more,
    )  # fmt: skip


SPOIL = {
    "garbage": lambda line: b"#?!",
    "cut off": lambda line: line.rstrip()[: len(line.rstrip()) // 3],
    "a stray quotation mark": lambda line: b'"' + line.rstrip(),
}


def spoiled(file: File, content: bytes, how: str) -> tuple[bytes, list[int]]:
    """The file with three of its rows spoiled, and their lines."""
    every = content.splitlines(keepends=True)
    # Rows of one line: those of the documents list have two, of which the second holds the code.
    fit = [
        number
        for number, line in enumerate(every)
        if number > 10 and line[:1] not in b'"*,\r\n\x1a' and line.count(b",") != 1 and line.strip()
    ]
    chosen = [fit[len(fit) * tenth // 10] for tenth in (1, 5, 8)]
    for number in chosen:
        every[number] = SPOIL[how](every[number]) + b"\n"
    return b"".join(every), [number + 1 for number in chosen]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.code_set}-{Path(file.path).name}")
def test_a_file_loads_whole_and_a_second_time_changes_nothing(file):
    report = load(file, DATA / file.path)
    count = file.count((DATA / file.path).read_bytes())
    assert count > 40
    assert (report.edition.rows, sum(report.rows.values()), report.left_out) == (count, count, 0)

    assert load(file, DATA / file.path).unchanged
    assert Edition.objects.get() == report.edition


@pytest.mark.parametrize("how", SPOIL)
@pytest.mark.parametrize(
    "file", [file for file in FILES if file.code_set is not CodeSet.COVERAGE_DOCUMENTS],
    ids=lambda file: f"{file.code_set}-{Path(file.path).name}",
)  # fmt: skip
def test_three_spoiled_lines_are_named_and_nothing_is_loaded_unless_told_to(file, how):
    content = (DATA / file.path).read_bytes()
    bad, numbers = spoiled(file, content, how)
    with pytest.raises(RowsRefused) as refusal:
        load(file, bad)
    assert sorted(row.line for row in refusal.value.refused) == numbers
    assert not Edition.objects.exists()

    told = load(file, bad, leave_out_refused=True)
    assert (told.edition.rows, told.left_out, told.edition.refused) == (file.count(content) - 3, 3, 3)


def test_three_spoiled_documents_are_named():
    file = FILES[-1]
    every = (DATA / file.path).read_bytes().split(b"LCD,")
    for number in (100, 300, 700):
        every[number] += b"LCD,"  # a column too many
    with pytest.raises(RowsRefused) as refusal:
        load(file, b"LCD,".join(every))
    assert refusal.value.count == 3
    assert all("13 columns instead of 12" in row.reason for row in refusal.value.refused)
    assert not Edition.objects.exists()


def test_the_text_and_the_csv_of_the_relative_values_say_the_same():
    csv_layout, text_layout = relative_values.LAYOUTS
    names = csv_layout.columns["RelativeValue"]
    sample = DATA / "samples" / "PPRRVU25_OCT_sample_nodesc"
    from_csv = rows(csv_layout, sample.with_suffix(".csv").read_bytes(), *names)
    assert from_csv == rows(text_layout, sample.with_suffix(".txt").read_bytes(), *names)
    assert len(from_csv) == 44


@pytest.mark.parametrize(
    ("code_set", "name", "model", "numbers"),
    [
        (CodeSet.GPCI, "GPCI2025", Locality, ("work", "expense", "malpractice")),
        (CodeSet.ANAESTHESIA, "ANES2025", AnaesthesiaFactor, ("amount",)),
    ],
)
def test_the_text_and_the_csv_of_a_list_of_localities_say_the_same(code_set, name, model, numbers):
    told = []
    for ending in ("csv", "txt"):
        path = f"pfs/{name}.{ending}"
        load(File(code_set, path, carrier_rows), DATA / path)
        told.append(set(model.objects.values_list("carrier", "locality", *numbers)))
    assert told[0] == told[1]


def test_what_is_known_of_single_rows_stands_in_the_tables():
    for file in FILES:
        if file.path.startswith(("ncci/", "pfs/")) and file.path.endswith("csv"):
            load(file, DATA / file.path)
    assert RelativeValue.objects.get(code="99213", modifier="").work == Decimal("1.30")
    assert RelativeValue.objects.get(code="45378", modifier="53").conversion_factor == Decimal("32.3465")
    assert Locality.objects.get(carrier="07102", locality="13").expense == Decimal("0.860")
    assert CountyLocality.objects.get(carrier="01182", locality="18").state == "CALIFORNIA"
    assert UnitLimit.objects.filter(edition__code_set="mue_practitioner", adjudication=3).count() == 9_479
    pairs = BundledPair.objects.filter(edition__code_set="ptp_practitioner", column_one="11042", column_two="92012")
    assert [(row.indicator, row.effective, row.deleted_on) for row in pairs.order_by("effective")] == [
        ("9", date(2013, 7, 1), date(2013, 7, 1)),
        ("1", date(2013, 7, 2), None),
    ]


def test_the_command_prints_the_counts(capsys):
    path = str(DATA / "pfs/GPCI2025.txt")
    for expected in ("gpci 2025: 109 rows in Locality\n", "gpci 2025: unchanged, this file is loaded (109 rows).\n"):
        call_command("load_codes", "gpci", path, "--edition", "2025", "--effective", "2025-01-01")
        assert capsys.readouterr().out == expected
