"""κ and α, by published examples, by hand, against their definitions, and by law."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.agreement import (
    alpha_of,
    band_of,
    cohen_kappa,
    kappa_of,
    krippendorff_alpha,
    label_agreement,
    percentile,
    resamples,
)
from coding.rules.proportions import Proportion

# Worked by hand below: 100 patients as psychotic, neurotic or organic by two raters.
PATIENTS = {
    ("p", "p"): 75, ("p", "n"): 1, ("p", "o"): 4,
    ("n", "p"): 5, ("n", "n"): 4, ("n", "o"): 1,
    ("o", "o"): 10,
}  # fmt: skip


def test_kappa_worked_by_hand():
    # Observed 0.89; expected 0.80 × 0.80 + 0.10 × 0.05 + 0.10 × 0.15 = 0.66; (0.89 - 0.66) / 0.34 = 0.6765
    found = kappa_of(PATIENTS)
    assert (found.observed, found.expected) == (Proportion(89, 100), pytest.approx(0.66))
    assert found.value == pytest.approx(0.23 / 0.34)


def test_kappa_of_cohens_own_example():
    """Cohen 1960 (Educ. Psychol. Meas. 20:37), table 1: 200 cases in three categories, κ .492."""
    # On the diagonal 88 + 40 + 12 = 140 of 200: 0.70. Rows 120, 60, 20, columns 100, 60, 40 of 200:
    # 0.60 × 0.50 + 0.30 × 0.30 + 0.10 × 0.20 = 0.41. (0.70 - 0.41) / 0.59 = 0.4915
    rows = {"a": (88, 14, 18), "b": (10, 40, 10), "c": (2, 6, 12)}
    found = kappa_of({(one, other): n for one, row in rows.items() for other, n in zip("abc", row, strict=True)})
    assert (found.observed, found.expected) == (Proportion(140, 200), pytest.approx(0.41))
    assert found.value == pytest.approx(0.492, abs=5e-4)


def test_the_standard_error_by_hand():
    # 1 - κ = 0.323529.
    # A = 0.75 (1 - 1.60 × 0.323529)² + 0.04 (1 - 0.15 × 0.323529)² + 0.10 (1 - 0.25 × 0.323529)²
    #   = 0.174498 + 0.036212 + 0.084478 = 0.295188
    # B = 0.104671 × [0.01 (0.80 + 0.10)² + 0.04 (0.80 + 0.10)² + 0.05 (0.05 + 0.80)² + 0.01 (0.05 + 0.10)²]
    #   = 0.104671 × 0.076850 = 0.008044
    # C = (0.676471 - 0.66 × 0.323529)² = 0.214315
    # √((A + B - C) / 100) / (1 - 0.66) = √0.00088917 / 0.34 = 0.0877; 0.676 ± 1.96 × 0.0877 = 0.505 to 0.848
    found = kappa_of(PATIENTS)
    assert found.error == pytest.approx(0.0877, abs=5e-5)
    assert (found.low, found.high) == (pytest.approx(0.505, abs=5e-4), pytest.approx(0.848, abs=5e-4))


def test_kappa_of_two_labels():
    # Worked by hand. 20 both yes, 15 both no, 5 and 10 apart: 0.7 observed, 0.5 × 0.6 + 0.5 × 0.4 = 0.5 expected, κ 0.4
    assert kappa_of({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}).value == pytest.approx(0.4)


def test_one_label_tells_nothing():
    found = cohen_kappa([("n", "n")] * 9)
    assert (found.value, found.low, found.high, found.observed) == (None, None, None, Proportion(9, 9))
    assert cohen_kappa([]).value is None
    assert krippendorff_alpha([["n", "n"]] * 9) is None
    assert krippendorff_alpha([]) is None


def test_a_sample_in_which_nothing_can_vary_has_no_interval():
    perfect, constant = cohen_kappa(["aa", "bb", "aa"]), cohen_kappa(["aa", "ab", "aa"])
    assert (perfect.value, perfect.low, perfect.high) == (1, None, None)
    assert (constant.value, constant.low, constant.high) == (pytest.approx(0), None, None)


def lines(*texts):
    """Units from a line of labels per person; a dot is none."""
    said = [[None if word == "." else word for word in text.split()] for text in texts]
    return list(zip(*said, strict=True))


@pytest.mark.parametrize(
    ("units", "alpha"),
    [
        # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": A (two observers, binary),
        # B (two observers, nominal), C (four observers, nominal, missing data)
        (lines("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),
        (lines("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),
        (
            lines(
                "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3",
                ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .",
            ),
            0.743,
        ),
    ],
)  # fmt: skip
def test_alpha_of_krippendorffs_examples(units, alpha):
    assert krippendorff_alpha(units) == pytest.approx(alpha, abs=5e-4)


def test_alpha_of_krippendorffs_first_example_step_by_step():
    # Both 0 in five units: 10 coincidences; both 1 in one: 2; apart in four: 4 of 0-1 and 4 of 1-0. n = 20, 14 zeros,
    # 6 ones. α = 1 - 19 × 8 / (400 - 196 - 36) = 1 - 152 / 168 = 0.0952
    units = lines("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    assert krippendorff_alpha(units) == pytest.approx(1 - 152 / 168)


def test_alpha_by_hand():
    # Units yy, nn, yn: 6 labels, 3 yes and 3 no. Differing coincidences 2; 1 - 5 × 2 / (36 - 9 - 9) = 0.444
    assert krippendorff_alpha(["yy", "nn", "yn"]) == pytest.approx(8 / 18)


# -- laws ----------------------------------------------------------------------------------------------

LABEL = st.sampled_from("abc")
PAIRS = st.lists(st.tuples(LABEL, LABEL), min_size=1, max_size=25)
UNITS = st.lists(st.lists(st.none() | LABEL, max_size=4), max_size=8)


@given(PAIRS)
def test_kappa_is_its_definition(pairs):
    n = len(pairs)
    observed = sum(one == other for one, other in pairs) / n
    expected = sum(one == other for one, _ in pairs for _, other in pairs) / n**2
    found = cohen_kappa(pairs)
    assert found.value == (None if expected == 1 else pytest.approx((observed - expected) / (1 - expected)))


@given(PAIRS)
def test_kappa_is_the_same_from_both_sides_and_under_other_names(pairs):
    found = cohen_kappa(pairs)
    swapped = cohen_kappa([(other, one) for one, other in pairs])
    renamed = cohen_kappa([(ord(one), ord(other)) for one, other in pairs])
    for other in (swapped, renamed):
        assert other.value == (None if found.value is None else pytest.approx(found.value))
        assert other.error == (None if found.error is None else pytest.approx(found.error, abs=1e-7))


@given(PAIRS)
def test_kappa_and_its_interval_stay_within_one(pairs):
    found = cohen_kappa(pairs)
    if found.low is not None:
        assert -1 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1


@given(st.lists(LABEL, min_size=2, max_size=20))
def test_people_who_say_the_same_agree_perfectly(labels):
    perfect = None if len(set(labels)) == 1 else 1
    assert cohen_kappa(zip(labels, labels, strict=True)).value == perfect
    assert krippendorff_alpha([[label] * 3 for label in labels]) == (perfect if perfect is None else pytest.approx(1))


@given(UNITS)
def test_alpha_is_its_definition(units):
    kept = [[label for label in unit if label is not None] for unit in units]
    kept = [unit for unit in kept if len(unit) > 1]
    every = [label for unit in kept for label in unit]
    n = len(every)
    observed = sum(
        sum(one != other for one, other in permutations(unit, 2)) / (len(unit) - 1) for unit in kept
    )  # over n
    expected = sum(one != other for one, other in permutations(every, 2))  # over n (n - 1)
    found = krippendorff_alpha(units)
    assert found == (pytest.approx(1 - (n - 1) * observed / expected) if expected else None)


@given(UNITS, st.randoms(use_true_random=False))
def test_alpha_does_not_know_who_said_what(units, chance):
    shuffled = [chance.sample(unit, len(unit)) for unit in units]
    found = krippendorff_alpha(units)
    assert krippendorff_alpha(shuffled[::-1]) == (None if found is None else pytest.approx(found))
    assert found is None or found <= 1 + 1e-12


@given(UNITS, st.permutations("abc"))
def test_alpha_does_not_know_the_names_of_labels(units, names):
    new = dict(zip("abc", names, strict=True))
    renamed = [[None if label is None else new[label] for label in unit] for unit in units]
    found = krippendorff_alpha(units)
    assert krippendorff_alpha(renamed) == (None if found is None else pytest.approx(found))


@given(PAIRS)
def test_alpha_of_two_people_lies_where_pi_does(pairs):
    """Of two without gaps α = 1 - (1 - 1 / 2n) (1 - π), with Scott's π of pooled margins: n units, 2n labels."""
    n = len(pairs)
    pooled = [label for pair in pairs for label in pair]
    expected = sum((pooled.count(label) / (2 * n)) ** 2 for label in set(pooled))
    found = krippendorff_alpha(pairs)
    if expected == 1:
        assert found is None
    else:
        pi = (sum(one == other for one, other in pairs) / n - expected) / (1 - expected)
        assert found == pytest.approx(1 - (1 - 1 / (2 * n)) * (1 - pi))
        assert -1 <= found <= 1 + 1e-12


