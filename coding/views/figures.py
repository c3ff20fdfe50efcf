"""The figures of the operations page: stages, people, batches, failed jobs; each a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils import timezone

from coding.actions.output_templates import UNFIT
from coding.forms.operations import workers
from coding.models import Assignment, Encounter, EncounterEvent
from coding.models.encounter_filter import held_ahead, lasting
from coding.rules.lifecycle import DONE, FINISHED, IN_WORK, WAITING, EncounterStatus, Stage, WhoseMove
from coding.views.due import due_tag
from portal.models import Batch, Job, JobState, User
from portal.rules.promise import span

BATCHES_SHOWN = 30
JOBS_SHOWN = 20

JOB_WORDS = {
    "coding.make_scheduled_report": "Making a monthly report",
    "portal.send_notice": "E-mail not sent",
    "portal.send_dispatch": "Result not sent",
    "coding.deliver_batch": "Result not delivered",
    "portal.render_chart": "Chart not prepared",
    "coding.load_code_file": "Code list not loaded",
    "coding.suggest_codes": "Codes not suggested",
}


def today(at: datetime) -> datetime:
    """The first moment of the reader's day."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def listed(**filters: Any) -> str:
    """The address of the encounter list with a filter."""
    return f"{reverse('coding:operations-encounters')}?{urlencode(filters)}"


def link(count: int, **filters: Any) -> dict[str, Any]:
    """A number and the address of the rows behind it."""
    return {"count": count, "url": listed(**filters) if count else None}


def stage_figures(user: User, *, at: datetime) -> dict[str, Any]:
    """Per stage: waiting, in work, held, done today, oldest, overdue; and the same summed up in tiles."""
    counted = list(
        Encounter.objects.visible_to(user)
        .unfinished()
        .order_by()
        .annotate(ahead=held_ahead())
        .values("status", "hold_stage", "hold_move", "ahead")
        .annotate(
            count=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=at, clock_stopped=False)),
            oldest=Min("waiting_since"),
        )
    )
    done = done_today(at=at)
    stages = [stage_row(stage, counted, done[stage], at=at) for stage in Stage]
    asked = sum(row["count"] for row in counted if row["hold_move"] == WhoseMove.PRACTICE)
    held = sum(row["count"] for row in counted if row["status"] == EncounterStatus.HELD)
    waiting = sum(row["waiting"]["count"] for row in stages)
    overdue = sum(row["overdue"]["count"] for row in stages)
    return {
        "stages": stages,
        "tiles": [
            tile("Waiting", waiting, "info", "at all stages", state="waiting"),
            tile(
                "In work", sum(row["in_work"]["count"] for row in stages), "info", "with a person now", state="in_work"
            ),
            tile("Overdue", overdue, "danger" if overdue else "success", "past the promised time", overdue="on"),
            tile("On hold", held, "warn" if asked else "info", f"{asked} wait for the practice", state="held"),
            tile("Done today", sum(done.values()), "success", "stage by stage", state="done_today"),
        ],
    }


def tile(label: str, value: int, tone: str, note: str, **filters: Any) -> dict[str, Any]:
    """One tile: a number with its words and the rows behind it."""
    return {"label": label, "value": value, "tone": tone, "note": note, "url": listed(**filters)}


def stage_row(stage: Stage, counted: Sequence[Mapping[str, Any]], done: int, *, at: datetime) -> dict[str, Any]:
    """The numbers of one stage, out of the grouped counts."""

    def total(rows: Sequence[Mapping[str, Any]], key: str = "count") -> int:
        return sum(row[key] for row in rows)

    mine = [row for row in counted if row["status"] == IN_WORK[stage]]
    waiting = [row for row in counted if row["status"] == WAITING[stage]] + [row for row in mine if row["ahead"]]
    in_work = [row for row in mine if not row["ahead"]]
    held = [row for row in counted if row["status"] == EncounterStatus.HELD and row["hold_stage"] == stage]
    since = min((row["oldest"] for row in [*waiting, *in_work, *held]), default=None)
    return {
        "label": stage.label,
        "waiting": link(total(waiting), stage=stage.value, state="waiting"),
        "in_work": link(total(in_work), stage=stage.value, state="in_work"),
        "held": link(total(held), stage=stage.value, state="held"),
        "done": link(done, stage=stage.value, state="done_today"),
        "overdue": link(total([*waiting, *in_work, *held], "overdue"), stage=stage.value, overdue="on"),
        "oldest": span(at - since) if since else "",
        "oldest_at": since,
    }


