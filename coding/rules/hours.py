"""Hours of work and absences: who is at work at a moment of their own zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LOOKED_AHEAD = 8  # days in which the next beginning of work is looked for


class AbsenceReason(StrEnum):
    HOLIDAY = "holiday"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, order=True)
class Hours:
    """Work from a time to a later one of the same day; Monday is 0."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True)
class Away:
    """Not at work from a day through another."""

    starts_on: date
    ends_on: date

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


def away_on(day: date, absences: Iterable[Away]) -> Away | None:
    """The absence that covers the day; of several the one that lasts longest."""
    covering = [one for one in absences if one.covers(day)]
    return max(covering, key=lambda one: one.ends_on, default=None)


def is_at_work(moment: datetime, hours: Sequence[Hours], absences: Iterable[Away]) -> bool:
    """Whether a person works at a moment given in their zone; whose hours nobody wrote down does, unless away."""
    if away_on(moment.date(), absences):
        return False
    spans = [one for one in hours if one.weekday == moment.weekday()]
    return not hours or any(one.starts <= moment.time() < one.ends for one in spans)


def back_at(moment: datetime, hours: Sequence[Hours], absences: Sequence[Away]) -> datetime | None:
    """When the person begins work next, in their zone; None if they have no hours or none within a week after it."""
    day = moment.date()
    while (away := away_on(day, absences)) is not None:
        day = away.ends_on + timedelta(days=1)
    for number in range(LOOKED_AHEAD):
        on = day + timedelta(days=number)
        if away_on(on, absences):
            continue
        for one in sorted(hours):
            begins = datetime.combine(on, one.starts, moment.tzinfo)
            if one.weekday == on.weekday() and begins > moment:
                return begins
    return None


def week_in_words(hours: Iterable[Hours]) -> str:
    """The week as in "Mon–Fri 08:00–16:00, Sat 09:00–12:00"; days of equal hours that follow each other as one."""
    spans: dict[int, str] = {}
    for one in sorted(hours):
        said = f"{one.starts:%H:%M}–{one.ends:%H:%M}"
        spans[one.weekday] = f"{spans[one.weekday]} and {said}" if one.weekday in spans else said
    runs: list[tuple[int, int, str]] = []
    for day, said in spans.items():
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], day, said)
        else:
            runs.append((day, day, said))
    return ", ".join(
        f"{DAYS[first][:3]}{f'–{DAYS[last][:3]}' if last != first else ''} {said}" for first, last, said in runs
    )
