"""The command that loads a file: what it prints, and with which exit code it ends."""

import gzip
import os
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from coding.models import BundledPair, CoverageGroup, Edition
from portal import scope
from portal.models import Job
from tests.coding.layouts.test_bundled_pairs import text
from tests.coding.layouts.test_coverage import FILES
from tests.coding.layouts.test_places import GPCI_ROWS, county_csv, gpci, gpci_text

pytestmark = pytest.mark.django_db
PAIR = "G0101\tG0102\t\t20200401\t*\t1\tStandards"
OTHER = "G0103\tG0102\t\t20200401\t*\t1\tStandards"


def load(kind, *files, more=(), effective="2026-10-01"):
    call_command(
        "load_codes", kind, *(str(file) for file in files), "--edition", "2026 Q4", "--effective", effective, *more
    )


@pytest.fixture
def quarter(tmp_path):
    """A quarter of pairs in two texts."""
    for name, line in (("ccipra-f1.TXT", PAIR), ("ccipra-f2.TXT", OTHER)):
        (tmp_path / name).write_text(text(line))
    return tmp_path


def test_it_prints_the_counts_and_then_that_nothing_changed(quarter, capsys):
    load("ptp_practitioner", quarter / "ccipra-f1.TXT")
    assert capsys.readouterr().out == "ptp_practitioner 2026 Q4: 1 rows in BundledPair\n"
    load("ptp_practitioner", quarter / "ccipra-f1.TXT")
    assert capsys.readouterr().out == "ptp_practitioner 2026 Q4: unchanged, this file is loaded (1 rows).\n"


def test_it_says_what_the_replaced_edition_had(quarter, capsys):
    load("ptp_practitioner", quarter / "ccipra-f1.TXT")
    load("ptp_practitioner", quarter / "ccipra-f2.TXT")
    assert "1 rows of the edition it replaces are gone.\n" in capsys.readouterr().out


def test_refused_rows_are_printed_and_the_exit_code_is_1(tmp_path, capsys):
    (tmp_path / "f.TXT").write_text(text(PAIR, "odd", OTHER, PAIR))
    with pytest.raises(SystemExit) as exit_:
        load("ptp_practitioner", tmp_path / "f.TXT")
    assert exit_.value.code == 1
    assert capsys.readouterr().err == (
        "line 8: 1 columns instead of 7\n"
        "line 10: repeats line 7 (column_one G0101, column_two G0102, effective 2020-04-01)\n"
        "2 rows refused.\n"
    )
    assert not Edition.objects.exists()
    load("ptp_practitioner", tmp_path / "f.TXT", more=["--leave-out-refused"])
    assert capsys.readouterr().out == "ptp_practitioner 2026 Q4: 2 rows in BundledPair\n"


def test_several_files_are_one_edition_in_whatever_order(quarter, capsys):
    first, second = quarter / "ccipra-f1.TXT", quarter / "ccipra-f2.TXT"
    load("ptp_practitioner", first, second)
    assert sorted(BundledPair.objects.values_list("column_one", flat=True)) == ["G0101", "G0103"]
    capsys.readouterr()
    load("ptp_practitioner", second, first)
    load("ptp_practitioner", quarter)
    assert capsys.readouterr().out.count("unchanged") == 2


def test_a_spoiled_line_of_several_files_is_named_with_its_file(quarter, capsys):
    (quarter / "ccipra-f2.TXT").write_text(text("odd", OTHER))
    with pytest.raises(SystemExit):
        load("ptp_practitioner", quarter)
    assert "line 7: ccipra-f2.TXT: 1 columns instead of 7\n" in capsys.readouterr().err


def test_the_coverage_download_can_be_a_folder(tmp_path, capsys):
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    load("coverage", tmp_path)
    assert capsys.readouterr().out == "coverage 2026 Q4: 2 rows in CoverageGroup\n"
    assert CoverageGroup.objects.filter(procedures__contains=["G0101"], covered__contains=["E559"]).exists()


def test_a_download_is_taken_as_the_publisher_packed_it(tmp_path, capsys):
    with ZipFile(tmp_path / "inner_csv.zip", "w") as inner:
        for name, content in FILES.items():
            inner.writestr(f"current/{name}", content)
    with ZipFile(tmp_path / "download.zip", "w", ZIP_DEFLATED) as outer:
        outer.write(tmp_path / "inner_csv.zip", "inner_csv.zip")
        outer.writestr("read me.pdf", "words")
    load("coverage", tmp_path / "download.zip")
    assert capsys.readouterr().out == "coverage 2026 Q4: 2 rows in CoverageGroup\n"

    with ZipFile(tmp_path / "release.zip", "w", ZIP_DEFLATED) as release:
        release.writestr("GPCI.csv", gpci(GPCI_ROWS))
        release.writestr("GPCI.txt", gpci_text("02102   AK   01   ALASKA*    1.500   1.081   0.592"))
        release.writestr("LOCCO.csv", county_csv("9102,3,FLORIDA ,FORT LAUDERDALE,BROWARD"))
    load("gpci", tmp_path / "release.zip")
    assert capsys.readouterr().out == "gpci 2026 Q4: 2 rows in Locality\n", "the CSV is read, and the text is not"


def test_a_workbook_is_named_as_such(tmp_path):
    with ZipFile(tmp_path / "pairs.xlsx", "w") as workbook:
        workbook.writestr("[Content_Types].xml", "<x/>")
    with pytest.raises(CommandError, match="This is a workbook"):
        load("ptp_hospital", tmp_path / "pairs.xlsx")


