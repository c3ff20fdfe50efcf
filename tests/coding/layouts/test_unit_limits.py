"""Medically unlikely edits: the official CSV with its notice and broken heading, and an extract."""

import pytest

from coding.rules.code_sets import CodeSet
from coding.rules.layouts import LAYOUTS
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

OFFICIAL, EXTRACT = LAYOUTS[CodeSet.MUE_PRACTITIONER]
NOTICE = '"Codes are copyright of their owner.\nAll rights reserved.",,,\r\n'


def official(*lines: str, service: str = "Practitioner") -> str:
    heading = f'"HCPCS/\nCPT Code",{service} Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n'
    return NOTICE + heading + "\r\n".join((*lines, ""))


def extract(*lines: str) -> str:
    return "\n".join(("hcpcs_code,mue_units,mue_mai,mue_rationale,mue_service", *lines, ""))


def test_the_indicator_is_the_digit_before_its_words():
    lines = (
        "A4253,3,1 Line Edit,CMS Policy",
        "G0101,1,2 Date of Service Edit: Policy,Nature of Service/Procedure",
        "J1885,8,3 Date of Service Edit: Clinical,Clinical: Data",
    )
    assert rows(OFFICIAL, official(*lines), "code", "units", "adjudication", "rationale") == [
        ("A4253", 3, 1, "CMS Policy"),
        ("G0101", 1, 2, "Nature of Service/Procedure"),
        ("J1885", 8, 3, "Clinical: Data"),
    ]


def test_an_extract_gives_the_same_rows():
    assert rows(EXTRACT, extract("J1885,8,3,Clinical: Data,Practitioner"), *OFFICIAL.columns["UnitLimit"]) == rows(
        OFFICIAL,
        official("J1885,8,3 Date of Service Edit: Clinical,Clinical: Data"),
        *OFFICIAL.columns["UnitLimit"],
    )


def test_spoiled_lines_are_named():
    assert refused(
        OFFICIAL,
        official("A4253,3,1 Line,CMS", "A425,3,1 Line,CMS", "A4254,many,1 Line,CMS", "A4255,3,4 Edit,CMS", "A4256"),
    ) == [
        (6, "'A425' is no procedure code"),
        (7, "units 'many' is no whole number"),
        (8, "adjudication indicator '4' is none of 1, 2, 3"),
        (9, "1 columns instead of 4"),
    ]  # fmt: skip
    assert refused(EXTRACT, extract("J1885,8,3,Clinical: Data,DME Supplier")) == [
        (2, "a limit of 'DME Supplier', which is another list")
    ]


def test_a_number_longer_than_any_is_refused_like_a_word():
    assert refused(OFFICIAL, official("A4253," + "9" * 5000 + ",3,CMS Policy")) == [
        (5, f"units {'9' * 5000!r} is no whole number")
    ]


@pytest.mark.parametrize(
    ("code_set", "service"),
    [
        (CodeSet.MUE_PRACTITIONER, "Practitioner"),
        (CodeSet.MUE_HOSPITAL, "Outpatient Hospital"),
        (CodeSet.MUE_DME, "DME Supplier"),
    ],
)
def test_each_list_takes_its_own_file_only(code_set, service):
    for other, (layout, _extract) in {kind: LAYOUTS[kind] for kind in LAYOUTS if kind.startswith("mue")}.items():
        content = official("A4253,3,1 Line Edit,CMS Policy", service=service)
        if other == code_set:
            assert rows(layout, content, "code") == [("A4253",)]
        else:
            with pytest.raises(WrongFile, match="The values are those of"):
                read(layout, content)
