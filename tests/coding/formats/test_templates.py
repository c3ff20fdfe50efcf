"""What a template changes about a file, and what it refuses to write."""

import csv
import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.models import Encounter, PreCoding
from coding.rules.codings import ProcedureLine
from coding.rules.formats import FORMATS
from coding.rules.formats.checking import faults
from coding.rules.formats.columns import FIELDS, FIXED, NESTED, TABLE
from coding.rules.formats.result import BatchResult, ResultRow
from coding.rules.formats.table import Unfit
from coding.rules.formats.template import (
    Align,
    Column,
    DateFormat,
    Encoding,
    LineEnd,
    NameFacts,
    NamePart,
    OutputTemplate,
    Quoting,
    Separator,
    file_name,
    written,
)
from coding.rules.plain_data import NotPlain, as_json, from_json
from portal.models import Payer
from tests.coding.formats.visits import LETTER, OFFICE_VISIT, RESULT, contents


def csv_of(template, result=RESULT):
    return FORMATS["csv"].render(contents(result), template)


def fixed_of(*columns, result=RESULT, **more):
    template = replace(FORMATS["fixed"].TEMPLATE, columns=columns, **more)
    return FORMATS["fixed"].render(contents(result), template).decode(template.encoding.codec)


def one(**fields):
    return BatchResult("B-1", "River", (replace(OFFICE_VISIT, **fields),))


def test_columns_stand_in_the_chosen_order_under_their_own_headings():
    columns = (Column("procedure", heading="CPT"), Column("text", heading="Site", text="0042"), Column("patient"))
    rows = list(csv.reader(io.StringIO(csv_of(OutputTemplate(columns=columns)).decode("utf-8-sig"))))
    assert rows[:2] == [["CPT", "Site", "Patient"], ["99213", "0042", 'Müller, "Toni"']]


def test_without_a_column_of_a_line_there_is_a_row_for_each_encounter():
    template = OutputTemplate().with_columns("encounter", "diagnoses")
    rows = csv_of(template).decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + len(RESULT.rows)
    assert rows[1] == "E-00412,M17.11 I10"
    assert csv_of(replace(template, dots=False)).decode("utf-8-sig").splitlines()[1] == "E-00412,M1711 I10"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (DateFormat.ISO, "1999-01-02"),
        (DateFormat.US, "01/02/1999"),
        (DateFormat.COMPACT, "19990102"),
        (DateFormat.US_COMPACT, "01021999"),
        (DateFormat.WORDS, "02-Jan-1999"),
    ],
)
def test_a_date_is_written_as_chosen(form, text):
    assert written(date(1999, 1, 2), form) == text
    assert len(text) == len(form.label)


def test_separator_quotes_line_end_and_encoding_are_those_chosen():
    template = replace(
        OutputTemplate().with_columns("patient", "payer"), separator=Separator.TAB, quoting=Quoting.ALWAYS,
        line_end=LineEnd.LF, encoding=Encoding.WINDOWS, header_row=False,
    )  # fmt: skip
    assert csv_of(template, one()) == '"Müller, ""Toni"""\t"Blue Heron Health"\n'.encode("cp1252")


def test_pointers_can_be_letters_as_on_the_paper_form():
    template = replace(OutputTemplate().with_columns("procedure", "pointer_letters"), header_row=False)
    assert csv_of(template, one()).decode("utf-8-sig") == "99213,AB\r\n20610,A\r\n"


def test_values_stand_at_their_side_of_a_fixed_column():
    columns = (
        Column("sex", width=3), Column("units", width=3, align=Align.RIGHT),
        Column("account_number", width=8, align=Align.ZEROS), Column("procedure", width=6),
    )  # fmt: skip
    assert fixed_of(*columns, result=one()).split("\r\n")[:2] == ["M    100A-100199213 ", "M    100A-100120610 "]
    empty = BatchResult("B-1", "River", (LETTER,))
    assert fixed_of(Column("account_number", width=4, align=Align.ZEROS), result=empty) == "    \r\n"


def misfits(render, *arguments, **more):
    with pytest.raises(Unfit) as caught:
        render(*arguments, **more)
    assert "Brz" not in str(caught.value), "no value is named"
    return [(one.column, one.where, one.wrong) for one in caught.value.misfits]


def test_a_width_that_is_too_small_is_named_once_with_the_longest_value():
    assert misfits(fixed_of, Column("patient", width=10), Column("procedure", width=4)) == [
        ("Patient", "E-00417, line 1", "needs 39 characters, and the column has 10"),
        ("Procedure", "E-00412, line 1", "needs 5 characters, and the column has 4"),
    ]


def test_a_line_break_in_a_fixed_column_is_a_blank():
    assert fixed_of(Column("reason", width=12), result=one(reason="a\r\nb\tc")) == "a b c       \r\n"


def test_without_quotes_a_value_with_the_separator_is_refused():
    template = replace(OutputTemplate().with_columns("patient", "reason"), quoting=Quoting.NEVER)
    assert misfits(csv_of, template, one(reason="a\nb")) == [
        ("Patient", "E-00412", "holds the separator (comma (,)), and values have no quotes"),
        ("Reason", "E-00412", "holds a line break, and values have no quotes"),
    ]
    assert csv_of(replace(template, separator=Separator.PIPE), one())


