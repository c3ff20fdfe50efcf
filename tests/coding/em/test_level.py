"""E/M levels by the cases in cases.csv, which a certified coder can read and extend."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.em_families import FAMILIES, family_of_code
from coding.rules.em_level import NotInForce, against, level
from coding.rules.em_worksheet import Data, Mdm, Problem, Risk, Worksheet

CASES = list(csv.DictReader((Path(__file__).parent / "cases.csv").read_text().splitlines()))
OFFICE = FAMILIES["office"]
DAY = date(2026, 3, 1)


def worksheet(case):
    others = case["others"].split()
    return Worksheet(
        problems=tuple(Problem(word) for word in case["problems"].split()),
        data=Data(
            notes=frozenset(case["notes"].split()),
            tests=frozenset(case["tests"].split()),
            **dict.fromkeys(others, True),
        ),
        risks=frozenset(Risk(word) for word in case["risks"].split()),
        minutes=int(case["minutes"]) if case["minutes"] else None,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    found = level(worksheet(case), FAMILIES[case["family"]], date.fromisoformat(case["date"]))
    assert {
        "problems level": found.problems.name,
        "data level": found.data.name,
        "risk level": found.risk.name,
        "by mdm": found.by_mdm,
        "by time": found.by_time,
        "code": found.code,
    }.items() <= case.items()


def test_there_are_enough_cases_and_every_family_and_tick_is_in_one():
    assert len(CASES) >= 60
    assert {case["family"] for case in CASES} == set(FAMILIES)
    assert {word for case in CASES for word in case["problems"].split()} == set(Problem)
    assert {word for case in CASES for word in case["risks"].split()} == set(Risk)


@pytest.mark.parametrize(
    ("name", "day"), [("office", "2020-12-31"), ("emergency", "2022-12-31"), ("home", "2022-12-31")]
)
def test_older_dates_follow_other_rules(name, day):
    with pytest.raises(NotInForce, match="hold from"):
        level(Worksheet(), FAMILIES[name], date.fromisoformat(day))


def test_the_reasons_are_told_in_words():
    both = level(Worksheet((Problem.CHRONIC_WORSE,), risks=frozenset({Risk.PRESCRIPTION}), minutes=41), OFFICE, DAY)
    assert both.because == (
        "99214 by decision making: two of three elements reach it",
        "99215 by time: 41 minutes, at least 40 are needed",
    )
    emergency = level(Worksheet((Problem.MINOR,), minutes=60), FAMILIES["emergency"], DAY)
    assert emergency.because[-1] == "Emergency department: time does not decide the level"


@pytest.mark.parametrize(
    ("code", "steps"), [("99215", 1), ("99214", 0), ("99213", -1), ("99212", -2), ("99204", 0), ("A4550", 0)]
)
def test_a_code_against_what_is_supported(code, steps):
    supported = level(Worksheet((Problem.CHRONIC_WORSE,), risks=frozenset({Risk.PRESCRIPTION})), OFFICE, DAY)
    assert supported.code == "99214"
    assert against(code, supported, OFFICE) == steps


def test_a_code_belongs_to_one_family():
    codes = [step.code for family in FAMILIES.values() for step in family.steps]
    assert len(codes) == len(set(codes))
    assert family_of_code("99284").name == "emergency"
    assert family_of_code("99211") is None


WORKSHEETS = st.builds(
    Worksheet,
    problems=st.lists(st.sampled_from(Problem), max_size=4).map(tuple),
    data=st.builds(
        Data, notes=st.frozensets(st.sampled_from("ab")), tests=st.frozensets(st.sampled_from("cdef")),
        historian=st.booleans(), interpretation=st.booleans(), discussion=st.booleans(),
    ),
    risks=st.frozensets(st.sampled_from(Risk), max_size=3),
    minutes=st.none() | st.integers(0, 120),
)  # fmt: skip
MORE = {
    "a problem": lambda sheet, problem: Worksheet((*sheet.problems, problem), sheet.data, sheet.risks, sheet.minutes),
    "minutes": lambda sheet, _problem: Worksheet(sheet.problems, sheet.data, sheet.risks, (sheet.minutes or 0) + 10),
}


@given(WORKSHEETS, st.sampled_from(Problem), st.sampled_from(sorted(MORE)), st.sampled_from(sorted(FAMILIES)))
def test_more_documentation_never_lowers_the_level(sheet, problem, what, name):
    codes = ["", *(step.code for step in FAMILIES[name].steps)]
    before, after = (level(found, FAMILIES[name], DAY).code for found in (sheet, MORE[what](sheet, problem)))
    assert codes.index(after) >= codes.index(before)


@given(WORKSHEETS)
def test_decision_making_is_the_middle_of_the_three_elements(sheet):
    found = level(sheet, OFFICE, DAY)
    elements = [found.problems, found.data, found.risk]
    assert sum(element >= found.mdm for element in elements) >= 2
    assert sum(element > found.mdm for element in elements) < 2
    assert isinstance(found.mdm, Mdm)
