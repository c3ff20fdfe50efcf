"""Steps and gates: what a window of charts decides, and how often it decides wrongly."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.plans.steps import (
    STANDARD,
    BadPlan,
    Outcome,
    Plan,
    Step,
    as_data,
    from_data,
    judge,
    next_step,
    parse_steps,
    refuse_nonsense,
    step_lines,
    window_of,
)


def charts(right, wrong=0):
    return [True] * right + [False] * wrong


@pytest.mark.parametrize(
    ("step", "seen", "outcome", "needed"),
    [
        (0, charts(0), Outcome.OPEN, 40),
        (0, charts(39), Outcome.OPEN, 1),
        (0, charts(40), Outcome.PASSED, 0),
        (0, charts(39, 1), Outcome.OPEN, 0),  # its lower end is 87.1 %
        (0, charts(58, 1), Outcome.PASSED, 0),
        (0, charts(0, 60), Outcome.OPEN, 0),  # there is nothing wider to go back to
        (1, charts(9, 5), Outcome.OPEN, 26),  # on 14 charts nobody goes back
        (1, charts(11, 4), Outcome.FAILED, 25),  # its upper end is 89.1 %
        (1, charts(12, 3), Outcome.OPEN, 25),
        (3, charts(60), Outcome.OPEN, 0),  # there is nothing narrower
        (3, charts(48, 12), Outcome.FAILED, 0),
        (9, charts(48, 12), Outcome.FAILED, 0),  # a plan that has become shorter
    ],
)
def test_a_gate_passes_by_its_lower_end_and_fails_by_its_upper_end(step, seen, outcome, needed):
    gate = judge(STANDARD, step, seen)
    assert (gate.outcome, gate.needed) == (outcome, needed)


def test_a_gate_looks_back_on_twice_its_charts():
    old_mistakes = [False] * 50
    assert judge(STANDARD, 1, old_mistakes + charts(50)).accuracy.of == window_of(STANDARD.steps[1]) == 80
    assert judge(STANDARD, 1, old_mistakes + charts(80)).outcome is Outcome.PASSED


@given(st.integers(0, 3), st.lists(st.booleans(), max_size=80))
def test_a_gate_leads_one_step_at_most_and_stays_within_the_plan(step, seen):
    after = next_step(STANDARD, step, judge(STANDARD, step, seen).outcome)
    assert abs(after - step) <= 1
    assert 0 <= after < len(STANDARD.steps)


def test_no_step_is_below_the_floor():
    plan = Plan((Step(100, 30, 85), Step(10, 30, 85)), back=90, floor=10)
    assert [plan.share(step) for step in range(3)] == [100, 10, 10]
    assert [STANDARD.share(step) for step in range(4)] == [100, 50, 10, 5]


# -- how often it decides wrongly ----------------------------------------------------------------------


def coded(accuracy, count, seed):
    """So many charts of a coder of that accuracy; the same for the same seed."""
    bits = hashlib.shake_256(f"{accuracy} {seed}".encode()).digest(4 * count)
    return [int.from_bytes(bits[4 * i : 4 * i + 4], "big") < accuracy * 2**32 for i in range(count)]


def passed_within(accuracy, count, seed):
    """Whether a new coder leaves the first step within so many charts, looked at after each."""
    seen = coded(accuracy, count, seed)
    return any(judge(STANDARD, 0, seen[:n]).outcome is Outcome.PASSED for n in range(1, count + 1))


def sent_back_within(accuracy, count, seed):
    seen = coded(accuracy, count, seed)
    return any(judge(STANDARD, 3, seen[:n]).outcome is Outcome.FAILED for n in range(1, count + 1))


@pytest.mark.parametrize(
    ("accuracy", "passing", "least", "most"),
    [
        (0.99, 100, 0.95, 1.0),
        (0.97, 100, 0.70, 0.85),
        (0.95, 200, 0.68, 0.84),
        (0.90, 200, 0.06, 0.17),
        (0.85, 200, 0.0, 0.02),
    ],
)
def test_how_many_coders_pass_the_first_gate(accuracy, passing, least, most):
    """400 coders each. The figures are printed in docs/verification-plans.md."""
    share = sum(passed_within(accuracy, passing, seed) for seed in range(400)) / 400
    print(f"accuracy {accuracy}: {share:.3f} pass within {passing}")  # noqa: T201
    assert least <= share <= most


@pytest.mark.parametrize(
    ("accuracy", "charts_seen", "least", "most"),
    [(0.97, 200, 0.0, 0.03), (0.95, 200, 0.0, 0.15), (0.80, 60, 0.60, 1.0), (0.70, 60, 0.95, 1.0)],
)
def test_how_many_coders_are_sent_back(accuracy, charts_seen, least, most):
    share = sum(sent_back_within(accuracy, charts_seen, seed) for seed in range(400)) / 400
    print(f"accuracy {accuracy}: {share:.3f} sent back within {charts_seen}")  # noqa: T201
    assert least <= share <= most


# -- as it is written and kept -------------------------------------------------------------------------


def test_a_plan_is_kept_and_read_again():
    assert from_data(as_data(STANDARD)) == STANDARD
    assert parse_steps(step_lines(STANDARD)) == STANDARD.steps
    assert parse_steps("100 %, 40, 90\n\n50 40 90\n") == STANDARD.steps[:2]
    refuse_nonsense(STANDARD)


@pytest.mark.parametrize("text", ["100 30", "a 30 85", "100 30 85 1", "-5 30 85"])
def test_a_step_that_is_not_three_numbers_is_refused(text):
    with pytest.raises(BadPlan, match="three whole numbers"):
        parse_steps(text)


@pytest.mark.parametrize(
    ("steps", "back", "floor", "why"),
    [
        ((), 90, 1, "one to 8 steps"),
        ((Step(50, 30, 85), Step(50, 30, 85)), 90, 3, "less than the one before"),
        ((Step(100, 9, 85),), 90, 3, "10 to 500"),
        ((Step(100, 30, 99), Step(50, 30, 85)), 90, 3, "Nobody can pass 99 % on 60 charts"),
        ((Step(100, 30, 40),), 90, 3, "lower end"),
        ((Step(100, 30, 85),), 30, 3, "goes back"),
        ((Step(100, 30, 85), Step(5, 30, 85)), 90, 6, "floor"),
        ((Step(100, 30, 85), Step(5, 30, 85)), 90, 0, "floor"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(steps, back, floor, why):
    with pytest.raises(BadPlan, match=why):
        refuse_nonsense(Plan(steps, back, floor))


def test_the_standard_plan_narrows():
    assert all(wide.share > narrow.share for wide, narrow in pairwise(STANDARD.steps))