def test_a_sign_that_the_encoding_does_not_know_is_refused_not_replaced():
    template = replace(OutputTemplate().with_columns("patient", "payer"), encoding=Encoding.WINDOWS)
    assert misfits(csv_of, template) == [
        ("Patient", "E-00417", "has a sign that Windows-1252 (Western European) does not know")
    ]


def test_a_workbook_can_be_one_sheet_and_shows_no_column_that_was_not_chosen():
    template = replace(OutputTemplate().with_columns("encounter", "service_from", "procedure"),
                       date_format=DateFormat.US)  # fmt: skip
    two = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(contents(), template)))
    assert [cell.value for cell in two["Lines"][1]] == ["Encounter", "Service from", "Procedure"]
    assert two["Encounters"]["B2"].number_format == "mm/dd/yyyy"
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(contents(), replace(template, one_sheet=True))))
    assert book.sheetnames == ["Results"]
    assert book["Results"].max_row == len(csv_of(template).splitlines())


def test_a_file_name_is_made_of_its_parts_and_tells_two_formats_apart():
    facts = NameFacts("RIVER", "B-7", 2, "csv", date(2026, 3, 5))
    template = OutputTemplate(file_name=(NamePart.DAY, NamePart.BATCH, NamePart.VERSION), name_joiner="_")
    assert file_name(template, facts, ending=".csv") == "2026-03-05_B-7_v2.csv"
    taken = frozenset({"2026-03-05_b-7_v2.csv"})
    assert file_name(template, facts, ending=".csv", taken=taken) == "2026-03-05_B-7_v2_csv.csv"


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_has_by_itself_has_no_fault(name):
    assert faults(FORMATS[name].TEMPLATE, FORMATS[name]) == []


def test_every_field_has_a_place():
    assert set(TABLE) | set(NESTED) | set(FIXED) | {"text", "pointer_letters"} == set(FIELDS)


def test_a_fixed_column_is_by_itself_as_wide_as_what_the_site_can_hold():
    def longest(model, name):
        return model._meta.get_field(name).max_length

    assert FIELDS["patient"].width >= longest(PreCoding, "patient_name")
    assert FIELDS["account_number"].width >= longest(PreCoding, "account_number")
    assert FIELDS["member_id"].width >= longest(PreCoding, "member_id")
    assert FIELDS["payer"].width >= longest(Payer, "name")
    assert FIELDS["encounter"].width >= len(Encounter(pk=10**11).label)


# -- kept and read again ---------------------------------------------------------------------------


def test_contents_and_templates_are_read_as_they_were_kept():
    assert from_json(type(contents()), as_json(contents())) == contents()
    for form in FORMATS.values():
        assert from_json(OutputTemplate, as_json(form.TEMPLATE)) == form.TEMPLATE


def test_a_template_from_before_has_the_defaults_of_what_came_since():
    kept = as_json(FORMATS["csv"].TEMPLATE)
    del kept["dots"], kept["name_joiner"]
    assert from_json(OutputTemplate, kept) == FORMATS["csv"].TEMPLATE


@pytest.mark.parametrize("wrong", [{"separator": "colon"}, {"header_row": "yes"}, {"columns": [{"key": 7}]}, []])
def test_what_is_no_template_is_refused(wrong):
    with pytest.raises(NotPlain):
        from_json(OutputTemplate, {**as_json(OutputTemplate()), **wrong} if wrong else wrong)


def test_bytes_are_not_kept():
    with pytest.raises(NotPlain):
        as_json((b"picture",))


# -- whatever is in a chart ------------------------------------------------------------------------
signs = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
result_rows = st.builds(
    ResultRow, chart=signs, file_name=signs, status=signs, patient=signs, reason=signs, member_id=signs,
    lines=st.lists(st.builds(ProcedureLine, code=signs, units=st.integers(1, 99)), max_size=2).map(tuple),
)  # fmt: skip
tables = st.builds(
    OutputTemplate,
    columns=st.lists(st.sampled_from(TABLE), min_size=1, max_size=6, unique=True).map(
        lambda keys: tuple(map(Column, keys))
    ),
    separator=st.sampled_from(Separator), quoting=st.sampled_from([Quoting.NEEDED, Quoting.ALWAYS]),
    line_end=st.sampled_from(LineEnd), encoding=st.sampled_from([Encoding.UTF8, Encoding.UTF8_MARKED]),
    date_format=st.sampled_from(DateFormat),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(result_rows, max_size=4), tables)
def test_whatever_the_template_a_reader_finds_every_cell_again(some, template):
    result = BatchResult("B-1", "River", tuple(some))
    text = csv_of(template, result).decode(template.encoding.codec)
    heads, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=template.separator.sign)
    assert heads == [FIELDS[column.key].heading for column in template.columns]
    plain = replace(template, separator=Separator.COMMA, quoting=Quoting.NEEDED, line_end=LineEnd.CRLF)
    again = csv_of(plain, result).decode(template.encoding.codec)
    assert rows == list(csv.reader(io.StringIO(again, newline="")))[1:]
    assert all(len(row) == len(heads) for row in rows)
