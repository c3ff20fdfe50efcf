"""Reasons and severities: a key for each, and what stands there before anybody chose."""

import pytest

from coding.rules.discrepancies import Kind, compare
from coding.rules.reasons import (
    BY_KIND,
    HELP,
    REASON_KEYS,
    Reason,
    Severity,
    proposed_reason,
    proposed_severity,
)
from tests.coding.written import coded


def test_every_reason_has_one_digit_a_help_and_every_kind_a_proposal():
    assert sorted(REASON_KEYS) == [str(digit) for digit in range(10)]
    assert set(REASON_KEYS.values()) == set(Reason) == set(HELP)
    assert REASON_KEYS["1"] is Reason.SPECIFICITY
    assert REASON_KEYS["0"] is Reason.LINKAGE
    assert set(BY_KIND) == set(Kind)
    assert {severity.other for severity in Severity} == set(Severity)


@pytest.mark.parametrize(
    ("coder", "verifier", "expected"),
    [
        (("E119", "99214@1"), ("E119", "99213@1"), [("em_level", "payment")]),
        (("E119", "20610@1"), ("E119", "20611@1"), [("guideline", "payment")]),
        (("E119", "99213@1"), ("E1165", "99213@1"), [("specificity", "quality")]),
        (("E119 I10", "99213@1"), ("E119", "99213@1"), [("unsupported", "payment")]),
        (("E119", "99213@1"), ("E119 I10", "99213@1"), [("omission", "quality")]),
        (("E119", "99213@1"), ("E119", "99213@1 71046@1"), [("omission", "payment")]),
        (("E119 I10", "99213@1"), ("I10 E119", "99213@2"), [("sequencing", "quality")]),
        (("E119", "99213@1"), ("E119", "99213-25@1"), [("modifier", "payment")]),
        (("E119", "20610x2@1"), ("E119", "20610@1"), [("units", "payment")]),
        (("E119 I10", "99213@1"), ("E119 I10", "99213@2"), [("linkage", "payment")]),
    ],
)
def test_proposals(coder, verifier, expected):
    found = compare(coded(*coder), coded(*verifier), {})
    assert [(proposed_reason(one).value, proposed_severity(one).value) for one in found] == expected
