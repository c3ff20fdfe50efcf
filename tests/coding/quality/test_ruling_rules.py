"""Which rulings apply, and agreement on the lines they are about."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.actions.rulings import regex_of
from coding.rules.discrepancies import compare
from coding.rules.proportions import Proportion
from coding.rules.reasons import Severity
from coding.rules.rulings import (
    BadPattern,
    Context,
    Ruling,
    agreed_lines,
    clean_pattern,
    matches,
    rulings_that_apply,
)
from coding.rules.scoring import JudgedDifference
from tests.coding.written import coded

DAY = date(2026, 11, 2)
RULE = Ruling(7, None, "", "", "99202-99215", "Count the time.", date(2026, 11, 1))
HERE = Context(practice=3, payer="Aetna", specialty="cardiology")


@pytest.mark.parametrize(
    ("text", "clean"),
    [("e11.9", "E119"), ("E11.*; 99213, 99213", "E11* 99213"), ("99202-99215 E10-E14", "99202-99215 E10-E14")],
)
def test_a_pattern_is_stored_without_dots(text, clean):
    assert clean_pattern(text) == clean


@pytest.mark.parametrize("text", ["", " , ", "*", "level four", "99215-99202", "99202-992", "E11.9!", "A*B"])
def test_what_names_no_codes_is_no_pattern(text):
    with pytest.raises(BadPattern):
        clean_pattern(text)


@pytest.mark.parametrize(
    ("pattern", "code", "expected"),
    [
        ("E119", "E119", True), ("E119", "E1190", False), ("E11*", "E1165", True), ("E11*", "E10", False),
        ("99202-99215", "99202", True), ("99202-99215", "99215", True), ("99202-99215", "99221", False),
        ("E10-E14", "E1165", True), ("E10-E14", "E15", False), ("I10 E119", "E119", True), ("9921*", "99213", True),
    ],
)  # fmt: skip
def test_matching(pattern, code, expected):
    assert matches(pattern, code) is expected


@given(st.from_regex(r"[A-E][0-9]{2,4}", fullmatch=True), st.sampled_from(["E119", "B1*", "A10-D15", "C12 D3*"]))
def test_the_sieve_lets_through_all_that_matches(code, pattern):
    import re

    if matches(pattern, code):
        assert re.match(regex_of(pattern), code)


@pytest.mark.parametrize(
    ("change", "applies"),
    [
        ({}, True),
        ({"starts_on": DAY}, True),
        ({"starts_on": date(2026, 11, 3)}, False),
        ({"withdrawn_from": DAY}, False),
        ({"withdrawn_from": date(2026, 11, 3)}, True),
        ({"practice": 3}, True),
        ({"practice": 4}, False),
        ({"payer": "AETNA"}, True),
        ({"payer": "Cigna"}, False),
        ({"specialty": "cardiology"}, True),
        ({"specialty": "radiology"}, False),
        ({"pattern": "E11*"}, False),
    ],
)
def test_where_when_and_for_which_codes(change, applies):
    assert bool(rulings_that_apply([replace(RULE, **change)], HERE, ["I10", "99213"], DAY)) is applies


def test_the_clients_own_comes_first_and_then_the_newest():
    rules = [
        RULE,
        replace(RULE, number=8, starts_on=DAY),
        replace(RULE, number=9, specialty="cardiology"),
        replace(RULE, number=10, payer="Aetna"),
        replace(RULE, number=11, practice=3),
    ]
    assert [one.number for one in rulings_that_apply(rules, HERE, ["99213"], DAY)] == [11, 10, 9, 8, 7]
    assert rulings_that_apply(rules, HERE, [], DAY) == ()


def test_agreement_is_counted_on_the_lines_of_the_pattern_only():
    # Of E11.9, I10, 99214 → 99213 and 20610 the level is the only line of the pattern, and it differs.
    coder, verifier = coded("E119 I10", "99214@1 20610@1"), coded("E119", "99213@1 20610@1")
    found = [JudgedDifference(one, Severity.PAYMENT) for one in compare(coder, verifier, {})]
    assert agreed_lines(coder, verifier, found, "99202-99215") == Proportion(0, 1)
    assert agreed_lines(coder, verifier, found, "E119 I10 20610") == Proportion(2, 3)
    withdrawn = [replace(one, stands=False) for one in found]
    assert agreed_lines(coder, verifier, withdrawn, "99202-99215") == Proportion(1, 1)
    assert agreed_lines(coder, verifier, found, "Z*") == Proportion(0, 0)
