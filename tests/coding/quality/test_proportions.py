"""Shares and their intervals, by published examples and by law."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.proportions import Part, Proportion, difference, independent_cases, ratio, wilson, wilson_share


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (score, uncorrected). The first one by hand:
        # p = 81/263 = 0.307985, z²/n = 3.8416/263 = 0.014607; middle (0.307985 + 0.0073034) / 1.014607 = 0.310749,
        # half 1.96 × √(0.307985 × 0.692015 / 263 + 3.8416 / (4 × 263²)) / 1.014607
        #    = 1.96 × √(0.00081038 + 0.00001389) / 1.014607 = 1.96 × 0.0287101 / 1.014607 = 0.055461.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # Worked by hand. 9 of 10, z² = 3.8416: middle (0.9 + 0.19208) / 1.38416 = 0.78899,
        # half 1.96 × √(0.009 + 0.009604) / 1.38416 = 1.96 × 0.136396 / 1.38416 = 0.19314
        (9, 10, 0.5958, 0.9821),
        # All of n: the lower limit is n / (n + z²) = 10 / 13.8416
        (10, 10, 0.7225, 1.0000),
        # Half of n: 0.5 ± 0.5 × z / √(n + z²) = 0.5 ± 0.98 / √13.8416 = 0.5 ± 0.26341
        (5, 10, 0.2366, 0.7634),
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


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10 (score, uncorrected). The first one by hand:
        # 0.8 (0.69165 to 0.87702) less 0.6 (0.49045 to 0.70044): 0.2 - √(0.10835² + 0.10044²) = 0.2 - 0.14774,
        # 0.2 + √(0.07702² + 0.10955²) = 0.2 + 0.13392.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_published_intervals_of_differences(one, other, low, high):
    found = difference(Proportion(*one), Proportion(*other))
    assert found.share == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_difference_to_nothing_is_none():
    assert difference(Proportion(1, 2), Proportion(0, 0)) is None
    assert difference(Proportion(0, 0), Proportion(1, 2)) is None


SHARES = st.integers(1, 500).flatmap(lambda of: st.builds(Proportion, st.integers(0, of), st.just(of)))


@given(SHARES, SHARES)
def test_a_difference_is_within_its_interval_and_mirrors(one, other):
    mine, theirs = difference(one, other), difference(other, one)
    assert -1 - 1e-9 <= mine.low <= mine.share <= mine.high <= 1 + 1e-9
    assert (mine.share, mine.low, mine.high) == pytest.approx((-theirs.share, -theirs.high, -theirs.low), abs=1e-12)


@given(st.integers(0, 300), st.integers(1, 300))
def test_an_interval_solves_the_equation_of_its_test(count, more):
    """Wilson 1927: the limits are the shares p at which (count / n - p)² = z² p (1 - p) / n."""
    of = count + more
    found = wilson(count, of)
    for limit in (found.low, found.high):
        assert (found.share - limit) ** 2 == pytest.approx(1.96**2 * limit * (1 - limit) / of, abs=1e-12)


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