@given(st.lists(st.lists(LABEL, min_size=2, max_size=3), min_size=1, max_size=12))
def test_the_agreement_of_whole_labels_is_that_of_its_parts(units):
    found = label_agreement(units, seed="x", times=5)
    alpha = krippendorff_alpha(units)
    assert found.alpha == (None if alpha is None else pytest.approx(alpha))
    assert found.same == Proportion(sum(len(set(unit)) == 1 for unit in units), len(units))


def test_labels_of_nothing_agree_on_nothing():
    found = label_agreement([], seed="x", times=5)
    assert (found.same, found.alpha, found.band) == (Proportion(0, 0), None, None)


def test_alpha_of_nothing_at_all():
    assert alpha_of({}) is None


# -- resampling ----------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_again_and_another_draws_others():
    first = list(resamples(20, seed="2026-47", times=5))
    assert first == list(resamples(20, seed="2026-47", times=5)) != list(resamples(20, seed="2026-48", times=5))
    assert all(sum(drawn) == 20 for drawn in first)
    # Written down once: reports must come out the same on another machine.
    assert next(resamples(6, seed="2026-47", times=1)) == [1, 2, 0, 1, 2, 0]


def test_a_percentile_lies_between_its_neighbours():
    # 0.025 of the way from place 0 to place 4 is 0.1: a tenth of the way from 10 to 20.
    assert percentile([10, 20, 30, 40, 50], 0.025) == pytest.approx(11)
    assert percentile([7], 0.975) == 7
    band = band_of([None, 10, 20, 30, 40, 50])
    assert (band.low, band.high, band.of) == (pytest.approx(11), pytest.approx(49), 5)
    assert band_of([None, None]) is None
    assert band_of([0.3, 0.1 + 0.2, 0.3]) is None  # always the same: too little to tell


def test_the_interval_of_a_mean_is_about_as_wide_as_theory_says():
    """40 zeros and 60 ones: the mean is 0.6, its standard error √(0.24 / 100) = 0.049, the interval 0.504 to 0.696."""
    values = [0] * 40 + [1] * 60
    means = (sum(a * b for a, b in zip(values, drawn, strict=True)) / 100 for drawn in resamples(100, seed="mean"))
    band = band_of(means)
    assert band.low == pytest.approx(0.504, abs=0.015)
    assert band.high == pytest.approx(0.696, abs=0.015)
