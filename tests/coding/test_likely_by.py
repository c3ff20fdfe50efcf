"""By when a batch is likely to be ready, and what that rests on."""

from datetime import UTC, datetime, timedelta

import pytest

from coding.rules.likely_by import Pace, likely_by, pace_of
from portal.rules.stretches import Stretch

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("finished", "at_work", "hours"),
    [
        (40, [(ago(10), ago(2))], 8),
        (40, [(ago(10), ago(2)), (ago(9), ago(1))], 9),  # two batches at once are one stretch
        (40, [(ago(10), ago(8)), (ago(4), ago(2))], 4),
        (40, [(ago(10), None)], 10),  # still in work
        (40, [(ago(24 * 30), ago(24 * 13))], 24),  # what is older than two weeks does not count
        (40, [(ago(24 * 30), None)], 24 * 14),
    ],
)
def test_a_pace_counts_the_hours_in_which_there_was_work(finished, at_work, hours):
    pace = pace_of(finished, [Stretch(*one) for one in at_work], at=NOW)
    assert (pace.finished, pace.days) == (finished, 14)
    assert pace.hours == pytest.approx(hours)


@pytest.mark.parametrize(("finished", "at_work"), [(9, [(ago(10), ago(2))]), (40, []), (40, [(ago(999), ago(900))])])
def test_too_little_is_no_pace(finished, at_work):
    assert pace_of(finished, [Stretch(*one) for one in at_work], at=NOW) is None


def test_what_is_due_before_goes_first():
    pace = Pace(finished=40, hours=10, days=14)
    found = likely_by(ahead=8, own=12, pace=pace, at=NOW)
    assert (found.at, found.visits) == (NOW + timedelta(hours=5), 20)


def test_without_a_pace_or_without_visits_nothing_is_said():
    assert likely_by(ahead=0, own=5, pace=None, at=NOW) is None
    assert likely_by(ahead=3, own=0, pace=Pace(40, 10, 14), at=NOW) is None
