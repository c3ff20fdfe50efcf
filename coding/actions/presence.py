"""Who is at work now, by hours and absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from coding.models import Absence, WorkHours
from coding.rules.hours import Away, Hours, away_on, is_at_work
from portal.models import User


def is_absent(user: User, *, at: datetime) -> bool:
    """Whether the person is away on this day of their zone."""
    absences = [one.plain() for one in Absence.objects.standing().filter(user=user)]
    return away_on(at.astimezone(ZoneInfo(user.time_zone)).date(), absences) is not None


def at_work(people: Collection[User], *, at: datetime) -> set[int]:
    """The ids of those of the people who work at this moment; two queries."""
    hours, absences = week_and_absences(people)
    return {
        user.pk
        for user in people
        if is_at_work(at.astimezone(ZoneInfo(user.time_zone)), hours[user.pk], absences[user.pk])
    }


def week_and_absences(people: Collection[User]) -> tuple[Mapping[int, list[Hours]], Mapping[int, list[Away]]]:
    """The hours and the standing absences of people, by their id; two queries."""
    hours: dict[int, list[Hours]] = defaultdict(list)
    for row in WorkHours.objects.filter(user__in=people):
        hours[row.user_id].append(row.plain())
    absences: dict[int, list[Away]] = defaultdict(list)
    for absence in Absence.objects.standing().filter(user__in=people):
        absences[absence.user_id].append(absence.plain())
    return hours, absences
