"""HCPCS Level II: the text of 320-byte records and the CSV forms."""

from datetime import date

import pytest

from coding.rules.layouts.hcpcs import ATTRIBUTES_CSV, KINDS_CSV, TEXT
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows


def record(code: str, number: int, kind: str, text: str, **facts: str) -> str:
    """One record of 320 bytes: `short`, `pricing`, `coverage`, `added`, `terminated` stand in their columns."""
    line = f"{code:>5}{number:05}{kind}{text:<80}{facts.get('short', ''):<28}{facts.get('pricing', ''):<2}"
    line = f"{line:<229}{facts.get('coverage', ''):<1}"
    line = f"{line:<268}{facts.get('added', ''):<8}20200101{facts.get('terminated', ''):<8}"
    return f"{line:<320}\n"


LINES = [
    record("A4550", 100, "3", "Surgical trays", short="Surgical trays", pricing="11", coverage="D", added="19820101"),
    record("A6203", 100, "3", "Composite dressing, with any size adhesive", short="Composite drsg", pricing="35"),
    record("A6203", 200, "4", "border, each dressing"),
    record("J1030", 100, "3", "Injection, methylprednisolone acetate, 40 mg", terminated="20240331"),
    record("LT", 100, "7", "Left side (used to identify procedures performed on the left side"),
    record("LT", 200, "8", "of the body)"),
]


def test_a_code_has_the_facts_of_its_first_line_and_the_words_of_all():
    assert rows(TEXT, "".join(LINES), "code", "title", "short_title") == [
        ("A4550", "Surgical trays", "Surgical trays"),
        ("A6203", "Composite dressing, with any size adhesive border, each dressing", "Composite drsg"),
        ("J1030", "Injection, methylprednisolone acetate, 40 mg", ""),
    ]
    assert rows(TEXT, "".join(LINES), "pricing", "coverage", "valid_from", "valid_to")[:1] == [
        ("11", "D", date(1982, 1, 1), None)
    ]
    assert rows(TEXT, "".join(LINES), "valid_from", "valid_to")[2] == (None, date(2024, 3, 31))


def test_modifiers_go_into_their_own_table():
    assert rows(TEXT, "".join(LINES), "code", "title", table="Modifier") == [
        ("LT", "Left side (used to identify procedures performed on the left side of the body)")
    ]


def spoiled(number: int, start: int, text: str) -> str:
    """The records with the text at a column (from 1) of a line (from 1)."""
    line = LINES[number - 1]
    changed = line[: start - 1] + text + line[start - 1 + len(text) :]
    return "".join([*LINES[: number - 1], changed, *LINES[number:]])


@pytest.mark.parametrize(
    ("number", "start", "text", "reason"),
    [
        (1, 1, "a4550", "'a4550' is no HCPCS code (columns 1-5)"),
        (1, 11, "5", "is no first line of a code: no 3 or 7 in column 11"),
        (1, 6, "00200", "the first line of a code is not numbered 00100 (columns 6-10)"),
        (2, 1, "A4550", "goes on with 'A6203' below 'A4550'"),
        (3, 11, "9", "'9' is no record identification code (column 11)"),
        (3, 6, "00300", "line 00300 of A6203 is out of sequence (columns 6-10)"),
        (3, 1, "A6?03", "goes on with 'A6?03' below 'A6203'"),
        (4, 269, "2020-13-", "'2020-13-' is no date (added, columns 269-276)"),
        (4, 230, "?", "'?' is no coverage code (column 230)"),
        (5, 4, "??", "'??' is no modifier (columns 4-5)"),
    ],
)
def test_a_spoiled_line_makes_one_refusal_and_takes_its_code_with_it(number, start, text, reason):
    found = refused(TEXT, spoiled(number, start, text))
    line = 3 if number == 2 else number  # what the second line does not begin, the third can't go on with
    assert found == [(line, reason)]
    assert len(read(TEXT, spoiled(number, start, text))) == 4


def test_the_csv_with_attributes_has_dates():
    content = (
        "hcpcs_code,price,cov,date_term,date_added,Long,Short\n"
        'A0021,00,I,,1985-01-01,"Ambulance service, outside state",Outside state ambulance serv\n'
        "A7011,13:21,C,2015-12-31,2000-01-01,Corrugated tubing,\n"
    )
    assert rows(ATTRIBUTES_CSV, content, "code", "pricing", "coverage", "valid_from", "valid_to", "short_title") == [
        ("A0021", "00", "I", date(1985, 1, 1), None, "Outside state ambulance serv"),
        ("A7011", "13", "C", date(2000, 1, 1), date(2015, 12, 31), ""),
    ]
    assert refused(ATTRIBUTES_CSV, content.replace("2015-12-31", "last year").replace("A0021", "0021")) == [
        (2, "'0021' is no HCPCS code"),
        (3, "'last year' is no date (date_term)"),
    ]


def test_the_csv_with_kinds_has_modifiers():
    content = "code,kind,long,short\nA1,modifier,Dressing for one wound,\nA4550,code,Surgical trays,Trays\n"
    assert rows(KINDS_CSV, content, "code", "title", "short_title") == [("A4550", "Surgical trays", "Trays")]
    assert rows(KINDS_CSV, content, "code", "title", table="Modifier") == [("A1", "Dressing for one wound")]
    assert refused(KINDS_CSV, content + "A2,thing,Two,\n") == [(4, "'thing' is no kind: code or modifier")]


def test_each_form_knows_itself():
    for layout in (TEXT, ATTRIBUTES_CSV, KINDS_CSV):
        with pytest.raises(WrongFile):
            read(layout, "code,title\nA4550,Surgical trays\n")
