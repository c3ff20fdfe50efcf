"""What the three benches share: who holds the encounter, drafts, heartbeats, and the ways off a bench."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.ahead import note_fetched, release_ahead
from coding.actions.drafts import draft_of
from coding.actions.queue import LeaseLost, lock_person, open_assignment, take_back, take_next
from coding.forms.coding import HoldForm, NotBillableForm, SendBackForm
from coding.models import Assignment, Draft, Encounter, EncounterEvent, Submission
from coding.rules.lifecycle import RESUME, WAITING, SkipReason, Stage
from coding.views.due import clock, due_tag, status_tag
from coding.views.page_news import addenda_of, last_event
from coding.views.pages import reader_context
from coding.views.query_parts import ask_context, replies_of
from portal.access import SignedRequest, found, refuse, requires
from portal.page_access import is_ahead, links
from portal.page_links import Writer
from portal.rules.roles import Permission

LOST = "Your time on this chart ran out and somebody else may have it. What you did is kept as your draft."
SHOWS_NEXT = "X-Next"  # sent by a page that has the next bench already
SWAPS = "X-Swap"  # sent by a page that shows whatever bench comes in its own place
AT_BENCHES = (Permission.PRECODE, Permission.CODE, Permission.VERIFY)
BENCH: Mapping[Stage, str] = MappingProxyType(
    {Stage.PRECODING: "coding:precode", Stage.CODING: "coding:code", Stage.VERIFICATION: "coding:verify"}
)
# Moves whose comment the next person should read first.
TOLD = ("recode", "return_to_coder", "back_to_precoding", "reopen", "reopen_precoding", "hold", *RESUME.values())


@dataclass(frozen=True)
class Bench:
    """One person at one stage of one encounter: their newest assignment there and what they have so far."""

    encounter: Encounter
    stage: Stage
    assignment: Assignment
    draft: Draft | None
    is_live: bool
    written: Writer  # links to the page images for this person
    is_ahead: bool = False  # fetched before it is shown

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0

    @property
    def is_free(self) -> bool:
        """Whether it can be taken back: nobody has it, or only our own expired lease is in the way."""
        lapsed = self.assignment.ended_at is None and not self.is_live
        return not self.is_live and (lapsed or self.encounter.status == WAITING[self.stage])

    def body(self) -> dict[str, Any] | None:
        return self.draft.body if self.draft else None


def bench_of(request: SignedRequest, pk: int, stage: Stage) -> Bench:
    """The person's bench, or a noted refusal that answers 404 for those who never held it at this stage."""
    encounters = Encounter.objects.visible_to(request.user).select_related("chart", "batch", "practice")
    encounter = found(request, encounters, pk=pk)
    own = Assignment.objects.filter(encounter=encounter, stage=stage, user=request.user)
    assignment = own.open().first() or own.order_by("-pk").first()
    if assignment is None:
        refuse(request, object_type="coding.encounter", object_id=str(pk))
    at = timezone.now()
    is_live = assignment.ended_at is None and assignment.lease_until > at
    if is_live and request.method == "GET":
        see(request, assignment, at=at)
    draft = draft_of(encounter=encounter, stage=stage, author=request.user)
    return Bench(encounter, stage, assignment, draft, is_live, links(request, "encounter"), is_ahead(request))


def see(request: SignedRequest, assignment: Assignment, *, at: datetime) -> None:
    """The person looks at what they hold; a bench that is fetched before it is shown is noted and stays unopened."""
    if not is_ahead(request):
        open_assignment(assignment=assignment, by=request.user, at=at)
    elif assignment.opened_at is None:
        note_fetched(assignment=assignment, by=request.user, at=at, request=request)


def posted_assignment(request: SignedRequest, pk: int) -> Assignment:
    """The assignment a form was made for; refused unless it is the person's own on this very encounter."""
    if request.POST.get("encounter") != str(pk):
        refuse(request, object_type="coding.encounter", object_id=str(pk), reason="other_encounter")
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    own = Assignment.objects.filter(user=request.user, encounter=encounter).select_related("encounter")
    return found(request, own, pk=posted_number(request, "assignment"))


def posted_in_turn(request: SignedRequest, pk: int) -> Assignment:
    """As `posted_assignment`, for a form after which a bench goes on; one of them at a time for a person.

    The person is locked before the work, as in take_next: of two forms sent one after the other the second waits, and
    is not handed what the first is about to finish.
    """
    lock_person(request.user)
    return posted_assignment(request, pk)


def posted_version(request: SignedRequest) -> int:
    """The version of the draft that the form grew from; 0 for none."""
    return posted_number(request, "version")


