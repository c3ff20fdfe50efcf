"""Agreement on codes, by hand and by law."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.agreement import krippendorff_alpha
from coding.rules.double_coding import DoubleCoded, agreement, category, grouped
from coding.rules.proportions import Proportion

ANN, KIM, BEA = 1, 2, 3


def twice(number, ann, kim):
    return DoubleCoded(number, {ANN: frozenset(ann.split()), KIM: frozenset(kim.split())})


SAMPLE = [twice(1, "I10 E119", "I10 E119"), twice(2, "I10", "I10 J45909"), twice(3, "E119", ""), twice(4, "", "")]


def test_the_whole_sample_by_hand():
    # Exact: encounters 1 and 4. Positive: 2 × (2 + 1) of 4 + 3 + 1 codes used.
    # α: 12 places (4 encounters × 3 codes), 24 words, 8 "there" and 16 "not there", 2 places apart:
    # 1 - 23 × 4 / (576 - 64 - 256) = 0.640625
    found = agreement(SAMPLE, seed="x", times=50)
    assert (found.encounters, found.codes) == (4, 3)
    assert (found.exact, found.positive) == (Proportion(2, 4), Proportion(6, 8))
    assert found.alpha == pytest.approx(0.640625)


def test_a_pair_by_hand():
    # Both 3, Ann alone 1, Kim alone 1, neither 7: observed 10/12, expected (4 × 4 + 8 × 8) / 144, κ 40/64
    (pair,) = agreement(SAMPLE, seed="x", times=50).pairs
    assert (pair.people, pair.encounters, pair.positive) == ((ANN, KIM), 4, Proportion(6, 8))
    assert pair.kappa.value == pytest.approx(0.625)
    assert pair.kappa_band.low <= 0.625 <= pair.kappa_band.high


def test_each_code_by_hand():
    # E11.9: both, none, Ann, none. κ: 3/4 observed, 1/2 × 1/4 + 1/2 × 3/4 expected: 0.5. α: 3 there and 5 not,
    # 1 - 7 × 2 / (64 - 9 - 25) = 0.5333. I10: perfect. J45.909: Kim once: κ 0, α 1 - 7 × 2 / (64 - 1 - 49) = 0.
    found = {one.code: one for one in agreement(SAMPLE, seed="x", times=50).by_code}
    assert list(found) == ["E119", "I10", "J45909"]
    assert [(one.used, one.positive) for one in found.values()] == [
        (2, Proportion(2, 3)), (2, Proportion(4, 4)), (1, Proportion(0, 1)),
    ]  # fmt: skip
    assert [one.alpha for one in found.values()] == [pytest.approx(16 / 30), pytest.approx(1), pytest.approx(0)]
    assert [one.kappa.value for one in found.values()] == [pytest.approx(0.5), 1, pytest.approx(0)]


def test_categories_agree_where_their_codes_do_not():
    sample = [twice(1, "E119", "E1165"), twice(2, "I10", "I10")]
    assert agreement(sample, seed="x", times=10).exact == Proportion(1, 2)
    assert agreement(grouped(sample, category), seed="x", times=10).exact == Proportion(2, 2)


def test_the_same_seed_gives_the_same_report():
    assert agreement(SAMPLE, seed="2026-47", times=50) == agreement(SAMPLE, seed="2026-47", times=50)
    bands = [agreement(SAMPLE, seed=seed, times=50).alpha_band for seed in ("2026-47", "2026-48")]
    assert bands[0] != bands[1]


def test_nothing_coded_twice_is_an_empty_report():
    found = agreement([], seed="x")
    assert (found.encounters, found.alpha, found.alpha_band, found.pairs, found.by_code) == (0, None, None, (), ())


CODES = st.frozensets(st.sampled_from(["E119", "E1165", "I10", "J45909"]))
SAMPLES = st.lists(
    st.builds(DoubleCoded, st.integers(1, 9), st.dictionaries(st.integers(1, 4), CODES, min_size=2, max_size=4)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(SAMPLES)
def test_the_figures_are_those_of_the_plain_tables(sample):
    """Against α of the long table: each code in each encounter is a unit."""
    found = agreement(sample, seed="x", times=3)
    universe = {code for one in sample for codes in one.codes.values() for code in codes}
    assert found.alpha == approximately(
        krippendorff_alpha([code in codes for codes in one.codes.values()] for one in sample for code in universe)
    )
    for row in found.by_code:
        assert row.alpha == approximately(
            krippendorff_alpha([row.code in codes for codes in one.codes.values()] for one in sample)
        )
    assert {row.code for row in found.by_code} == universe


@settings(max_examples=60)
@given(SAMPLES, st.permutations([1, 2, 3, 4]))
def test_other_names_of_the_people_change_nothing_but_the_names(sample, names):
    renamed = [
        DoubleCoded(one.encounter, {names[who - 1]: codes for who, codes in one.codes.items()}) for one in sample
    ]
    mine, other = agreement(sample, seed="x", times=3), agreement(renamed, seed="x", times=3)
    assert (mine.exact, mine.positive, mine.alpha, mine.alpha_band) == (
        other.exact, other.positive, other.alpha, other.alpha_band,
    )  # fmt: skip
    assert sorted(pair.encounters for pair in mine.pairs) == sorted(pair.encounters for pair in other.pairs)


@given(st.lists(CODES, min_size=1, max_size=8))
def test_people_who_code_alike_agree_perfectly(versions):
    found = agreement(
        [DoubleCoded(n, {ANN: one, KIM: one, BEA: one}) for n, one in enumerate(versions)], seed="x", times=3
    )
    assert found.exact == Proportion(len(versions), len(versions))
    assert found.alpha in (None, pytest.approx(1))
    assert found.positive.count == found.positive.of


def approximately(value):
    return None if value is None else pytest.approx(value)
