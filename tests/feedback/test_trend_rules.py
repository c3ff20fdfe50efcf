"""Months without gaps, shares of what there is, and the line drawn of them."""

from datetime import date
from decimal import Decimal

import pytest

from feedback.rules.trends import Month, Times, in_months, months_before, per_hundred, plot_of, short

MARCH = date(2026, 3, 1)


def test_twelve_months_end_with_this_one():
    months = months_before(date(2026, 3, 31))
    assert (len(months), months[0], months[-1]) == (12, date(2025, 4, 1), MARCH)


@pytest.mark.parametrize(
    ("count", "of", "share"), [(3, 200, Decimal("1.5")), (1, 3, Decimal("33.3")), (0, 5, Decimal(0)), (2, 0, None)]
)
def test_a_share_of_nothing_is_none(count, of, share):
    assert per_hundred(count, of) == share


def test_a_month_in_which_nothing_happened_is_there():
    facts = ({MARCH: {"encounters": 50}}, {MARCH: {"questions": 2, "their_answers": Times(2, 3.0, 5.0)}})
    february, march = in_months(months_before(MARCH, 2), facts)
    assert february == Month(first=date(2026, 2, 1))
    assert (march.questions_per_hundred, march.their_answers.median, february.questions_per_hundred) == (4, 3.0, None)


def test_upheld_is_counted_of_what_was_decided():
    assert Month(first=MARCH, remarks=5, decided=4, upheld=1).upheld_share == 25
    assert Month(first=MARCH, remarks=5).upheld_share is None


def test_a_month_without_a_value_breaks_the_line_and_zero_is_its_foot():
    plot = plot_of([0, 10, None, 5], months_before(MARCH, 4))
    assert [dot.value for dot in plot.dots] == ["0", "10", "5"]
    assert [dot.y for dot in plot.dots] == [136, 12, 74]
    assert plot.lines == ("40.0,136.0 156.0,12.0",), "one dot alone is no line"
    assert [word for _, word in plot.months] == ["Dec", "Jan", "Feb", "Mar"]
    assert plot.top == "10"


def test_without_any_value_there_is_no_picture():
    assert not plot_of([None, None], months_before(MARCH, 2)).has_values
    assert (short(3.0), short(3.25)) == ("3", "3.2")
