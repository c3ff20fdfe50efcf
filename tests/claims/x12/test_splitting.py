"""A claim of more than fifty lines becomes several, each of which balances by itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.rules.claim import Adjustment, Diagnosis, Frequency, LineAdjudication, OtherCoverage, System
from claims.rules.claim.splitting import CannotBeSplit, parts_needed, split_claim
from tests.claims.x12.examples import OWN, SUMMIT, line, simple

CODES = tuple(Diagnosis(System.ICD10CM, code) for code in ("I10", "E119", "M1711", "W010XXA"))


def of_lines(count, *, pointers=lambda number: (1,), **changes):
    lines = tuple(line(number, "99212", "10.00", pointers=pointers(number)) for number in range(1, count + 1))
    return simple("C-1", lines=lines, diagnoses=CODES, **changes)


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (50, [50]), (51, [50, 1]), (100, [50, 50]), (120, [50, 50, 20])]
)
def test_fifty_lines_a_part(count, sizes):
    claim = of_lines(count)
    parts = split_claim(claim, (f"P-{number}" for number in range(9)))
    assert [len(part.lines) for part in parts] == sizes
    assert parts_needed(claim) == len(sizes)
    assert sum(part.charge for part in parts) == claim.charge
    assert [one for part in parts for one in part.lines] == [replace(one, pointers=(1,)) for one in claim.lines]
    numbers = [part.control_number for part in parts]
    assert numbers == (["C-1"] if count <= 50 else [f"P-{number}" for number in range(len(sizes))])


def test_a_part_has_the_diagnoses_of_its_lines_and_those_of_no_line():
    first, second = split_claim(of_lines(51, pointers=lambda number: (1, 2) if number <= 50 else (3, 2)), ("A", "B"))
    assert [one.code for one in first.diagnoses] == ["I10", "E119", "W010XXA"]
    assert [one.code for one in second.diagnoses] == ["E119", "M1711", "W010XXA"]
    assert second.lines[0].pointers == (2, 1)


@pytest.mark.parametrize(("paid", "shares"), [("0", [0, 0]), ("30", [30, 0]), ("505", [500, 5]), ("600", [500, 100])])
def test_what_the_patient_paid_is_told_once(paid, shares):
    parts = split_claim(of_lines(51, patient_paid=Decimal(paid)), ("A", "B"))
    assert [part.patient_paid for part in parts] == shares


def answered(claim, **fields):
    """An earlier payer paid six of ten dollars for each line, and left four to the patient."""
    account = LineAdjudication(
        SUMMIT.payer_id, Decimal(6), "99212", (), Decimal(1), date(2026, 11, 12), (Adjustment("PR", "2", Decimal(4)),)
    )
    other = OtherCoverage(OWN, paid=6 * Decimal(len(claim.lines)), remaining=4 * Decimal(len(claim.lines)))
    lines = tuple(replace(one, adjudications=(account,)) for one in claim.lines)
    return replace(claim, lines=lines, others=(replace(other, **fields),))


def test_an_earlier_payers_money_goes_with_its_lines():
    parts = split_claim(answered(of_lines(60)), ("A", "B"))
    assert [(part.others[0].paid, part.others[0].remaining) for part in parts] == [(300, 200), (60, 40)]


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (of_lines(51, frequency=Frequency.CORRECTED), "one number"),
        (of_lines(51, frequency=Frequency.VOID), "one number"),
        (of_lines(51, pointers=lambda number: (5,)), "names no diagnosis"),
        (of_lines(51, others=(OtherCoverage(OWN, paid=Decimal(9)),)), "no account by line"),
        (answered(of_lines(51), adjustments=(Adjustment("CO", "45", Decimal(1)),)), "as a whole"),
        (of_lines(151), "fewer control numbers"),
    ],
)
def test_what_cannot_be_told_apart_is_not_split(claim, words):
    with pytest.raises(CannotBeSplit, match=words):
        split_claim(claim, ("A", "B"))
