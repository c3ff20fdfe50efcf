"""Up- and down-coding, seen by distribution, by value and over time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.em_families import FAMILIES
from coding.rules.level_guard import Side, drift, level_shares, only_the_highest, value_difference
from coding.rules.proportions import wilson

OFFICE = FAMILIES["office"]
PEERS = {"99212": 10, "99213": 450, "99214": 490, "99215": 50}


def visits(**counts):
    return [f"99{code[1:]}" for code, count in counts.items() for _ in range(count)]


def sides(codes, peers=PEERS):
    return {share.code: share.side for share in level_shares(codes, OFFICE, peers)}


def test_nine_of_ten_is_a_wide_interval():
    """The example of the trade: 9 of 10 correct has a 95 % interval of about 60 to 98 %."""
    interval = wilson(9, 10)
    assert (round(interval.low, 2), round(interval.high, 2)) == (0.60, 0.98)
    assert wilson(0, 0) is None


def test_a_coder_far_above_the_specialty_is_seen():
    assert sides(visits(c213=10, c214=40, c215=50)) == {
        "99212": Side.LIKE, "99213": Side.LOWER, "99214": Side.LIKE, "99215": Side.HIGHER,
    }  # fmt: skip


def test_a_coder_far_below_is_seen_alike():
    assert sides(visits(c212=30, c213=60, c214=10))["99214"] == Side.LOWER
    assert sides(visits(c212=30, c213=60, c214=10))["99212"] == Side.HIGHER


def test_few_visits_are_shown_and_not_judged():
    shares = level_shares(visits(c215=19), OFFICE, PEERS)
    assert {share.side for share in shares} == {Side.LIKE}
    assert shares[-1].count == 19


def test_without_peers_nothing_is_judged():
    assert set(sides(visits(c215=100), {}).values()) == {Side.LIKE}


def test_codes_of_other_families_do_not_count():
    shares = level_shares([*visits(c213=30), "99284", "A4550"], OFFICE, PEERS)
    assert sum(share.count for share in shares) == 30


@pytest.mark.parametrize(
    ("codes", "expected"),
    [(visits(c213=1, c215=19), True), (visits(c213=2, c215=18), False), (visits(c215=19), False)],
)
def test_only_the_highest_levels(codes, expected):
    assert only_the_highest(level_shares(codes, OFFICE, PEERS)) is expected


def test_net_hides_what_over_and_under_show():
    found = value_difference([Decimal("0.80"), Decimal("-0.80"), Decimal(0), Decimal("0.25")])
    assert (found.encounters, found.over, found.under) == (4, Decimal("1.05"), Decimal("0.80"))
    assert (found.net, found.gross) == (Decimal("0.25"), Decimal("1.85"))


AGREES = [Decimal(0)] * 15 + [Decimal("0.6"), Decimal("-0.6"), Decimal("0.6"), Decimal("-0.6"), Decimal(0)]


@pytest.mark.parametrize(("shift", "upward"), [("0.6", True), ("-0.6", False)])
def test_a_drift_is_found_in_both_directions_and_soon(shift, upward):
    found = drift(AGREES + [Decimal(shift)] * 12)
    assert found is not None
    assert found.upward is upward
    assert found.place - len(AGREES) < 10


def test_an_even_past_that_goes_on_is_no_drift():
    assert drift(AGREES * 4) is None


def test_a_coder_who_was_always_a_little_high_does_not_drift():
    """What is steady is for the distribution to tell; drift is about change."""
    assert drift([Decimal("0.6"), Decimal("0.4")] * 30) is None


def test_one_big_difference_after_long_agreement_is_no_drift():
    assert drift([Decimal(0)] * 30 + [Decimal("1.2")] + [Decimal(0)] * 10) is None


def test_a_short_series_is_not_judged():
    assert drift([Decimal("2.0")] * 20) is None


@given(st.lists(st.decimals(-3, 3, places=2), max_size=60))
def test_up_and_down_are_alike(series):
    one, other = drift(series), drift([-value for value in series])
    assert (one is None) == (other is None)
    if one and other:
        assert (one.place, one.upward) == (other.place, not other.upward)


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_share(of, data):
    interval = wilson(data.draw(st.integers(0, of)), of)
    assert 0 <= interval.low <= interval.share + 1e-9
    assert interval.share - 1e-9 <= interval.high <= 1
