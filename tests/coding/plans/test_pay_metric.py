"""The measure of work is blind to money and levels, and the check of it would see if it were not."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules import pay_metric
from coding.rules.em_families import FAMILIES
from coding.rules.lifecycle import Stage
from coding.rules.pay_metric import (
    Checked,
    Versions,
    Work,
    checked_of,
    inputs,
    measure,
    minutes_of,
    named_after_money,
    prove,
    turned,
    turned_code,
)
from tests.coding.written import coded

LEVELS = [step.code for family in FAMILIES.values() for step in family.steps]
VALUES = {code: Decimal(place + 1) for place, code in enumerate(LEVELS)}
VERSIONS = st.lists(st.sampled_from([*LEVELS, "20610", "71046"]), min_size=1, max_size=3).map(
    lambda codes: coded(procedures=" ".join(f"{code}@1" for code in codes))
)
WORKS = [Work(Stage.CODING, 2), Work(Stage.VERIFICATION, 5), Work(Stage.PRECODING, 0)]


@pytest.mark.parametrize(
    ("work", "minutes"),
    [
        (Work(Stage.CODING, 0), "3.0"),
        (Work(Stage.CODING, 5), "7.0"),
        (Work(Stage.VERIFICATION, 2), "3.0"),
        (Work(Stage.PRECODING, 10), "4.0"),
        (Work(Stage.CODING, 400), "35.0"),
    ],
)
def test_a_visit_counts_by_stage_and_pages(work, minutes):
    assert minutes_of(work) == Decimal(minutes)


@pytest.mark.parametrize(
    ("right", "wrong", "is_open"), [(0, 0, True), (0, 19, True), (18, 2, True), (16, 4, True), (15, 5, False)]
)
def test_the_gate_closes_when_even_the_upper_end_is_too_low(right, wrong, is_open):
    found = measure(WORKS, [Checked(agrees=True)] * right + [Checked(agrees=False)] * wrong)
    assert found.is_open is is_open
    assert found.counted == (found.minutes if is_open else 0)


@given(st.lists(st.tuples(VERSIONS, VERSIONS), max_size=6))
def test_turning_levels_changes_nothing(charts):
    proof = prove(WORKS, [Versions(one, other) for one, other in charts], VALUES)
    assert proof.is_equal


@given(VERSIONS, st.integers(1, 3))
def test_a_turning_changes_every_level_and_nothing_else(version, by):
    other = turned(version, by)
    for before, after in zip(version.procedures, other.procedures, strict=True):
        size = next((len(f.steps) for f in FAMILIES.values() if any(s.code == before.code for s in f.steps)), 0)
        assert (before.code == after.code) is (size == 0 or by % size == 0)
        assert replace(before, code=after.code) == after
    assert sorted(turned_code(code, by) for code in LEVELS) == sorted(LEVELS)


def test_the_control_moves_so_that_the_check_is_seen_to_check():
    proof = prove(WORKS, [Versions(coded(procedures="99213@1"), coded(procedures="99213@1"))], VALUES)
    assert proof.control_moved
    assert proof.by_value_turned - proof.by_value == 1


def test_a_measure_that_knew_levels_would_be_found_out(monkeypatch):
    """As if somebody let the level into the gate."""

    def knowing(versions):
        return Checked(agrees=versions.coder.procedures[0].code == "99215")

    monkeypatch.setattr(pay_metric, "checked_of", knowing)
    charts = [Versions(coded(procedures="99215@1"), coded(procedures="99215@1"))]
    assert not prove(WORKS, charts, VALUES).is_equal


def test_no_input_is_named_after_money_or_levels(monkeypatch):
    assert inputs() == ("Work.stage", "Work.pages", "Checked.agrees")
    assert named_after_money() == ()
    monkeypatch.setattr(pay_metric, "inputs", lambda: ("Work.stage", "Work.rvu"))
    assert named_after_money() == ("Work.rvu",)


@pytest.mark.parametrize(
    ("mine", "theirs", "agrees"),
    [
        (coded(), coded(), True),
        (coded("E11.9 I10"), coded("E119 I10"), True),
        (coded("I10 E119"), coded("E119 I10"), False),
        (coded(procedures="99213@1"), coded(procedures="99214@1"), False),
        (coded(procedures="20610-RT@1"), coded(procedures="20610-LT@1"), False),
        (coded(procedures="20610@1 99213@1"), coded(procedures="99213@1 20610@1"), True),
    ],
)
def test_two_versions_are_the_same_or_not(mine, theirs, agrees):
    assert checked_of(Versions(mine, theirs)).agrees is agrees
