"""The line as its manager sees it: today's promises, what ages, how work flows, and who does what."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.flow import Days, service_day, weights_now
from coding.models import RolledDay
from coding.rules.charts.shapes import Chart, Table
from coding.rules.flow.ageing import Ageing, ageing_chart
from coding.rules.flow.burn_down import BurnDown
from coding.rules.flow.complexity import Weights, weight_words
from coding.rules.flow.cumulative import FlowPoint
from coding.rules.flow.day_charts import burn_down_chart, throughput_chart
from coding.rules.flow.percentiles import Spread
from coding.rules.flow.places import Place
from coding.rules.flow.range_charts import arrivals_chart, flow_chart, stage_times_chart
from coding.rules.lifecycle import Stage
from coding.views import line_figures as figures
from coding.views import line_tables as tables
from coding.views.figures import today as midnight
from portal.access import SignedRequest, requires
from portal.actions.audit import record
from portal.models import User
from portal.rules.plain_cells import plain
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty

RANGES = (30, 7, 90)  # days; the first is shown when nothing is asked for
DAY = timedelta(days=1)
SPECIALTIES = {one.value: one.label for one in Specialty}


@dataclass
class Line:
    """What the page shows, each part read when it is first asked for."""

    user: User
    length: int  # days, today included
    at: datetime

    @cached_property
    def days(self) -> Days:
        last = service_day(self.at)
        return Days(last - DAY * (self.length - 1), last)

    @cached_property
    def weights(self) -> Mapping[Stage, Weights]:
        return weights_now()

    @cached_property
    def day(self) -> BurnDown:
        return figures.today_so_far(self.user, today=midnight(self.at), at=timezone.localtime(self.at))

    @cached_property
    def progress(self) -> tuple[list[Ageing], dict[Place, int]]:
        return figures.in_progress(self.user, at=self.at)

    @cached_property
    def took(self) -> Spread | None:
        return figures.turnaround(self.user)

    @cached_property
    def points(self) -> list[FlowPoint]:
        return figures.flow(self.progress[1], days=self.days)

    @cached_property
    def sums(self) -> list[dict[str, Any]]:
        return figures.person_sums(self.days)

    @cached_property
    def team(self) -> list[dict[str, Any]]:
        return tables.team_table(self.sums, self.weights, at=self.at)

    @cached_property
    def practices(self) -> list[dict[str, Any]]:
        return tables.practice_table(self.user, days=self.days, at=self.at)

    @cached_property
    def hours(self) -> list[figures.HourDone]:
        return figures.hours_done(self.weights, days=self.days, at=self.at)

    def weights_words(self) -> list[str]:
        """The weights of each stage as they are printed."""
        return [f"{stage.label}. {weight_words(weights, SPECIALTIES)}." for stage, weights in self.weights.items()]

    def charts(self) -> dict[str, Callable[[], Chart]]:
        """Each chart by its name."""
        return {
            "burn-down": lambda: burn_down_chart(self.day, start=midnight(self.at), at=timezone.localtime(self.at)),
            "ageing": lambda: ageing_chart(*self.progress, self.took),
            "flow": lambda: flow_chart(self.points),
            "arrivals": lambda: arrivals_chart(self.points),
            "stage-times": lambda: stage_times_chart(figures.stage_times()),
            "throughput": lambda: throughput_chart(self.hours),
        }

    def tables(self) -> dict[str, Callable[[], Table]]:
        """Each table that can be had as CSV, by its name."""
        charts = {name: (lambda make=make: make().table) for name, make in self.charts().items()}
        return {
            **charts,
            "team": lambda: tables.team_csv(self.team),
            "practices": lambda: tables.practice_csv(self.practices),
        }

    def tiles(self) -> list[dict[str, Any]]:
        today = midnight(self.at)
        submitted = sum(hour.done for hour in self.hours if hour.start >= today)
        worked = sum(day.arrived + day.departed != 0 for day in self.points[1:-1]) or 1
        top = tables.Top(
            day=self.day,
            sums=self.sums,
            took=self.took,
            questions=figures.open_questions(self.user),
            oldest=next(iter(self.progress[0]), None),
            submitted=submitted,
            usual=(figures.added(self.sums, "done") - submitted) / worked,
        )
        return tables.tiles(top, at=self.at)


def line_of(request: SignedRequest) -> Line:
    asked = request.GET.get("days", "")
    length = next((days for days in RANGES if str(days) == asked), RANGES[0])
    return Line(request.user, length, timezone.now())


@require_GET
@requires(Permission.MANAGE_WORK)
def line(request: SignedRequest) -> HttpResponse:
    """The whole page; its queries are the same however much work there is and was."""
    shown = line_of(request)
    rolled = RolledDay.objects.order_by("-day").first()
    following = RANGES[(RANGES.index(shown.length) + 1) % len(RANGES)]
    return render(
        request,
        "coding/line.html",
        {
            "tiles": shown.tiles(),
            "charts": {name.replace("-", "_"): make() for name, make in shown.charts().items()},
            "stages": tables.stage_rows(shown.points),
            "team": shown.team,
            "practices": shown.practices,
            "weights": shown.weights_words(),
            "days": shown.length,
            "ranges": [{"days": days, "current": days == shown.length} for days in sorted(RANGES)],
            "following": following,
            "rolled_at": rolled.rolled_at if rolled else None,
        },
    )


@require_GET
@requires(Permission.MANAGE_WORK)
def line_csv(request: SignedRequest, name: str) -> HttpResponse:
    """A chart's or a table's values as CSV, in the words and numbers that the page shows."""
    shown = line_of(request)
    make = shown.tables().get(name)
    if make is None:
        raise Http404
    table = make()
    record("flow.downloaded", at=shown.at, by=request.user, request=request, table=name, rows=len(table.rows))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="line-{name}.csv"'
    writer = csv.writer(answer)
    writer.writerows([plain(cell) for cell in row] for row in (table.heads, *table.rows))
    return answer
