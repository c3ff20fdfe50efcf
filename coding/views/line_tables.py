"""The tables and tiles of the page of the line, as finished values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse

from coding.actions.flow import Days
from coding.forms.operations import workers
from coding.models import Assignment
from coding.rules.charts.shapes import Table
from coding.rules.figure_words import percent, proportion_words
from coding.rules.flow.ageing import Ageing, age_words
from coding.rules.flow.burn_down import BurnDown
from coding.rules.flow.complexity import Weights
from coding.rules.flow.cumulative import FlowPoint
from coding.rules.flow.percentiles import Spread
from coding.rules.flow.places import IN_PROGRESS, Place
from coding.rules.flow.range_charts import SPARK, spark, standing_words
from coding.rules.lifecycle import STAGE_OF, Stage
from coding.rules.proportions import Proportion
from coding.views.figures import link, listed
from coding.views.line_figures import added, open_by_practice, practice_sums, units_of
from portal.models import Practice, User
from portal.rules.promise import span


def team_table(
    sums: Sequence[Mapping[str, Any]], weights: Mapping[Stage, Weights], *, at: datetime
) -> list[dict[str, Any]]:
    """A row for each coder and verifier: work in hand, done, units, accuracy, returned, asked. Two queries."""
    held = Assignment.objects.live(at=at).filter(encounter__repeats=None)
    counts = dict(held.values_list("user").annotate(count=Count("pk")).order_by())
    own: dict[int, list[Mapping[str, Any]]] = {}
    for row in sums:
        own.setdefault(row["user"], []).append(row)
    return [
        {
            "pk": person.pk,
            "name": person.name,
            "open": link(counts.get(person.pk, 0), person=person.pk),
            "done": added(own.get(person.pk, ()), "done"),
            "units": f"{units_of(own.get(person.pk, ()), weights):,.0f}",
            "accuracy": accuracy_words(own.get(person.pk, ())),
            "returned": added(own.get(person.pk, ()), "returned"),
            "asked": added(own.get(person.pk, ()), "asked"),
        }
        for person in workers()
    ]


def accuracy_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """Codes that were right of those judged, with the interval; "" of none."""
    share = Proportion(added(rows, "codes_right"), added(rows, "codes"))
    return proportion_words(share) if share.of else ""


def practice_table(user: User, *, days: Days, at: datetime) -> list[dict[str, Any]]:
    """A row for each practice that has work: promise kept, open, late, questions, not billable. Three queries."""
    sums, standing = practice_sums(days), open_by_practice(user, at=at)
    practices = Practice.objects.visible_to(user).filter(pk__in={*sums, *standing}).by_name()
    none = dict.fromkeys(("came", "finished", "on_time", "unbillable", "open", "late", "asked"), 0)
    return [
        practice_row(practice, {**none, **sums.get(practice.pk, {}), **standing.get(practice.pk, {})})
        for practice in practices
    ]


def practice_row(practice: Practice, row: Mapping[str, Any]) -> dict[str, Any]:
    kept = Proportion(row["on_time"], row["finished"])
    return {
        "pk": practice.pk,
        "name": practice.name,
        "came": row["came"],
        "finished": row["finished"],
        "kept": proportion_words(kept) if kept.of else "",
        "open": link(row["open"], practice=practice.pk),
        "late": link(row["late"], practice=practice.pk, overdue="on"),
        "asked": link(row["asked"], practice=practice.pk, state="held"),
        "unbillable": row["unbillable"],
    }


@dataclass(frozen=True)
class Top:
    """What the six figures at the top are made of."""

    day: BurnDown
    sums: Sequence[Mapping[str, Any]]
    took: Spread | None
    questions: Mapping[str, Any]
    oldest: Ageing | None
    submitted: int  # stages finished today
    usual: float  # on a day before


def tiles(top: Top, *, at: datetime) -> list[dict[str, Any]]:
    """The six figures at the top; each leads to the rows behind it."""
    day, took, questions, oldest = top.day, top.took, top.questions, top.oldest
    risk, share = day.late + day.will_be_late, Proportion(added(top.sums, "codes_right"), added(top.sums, "codes"))
    interval = share.interval
    waited = span(at - questions["oldest"]) if questions["oldest"] else ""
    return [
        tile("Due today", f"{day.remaining:,}", f"{risk:,} at risk", "danger" if risk else "success",
             listed(due="today")),
        tile("Submitted today", f"{top.submitted:,}",
             f"usually {top.usual:,.0f} a day" if top.usual else "stage by stage", "info", listed(state="done_today")),
        tile("Codes right", f"{percent(interval.share)} %" if interval else "–",
             f"{percent(interval.low)} to {percent(interval.high)}, n = {share.of:,}" if interval else "no verdict yet",
             "info", reverse("coding:quality")),
        tile("Turnaround", f"{age_words(took.p50)}" if took else "–",
             f"85 % within {age_words(took.p85)}" if took else "nothing finished yet", "info",
             listed(state="delivered")),
        tile("Open questions", f"{questions['count']:,}", f"oldest {waited}" if waited else "nobody is asked",
             "warn" if questions["count"] else "success", listed(state="held")),
        tile("Oldest in progress", age_words(oldest.hours) if oldest else "–", oldest.label if oldest else "nothing",
             "warn" if oldest and took and oldest.hours > took.p95 else "info", oldest.url if oldest else listed()),
    ]  # fmt: skip


def tile(label: str, value: str, note: str, tone: str, url: str) -> dict[str, str]:
    return {"label": label, "value": value, "note": note, "tone": tone, "url": url}


def stage_rows(points: Sequence[FlowPoint]) -> list[dict[str, Any]]:
    """How much stands at each place, with how it came to be: a small drawing of the days."""
    changes = standing_words(points)
    return [
        {
            "label": place.label,
            "now": link(points[-1].standing[place], **place_filter(place)),
            "change": changes[place],
            "spark": spark(points, place),
            "width": SPARK[0],
            "height": SPARK[1],
            "most": f"{max(point.standing[place] for point in points):,}",
        }
        for place in IN_PROGRESS
    ]


def place_filter(place: Place) -> dict[str, str]:
    """The filter of the encounter list that shows what stands there."""
    if place is Place.HELD:
        return {"state": "held"}
    return {"stage": Stage(place.value).value} if place.value in set(STAGE_OF.values()) else {}


def team_csv(rows: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        ("Person", "In work", "Done", "Units", "Codes right", "Returned", "Questions"),
        tuple(
            (row["name"], str(row["open"]["count"]), str(row["done"]), row["units"], row["accuracy"],
             str(row["returned"]), str(row["asked"]))
            for row in rows
        ),
    )  # fmt: skip


def practice_csv(rows: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        ("Practice", "Arrived", "Finished", "Promise kept", "In progress", "Late", "Waits for it", "Not billable"),
        tuple(
            (row["name"], str(row["came"]), str(row["finished"]), row["kept"], str(row["open"]["count"]),
             str(row["late"]["count"]), str(row["asked"]["count"]), str(row["unbillable"]))
            for row in rows
        ),
    )  # fmt: skip
