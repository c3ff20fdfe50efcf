"""Rolling up the line's history, day by day, from the events of its encounters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from coding.actions.flow_sql import FLOW_DAYS, PERSON_DAYS, TIMED, WORK_HOURS
from coding.models import ComplexityFit, EncounterEvent, FlowDay, PersonDay, RolledDay, Score, WorkHour
from coding.rules.flow.complexity import UNFITTED, Timed, Weights, fit
from coding.rules.lifecycle import DONE, MOVES, UNDO, Stage
from portal.actions.audit import record

LOCK = 0xF10  # one roll-up at a time
SETTLED = timedelta(minutes=10)  # after midnight: what was written at the end of the day is there by then
DAY = timedelta(days=1)
SEAM = DAY * 7  # by then nearly every visit of an earlier day is finished
FITTED_TO = 2000  # the last times of a stage


@dataclass(frozen=True)
class Days:
    """Whole days of the service, the last included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        return midnight(self.last + DAY)


def midnight(day: date) -> datetime:
    """The first moment of a day in the service's time zone."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def service_day(at: datetime) -> date:
    """The day of the service on which a moment lies."""
    return at.astimezone(timezone.get_default_timezone()).date()


@transaction.atomic
def roll_up(*, at: datetime) -> None:
    """Bring the roll-ups up to date: today, days that were not closed yet, and days whose scores were revised.

    Safe to call again and at the same time as another; closes days that are over, and fits the weights once a day.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    today, first = service_day(at), first_open_day()
    if first is None:
        return
    for day in sorted(revised_days(before=first)):
        write_days(Days(day, day), at=at)
    closed = today - DAY if at - midnight(today) >= SETTLED else today - DAY * 2
    if first <= closed:
        write_days(Days(first, closed), at=at, is_closed=True)
        record("flow.closed", at=at, first=str(first), last=str(closed))
    if max(first, closed + DAY) <= today:
        write_days(Days(max(first, closed + DAY), today), at=at)
    if first <= closed or not ComplexityFit.objects.exists():
        fit_weights(at=at)


@transaction.atomic
def roll_up_again(*, at: datetime) -> None:
    """Everything anew from the first event on."""
    RolledDay.objects.all().delete()
    roll_up(at=at)


@transaction.atomic
def roll_up_history(*, at: datetime) -> None:
    """The days before the first that is rolled up: of events that came to the site later than those after them."""
    known = RolledDay.objects.order_by("day").values_list("day", flat=True).first()
    first = EncounterEvent.objects.filter(move="create").order_by("at").values_list("at", flat=True).first()
    if known is None or first is None:
        roll_up(at=at)
    elif service_day(first) < known:
        write_days(Days(service_day(first), known - DAY), at=at, is_closed=True)
        write_days(Days(known, min(known + SEAM, service_day(at))), at=at)  # older visits ended on these days
        roll_up(at=at)


def first_open_day() -> date | None:
    """The day after the last closed one; that of the first event if none is; None without events."""
    closed = RolledDay.objects.filter(is_closed=True).order_by("-day").values_list("day", flat=True).first()
    if closed is not None:
        return closed + DAY
    events = EncounterEvent.objects.order_by("at").values_list("at", flat=True)
    first = events.filter(move="create").first() or events.first()  # the second only of histories cut short
    return service_day(first) if first else None


def revised_days(*, before: date) -> set[date]:
    """Closed days with a verdict whose score was revised since the last roll-up."""
    last = RolledDay.objects.order_by("-day").values_list("rolled_at", flat=True).first()
    if last is None:
        return set()
    rows = Score.objects.filter(revision__gt=1, at__gte=last, verification__at__lt=midnight(before))
    return {service_day(moment) for moment in rows.values_list("verification__at", flat=True)}


def write_days(days: Days, *, at: datetime, is_closed: bool | None = None) -> None:
    """The roll-ups of these days anew; `is_closed` None leaves it as it is."""
    FlowDay.objects.filter(day__range=(days.first, days.last)).delete()
    PersonDay.objects.filter(day__range=(days.first, days.last)).delete()
    WorkHour.objects.filter(start__gte=days.start, start__lt=days.end).delete()
    values: Mapping[str, Any] = {
        "start": days.start,
        "end": days.end,
        "zone": timezone.get_default_timezone_name(),
        "moves": ["create", *MOVES],
        "done": sorted({move for moves in DONE.values() for move in moves}),
        "undo": sorted(UNDO.values()),
    }
    with connection.cursor() as cursor:
        for statement in (FLOW_DAYS, PERSON_DAYS, WORK_HOURS):
            cursor.execute(statement, values)
    count = (days.last - days.first).days + 1
    rows = [
        RolledDay(day=days.first + DAY * number, rolled_at=at, is_closed=bool(is_closed)) for number in range(count)
    ]
    fields = ["rolled_at"] if is_closed is None else ["rolled_at", "is_closed"]
    RolledDay.objects.bulk_create(rows, update_conflicts=True, unique_fields=["day"], update_fields=fields)


def fit_weights(*, at: datetime) -> None:
    """Fit the minutes of each stage to its last times; too few leave the weights as they are."""
    for stage in Stage:
        weights = fit(last_times(stage))
        if weights is not None:
            parts = {name: value for name, value in asdict(weights).items() if name not in ("n", "r2")}
            ComplexityFit.objects.create(stage=stage, fitted_at=at, n=weights.n, r2=weights.r2, weights=parts)


def last_times(stage: Stage) -> list[Timed]:
    """How long the last visits of a stage were open at the bench, and how much there was to do."""
    with connection.cursor() as cursor:
        cursor.execute(TIMED, {"stage": stage.value, "limit": FITTED_TO})
        rows: Iterable[Any] = cursor.fetchall()
    return [Timed(float(minutes), specialty, pages, lines) for minutes, specialty, pages, lines in rows]


def weights_now() -> Mapping[Stage, Weights]:
    """The newest weights of each stage."""
    rows = ComplexityFit.objects.order_by("stage", "-fitted_at").distinct("stage")
    return {**dict.fromkeys(Stage, UNFITTED), **{Stage(row.stage): row.as_weights() for row in rows}}
