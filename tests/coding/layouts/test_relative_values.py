"""Relative values: the CSV and the fixed columns say the same."""

from decimal import Decimal

import pytest

from coding.rules.layouts.relative_values import COLUMNS, LAYOUTS
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

CSV, TEXT = LAYOUTS
NAMES = COLUMNS["RelativeValue"]
PREAMBLE = ",,2025 National Physician Fee Schedule Relative Value File,,,\n,,RELEASED 09/11/2025,,,\n"
HEADING = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,"
    "PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\n"
)  # fmt: skip
# Made-up values of HCPCS Level II codes.
LINES = (
    "G0105,53,,A,,1.63,3.22,NA,0.90,,0.22,5.07,2.75,0,000,0.09,0.81,0.10,3,0,1,0,0,G0121,32.3465,09,0,99,0.00,0.00,0.00",
    "G0121,,,R,+,11.63,103.22,,0.90,NA,10.22,5.07,2.75,1,XXX,0.00,0.00,0.00,9,9,9,9,9,,33.5675,6A,0,88,0.00,0.00,0.00",
)
RECORDS = (
    "G010553" + " " * 50 + "A   1.63   3.22NA   0.90    0.22   5.07  2.750000.09.81.1030100       G0121 32.3465 090 99",
    "G0121  " + " " * 50 + "R  11.63 103.22     0.90NA 10.22   5.07  2.751XXX0.00.00.099999             33.5675 6A0 88",
)


def csv(*lines: str) -> str:
    return PREAMBLE + HEADING + "\n".join((*lines, ""))


def text(*records: str) -> str:
    return "HDR COPYRIGHT\nHDR ALL RIGHTS RESERVED\n" + "\r\n".join((*records, ""))


def test_a_row_is_read_as_the_record_layout_says():
    first, second = rows(CSV, csv(*LINES), *NAMES)
    assert dict(zip(NAMES, first, strict=True)) == {
        "code": "G0105", "modifier": "53", "status": "A", "work": Decimal("1.63"), "office_expense": Decimal("3.22"),
        "no_office": True, "facility_expense": Decimal("0.90"), "no_facility": False, "malpractice": Decimal("0.22"),
        "professional_technical": "0", "global_days": "000", "preoperative": Decimal("0.09"),
        "intraoperative": Decimal("0.81"), "postoperative": Decimal("0.10"), "multiple_procedure": "3",
        "bilateral": "0", "assistant": "1", "co_surgeon": "0", "team": "0", "endoscopic_base": "G0121",
        "conversion_factor": Decimal("32.3465"), "supervision": "09", "imaging_family": "99",
        "capped_office_expense": 0, "capped_facility_expense": 0, "capped_malpractice": 0,
    }  # fmt: skip
    assert second[NAMES.index("conversion_factor")] == Decimal("33.5675"), "the factor is the row's own"
    assert second[NAMES.index("supervision")] == "6A"


@pytest.mark.parametrize("tail", ["", "      0.00   0.00   0.00", "      0.00   0.00   0.00" + " " * 29])
def test_the_text_gives_the_same_rows_whatever_its_records_length(tail):
    assert rows(TEXT, text(*(record + tail for record in RECORDS)), *NAMES) == rows(CSV, csv(*LINES), *NAMES)


def test_the_outpatient_cap_stands_at_the_end():
    caps = ("capped_office_expense", "capped_facility_expense", "capped_malpractice")
    of_csv = rows(CSV, csv(LINES[0].replace("99,0.00,0.00,0.00", "99,3.32,3.25,0.05")), *caps)
    of_text = rows(TEXT, text(RECORDS[0] + "      3.32   3.25   0.05"), *caps)
    assert of_csv == of_text == [(Decimal("3.32"), Decimal("3.25"), Decimal("0.05"))]


def test_spoiled_lines_are_named():
    bad = LINES[0]
    assert refused(
        CSV,
        csv(
            bad, bad.replace("G0105", "G1"), bad.replace("1.63", "x"), bad.replace(",A,", ",a,"),
            bad.replace("NA", "NO"), bad.replace("000", "030"), "garbage", bad.replace(",53,", ",533,"), '"' + bad,
        ),
    ) == [
        (5, "'G1' is no procedure code"),
        (6, "work 'x' is no number"),
        (7, "status 'a' is no letter"),
        (8, "NA indicator 'NO' is neither NA nor blank"),
        (9, "global days '030' are not known"),
        (10, "1 columns instead of 31"),
        (11, "modifier '533' is longer than 2 characters"),
        (12, "unreadable: unexpected end of data"),
    ]  # fmt: skip
    assert refused(TEXT, text(RECORDS[0], RECORDS[0][:100], RECORDS[0].replace("1.63", "1,63"))) == [
        (4, "100 bytes instead of at least 147"),
        (5, "work '1,63' is no number"),
    ]


def test_columns_that_moved_are_noticed():
    with pytest.raises(WrongFile, match=r"have moved: .*FACTOR"):
        read(CSV, PREAMBLE + HEADING.replace("BASE,FACTOR", "FACTOR,BASE") + LINES[0])


def test_each_layout_refuses_the_other():
    with pytest.raises(WrongFile):
        read(CSV, text(*RECORDS))
    with pytest.raises(WrongFile):
        read(TEXT, csv(*LINES))
