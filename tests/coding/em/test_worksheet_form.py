"""The worksheet as it is sent: cleaned, kept, and read back by the rules."""

import pytest

from coding.forms.bad_body import BadBody
from coding.forms.worksheet import clean_sheet, sheet_in, worksheet_of
from coding.rules.em_worksheet import Data, Problem, Risk, Worksheet

SENT = {
    "problems": {"stable_chronic": 2, "minor": 0},
    "notes": [" Cardiology ", ""],
    "tests": ["A1c", "Lipids", "A1c"],
    "historian": True,
    "risks": ["prescription", "nonsense"],
    "minutes": "31",
    "provider_code": " 99214",
    "where": {"risk-prescription": "p. 2:\nstart metformin", "nonsense": "x", "notes": ""},
    "more": "nothing",
}


def test_only_what_is_known_is_kept():
    assert clean_sheet(SENT) == {
        "problems": {"stable_chronic": 2},
        "notes": ["Cardiology"],
        "tests": ["A1c", "Lipids"],
        "historian": True,
        "interpretation": False,
        "discussion": False,
        "risks": ["prescription"],
        "minutes": 31,
        "provider_code": "99214",
        "where": {"risk-prescription": "p. 2: start metformin"},
    }


def test_what_was_cleaned_stays_as_it_is():
    once = clean_sheet(SENT)
    assert clean_sheet(once) == once


def test_the_rules_read_what_was_kept():
    assert worksheet_of(clean_sheet(SENT)) == Worksheet(
        is_shown=True,
        problems=(Problem.STABLE_CHRONIC, Problem.STABLE_CHRONIC),
        data=Data(frozenset({"cardiology"}), frozenset({"a1c", "lipids"}), historian=True),
        risks=frozenset({Risk.PRESCRIPTION}),
        minutes=31,
    )


def test_nothing_ticked_is_no_worksheet():
    assert clean_sheet(sheet_in({})) == {}
    assert clean_sheet({"where": {"notes": "p. 1"}}) == {}
    assert worksheet_of({}) is None


def test_the_form_without_scripts_says_the_same():
    posted = {
        "em-problem-stable_chronic": "2", "em-notes": "Cardiology", "em-tests": "A1c, Lipids,A1c", "em-historian": "1",
        "em-risk-prescription": "1", "em-minutes": " 31 ",
        "em-provider_code": "99214", "em-where-risk-prescription": "p. 2: start metformin",
    }  # fmt: skip
    assert clean_sheet(sheet_in(posted)) == clean_sheet(SENT)


@pytest.mark.parametrize(
    "raw",
    [
        [1],
        "text",
        {"problems": {"minor": 10}},
        {"problems": {"minor": "many"}},
        {"problems": {"minor": -1}},
        {"minutes": 1441},
        {"minutes": "an hour"},
        {"minutes": 12.5},
        {"provider_code": "99999"},
    ],
)
def test_nonsense_is_refused_without_repeating_it(raw):
    with pytest.raises(BadBody, match="orksheet"):
        clean_sheet(raw)


@pytest.mark.parametrize("raw", [{"notes": 3, "tests": {"a": 1}, "risks": "prescription", "where": [1], "minutes": 5}])
def test_wrong_shapes_inside_count_as_empty(raw):
    assert clean_sheet(raw)["minutes"] == 5
    assert clean_sheet(raw)["risks"] == []
