"""The last weeks and the line through them."""

from datetime import date

import pytest

from coding.rules.weeks import last_weeks, spark


def test_the_last_weeks_begin_on_mondays_and_end_with_this_one():
    weeks = last_weeks(date(2026, 11, 26), number=3)  # a Thursday
    assert weeks == [date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23)]
    assert len(last_weeks(date(2026, 11, 23))) == 12


@pytest.mark.parametrize(
    ("values", "goal", "lines", "dots", "goal_at"),
    [
        ([1, 2, 3], None, ("0,22 50,12 100,2",), (), None),
        ([5, 5, 5], None, ("0,12 50,12 100,12",), (), None),  # all equal: in the middle
        ([1, None, 3], None, (), ((0.0, 22), (100.0, 2)), None),  # a gap leaves two points
        ([1, 2, None, 3, 3], 1, ("0,22 25,12", "75,2 100,2"), (), 22),
        ([2, 2], 1, ("0,2 100,2",), (), 22),  # the goal is in view
    ],
)
def test_a_line_with_its_gaps_and_goal(values, goal, lines, dots, goal_at):
    drawn = spark(values, goal=goal)
    assert (drawn.lines, drawn.dots, drawn.goal) == (lines, dots, goal_at)


def test_of_nothing_nothing_is_drawn():
    assert spark([None, None], goal=5) is None
