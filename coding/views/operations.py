"""Running the work: how much there is at each stage, and moving it between people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions import queue
from coding.actions.holds import QueryPending, resume
from coding.forms.operations import BulkForm, FilterForm
from coding.models import Assignment, EmergencyAccess, Encounter
from coding.rules.lifecycle import STAGE_OF, WhoseMove
from coding.views import figures as numbers
from coding.views.delivery_trouble import delivery_trouble
from coding.views.due import due_of, status_tag, waiting_tag
from portal.access import SignedRequest, found, requires
from portal.actions.audit import record
from portal.actions.jobs import try_job_again
from portal.keyset import page_of
from portal.models import Job, JobState, User
from portal.rules.promise import span
from portal.rules.roles import Permission

PER_PAGE = 50
FIRST, IN_TURN = 10, 0  # what "prioritise" sets, and what everything starts with


@require_GET
@requires(Permission.MANAGE_WORK)
def operations(request: SignedRequest) -> HttpResponse:
    """The overview: stages, people, batches, failed jobs."""
    now = timezone.now()
    return render(
        request,
        "coding/operations.html",
        {
            **numbers.stage_figures(request.user, at=now),
            "people": numbers.people_figures(at=now),
            "batches": numbers.batch_figures(request.user, at=now),
            "jobs": numbers.failed_jobs(),
            "emergencies": EmergencyAccess.objects.unreviewed().count(),
            "trouble": delivery_trouble(request.user),
        },
    )


@require_GET
@requires(Permission.MANAGE_WORK)
def figures(request: SignedRequest) -> HttpResponse:
    """The part of the overview that renews itself."""
    return render(request, "coding/operations_figures.html", numbers.stage_figures(request.user, at=timezone.now()))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_WORK)
def encounters(request: SignedRequest) -> HttpResponse:
    """The encounters that a filter lets through; a POST does something with the chosen ones."""
    now, bulk = timezone.now(), BulkForm(user=request.user)
    if request.method == "POST":
        bulk = BulkForm(request.POST, user=request.user)
        if bulk.is_valid():
            do_with_chosen(request, bulk, at=now)
            return redirect(request.get_full_path())
    chosen = FilterForm(request.GET, user=request.user)
    rows = chosen.narrow(Encounter.objects.visible_to(request.user), at=now, today=numbers.today(now))
    page = page_of(request, rows.select_related("practice", "batch"), order=("due_at", "pk"), size=PER_PAGE)
    return render(
        request,
        "coding/operations_encounters.html",
        {
            "filters": chosen,
            "filtered": bool(chosen.chosen),
            "bulk": bulk,
            "rows": encounter_rows(page.rows, at=now),
            "picked": request.POST.getlist("encounter") if bulk.errors else [],
            "total": page.total,
            "pagination": page.pagination,
            "address": request.get_full_path(),
        },
        status=422 if bulk.errors else 200,
    )


@require_POST
@requires(Permission.MANAGE_WORK)
def try_again(request: SignedRequest, pk: int) -> HttpResponse:
    """Have a failed job done once more."""
    now = timezone.now()
    job = found(request, Job.objects.filter(state=JobState.FAILED), pk=pk)
    try_job_again(job=job, at=now)
    record("job.tried_again", at=now, by=request.user, about=job, request=request, kind=job.kind)
    messages.success(request, f"{numbers.JOB_WORDS.get(job.kind, job.kind)} ({job.object_id}): it is tried again now.")
    return redirect("coding:operations")


def encounter_rows(rows: list[Encounter], *, at: datetime) -> list[dict[str, Any]]:
    """The rows of the list, with who holds each."""
    held = {
        one.encounter_id: one
        for one in Assignment.objects.open().filter(encounter__in=[row.pk for row in rows]).select_related("user")
    }
    return [
        {
            "pk": row.pk,
            "value": str(row.pk),
            "label": row.label,
            "practice": row.practice.name,
            "batch": row.batch.label,
            "batch_pk": row.batch_id,
            "specialty": row.get_specialty_display(),
            "status": waiting_tag(STAGE_OF[row.state]) if row.pk in held and held[row.pk].is_ahead else status_tag(row),
            "due": None if row.finished_at else due_of(row, at=at),
            "person": held[row.pk].user.name if row.pk in held else "",
            "ahead": unopened_words(held[row.pk]) if row.pk in held else "",
            "hold": f"{row.get_hold_reason_display()}, waits for {WhoseMove(row.hold_move).waits_for}"
            if row.hold_reason
            else "",
            "first": row.priority > IN_TURN,
            "age": span(at - row.created_at),
            "created_at": row.created_at,
        }
        for row in rows
    ]


def unopened_words(assignment: Assignment) -> str:
    """That nobody works on it although somebody has it; "" once it is opened."""
    if assignment.opened_at is not None:
        return ""
    return "held ahead" if assignment.is_ahead else "not opened"


def do_with_chosen(request: SignedRequest, bulk: BulkForm, *, at: datetime) -> None:
    """Do the bulk action on each chosen encounter, soonest due first; say what was done and name what was not."""
    chosen, person = bulk.cleaned_data["encounter"].order_by("due_at", "pk"), bulk.cleaned_data["person"]
    act, said = action_for(bulk.cleaned_data["action"], person=person, by=request.user, at=at)
    done, refused = 0, []
    for encounter in chosen:
        try:
            act(encounter)
            done += 1
        except queue.NotSuitable as unsuitable:
            refused.append((encounter.label, unsuitable.reason.label))
        except (queue.AlreadyMoved, queue.LeaseLost):
            refused.append((encounter.label, "It moved on meanwhile, or its status does not allow it."))
        except QueryPending:
            refused.append((encounter.label, "It waits for a query: withdraw or close that."))
        except NobodyHolds:
            refused.append((encounter.label, "Nobody holds it."))
    record("work.bulk", at=at, by=request.user, request=request, what=bulk.cleaned_data["action"], done=done,
           refused=len(refused))  # fmt: skip
    if done:
        messages.success(request, f"{done} encounter{'s' if done > 1 else ''} {said}.")
    for reason, count in Counter(reason for _, reason in refused).items():
        labels = ", ".join(label for label, why in refused if why == reason)
        messages.warning(request, f"{count} not changed: {reason} ({labels})")


class NobodyHolds(Exception):
    """There is no open assignment to release."""


def action_for(name: str, *, person: User | None, by: User, at: datetime) -> tuple[Callable[[Encounter], None], str]:
    """What to do with one encounter, and the words for it when it is done."""

    def give(encounter: Encounter) -> None:
        queue.give(encounter=encounter, to=person, by=by, at=at)  # type: ignore[arg-type]  # the form asks for one

    def release(encounter: Encounter) -> None:
        assignment = Assignment.objects.open().filter(encounter=encounter).first()
        if assignment is None:
            raise NobodyHolds
        queue.release(assignment=assignment, by=by, at=at)

    def prioritise(encounter: Encounter) -> None:
        queue.prioritise(encounter=encounter, priority=FIRST if name == "first" else IN_TURN, by=by, at=at)

    def take_up(encounter: Encounter) -> None:
        resume(encounter=encounter, by=by, at=at)

    return {
        "give": (give, f"given to {person.name}" if person else ""),
        "release": (release, "released"),
        "first": (prioritise, "put first"),
        "in_turn": (prioritise, "put back in turn"),
        "resume": (take_up, "taken off hold"),
    }[name]
