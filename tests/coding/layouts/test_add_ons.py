"""Add-on codes with their primaries and Julian days."""

from datetime import date

import pytest

from coding.rules.layouts.add_ons import LAYOUT
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

HEADING = (
    "Add_On_Code", "AOC_Del_Dt_Julian", "Primary_Code", "Primary_Code_Del_Dt_Julian", "AOC_Edit_Type",
    "AOC_Edit_Eff_Dt_Julian", "AOC_Edit_Del_Dt_Julian", "Special_Instruction_Notes",
)  # fmt: skip
COLUMNS = LAYOUT.columns["AddOnPair"]


def official(*lines: tuple[str, ...], mark: str = "\t") -> str:
    return "\r\n".join(mark.join(line) for line in (HEADING, *lines)) + "\r\n"


@pytest.mark.parametrize("mark", ["\t", ",", "|"])
def test_a_row_has_its_type_and_its_days(mark):
    line = ("G2211", "9999365", "G0463", "", "1", "2024001", "2024183", "See the manual")
    assert rows(LAYOUT, official(line, mark=mark), *COLUMNS) == [
        ("G2211", "G0463", 1, date(2024, 1, 1), date(2024, 7, 1), "See the manual")
    ]


def test_an_edit_ends_with_the_first_of_its_codes():
    lines = (
        ("G2211", "2023365", "G0463", "", "1", "2013091", "2024183", ""),
        ("G2211", "", "G0464", "2022031", "3", "2013091", "", ""),
        ("G2212", "", "CCCCC", "", "2", "2013091", "0", ""),
    )
    assert rows(LAYOUT, official(*lines), "primary", "deleted_on") == [
        ("G0463", date(2023, 12, 31)),
        ("G0464", date(2022, 1, 31)),
        ("CCCCC", None),
    ]


def test_an_extract_has_no_days():
    assert rows(LAYOUT, "primary_code,add_on_code,aoc_edit_type\nCCCCC,G2211,2\n", *COLUMNS) == [
        ("G2211", "CCCCC", 2, None, None, "")
    ]


def test_spoiled_lines_are_named():
    good = ("G2211", "", "G0463", "", "1", "2024001", "", "")
    lines = [
        good,
        ("X", *good[1:]),
        (*good[:4], "4", *good[5:]),
        (*good[:5], "2024400", *good[6:]),
        (*good[:5], "24001", *good[6:]),
        good[:3],
    ]
    assert refused(LAYOUT, official(*lines)) == [
        (3, "'X' is no procedure code"),
        (4, "edit type '4' is none of 1, 2, 3"),
        (5, "'2024400' is no Julian day"),
        (6, "'24001' is no Julian day"),
        (7, "3 columns instead of 8"),
    ]


def test_another_file_is_recognised_as_such():
    with pytest.raises(WrongFile, match="add_on_code"):
        read(LAYOUT, "code,title\nG2211,something\n")


@pytest.mark.parametrize("day", ["0000001", "2024000", "2023366", "9998366", "20240011"])
def test_a_day_that_no_year_has_is_refused(day):
    line = ("G2211", "", "G0463", "", "1", day, "", "")
    assert refused(LAYOUT, official(line)) == [(2, f"{day!r} is no Julian day")]
