"""Shares and their intervals, by published examples and by law."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.proportions import Part, Proportion, independent_cases, ratio, wilson, wilson_share


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (score, uncorrected)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # By hand for 9 of 10, z² = 3.8416: middle (0.9 + 0.19208) / 1.38416 = 0.78899,
        # half 1.96 × √(0.009 + 0.009604) / 1.38416 = 1.96 × 0.136396 / 1.38416 = 0.19314
        (9, 10, 0.5958, 0.9821),
        (10, 10, 0.7225, 1.0000),
    ],
)
def test_published_intervals(count, of, low, high):
    interval = wilson(count, of)
    assert interval.share == count / of
    assert (interval.low, interval.high) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_none_of_none_has_no_interval():
    assert wilson(0, 0) is None
    assert Proportion(0, 0).interval is None
    assert ratio([]).interval is None


@given(st.data())
def test_an_interval_holds_its_share_and_mirrors(data):
    of = data.draw(st.integers(1, 2000))
    count = data.draw(st.integers(0, of))
    mine, other = wilson(count, of), wilson(of - count, of)
    assert 0 <= mine.low <= mine.share <= mine.high <= 1
    assert mine.low == pytest.approx(1 - other.high, abs=1e-12)


@given(st.floats(0.01, 0.99), st.floats(1, 500), st.floats(1.01, 4))
def test_more_cases_narrow_an_interval(share, cases, more):
    wide, narrow = wilson_share(share, cases), wilson_share(share, cases * more)
    assert narrow.high - narrow.low < wide.high - wide.low


def part(right, of):
    return Part(Decimal(right), Decimal(of), Decimal(of))


def test_lines_of_one_encounter_are_worth_less_than_as_many_of_different_ones():
    # 20 of 22: residuals 9 - 9.0909, 1 - 1.8182, 10 - 9.0909; their squares 0.00826 + 0.66942 + 0.82645 = 1.50413.
    # Variance 3/2 × 1.50413 / 484 = 0.0046615; 20/22 × 2/22 = 0.0826446; 0.0826446 / 0.0046615 = 17.729 cases.
    found = ratio([part(9, 10), part(1, 2), part(10, 10)])
    assert (found.right, found.of, found.encounters) == (20, 22, 3)
    assert found.cases == pytest.approx(17.729, abs=1e-3)


def test_unequal_weights_are_worth_fewer_lines():
    # Lines weighing 2, 1 and 1: 4² / (4 + 1 + 1) = 2.667
    assert independent_cases([Part(Decimal(4), Decimal(4), Decimal(6))]) == pytest.approx(16 / 6)


def test_one_encounter_and_a_perfect_sample_count_their_lines():
    assert independent_cases([part(3, 5)]) == 5
    assert independent_cases([part(5, 5), part(3, 3)]) == 8


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=30))
def test_clusters_never_make_more_cases_than_lines(rows):
    parts = [part(right, right + wrong) for right, wrong in rows]
    lines = sum(right + wrong for right, wrong in rows)
    assert 0 <= independent_cases(parts) <= lines + 1e-9
    assert ratio(parts) == ratio(parts[::-1]) or ratio(parts).cases == pytest.approx(ratio(parts[::-1]).cases)