def test_a_zip_file_without_a_fitting_file_says_what_each_lacks(tmp_path):
    with ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.csv", "one,two\n")
    with pytest.raises(CommandError, match=r"a\.csv: No heading row of add-on edits"):
        load("add_ons", tmp_path / "other.zip")


def zipped(path, *files, **more):
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content, **more)
    return path


def test_a_gzipped_file_is_unpacked(quarter, capsys):
    (quarter / "pairs.txt.gz").write_bytes(gzip.compress((quarter / "ccipra-f1.TXT").read_bytes()))
    load("ptp_practitioner", quarter / "pairs.txt.gz")
    assert capsys.readouterr().out == "ptp_practitioner 2026 Q4: 1 rows in BundledPair\n"


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_a_packed_file_that_breaks_off_is_named_as_such(tmp_path, pack):
    lines = text(*(f"G{n:04}\tG0102\t\t20200401\t*\t1\t{n * 7919}" for n in range(1, 9999)))
    if pack == "gzip":
        whole = gzip.compress(lines.encode())
        packed = whole[: len(whole) // 2]
    else:
        whole = zipped(tmp_path / "whole.zip", ("f.txt", lines)).read_bytes()
        half = len(whole) // 2
        packed = whole[:half] + bytes(200) + whole[half + 200 :]
    (tmp_path / "packed").write_bytes(packed)
    with pytest.raises(CommandError, match="damaged or not whole"):
        load("ptp_practitioner", tmp_path / "packed")
    assert not Edition.objects.exists()


def test_zip_files_within_each_other_end_somewhere(tmp_path):
    inner = zipped(tmp_path / "0.zip", ("f.txt", text(PAIR)))
    for level in range(1, 5):
        inner = zipped(tmp_path / f"{level}.zip", ("inner.zip", inner.read_bytes()))
    load("ptp_practitioner", tmp_path / "2.zip")
    with pytest.raises(CommandError, match="too deep"):
        load("ptp_practitioner", tmp_path / "3.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("a/f.txt", text(PAIR)), ("b/f.txt", text(OTHER))], r"Two files are called f\.txt"),
        ([("f.txt", text(PAIR)), ("f.txt", text(OTHER))], r"Two files are called f\.txt"),
        ([(f"{number}.txt", "") for number in range(501)], "more than 500 files"),
    ],
)
def test_a_zip_file_that_leaves_open_what_is_meant_is_not_guessed(tmp_path, files, said):
    with pytest.raises(CommandError, match=said):
        load("ptp_practitioner", zipped(tmp_path / "a.zip", *files))
    assert not Edition.objects.exists()


def test_a_zip_file_that_needs_more_than_unpacking_is_named_as_such(tmp_path):
    with pytest.raises(CommandError, match=r"f\.txt is encrypted or packed in a rare way"):
        load("ptp_practitioner", zipped(tmp_path / "a.zip", ("f.txt", text(PAIR)), compress_type=ZIP_BZIP2))


def test_names_in_a_zip_file_lead_nowhere(tmp_path, capsys):
    load("ptp_practitioner", zipped(tmp_path / "a.zip", ("../../escape.txt", text(PAIR)), ("/etc/hosts", "odd")))
    assert "1 rows in BundledPair" in capsys.readouterr().out
    assert not list(tmp_path.parent.glob("escape.txt"))


@pytest.mark.parametrize("content", [b"x" * 17_000_000, b"\x00" * 17_000_000, b"," * 17_000_000])
def test_a_line_without_end_is_not_read_to_its_end(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CommandError, match="Line 1 is longer than any"):
        load("ptp_practitioner", tmp_path / "file")


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("gpci", "odd\n", "No heading row of price indices"),
        ("ptp_hospital", "PK\x03\x04", "The zip file cannot be opened"),
        ("utilisation", "", "No heading row of utilisation: it would have hcpcs_cd or hcpcs"),
    ],
)
def test_a_file_of_another_layout_is_named_as_such(tmp_path, kind, content, said):
    (tmp_path / "file").write_text(content)
    with pytest.raises(CommandError, match=said):
        load(kind, tmp_path / "file")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--ends-on", "2020-01-01"], "2020-01-01, is before the first, 2026-10-01"),
        (["--edition", "x" * 61], "1 to 60 characters"),
        (["--edition", "2026\0Q4"], "1 to 60 characters"),
        (["--edition", " "], "1 to 60 characters"),
    ],
)
def test_an_edition_that_cannot_be_is_named_as_such(quarter, more, said):
    with pytest.raises(CommandError, match=said):
        load("ptp_practitioner", quarter / "ccipra-f1.TXT", more=more)
    assert not Edition.objects.exists()


def test_a_file_may_be_called_whatever_the_system_lets_it(quarter):
    odd = quarter / os.fsdecode(b"caf\xe9.txt")
    (quarter / "ccipra-f1.TXT").rename(odd)
    load("ptp_practitioner", odd)
    assert Edition.objects.get().file_name == "caf?.txt"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        load("gpci", tmp_path / "nowhere.csv")


def test_it_opens_its_own_scope_so_that_the_index_can_be_asked_for(tmp_path, capsys):
    """Outside a test nobody has opened one: a code list that is loaded queues the building of the search index."""
    (tmp_path / "codes.tsv").write_text("code\tbillable\tlong_title\nE119\t1\tType 2 diabetes mellitus\n")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chartline.staff', '', false)")
    load("icd10cm", tmp_path / "codes.tsv")
    assert capsys.readouterr().out == "icd10cm 2026 Q4: 1 rows in Code\n"
    with scope.service():
        assert Job.objects.filter(kind="coding.build_code_index").exists()
