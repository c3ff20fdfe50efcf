"""What the page of the line reads: today's promises, work in progress, and the roll-ups of some weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum
from django.urls import reverse
from django.utils import timezone

from coding.actions.flow import Days
from coding.models import Encounter, FlowDay, PersonDay, WorkHour
from coding.rules.flow.ageing import Ageing
from coding.rules.flow.burn_down import BurnDown, Due, burn_down, pace
from coding.rules.flow.complexity import Weights
from coding.rules.flow.cumulative import FlowPoint, Moved, cumulative_flow
from coding.rules.flow.hours import HourDone
from coding.rules.flow.percentiles import Spread, spread
from coding.rules.flow.places import PLACE_OF, Place
from coding.rules.flow.range_charts import StageTimes
from coding.rules.lifecycle import FINISHED, WAITING, EncounterStatus, Stage
from portal.models import User
from portal.rules.promise import DAY

PACE_OVER = timedelta(hours=2)
DOTS = 300  # encounters drawn one by one, the oldest
LAST = 1000  # finished visits whose times are compared with
LAST_OF_STAGE = 500
HOURS = 24
HOUR = timedelta(hours=1)

# The last finished pieces of work of a stage: how many minutes each was open, and how many it had waited before that
# since it last came to the stage.
TIMES = """
SELECT extract(epoch FROM a.ended_at - a.opened_at) / 60, extract(epoch FROM a.opened_at - came.at) / 60
FROM (
  SELECT encounter_id, opened_at, ended_at FROM coding_assignment
  WHERE stage = %s AND "end" = 'finished' ORDER BY ended_at DESC LIMIT %s
) a
JOIN coding_encounter n ON n.id = a.encounter_id AND n.repeats_id IS NULL
CROSS JOIN LATERAL (
  SELECT e.at FROM coding_encounterevent e
  WHERE e.encounter_id = a.encounter_id AND e.at <= a.opened_at AND e.new_status = %s
    AND e.old_status IS DISTINCT FROM e.new_status AND e.move NOT LIKE 'release%%'
  ORDER BY e.at DESC LIMIT 1
) came
WHERE a.opened_at IS NOT NULL
"""


def today_so_far(user: User, *, today: datetime, at: datetime) -> BurnDown:
    """Everything that must be out by the end of the day, and how it goes. Three queries."""
    rows = Encounter.objects.visible_to(user).originals().filter(due_at__lt=today + DAY).order_by()
    waiting = rows.filter(finished_at=None, clock_stopped=False).values_list("due_at", flat=True)
    finished = rows.filter(status__in=FINISHED, finished_at__gte=today, finished_at__lte=at)
    done = Encounter.objects.visible_to(user).originals().filter(
        status__in=FINISHED, finished_at__gt=at - PACE_OVER, finished_at__lte=at
    )  # fmt: skip
    return burn_down(
        [
            *(Due(timezone.localtime(due)) for due in waiting),
            *(
                Due(timezone.localtime(due), timezone.localtime(moment))
                for due, moment in finished.values_list("due_at", "finished_at")
            ),
        ],
        start=today,
        at=at,
        pace=pace(done.count(), PACE_OVER.total_seconds() / 3600),
    )


def in_progress(user: User, *, at: datetime) -> tuple[list[Ageing], dict[Place, int]]:
    """The oldest encounters in progress, and how many stand at each place. Two queries."""
    rows = Encounter.objects.visible_to(user).originals().filter(finished_at=None)
    counts: dict[Place, int] = dict.fromkeys(Place, 0)
    for status, count in rows.order_by().values_list("status").annotate(count=Count("pk")):
        counts[PLACE_OF[EncounterStatus(status)]] += count
    oldest = rows.order_by("created_at", "pk").only("status", "created_at")[:DOTS]
    return [
        Ageing(
            label=row.label,
            url=reverse("coding:encounter", args=[row.pk]),
            place=PLACE_OF[row.state],
            hours=(at - row.created_at).total_seconds() / 3600,
        )
        for row in oldest
    ], {place: count for place, count in counts.items() if count}


def turnaround(user: User) -> Spread | None:
    """How many hours the last finished visits took from their arrival. One query."""
    rows = Encounter.objects.visible_to(user).originals().exclude(finished_at=None).order_by("-finished_at")
    times = rows.values_list("created_at", "finished_at")[:LAST]
    return spread([(finished - created).total_seconds() / 3600 for created, finished in times if finished])


def flow(standing: Mapping[Place, int], *, days: Days) -> list[FlowPoint]:
    """How much stood where at each day's end. One query."""
    rows = FlowDay.objects.filter(day__range=(days.first, days.last)).values_list("day", "place")
    moved = rows.annotate(Sum("entered"), Sum("left")).order_by()
    return cumulative_flow(
        [Moved(day, Place(place), entered, left) for day, place, entered, left in moved],
        standing=standing,
        first=days.first,
        last=days.last,
    )


