"""The queue of one person: what is next and why, what needs them, what they have done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.ahead import release_ahead
from coding.actions.choosing import Way, hands_of, ways
from coding.actions.holds import QueryPending, resume
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import stages_of
from coding.models import Assignment, Encounter, QueueRank, Verification
from coding.rules.lifecycle import STAGE_OF, HoldReason, Stage
from coding.rules.queue import Hands
from coding.views.bench import AT_BENCHES, to_next
from coding.views.due import due_of
from coding.views.nothing import credential_warnings, why_nothing
from coding.views.recent import RECENT, recent
from portal.access import SignedRequest, found, requires
from portal.models import User
from portal.rules.specialties import Specialty

WHY = {
    QueueRank.RETURNED: "Returned to you by verification",
    QueueRank.ANSWERED: "The question about it was answered",
    QueueRank.NORMAL: "Earliest promise in your specialties",
}
IN_DANGER = "Its promise is near"
BEYOND_SHARE = "In its practice's turn, which sent more than usual"


@requires(*AT_BENCHES)
@require_GET
def queue(request: SignedRequest) -> HttpResponse:
    """The start page of coders and verifiers."""
    user, at = request.user, timezone.now()
    stages = chosen_stages(request)
    on_card = next_card(user, stages, at=at)
    context = {
        "first_name": user.get_short_name(),
        "next": on_card,
        "why_nothing": [] if on_card else why_nothing(user, stages, at=at),
        "credentials": credential_warnings(user, at=at),
        "stages": stage_choices(request),
        "needs": needs(user, at=at, but=on_card["pk"] if on_card else None),
        "today": today(user, at=at),
        "recent": recent(user, at=at),
    }
    return render(request, "coding/queue.html", context)


@requires(*AT_BENCHES)
@require_POST
def next_view(request: SignedRequest) -> HttpResponse:
    """Take the next encounter and open its bench."""
    return to_next(request)


@requires(*AT_BENCHES)
@require_POST
def choose_stage(request: SignedRequest) -> HttpResponse:
    """Work at one stage only, or at all of them again; kept for the session."""
    stage = request.POST.get("stage", "")
    if stage in {allowed.value for allowed in stages_of(request.user)}:
        request.session["work_stage"] = stage
    else:
        request.session.pop("work_stage", None)
    release_ahead(user=request.user, by=request.user, at=timezone.now(), reason="stage")
    return redirect("coding:queue")


@requires(*AT_BENCHES)
@require_POST
def resume_view(request: SignedRequest, pk: int) -> HttpResponse:
    """Put what one held oneself back into the queue before its day."""
    encounter = found(request, Encounter.objects.visible_to(request.user).filter(held_by=request.user), pk=pk)
    try:
        resume(encounter=encounter, by=request.user, at=timezone.now(), answered=request.POST.get("answered") == "1")
    except AlreadyMoved:
        messages.info(request, f"{encounter.label} is no longer on hold.")
    except QueryPending:
        messages.info(request, f"{encounter.label} waits for a query. Withdraw that to go on without its answer.")
    else:
        messages.success(request, f"{encounter.label} is back in the queue.")
    return redirect("coding:queue")


def chosen_stages(request: SignedRequest) -> tuple[Stage, ...]:
    """The stages the person wants to work at now."""
    allowed = stages_of(request.user)
    chosen = request.session.get("work_stage")
    return tuple(stage for stage in allowed if stage == chosen) or allowed


def stage_choices(request: SignedRequest) -> list[dict[str, Any]]:
    """The switch between stages, for people who have more than one."""
    allowed = stages_of(request.user)
    if len(allowed) < 2:  # noqa: PLR2004  (nothing to choose)
        return []
    chosen = chosen_stages(request)
    one = chosen[0] if len(chosen) == 1 else None
    return [
        {"value": "", "label": "All work", "current": one is None},
        *({"value": stage.value, "label": stage.label, "current": stage is one} for stage in allowed),
    ]


def next_card(user: User, stages: tuple[Stage, ...], *, at: datetime) -> dict[str, Any] | None:
    """What Start opens if nobody takes it first: what is in hand, else the head of the queue."""
    own = Assignment.objects.live(at=at).filter(user=user, stage__in=stages).select_related("encounter__chart")
    in_hand = own.in_turn().first()
    if in_hand is not None and not in_hand.is_ahead:
        return held_card(in_hand, at=at)
    hands = hands_of(user, at=at)
    encounter, way = next_of(hands, stages, at=at)
    if in_hand is not None and (encounter is None or encounter.queue_rank >= in_hand.encounter.queue_rank):
        return held_card(in_hand, at=at)
    if encounter is None:
        return None
    waiting = Encounter.objects.waiting(stages).suiting(hands, at=at).count()
    return {**card(encounter, STAGE_OF[encounter.state], why_next(encounter, way), at=at), "waiting": waiting}


def next_of(hands: Hands, stages: tuple[Stage, ...], *, at: datetime) -> tuple[Encounter | None, Way | None]:
    """What would be handed out now, and where it was found."""
    for way in ways(hands=hands, stages=stages, at=at):
        encounter = way.rows.select_related("chart").first()
        if encounter is not None:
            return encounter, way
    return None, None


def why_next(encounter: Encounter, way: Way | None) -> str:
    """Why it is at the head of the queue."""
    rank = QueueRank(encounter.queue_rank)
    if way is not None and way.queue:
        return f"From the queue {way.queue}"
    if way is not None and way.in_danger and rank == QueueRank.NORMAL:
        return IN_DANGER
    return BEYOND_SHARE if rank == QueueRank.NORMAL and encounter.is_beyond_share else WHY[rank]


def held_card(assignment: Assignment, *, at: datetime) -> dict[str, Any]:
    """The card of what the person holds already."""
    is_open = bool(assignment.opened_at)
    why = "You have it open" if is_open else "Held for you" if assignment.is_ahead else "Assigned to you"
    return card(assignment.encounter, Stage(assignment.stage), why, at=at, is_open=is_open)


def card(encounter: Encounter, stage: Stage, why: str, *, at: datetime, is_open: bool = False) -> dict[str, Any]:
    pages = encounter.placed.count()
    return {
        "pk": encounter.pk,
        "label": encounter.label,
        "stage": stage.label,
        "specialty": Specialty(encounter.specialty).label,
        "pages": f"{pages} {'page' if pages == 1 else 'pages'}",
        "due": due_of(encounter, at=at),
        "why": why,
        "is_open": is_open,
        "waiting": 0,
    }


def needs(user: User, *, at: datetime, but: int | None) -> list[dict[str, Any]]:
    """Returned and answered work kept for the person, what they hold, what they put on hold; in this order.

    `but` is the encounter that the card of what is next shows already.
    """
    kept = Encounter.objects.visible_to(user).filter(reserved_for=user).waiting(stages_of(user)).exclude(pk=but or 0)
    kept = kept.exclude(pk__in=Encounter.objects.resting(at=at).exclude(rests_for=user))
    rows = [
        {**line(encounter, at=at), "what": WHY[QueueRank(encounter.queue_rank)], "glyph": "↩", "tone": "warn",
         "stage": STAGE_OF[encounter.state].value, "take": True}
        for encounter in kept.next_first()[:RECENT]
    ]  # fmt: skip
    held = Assignment.objects.live(at=at).filter(user=user).exclude(encounter=but).select_related("encounter")
    rows += [
        {**line(one.encounter, at=at), "what": held_words(one),
         "glyph": "◐", "tone": "info", "stage": one.stage, "take": False}
        for one in held.exclude(how=Assignment.How.PREFETCHED, opened_at=None).order_by("encounter__due_at")[:RECENT]
    ]  # fmt: skip
    waiting = Encounter.objects.visible_to(user).on_hold().filter(held_by=user)
    rows += [
        {**line(encounter, at=at), "what": on_hold_words(encounter), "glyph": "‖", "tone": "neutral",
         "stage": encounter.hold_stage, "take": False, "resume": encounter.hold_reason != HoldReason.QUERY}
        for encounter in waiting.order_by("hold_return_at")[:RECENT]
    ]  # fmt: skip
    return [
        {"resume": False, **row, "key": str(place) if place < RECENT else ""} for place, row in enumerate(rows, start=1)
    ]


def line(encounter: Encounter, *, at: datetime) -> dict[str, Any]:
    return {
        "pk": encounter.pk,
        "label": encounter.label,
        "url": reverse("coding:work", args=[encounter.pk]),
        "due": due_of(encounter, at=at),
    }


def held_words(assignment: Assignment) -> str:
    return f"{Stage(assignment.stage).label}, {'open' if assignment.opened_at else 'assigned to you'}"


def on_hold_words(encounter: Encounter) -> str:
    back = timezone.localtime(encounter.hold_return_at) if encounter.hold_return_at else None
    return f"{encounter.get_hold_reason_display()}, until {back:%a %b %-d}" if back else "On hold"


def today(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """What the person finished since midnight of their own day, by stage, and how much of it was returned."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    finished = Q(end=Assignment.End.FINISHED)
    counts = dict(
        Assignment.objects.filter(finished, user=user, ended_at__gte=midnight)
        .values_list("stage")
        .annotate(number=Count("pk"))
        .order_by()
    )
    stages = stages_of(user)
    strip = [{"label": f"{stage.label.lower()} done today", "value": counts.get(stage.value, 0)} for stage in stages]
    if Stage.CODING not in stages:
        return strip
    returned = (
        Verification.objects.filter(
            coder=user, verdict="returned", at__gte=at - timedelta(days=7), encounter__repeats=None
        )
        .exclude(submissions__taken_back_at__isnull=False)
        .values("coder_version")
    )
    return [*strip, {"label": "returned in 7 days", "value": returned.distinct().count()}]
