"""What the three benches share: who holds the encounter, drafts, heartbeats, and the ways off a bench."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions.drafts import DraftChanged, draft_of, keep_late_draft, save_draft
from coding.actions.evidence import true_evidence
from coding.actions.holds import ReturnDatePassed, hold, mark_not_billable
from coding.actions.moves import AlreadyMoved
from coding.actions.precoding import send_back_to_precoding
from coding.actions.queue import LeaseLost, open_assignment, release, renew_lease, skip, take_back, take_next
from coding.forms.bad_body import BadBody
from coding.forms.coding import HoldForm, NotBillableForm, SendBackForm, SkipForm, clean_body
from coding.forms.precoding import draft_body
from coding.models import Assignment, Draft, Encounter, EncounterEvent
from coding.rules.lifecycle import RESUME, WAITING, HoldReason, NotBillableReason, SkipReason, Stage, WhoseMove
from coding.views.due import clock, due_tag, status_tag
from coding.views.page_news import addenda_of, last_event, news
from coding.views.pages import reader_context
from coding.views.query_parts import ask_context, replies_of
from portal.access import SignedRequest, found, refuse, requires
from portal.page_access import links
from portal.page_links import Writer
from portal.rules.roles import Permission

LOST = "Your time on this chart ran out and somebody else may have it. What you did is kept as your draft."
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
        open_assignment(assignment=assignment, by=request.user, at=at)
    draft = draft_of(encounter=encounter, stage=stage, author=request.user)
    return Bench(encounter, stage, assignment, draft, is_live, links(request, "encounter"))


def posted_assignment(request: SignedRequest, pk: int) -> Assignment:
    """The assignment a form was made for; refused unless it is the person's own on this very encounter."""
    if request.POST.get("encounter") != str(pk):
        refuse(request, object_type="coding.encounter", object_id=str(pk), reason="other_encounter")
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    own = Assignment.objects.filter(user=request.user, encounter=encounter).select_related("encounter")
    return found(request, own, pk=posted_number(request, "assignment"))


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


# -- keeping what is being done --------------------------------------------------------------------


@requires(*AT_BENCHES)
@require_POST
def save(request: SignedRequest, pk: int) -> HttpResponse:
    """Autosave. 200 with the new version; 409 if the lease is lost (draft kept) or another tab was first; 422."""
    assignment, at = posted_assignment(request, pk), timezone.now()
    stage = Stage(assignment.stage)
    try:
        body = clean_draft(stage, request.POST.get("body", ""), assignment.encounter)
    except BadBody as error:
        return JsonResponse({"message": str(error)}, status=422)
    try:
        draft = save_draft(assignment=assignment, by=request.user, version=posted_version(request), body=body, at=at)
    except DraftChanged as changed:
        return differs(changed.draft)
    except LeaseLost:
        return keep_late(request, assignment, stage, body, at)
    return JsonResponse({"version": draft.version, "saved_at": draft.saved_at, "clock": clock(at)})


def keep_late(
    request: SignedRequest, assignment: Assignment, stage: Stage, body: dict[str, Any], at: datetime
) -> JsonResponse:
    """The lease is gone; the draft is kept unless a newer one is."""
    try:
        draft = keep_late_draft(
            encounter=assignment.encounter, stage=stage, by=request.user, body=body, at=at,
            version=posted_version(request),
        )  # fmt: skip
    except DraftChanged as changed:
        return JsonResponse({"lost": True, "version": changed.draft.version if changed.draft else 0}, status=409)
    return JsonResponse({"lost": True, "version": draft.version}, status=409)


def differs(stored: Draft | None) -> JsonResponse:
    """Another tab has saved since: what it saved, for the person to choose."""
    return JsonResponse(
        {"changed": True, "version": stored.version if stored else 0, "stored": stored.body if stored else {}},
        status=409,
    )


def clean_draft(stage: Stage, text: str, encounter: Encounter) -> dict[str, Any]:
    """A draft as its stage shapes it, from JSON; its evidence as the visit's pages have it."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadBody("The draft could not be read.") from error
    if stage is not Stage.PRECODING:
        return true_evidence(encounter=encounter, body=clean_body(raw))
    if not isinstance(raw, dict):
        raise BadBody("The draft could not be read.")
    return draft_body(raw)


@requires(*AT_BENCHES)
@require_POST
def heartbeat(request: SignedRequest, pk: int) -> HttpResponse:
    """The bench is still open: 200 with the new end of the lease and what happened to its pages, 409 if it is lost."""
    assignment = posted_assignment(request, pk)
    try:
        until = renew_lease(assignment_id=assignment.pk, by=request.user, at=timezone.now())
    except LeaseLost:
        return JsonResponse({"lost": True}, status=409)
    return JsonResponse({"until": until, "news": news(assignment, after=posted_number(request, "seen"))})


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


def go_on(request: SignedRequest, said: str, *, take_another: bool = True) -> HttpResponse:
    """After something is done: the next bench, or the queue."""
    if not take_another:
        messages.success(request, said)
        return redirect("coding:queue")
    request.session["said"] = said
    return to_next(request)


def to_next(request: SignedRequest) -> HttpResponse:
    """The bench of the next encounter; the queue, with a calm word, if there is none."""
    stage = request.session.get("work_stage", "")
    stages = [Stage(stage)] if stage in BENCH else None
    assignment = take_next(by=request.user, at=timezone.now(), stages=stages, request=request)
    if assignment is not None:
        return redirect(BENCH[Stage(assignment.stage)], pk=assignment.encounter_id)
    said = request.session.pop("said", "")
    messages.info(request, f"{said} Nothing else is waiting for you.".strip())
    return redirect("coding:queue")


def said_before(request: SignedRequest) -> str:
    """What was done on the bench before this one, said once."""
    return str(request.session.pop("said", ""))


def lost(request: SignedRequest) -> HttpResponse:
    messages.warning(request, LOST)
    return redirect("coding:queue")


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
    assignment = posted_assignment(request, pk)
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
    messages.success(request, f"{assignment.encounter.label} is back in the queue. Your draft is kept.")
    return redirect("coding:queue")
