"""NCCI pairs: every dated row of the official text, and an extract that has lost its effective dates."""

from datetime import date

import pytest

from coding.rules.code_sets import CodeSet
from coding.rules.layouts import LAYOUTS
from coding.rules.layouts.shape import Refused, WrongFile
from tests.bench.pairs import table
from tests.coding.layouts.reading import read, refused, rows

TEXT, EXTRACT = LAYOUTS[CodeSet.PTP_PRACTITIONER]
HEADING = (
    "CPT codes, descriptions and other data only are copyright of their owner.\n"
    "Column 1/Column 2 Edits\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)


def text(*lines: str) -> str:
    return HEADING + "\r\n".join((*lines, ""))


def test_a_line_is_a_dated_row_of_a_pair():
    line = "G0101\tG0102\t\t20200401\t*\t1\tMore extensive procedure"
    assert rows(TEXT, text(line), *TEXT.columns["BundledPair"]) == [
        ("G0101", "G0102", date(2020, 4, 1), None, False, "1", "More extensive procedure")
    ]  # fmt: skip


def test_every_dated_row_of_a_pair_stays_also_one_that_was_never_active():
    found = rows(
        TEXT,
        text(
            "G0101\tG0102\t*\t19960101\t20131231\t0\tStandards",
            "G0101\tG0102\t\t20140401\t20140401\t9\tStandards",
            "G0101\tG0102\t\t20150101\t*\t1\tStandards",
        ),
        "effective", "deleted_on", "before_1996", "indicator",
    )  # fmt: skip
    assert found == [
        (date(1996, 1, 1), date(2013, 12, 31), True, "0"),
        (date(2014, 4, 1), date(2014, 4, 1), False, "9"),
        (date(2015, 1, 1), None, False, "1"),
    ]


def test_a_rationale_in_quotation_marks_is_read_without_them():
    line = 'G0101\tG0102\t\t20200401\t*\t1\t"CPT ""separate procedure"" definition"'
    assert rows(TEXT, text(line), "rationale") == [('CPT "separate procedure" definition',)]
    bare = 'G0101\tG0102\t\t20200401\t*\t1\t5" rule'
    assert rows(TEXT, text(bare), "rationale") == [('5" rule',)]


def test_spoiled_lines_are_named_with_what_is_wrong():
    assert refused(
        TEXT,
        text(
            "G0101\tG0102\t\t20200401\t*\t1\tStandards",
            "G0101\tG01\t\t20200401\t*\t1\tStandards",
            "G0101\tG0103\t\t20201301\t*\t1\tStandards",
            "G0101\tG0104\t\t20200401\t*\t2\tStandards",
            "G0101\tG0105\t\t*\t*\t1\tStandards",
            "garbage",
            "G0101\tG0106\t\t20200401\t*\t1\tNul\0",
            f"G0101\tG0107\t\t20200401\t*\t1\t{'x' * 121}",
        ),
    ) == [
        (8, "'G01' is no procedure code"),
        (9, "'20201301' is no date"),
        (10, "modifier indicator '2' is none of 0, 1, 9"),
        (11, "no effective date"),
        (12, "1 columns instead of 7"),
        (13, "holds characters that no text has"),
        (14, f"rationale '{'x' * 121}' is longer than 120 characters"),
    ]


def test_a_spoiled_first_line_is_not_taken_for_the_heading():
    assert refused(TEXT, text("garbage", "G0101\tG0102\t\t20200401\t*\t1\tStandards")) == [
        (7, "1 columns instead of 7")
    ]


@pytest.mark.parametrize("content", ["", "Column 1,Column 2\n", "one\ttwo\n" * 40, "PK\x03\x04"])
def test_another_file_is_recognised_as_such(content):
    with pytest.raises(WrongFile):
        read(TEXT, content)


def extract(*lines: str) -> str:
    return "\n".join(("column_1,column_2,deletion_date,modifier_indicator,rationale", *lines, ""))


def test_an_extract_without_effective_dates_says_so_in_each_row_that_got_a_stand_in():
    found = rows(
        EXTRACT,
        extract(
            "G0101,G0102,9999-12-31,1,Standards", "G0101,G0102,2019-12-31,1,Standards",
            "G0101,G0102,2013-07-01,9,Standards",
            "G0101,G0103,*,0,Standards",
        ),
        "column_two", "effective", "deleted_on", "rationale",
    )  # fmt: skip
    undated = "Standards (effective date not in the file)"
    assert found == [
        ("G0102", date(2013, 7, 1), date(2013, 7, 1), "Standards"),
        ("G0102", date(2013, 7, 2), date(2019, 12, 31), undated),
        ("G0102", date(2020, 1, 1), None, undated),
        ("G0103", date(1996, 1, 1), None, undated),
    ]


def test_an_extract_with_spoiled_lines_names_them():
    assert refused(
        EXTRACT,
        extract(
            "G0101,G0102,*,1,Standards", "G0101,G0102,*,1,Standards", "G0101,G0103,soon,1,Standards",
            "G0101,G0103,*,7,Standards", '"G0101,G0104', "G0101",
        ),
    ) == [
        (4, "'soon' is no date"),
        (5, "modifier indicator '7' is none of 0, 1, 9"),
        (6, "unreadable: unexpected end of data"),
        (7, "1 columns instead of 5"),
        (3, "a second row of G0101 and G0102 with this deletion date"),
    ]  # fmt: skip


def test_the_made_up_table_for_measuring_is_in_the_official_layout_and_always_the_same():
    assert table(2_000) == table(2_000)
    found = read(TEXT, table(2_000))
    assert len(found) == 2_000
    assert not [one for one in found if isinstance(one, Refused)]
    assert len({one.values[:3] for one in found}) == 2_000
