"""The ways off a bench before the work is done: skip, hold, not billable, back to pre-coding, give back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.ahead import release_ahead
from coding.actions.holds import ReturnDatePassed, hold, mark_not_billable
from coding.actions.moves import AlreadyMoved
from coding.actions.precoding import send_back_to_precoding
from coding.actions.queue import LeaseLost, release, skip
from coding.forms.coding import HoldForm, NotBillableForm, SendBackForm, SkipForm
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import HoldReason, NotBillableReason, SkipReason, Stage, WhoseMove
from coding.views.bench import AT_BENCHES, BENCH, go_on, lost, posted_assignment, posted_in_turn
from portal.access import SignedRequest, found, requires
from portal.rules.roles import Permission


@dataclass(frozen=True)
class WayOff:
    """One way off a bench: what is asked, the page that asks, what is done, and the words for it."""

    form: Any
    page: str
    act: Callable[..., object]
    said: str


def leave(request: SignedRequest, pk: int, way: WayOff) -> HttpResponse:
    """One of the ways off a bench: ask on GET, do it on POST, and go on."""
    if request.method == "GET":
        encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
        own = Assignment.objects.live(at=timezone.now()).filter(encounter=encounter, user=request.user)
        assignment = own.first()
        if assignment is None:
            return redirect("coding:work", pk=pk)
        return asked(request, way, assignment)
    assignment = posted_in_turn(request, pk)
    if not way.form.is_valid():
        return asked(request, way, assignment, status=422)
    try:
        way.act(assignment=assignment, by=request.user, at=timezone.now())
    except (LeaseLost, AlreadyMoved):
        return lost(request)
    except ReturnDatePassed:
        way.form.add_error("return_on", "Choose a later day.")
        return asked(request, way, assignment, status=422)
    return go_on(request, f"{assignment.encounter.label} {way.said}.")


def asked(request: SignedRequest, way: WayOff, assignment: Assignment, status: int = 200) -> HttpResponse:
    context = {
        "form": way.form,
        "encounter": assignment.encounter,
        "assignment_id": assignment.pk,
        "back_url": reverse(BENCH[Stage(assignment.stage)], args=[assignment.encounter_id]),
    }
    return render(request, f"coding/{way.page}.html", context, status=status)


def posted(request: SignedRequest) -> Any:
    """Form data of a POST; None on GET leaves a form unbound."""
    return request.POST if request.method == "POST" else None


@requires(*AT_BENCHES)
@require_http_methods(["GET", "POST"])
def skip_view(request: SignedRequest, pk: int) -> HttpResponse:
    form = SkipForm(posted(request))

    def act(**who: Any) -> None:
        skip(reason=SkipReason(form.cleaned_data["reason"]), **who)

    return leave(request, pk, WayOff(form, "bench_skip", act, "skipped"))


@requires(*AT_BENCHES)
@require_http_methods(["GET", "POST"])
def hold_view(request: SignedRequest, pk: int) -> HttpResponse:
    form = HoldForm(posted(request), initial={"return_on": HoldForm.first_day()})

    def act(**who: Any) -> None:
        answers = form.cleaned_data
        hold(
            reason=HoldReason(answers["reason"]), whose_move=WhoseMove(answers["whose_move"]),
            return_at=form.return_at(), comment=answers["comment"], **who,
        )  # fmt: skip

    return leave(request, pk, WayOff(form, "bench_hold", act, "is on hold"))


@requires(*AT_BENCHES)
@require_http_methods(["GET", "POST"])
def not_billable_view(request: SignedRequest, pk: int) -> HttpResponse:
    form = NotBillableForm(posted(request))

    def act(**who: Any) -> None:
        answers = form.cleaned_data
        mark_not_billable(reason=NotBillableReason(answers["reason"]), comment=answers["comment"], **who)

    return leave(request, pk, WayOff(form, "bench_not_billable", act, "is not billable"))


@requires(Permission.CODE)
@require_http_methods(["GET", "POST"])
def send_back_view(request: SignedRequest, pk: int) -> HttpResponse:
    form = SendBackForm(posted(request))

    def act(**who: Any) -> None:
        send_back_to_precoding(comment=form.cleaned_data["comment"], **who)

    return leave(request, pk, WayOff(form, "bench_send_back", act, "went back to pre-coding"))


@requires(*AT_BENCHES)
@require_POST
def release_view(request: SignedRequest, pk: int) -> HttpResponse:
    """Give the encounter back to the queue and stop."""
    assignment = posted_assignment(request, pk)
    try:
        release(assignment=assignment, by=request.user, at=timezone.now())
    except (LeaseLost, AlreadyMoved):
        return lost(request)
    release_ahead(user=request.user, by=request.user, at=timezone.now(), reason="stopped")
    messages.success(request, f"{assignment.encounter.label} is back in the queue. Your draft is kept.")
    return redirect("coding:queue")