def done_today(*, at: datetime) -> dict[Stage, int]:
    """How many encounters left each stage with its work done, since the reader's midnight."""
    moves = {move for moves in DONE.values() for move in moves}
    events = (
        lasting(EncounterEvent.objects.filter(encounter__repeats=None, at__gte=today(at), move__in=moves))
        .values("old_status", "move")
        .annotate(count=Count("encounter", distinct=True))
    )
    counts = dict.fromkeys(Stage, 0)
    for event in events:
        for stage in Stage:
            if event["old_status"] == IN_WORK[stage] and event["move"] in DONE[stage]:
                counts[stage] += event["count"]
    return counts


def people_figures(*, at: datetime) -> list[dict[str, Any]]:
    """Per coder and verifier: what they hold, what they finished today, and how much is assigned to them ahead."""
    people = list(workers().prefetch_related("user_roles"))
    live = Assignment.objects.live(at=at).filter(encounter__repeats=None)
    held = dict(live.values_list("user").annotate(count=Count("pk")).order_by())
    ahead = dict(live.ahead().values_list("user").annotate(count=Count("pk")).order_by())
    moves = {move for moves in DONE.values() for move in moves}
    done = dict(
        lasting(
            EncounterEvent.objects.filter(encounter__repeats=None, at__gte=today(at), move__in=moves, user__in=people)
        )
        .values_list("user")
        .annotate(count=Count("encounter", distinct=True))
        .order_by()
    )
    return [
        {
            "name": person.name,
            "roles": ", ".join(person.role_labels),
            "open": link(held.get(person.pk, 0), person=person.pk),
            "ahead": ahead.get(person.pk, 0),
            "done": link(done.get(person.pk, 0), person=person.pk, state="done_today"),
            "push": f"up to {person.push_limit}" if person.push_limit else "takes work",
        }
        for person in people
    ]


def batch_figures(user: User, *, at: datetime) -> dict[str, Any]:
    """The batches in progress, the one due first at the top, with how far they are."""
    rows = Batch.objects.visible_to(user).in_progress()
    visits = Q(encounters__repeats=None)
    finished = visits & Q(encounters__status__in=FINISHED)
    shown: Any = (  # batches with two numbers more
        rows.select_related("practice")
        .annotate(total=Count("encounters", filter=visits), finished=Count("encounters", filter=finished))
        .order_by(F("due_at").asc(nulls_last=True), "pk")[:BATCHES_SHOWN]
    )
    return {
        "rows": [
            {
                "label": batch.label,
                "practice": batch.practice.name,
                "url": reverse("coding:batch-encounters", args=[batch.pk]),
                "due": due_tag(batch.due_at, at=at),
                "total": batch.total,
                "finished": batch.finished,
            }
            for batch in shown
        ],
        "count": rows.count(),
    }


FAULT_WORDS = {UNFIT: "The result does not fit into its template; nothing was cut."}


def failed_jobs() -> dict[str, Any]:
    """Background work that was given up, the newest first, in words a manager understands."""
    failed = Job.objects.filter(state=JobState.FAILED)
    return {
        "rows": [
            {
                "pk": job.pk,
                "what": JOB_WORDS.get(job.kind, job.kind),
                "number": job.object_id,
                "practice": job.practice.name if job.practice else "",
                "fault": FAULT_WORDS.get(job.fault, job.fault),
                "compose": job.practice_id if job.fault == UNFIT else None,
                "attempts": job.attempt,
                "at": job.finished_at,
            }
            for job in failed.select_related("practice").order_by("-finished_at", "-pk")[:JOBS_SHOWN]
        ],
        "count": failed.count(),
    }
