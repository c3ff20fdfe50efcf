"""Alarms on drift: what they find, both ways, and how often they alarm where nothing drifts."""

import random

import pytest

from coding.rules.drift import (
    FIRST,
    PAST,
    Series,
    Way,
    avoided,
    difference_drift,
    index_drift,
    index_of,
    is_avoided,
    level_difference,
    normal_of,
    rate_drift,
    self_started,
    skew,
    tail,
)


def chance_of(seed):
    """The same chance each time."""
    return random.Random(seed)  # noqa: S311


def rate_25(values):
    return rate_drift(Series.MODIFIER_25, values)


# -- what they look at ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "index"), [("99212", 0.0), ("99213", 1 / 3), ("99215", 1.0), ("99202", 0.0), ("20610", None), ("", None)]
)
def test_a_level_has_its_place_in_its_family(code, index):
    assert index_of(code) == index


@pytest.mark.parametrize(
    ("mine", "theirs", "steps"),
    [("99214", "99213", 1), ("99212", "99215", -3), ("99213", "99213", 0), ("99213", "99203", None),
     ("20610", "99213", None)],
)  # fmt: skip
def test_levels_are_compared_within_a_family(mine, theirs, steps):
    assert level_difference(mine, theirs) == steps


@pytest.mark.parametrize(
    ("asked", "missed", "coder", "others", "expected"),
    [
        (False, True, "99213", ["99214"], True),  # the provider's is higher, the verifier would have asked
        (False, True, "99213", ["", "99214"], True),
        (True, True, "99213", ["99214"], False),  # they asked
        (False, False, "99213", ["99214"], False),  # nobody says that the documentation is unclear
        (False, True, "99214", ["99214", "99213"], False),  # nothing was lowered
        (False, True, "99213", [""], False),
    ],
)
def test_lowered_instead_of_asking(asked, missed, coder, others, expected):
    assert is_avoided(asked=asked, query_missed=missed, coder=coder, others=others) is expected


def test_the_tail_of_the_sign_test():
    assert tail(8, 8) == 1 / 256
    assert tail(0, 5) == 1


def test_students_t_becomes_normal():
    """2.228 cuts off 2.5 % of t with 10 degrees, 1.96 of the normal (tables)."""
    assert normal_of(2.228, 10) == pytest.approx(1.96, abs=0.01)
    assert normal_of(-2.086, 20) == pytest.approx(-1.96, abs=0.01)


def test_self_started_values_are_standard_normal_whatever_the_scale():
    chance = chance_of(3)
    values = [chance.gauss(40, 7) for _ in range(4000)]
    found = self_started(values, least=0.05)[FIRST:]
    mean = sum(found) / len(found)
    assert abs(mean) < 0.06
    assert sum((one - mean) ** 2 for one in found) / len(found) == pytest.approx(1, abs=0.08)


# -- what they find ------------------------------------------------------------------------------------


def differences(chance, share, above=0.5):
    """Levels that differ in such a share of charts, of which such a share is above."""
    return (1 if chance.random() < above else -1) if chance.random() < share else 0


@pytest.mark.parametrize(("above", "way"), [(1, Way.UP), (0, Way.DOWN)])
def test_a_coder_who_begins_to_differ_to_one_side_is_found_on_that_side(above, way):
    chance = chance_of(1)
    calm = [differences(chance, 0.05) for _ in range(60)]
    alarm = difference_drift([*calm, *(differences(chance, 0.4, above) for _ in range(40))])
    assert alarm.way is way
    assert 55 <= alarm.begun <= alarm.place < 100


def test_up_and_down_are_found_alike():
    chance = chance_of(7)
    values = [differences(chance, 0.4, 1) for _ in range(200)]
    up, down = difference_drift(values), difference_drift([-value for value in values])
    assert (up.place, up.begun) == (down.place, down.begun)
    assert {up.way, down.way} == {Way.UP, Way.DOWN}
    one, other = skew(values), skew([-value for value in values])
    assert (one.place, {one.way, other.way}) == (other.place, {Way.UP, Way.DOWN})
    indices = [0.3] * 40 + [0.7] * 40
    assert index_drift(indices).place == index_drift([1 - value for value in indices]).place


def test_levels_that_rise_and_stay_there():
    chance = chance_of(2)
    before = chance.choices([0, 1 / 3, 2 / 3, 1], (5, 45, 45, 5), k=80)
    after = chance.choices([0, 1 / 3, 2 / 3, 1], (1, 10, 49, 40), k=60)
    alarm = index_drift([*before, *after])
    assert alarm.way is Way.UP
    assert alarm.place >= 80


