"""Days as US charts write them; two-digit years lie behind the day on which the chart came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

CENTURY = 100
OLDEST = 1880
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
# Letters that readers of scans take for digits.
MISREAD = str.maketrans("OoQDlI|SsB", "0000111558")
DIGIT = r"[0-9OoQDlI|SB]"
SIGN = r"\s?[/.\-]\s?"
FORMS = (
    rf"(?P<m>{DIGIT}{{1,2}}){SIGN}(?P<d>{DIGIT}{{1,2}}){SIGN}(?P<y>{DIGIT}{{4}}|{DIGIT}{{2}})(?![\w/])",
    r"(?P<y2>[12]\d{3})-(?P<m2>\d{1,2})-(?P<d2>\d{1,2})(?!\w)",
    rf"(?P<M>{MONTH})[\s\-]+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?[\s\-]+(?P<y3>[12]\d{{3}})(?!\w)",
    rf"(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[\s\-]+(?P<M4>{MONTH}),?[\s\-]+(?P<y4>[12]\d{{3}}|\d{{2}})(?![\w/])",
    r"(?P<m5>[01]\d)(?P<d5>[0-3]\d)(?P<y5>[12]\d{3})(?!\w)",
)
DAY = re.compile(rf"(?<![\w/.\-])(?:{WEEKDAY})(?:{'|'.join(FORMS)})", re.IGNORECASE)
TO = re.compile(r"\s*(?:-|–|—|to|thru|through|until)\s*", re.IGNORECASE)
RANGE = re.compile(r"\s*(?:from\s+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Day:
    """A day that a text says, from where to where, and whether letters had to be read as digits."""

    day: date
    start: int
    end: int
    mended: bool = False

    @property
    def text(self) -> str:
        """As the form takes it."""
        return written(self.day)


def written(day: date) -> str:
    return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"


def days_in(text: str, *, on: date, start: int = 0, end: int | None = None) -> Iterator[Day]:
    """Every day in a part of a text that exists, is not after `on` and not older than anybody."""
    for found in DAY.finditer(text, start, len(text) if end is None else end):
        day = day_of(found, on)
        if day is not None:
            yield day


def day_at(text: str, *, on: date, start: int, end: int) -> Day | None:
    """The day with which a part of a text begins."""
    skipped = RANGE.match(text, start, end)
    found = DAY.match(text, skipped.end() if skipped else start, end)
    return day_of(found, on) if found else None


def range_at(text: str, *, on: date, start: int, end: int) -> tuple[Day, Day | None] | None:
    """The day with which a part of a text begins, and the day to which it says that it goes."""
    first = day_at(text, on=on, start=start, end=end)
    if first is None:
        return None
    to = TO.match(text, first.end, end)
    last = day_at(text, on=on, start=to.end(), end=end) if to else None
    return first, last if last is not None and last.day >= first.day else None


def day_of(found: re.Match[str], on: date) -> Day | None:
    """The day of a match; None if it does not exist or is still to come."""
    part = found.groupdict()
    year = next(part[name] for name in ("y", "y2", "y3", "y4", "y5") if part[name])
    month = part["M"] or part["M4"]
    number = next((part[name] for name in ("m", "m2", "m5") if part[name]), "")
    day = next(part[name] for name in ("d", "d2", "d3", "d4", "d5") if part[name])
    raw = year + number + day
    mended = not raw.isdigit()
    if mended and sum(sign.isdigit() for sign in raw) < len(raw) / 2:
        return None
    try:
        made = full_date(
            int(year.translate(MISREAD)),
            MONTHS.index(month[:3].casefold()) + 1 if month else int(number.translate(MISREAD)),
            int(day.translate(MISREAD)),
            on,
        )
    except ValueError:
        return None
    return Day(made, found.start(), found.end(), mended) if made.year >= OLDEST and made <= on else None


def full_date(year: int, month: int, day: int, on: date) -> date:
    """The day; of two-digit years the latest that is not after `on`. ValueError for a day that does not exist."""
    if year >= CENTURY:
        return date(year, month, day)
    made = date(on.year - on.year % CENTURY + year, month, day)
    return made if made <= on else made.replace(year=made.year - CENTURY)
