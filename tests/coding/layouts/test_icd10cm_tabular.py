"""The codes of the tabular XML."""

import pytest

from coding.rules.layouts.icd10cm_tabular import TABULAR_CODES
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows
from tests.coding.layouts.tabular import TABULAR, line


def test_a_code_with_nothing_below_it_is_billable():
    codes = dict(rows(TABULAR_CODES, TABULAR, "code", "billable"))
    assert codes["C43"]
    assert codes["S060X0A"]
    assert not codes["S060X0"]
    assert not codes["S060X"]
    assert not codes["S06"]


def test_a_seventh_character_is_placed_seventh_and_ends_the_title():
    titles = dict(rows(TABULAR_CODES, TABULAR, "code", "title"))
    assert titles["S525"] == "Fracture of lower end of radius"
    assert titles["S525XXB"] == "Fracture of lower end of radius, initial encounter for open fracture type I or II"


def test_a_head_injury_that_killed_has_no_subsequent_encounter_and_no_sequela():
    codes = [code for (code,) in rows(TABULAR_CODES, TABULAR, "code") if code.startswith("S06")]
    assert codes == ["S06", "S060X", "S060X0", "S060X0A", "S060X0D", "S060X0S", "S069X7", "S069X7A"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<name>C4A</name>", "<name>C4?</name>", "'C4?' is no ICD-10-CM code"),
        ("<desc>Merkel cell carcinoma</desc>", "<desc> </desc>", "no title"),
    ],
)
def test_a_spoiled_code_is_refused_by_its_line(old, new, reason):
    assert refused(TABULAR_CODES, TABULAR.replace(old, new)) == [(line("<name>C4A"), reason)]


def test_a_spoiled_seventh_character_spoils_the_codes_that_it_makes():
    assert refused(TABULAR_CODES, TABULAR.replace('char="B"', 'char="&amp;"')) == [
        (line("<name>S52.5"), "'&' is no 7th character"),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<ICD10CM.index/>", "begins with <ICD10CM.index>"),
        ("<ICD10CM.tabular/>", "no chapter"),
        ("code,title\nA00,Cholera\n", "breaks off on line 1"),
        (TABULAR[: TABULAR.index("<name>S52")], f"breaks off on line {line('<name>S52')}"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + TABULAR.partition("\n")[2], "document type"),
        ('<?xml version="1.0" encoding="gb2312"?>' + TABULAR.partition("\n")[2], "encoding"),
        ('<?xml version="1.0" encoding="unheard-of"?>' + TABULAR.partition("\n")[2], "encoding"),
        ('<?xml version="1.0" encoding="idna"?>' + TABULAR.partition("\n")[2], "encoding"),
        (
            "<ICD10CM.tabular><chapter><section>" + "<diag>" * 5000 + "</diag>" * 5000 + "</section>",
            "60 deep on line 1",
        ),
    ],
)
def test_what_is_not_a_whole_tabular_list_is_another_file(content, fault):
    with pytest.raises(WrongFile, match=fault):
        read(TABULAR_CODES, content)