def posted_number(request: SignedRequest, name: str) -> int:
    """A whole number of a hidden field; 0 for anything else."""
    text = request.POST.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def shown(bench: Bench, **more: Any) -> dict[str, Any]:
    """What every bench page shows."""
    encounter, at = bench.encounter, timezone.now()
    told = (
        EncounterEvent.objects.filter(encounter=encounter, move__in=TOLD)
        .exclude(comment="")
        .select_related("user")
        .order_by("-pk")
        .first()
    )
    return {
        "bench": bench,
        "bench_url": reverse(BENCH[bench.stage], args=[encounter.pk]),
        "encounter": encounter,
        "stage": bench.stage,
        "status": status_tag(encounter),
        "due": due_tag(encounter.due_at, at=at),
        **reader_context(encounter, bench.written),
        "seen": last_event(encounter),
        "addenda": addenda_of(encounter),
        "replies": replies_of(encounter),
        **ask_context(encounter),
        "told": {"by": told.user.name if told.user else "The service", "text": told.comment, "move": told.move}
        if told
        else None,
        "saved": saved_words(bench.draft),
        "assignment_id": bench.assignment.pk,
        "version": bench.version,
        "skip_reasons": [
            {"value": reason.value, "label": reason.label, "key": n} for n, reason in enumerate(SkipReason, 1)
        ],
        "hold_form": HoldForm(auto_id="hold_%s", initial={"return_on": HoldForm.first_day()}),
        "not_billable_form": NotBillableForm(auto_id="nb_%s"),
        "send_back_form": SendBackForm(auto_id="back_%s"),
        **({"messages": []} if bench.is_ahead else {}),  # what is to be said is said on a page that is seen
        **more,
    }


def saved_words(draft: Draft | None) -> str:
    if draft is None:
        return "Nothing to save yet"
    return f"Saved {clock(draft.saved_at)}"


@requires(*AT_BENCHES)
@require_GET
def work(request: SignedRequest, pk: int) -> HttpResponse:
    """To the bench of the stage at which the person holds the encounter, or held it last."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    own = Assignment.objects.filter(encounter=encounter, user=request.user).order_by("-pk")
    assignment = own.open().first() or own.first()
    if assignment is None:
        return redirect("coding:encounter", pk=pk)
    return redirect(BENCH[Stage(assignment.stage)], pk=pk)


@requires(*AT_BENCHES)
@require_POST
def take_back_view(request: SignedRequest, pk: int) -> HttpResponse:
    """Hold an encounter again that one held before and nobody else has."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    stage = request.POST.get("stage", "")
    if stage not in BENCH:
        refuse(request, object_type="coding.encounter", object_id=str(pk))
    try:
        take_back(encounter=encounter, stage=Stage(stage), by=request.user, at=timezone.now())
    except LeaseLost:
        messages.warning(request, f"{encounter.label} is with somebody else now, or has moved on. Your draft is kept.")
        return redirect("coding:queue")
    return redirect(BENCH[Stage(stage)], pk=pk)


# -- off the bench -----------------------------------------------------------------------------------


def go_on(
    request: SignedRequest, said: str, *, take_another: bool = True, sent: Submission | None = None
) -> HttpResponse:
    """After something is done: the next bench, or the queue; a bench that shows the next itself is only told.

    `sent` is what can be taken back for a short while.
    """
    told = {"said": said, "undo": undo_of(sent, at=timezone.now()) if sent else None}
    if SHOWS_NEXT in request.headers:
        return JsonResponse(told)
    if not take_another:
        release_ahead(user=request.user, by=request.user, at=timezone.now(), reason="stopped")
        messages.success(request, said)
        return redirect("coding:queue")
    request.session["told"] = told
    return to_next(request)


def undo_of(sent: Submission, *, at: datetime) -> dict[str, Any]:
    """Where and for how many seconds a submission can be taken back."""
    return {
        "url": reverse("coding:undo", args=[sent.pk]),
        "encounter": sent.encounter_id,
        "seconds": int((sent.until - at).total_seconds()),
    }


def to_next(request: SignedRequest) -> HttpResponse:
    """The bench of the next encounter; the queue, with a calm word, if there is none."""
    assignment = take_next(by=request.user, at=timezone.now(), stages=wanted_stages(request), request=request)
    if assignment is not None:
        return bench_answer(request, Stage(assignment.stage), assignment.encounter_id)
    said = request.session.pop("told", {}).get("said", "")
    messages.info(request, f"{said} Nothing else is waiting for you.".strip())
    return redirect("coding:queue")


def bench_answer(request: SignedRequest, stage: Stage, pk: int) -> HttpResponse:
    """To a bench; a script that shows what comes gets it at once, with its address, and saves a round trip."""
    url = reverse(BENCH[stage], args=[pk])
    if SWAPS not in request.headers:
        return redirect(url)
    asked = copy(request)
    asked.method, asked.path, asked.path_info, asked.resolver_match = "GET", url, url, resolve(url)
    answer: HttpResponse = asked.resolver_match.func(asked, pk=pk)
    answer["Content-Location"] = url
    return answer


def wanted_stages(request: SignedRequest) -> list[Stage] | None:
    """The stage that the person has chosen to work at; None for all of theirs."""
    stage = request.session.get("work_stage", "")
    return [Stage(stage)] if stage in BENCH else None


def said_before(request: SignedRequest) -> dict[str, Any]:
    """What was done on the bench before this one, told once: `said`, and `undo` as undo_of has it."""
    told: dict[str, Any] = {} if is_ahead(request) else request.session.pop("told", {})
    return {**told, "undo_json": json.dumps(told["undo"])} if told.get("undo") else told


def lost(request: SignedRequest) -> HttpResponse:
    messages.warning(request, LOST)
    return redirect("coding:queue")
