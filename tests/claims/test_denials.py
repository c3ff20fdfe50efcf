"""Denials: what is one, what it is about, and why one stands before another."""

from decimal import Decimal

import pytest

from claims.rules.denials import KINDS, Category, Worth, category_of, chance_of, is_denial


@pytest.mark.parametrize(
    ("group", "reason", "refused"),
    [
        ("CO", "45", False),  # the contract
        ("CO", "253", False),  # sequestration
        ("OA", "23", False),  # an earlier payer's part
        ("PR", "1", False), ("PR", "2", False), ("PR", "3", False),  # deductible, coinsurance, copayment
        ("CO", "97", True), ("CO", "16", True), ("PI", "50", True), ("PR", "96", True), ("CO", "29", True),
    ],
)  # fmt: skip
def test_what_is_refused_and_what_is_only_not_owed(group, reason, refused):
    assert is_denial(group, reason) is refused


@pytest.mark.parametrize(
    ("reason", "category"),
    [("16", "information"), ("197", "authorization"), ("29", "timely_filing"), ("18", "duplicate"),
     ("B15", "bundling"), ("50", "necessity"), ("151", "units"), ("11", "coding"), ("9999", "other")],
)  # fmt: skip
def test_a_reason_has_its_category(reason, category):
    assert category_of(reason) == Category(category)


def test_every_reason_has_one_category_and_every_category_says_what_to_do():
    every = [reason for kind in KINDS.values() for reason in kind.reasons]
    assert len(every) == len(set(every))
    assert set(KINDS) == set(Category)
    assert all(category.label and category.default_action.label for category in Category)


def test_own_outcomes_move_the_chance_from_where_it_began():
    began = KINDS[Category.NECESSITY].chance
    assert chance_of(Category.NECESSITY, won=0, lost=0) == began
    assert chance_of(Category.NECESSITY, won=10, lost=0) > began > chance_of(Category.NECESSITY, won=0, lost=10)
    assert chance_of(Category.NECESSITY, won=620, lost=380) == pytest.approx(0.62, abs=0.01)


def worth(expected, *, chance=0.5, days=None, minutes=10):
    return Worth(Decimal(expected), chance, days, minutes)


def test_more_money_a_better_chance_less_time_and_less_work_come_first():
    plain = worth(100).score
    assert plain == Decimal("5.00")
    assert worth(200).score > plain
    assert worth(100, chance=0.9).score > plain
    assert worth(100, days=5).score > worth(100, days=30).score > plain
    assert worth(100, minutes=20).score < plain


@pytest.mark.parametrize(("days", "rush", "late"), [(None, False, False), (4, False, False), (3, True, False),
                                                    (0, True, False), (-1, False, True)])  # fmt: skip
def test_what_ends_in_three_days_is_first_and_what_has_ended_is_no_work(days, rush, late):
    assert (worth(1, days=days).is_rush, worth(1, days=days).is_late) == (rush, late)