def stage_times() -> list[StageTimes]:
    """How long the last visits of each stage waited and were open. A query for each stage."""
    return [StageTimes(stage, *times_of(stage)) for stage in Stage]


def times_of(stage: Stage) -> tuple[Spread | None, Spread | None]:
    """Waiting and work, in minutes."""
    with connection.cursor() as cursor:
        cursor.execute(TIMES, [stage.value, LAST_OF_STAGE, WAITING[stage].value])
        rows = [(float(active), float(waited)) for active, waited in cursor.fetchall()]
    return spread([waited for _, waited in rows]), spread([active for active, _ in rows])


def hours_done(weights: Mapping[Stage, Weights], *, days: Days, at: datetime) -> list[HourDone]:
    """The last 24 hours: units finished in each, and what that hour of the day brought on a day of the range."""
    now = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
    first = now - HOUR * (HOURS - 1)
    rows = WorkHour.objects.filter(start__gte=days.start).values_list(
        "start", "stage", "specialty", "done", "pages", "lines"
    )
    units: dict[datetime, float] = {}
    done: dict[datetime, int] = {}
    usual: dict[int, float] = {}
    for start, stage, specialty, count, pages, lines in rows:
        of = weights[Stage(stage)].units(specialty, done=count, pages=pages, lines=lines)
        hour = timezone.localtime(start)
        units[hour], done[hour] = units.get(hour, 0.0) + of, done.get(hour, 0) + count
        if hour < first:
            usual[hour.hour] = usual.get(hour.hour, 0.0) + of
    worked = len({hour.date() for hour in units if hour < first}) or 1
    hours = [first + HOUR * number for number in range(HOURS)]
    return [
        HourDone(hour, done.get(hour, 0), units.get(hour, 0.0), usual.get(hour.hour, 0.0) / worked) for hour in hours
    ]


def person_sums(days: Days) -> list[dict[str, Any]]:
    """The roll-ups of people, added up by person, stage and specialty. One query."""
    names = ("done", "pages", "lines", "asked", "returned", "scored", "clean", "codes", "codes_right")
    rows = PersonDay.objects.filter(day__range=(days.first, days.last)).values("user", "stage", "specialty").order_by()
    return list(rows.annotate(**{f"all_{name}": Sum(name) for name in names}))


def practice_sums(days: Days) -> dict[int, dict[str, int]]:
    """By practice what was finished, by its due time, and not billable; and what arrived. One query."""
    finished = Q(place=Place.FINISHED)
    rows = FlowDay.objects.filter(day__range=(days.first, days.last)).values("practice").order_by()
    return {
        row["practice"]: row
        for row in rows.annotate(
            came=Sum("entered") - Sum("left"),
            finished=Sum("entered", filter=finished, default=0),
            on_time=Sum("on_time", filter=finished, default=0),
            unbillable=Sum("not_billable", filter=finished, default=0),
        )
    }


def open_by_practice(user: User, *, at: datetime) -> dict[int, dict[str, Any]]:
    """By practice what is in progress, late, and waits for its answer. One query."""
    rows = Encounter.objects.visible_to(user).originals().filter(finished_at=None).order_by().values("practice")
    return {
        row["practice"]: row
        for row in rows.annotate(
            open=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=at, clock_stopped=False)),
            asked=Count("pk", filter=Q(hold_move="practice")),
        )
    }


def open_questions(user: User) -> dict[str, Any]:
    """How many encounters wait for somebody's answer, and since when the oldest does. One query."""
    rows = Encounter.objects.visible_to(user).originals().filter(finished_at=None, status=EncounterStatus.HELD)
    return rows.aggregate(count=Count("pk"), oldest=Min("held_at"))


def units_of(rows: Iterable[Mapping[str, Any]], weights: Mapping[Stage, Weights]) -> float:
    """The units of some sums."""
    return sum(
        weights[Stage(row["stage"])].units(
            row["specialty"], done=row["all_done"], pages=row["all_pages"], lines=row["all_lines"]
        )
        for row in rows
    )


def added(rows: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(row[f"all_{name}"] for row in rows)