def test_a_modifier_that_comes_more_often_and_one_that_is_gone():
    chance = chance_of(4)
    before = [chance.random() < 0.2 for _ in range(PAST)]
    more = rate_25([*before, *(chance.random() < 0.5 for _ in range(60))])
    none = rate_25([*before, *[False] * 60])
    assert (more.way, none.way) == (Way.UP, Way.DOWN)
    assert "before" in more.figures
    assert rate_25(before) is None


def test_three_in_ten_lowered_instead_of_asking_are_no_accident_and_three_in_a_hundred_are():
    often = [False] * 7 + [True] * 3
    assert avoided(often).figures == "3 of 10 charts"
    assert avoided(([False] * 33 + [True]) * 3) is None


# -- how often they alarm without a drift --------------------------------------------------------------


def alarms(detect, value, *, charts, coders=200, seed=11):
    """The share of coders who do not drift and are alarmed all the same."""
    chance = chance_of(seed)
    return sum(detect([value(chance) for _ in range(charts)]) is not None for _ in range(coders)) / coders


def leveled(weights):
    return lambda chance: chance.choices([0, 1 / 3, 2 / 3, 1], weights)[0]


@pytest.mark.parametrize(
    ("name", "detect", "value", "charts", "most"),
    [
        ("difference, 3 % differ", difference_drift, lambda chance: differences(chance, 0.03), 300, 0.15),
        ("difference, 15 % differ", difference_drift, lambda chance: differences(chance, 0.15), 300, 0.10),
        ("difference, 25 % differ", difference_drift, lambda chance: differences(chance, 0.25), 300, 0.10),
        ("index, mostly the middle levels", index_drift, leveled((5, 45, 45, 5)), 300, 0.10),
        ("index, skewed levels", index_drift, leveled((1, 20, 70, 9)), 300, 0.12),
        ("index, all levels alike", index_drift, leveled((25, 25, 25, 25)), 300, 0.06),
        ("skew, 15 % differ", skew, lambda chance: differences(chance, 0.15), 300, 0.07),
        ("skew, 25 % differ", skew, lambda chance: differences(chance, 0.25), 300, 0.12),
        ("rate of 5 %", rate_25, lambda chance: chance.random() < 0.05, 400, 0.12),
        ("rate of 15 %", rate_25, lambda chance: chance.random() < 0.15, 400, 0.15),
        ("rate of 30 %", rate_25, lambda chance: chance.random() < 0.30, 400, 0.17),
        ("avoided in 1 % of charts", avoided, lambda chance: chance.random() < 0.01, 300, 0.03),
        ("avoided in 2 % of charts", avoided, lambda chance: chance.random() < 0.02, 300, 0.10),
    ],
)
def test_who_does_not_drift_is_seldom_alarmed(name, detect, value, charts, most):
    """The figures are printed in docs/verification-plans.md."""
    share = alarms(detect, value, charts=charts)
    print(f"{name}: {share:.3f} within {charts} charts")  # noqa: T201
    assert share <= most


@pytest.mark.parametrize(
    ("name", "detect", "before", "after", "least"),
    [
        ("difference, 5 % to 40 % above", difference_drift, lambda chance: differences(chance, 0.05),
         lambda chance: differences(chance, 0.4, 1), 0.9),
        ("index, a third of the levels rises by one", index_drift, leveled((5, 45, 45, 5)),
         leveled((1, 20, 50, 29)), 0.6),
        ("rate, 15 % to 45 %", rate_25, lambda chance: chance.random() < 0.15, lambda chance: chance.random() < 0.45,
         0.6),
        ("avoided, 1 % to 20 %", avoided, lambda chance: chance.random() < 0.01, lambda chance: chance.random() < 0.2,
         0.75),
    ],
)  # fmt: skip
def test_who_drifts_is_found_within_forty_charts(name, detect, before, after, least):
    chance = chance_of(13)
    found = 0
    for _ in range(100):
        past = [before(chance) for _ in range(PAST)]
        alarm = detect([*past, *(after(chance) for _ in range(40))])
        found += alarm is not None and alarm.place >= PAST
    print(f"{name}: {found / 100:.2f} within 40 charts")  # noqa: T201
    assert found / 100 >= least
