"""Draws: made again they are equal, they are fair, and every stratum has its part."""

import hashlib
import hmac
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.plans.draws import Unit, allocated, drawn_from, frame_hash, is_drawn, sizes_of

SEED = hashlib.sha256(b"a seed").hexdigest()
SEEDS = st.text("0123456789abcdef", min_size=64, max_size=64)
FRAMES = st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(["a", "b", "c", "d"])), min_size=1, max_size=60).map(
    lambda rows: [Unit(place, number, stratum) for place, (number, stratum) in enumerate(rows, start=1)]
)


def frame(*strata):
    """A frame whose strata have these sizes, mixed."""
    names = [name for name, size in zip("abcdefgh", strata, strict=False) for _ in range(size)]
    names.sort(key=lambda _name: 0)
    return [Unit(place, 1000 + place, name) for place, name in enumerate(names, start=1)]


# -- made again ----------------------------------------------------------------------------------------


@given(FRAMES, SEEDS, st.integers(1, 70), st.integers(0, 5))
def test_a_draw_made_again_is_equal(units, seed, size, spares):
    first = drawn_from(units, seed=seed, size=size, spares=spares)
    assert drawn_from(list(units), seed=str(seed), size=size, spares=spares) == first
    mains = [one.unit.place for one in first if not one.is_spare]
    assert len(mains) == len(set(mains)) == min(size, len(units))
    assert len({one.unit.place for one in first}) == len(first)


@given(FRAMES, SEEDS, st.integers(1, 30))
def test_spares_do_not_change_what_is_drawn(units, seed, size):
    with_spares = drawn_from(units, seed=seed, size=size, spares=3)
    assert tuple(one for one in with_spares if not one.is_spare) == drawn_from(units, seed=seed, size=size)


def test_anybody_can_draw_again_with_the_documented_steps():
    """As in docs/verification-plans.md, with nothing of ours."""
    units = frame(40)
    by_hand = sorted(
        range(1, 41),
        key=lambda place: hmac.new(SEED.encode(), f"frame:{place}".encode(), hashlib.sha256).hexdigest(),
    )
    assert [one.unit.place for one in drawn_from(units, seed=SEED, size=7)] == by_hand[:7]
    number = int.from_bytes(hmac.new(SEED.encode(), b"random:77", hashlib.sha256).digest()[:8], "big")
    assert is_drawn(seed=SEED, purpose="random", number=77, share=50) is (number * 100 < 50 * 2**64)


def test_a_frame_that_was_touched_has_another_hash():
    units = frame(3, 2)
    text = "".join(f"{unit.place}\t{unit.number}\t{unit.stratum}\n" for unit in units)
    assert frame_hash(units) == hashlib.sha256(text.encode()).hexdigest()
    assert frame_hash(units[:-1]) != frame_hash(units)
    assert frame_hash([*units[:-1], Unit(5, 9, "b")]) != frame_hash(units)


@given(SEEDS, st.integers(1, 10**9), st.integers(0, 100))
def test_a_larger_share_contains_every_smaller_one(seed, number, share):
    drawn = [is_drawn(seed=seed, purpose="random", number=number, share=one) for one in range(share, 101)]
    assert drawn == sorted(drawn)
    assert drawn[-1]
    assert not is_drawn(seed=seed, purpose="random", number=number, share=0)


# -- fair ----------------------------------------------------------------------------------------------


def chi_square(observed, expected):
    return sum((seen - hoped) ** 2 / hoped for seen, hoped in zip(observed, expected, strict=True))


def limit(degrees, z=3.0902):
    """The 99.9 % point of chi-square (Wilson and Hilferty 1931): one test of a thousand would be red by chance."""
    return degrees * (1 - 2 / (9 * degrees) + z * math.sqrt(2 / (9 * degrees))) ** 3


def without_replacement(drawn, size):
    """By how much the spread is smaller when nothing is drawn twice: places hold each other back."""
    return (1 - drawn / size) * size / (size - 1)


def seeds(count):
    return [hashlib.sha256(f"draw {number}".encode()).hexdigest() for number in range(count)]


def test_the_limit_is_that_of_the_tables():
    assert limit(10) == pytest.approx(29.59, abs=0.2)
    assert limit(99) == pytest.approx(148.2, abs=0.5)


@pytest.mark.parametrize("share", [3, 5, 10, 50])
def test_one_by_one_each_visit_has_the_same_chance(share):
    """20 groups of 2,000 visits: their shares vary as chance lets them, and no more."""
    counts = [
        sum(is_drawn(seed=SEED, purpose="random", number=number, share=share) for number in range(at, at + 2000))
        for at in range(0, 40_000, 2000)
    ]
    hoped = 2000 * share / 100
    spread = sum((count - hoped) ** 2 / (hoped * (1 - share / 100)) for count in counts)
    assert spread < limit(20)
    assert abs(sum(counts) - 20 * hoped) < 3.3 * math.sqrt(20 * hoped * (1 - share / 100))


def test_from_a_frame_each_place_is_drawn_as_often_as_another():
    """10 of 100, 2,000 times: each place 200 times, with the variance of sampling without replacement."""
    counts = Counter(one.unit.place for seed in seeds(2000) for one in drawn_from(frame(100), seed=seed, size=10))
    found = chi_square([counts[place] for place in range(1, 101)], [200.0] * 100)
    assert found / without_replacement(10, 100) < limit(99)


def test_each_first_drawn_is_as_likely_as_another():
    counts = Counter(drawn_from(frame(20), seed=seed, size=5)[0].unit.place for seed in seeds(4000))
    assert chi_square([counts[place] for place in range(1, 21)], [200.0] * 20) < limit(19)


def test_pairs_are_drawn_as_often_as_they_should_be():
    """2 of 6, 3,000 times: each of the 15 pairs 200 times; who comes together is chance too."""
    pairs = Counter(
        tuple(sorted(one.unit.place for one in drawn_from(frame(6), seed=seed, size=2))) for seed in seeds(3000)
    )
    assert len(pairs) == 15
    assert chi_square(list(pairs.values()), [200.0] * 15) < limit(14)


def test_draws_for_different_purposes_know_nothing_of_each_other():
    both = Counter(
        tuple(is_drawn(seed=SEED, purpose=purpose, number=number, share=50) for purpose in ("random", "top_level"))
        for number in range(8000)
    )
    assert chi_square(list(both.values()), [2000.0] * 4) < limit(3)


# -- strata --------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 200), min_size=1), st.integers(1, 400))
def test_a_sample_is_spread_over_the_strata_in_proportion(sizes, size):
    found = allocated(sizes, size)
    assert sum(found.values()) == min(size, sum(sizes.values()))
    assert all(found[name] <= sizes[name] for name in sizes)
    if size >= len(sizes):
        assert min(found.values()) >= 1


def test_every_stratum_is_drawn_from_and_within_it_each_place_alike():
    units = frame(60, 30, 10)
    assert allocated(sizes_of(units), 20) == {"a": 12, "b": 6, "c": 2}
    counts = Counter(one.unit.place for seed in seeds(1000) for one in drawn_from(units, seed=seed, size=20))
    for first, last, part in ((1, 60, 12), (61, 90, 6), (91, 100, 2)):
        size = last - first + 1
        seen = [counts[place] for place in range(first, last + 1)]
        assert sum(seen) == 1000 * part
        found = chi_square(seen, [1000 * part / size] * size)
        assert found / without_replacement(part, size) < limit(size - 1)
