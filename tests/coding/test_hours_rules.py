"""Hours of work and absences, as plain arithmetic."""

from datetime import date, datetime, time

import pytest

from coding.rules.hours import Away, Hours, away_on, back_at, is_at_work, week_in_words

MONDAY = date(2026, 11, 2)
WEEK = [Hours(day, time(8), time(16)) for day in range(5)]


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute)  # noqa: DTZ001  (the zone is the person's)


@pytest.mark.parametrize(
    ("now", "present"),
    [(at(2, 8), True), (at(2, 15, 59), True), (at(2, 16), False), (at(2, 7, 59), False), (at(7, 10), False)],
)
def test_within_the_hours_of_the_weekday(now, present):
    assert is_at_work(now, WEEK, []) is present


def test_whose_hours_nobody_wrote_down_is_at_work_unless_away():
    assert is_at_work(at(7, 3), [], [])
    assert not is_at_work(at(7, 3), [], [Away(date(2026, 11, 7), date(2026, 11, 7))])


def test_away_from_the_first_day_through_the_last():
    away = Away(date(2026, 11, 3), date(2026, 11, 4))
    assert [is_at_work(at(day, 9), WEEK, [away]) for day in (2, 3, 4, 5)] == [True, False, False, True]


def test_of_two_absences_the_longer_counts():
    short, long = Away(MONDAY, MONDAY), Away(MONDAY, date(2026, 11, 6))
    assert away_on(MONDAY, [short, long]) is long
    assert away_on(date(2026, 11, 7), [short, long]) is None


@pytest.mark.parametrize(
    ("now", "absences", "back"),
    [
        (at(2, 7), [], at(2, 8)),
        (at(2, 17), [], at(3, 8)),
        (at(6, 17), [], at(9, 8)),
        (at(3, 9), [Away(date(2026, 11, 3), date(2026, 11, 5))], at(6, 8)),
        (at(3, 9), [Away(date(2026, 11, 3), date(2026, 11, 6))], at(9, 8)),
        (at(3, 9), [Away(date(2026, 11, 3), date(2026, 11, 4)), Away(date(2026, 11, 5), date(2026, 11, 5))], at(6, 8)),
    ],
)
def test_when_the_person_is_back(now, absences, back):
    assert back_at(now, WEEK, absences) == back


def test_nobody_knows_when_without_hours():
    assert back_at(at(2, 9), [], [Away(MONDAY, MONDAY)]) is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ([], ""),
        (WEEK, "Mon–Fri 08:00–16:00"),
        ([*WEEK[:2], Hours(5, time(9), time(12))], "Mon–Tue 08:00–16:00, Sat 09:00–12:00"),
        ([Hours(0, time(13), time(17)), Hours(0, time(8), time(12))], "Mon 08:00–12:00 and 13:00–17:00"),
        ([WEEK[0], WEEK[2]], "Mon 08:00–16:00, Wed 08:00–16:00"),
    ],
)
def test_a_week_in_words(hours, words):
    assert week_in_words(hours) == words
