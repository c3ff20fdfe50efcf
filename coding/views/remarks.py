"""Practices' remarks on delivered codes: what waits for a second look, and that look itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.moves import AlreadyMoved
from coding.actions.remarks import MoveRefused, NothingSaid, decide_remark, give_back_remark, take_remark
from coding.forms.coding import body_of
from coding.forms.rulings import OutcomeForm
from coding.models import EncounterPage, Remark
from coding.rules.discrepancies import Part
from coding.rules.remarks import DECIDED, PENDING, Refusal, RemarkStatus, Who, why_not
from coding.views.coding_bench import facts_of, titled
from portal.access import SignedRequest, found, requires
from portal.actions.audit import record
from portal.keyset import page_of
from portal.models import Page, User
from portal.page_access import page_answer
from portal.rules.promise import span
from portal.rules.roles import Permission

PER_PAGE = 50
UNPROCESSABLE = 422
JUDGES = (Permission.VERIFY, Permission.MANAGE_WORK)
SHOWS: dict[str, tuple[str, frozenset[RemarkStatus]]] = {
    "open": ("Open", PENDING),
    "decided": ("Decided", DECIDED),
    "withdrawn": ("Withdrawn", frozenset({RemarkStatus.WITHDRAWN})),
}


@requires(*JUDGES)
@require_GET
def remarks(request: SignedRequest) -> HttpResponse:
    """What waits for a second look, the oldest first; and what became of the others."""
    now, mine = timezone.now(), Remark.objects.visible_to(request.user)
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWS else "open"
    order = ("raised_at", "pk") if shown == "open" else ("-raised_at", "-pk")
    rows = mine.filter(status__in=SHOWS[shown][1]).select_related("practice", "encounter", "reviewer")
    page = page_of(request, rows, order=order, size=PER_PAGE)
    return render(
        request,
        "coding/remarks.html",
        {
            "rows": [row_of(row, at=now) for row in page.rows],
            "pagination": page.pagination,
            "is_open": shown == "open",
            "tabs": [
                {"label": label, "url": f"?{urlencode({'show': key})}", "current": key == shown}
                for key, (label, _) in SHOWS.items()
            ],
        },
    )


def row_of(row: Remark, *, at: datetime) -> dict[str, Any]:
    return {
        "url": reverse("coding:remark", args=[row.pk]),
        "label": row.label,
        "code": row.code,
        "practice": row.practice.name,
        "encounter": row.encounter.label,
        "status": tag_of(row),
        "raised_at": row.raised_at,
        "waited": span((row.ended_at or at) - row.raised_at),
        "reviewer": row.reviewer.name if row.reviewer is not None else "",
    }


def tag_of(row: Remark) -> dict[str, str]:
    return {"glyph": row.state.glyph, "label": row.state.label, "tone": row.state.tone}


def remark_of(request: SignedRequest, pk: int) -> Remark:
    rows = Remark.objects.visible_to(request.user).select_related(
        "practice", "encounter__chart", "coding", "raised_by", "reviewer", "ruling"
    )
    return found(request, rows, pk=pk)


def opens_chart(row: Remark, user: User) -> bool:
    """Whether the person reads the chart and the remark itself here: managers, and who took it."""
    return row.reviewer_id == user.pk or user.may(Permission.MANAGE_WORK)


@requires(*JUDGES)
@require_GET
def remark(request: SignedRequest, pk: int) -> HttpResponse:
    """One remark; its words and the chart only for who took it and for managers. Looking is an audit event."""
    row = remark_of(request, pk)
    record("remark.viewed", at=timezone.now(), by=request.user, about=row, request=request)
    return page_of_remark(request, row, OutcomeForm())


def page_of_remark(
    request: SignedRequest, row: Remark, form: OutcomeForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    who, opens = row.who(request.user), opens_chart(row, request.user)
    coding = row.coding
    context = {
        "one": row,
        "status": tag_of(row),
        "opens": opens,
        "problem": problem,
        "form": form if opens else None,
        "is_diagnosis": row.part == Part.DIAGNOSIS,
        "may_take": may("take", row, who),
        "own_work": row.state is RemarkStatus.WAITING and why_not("take", who) is Refusal.OWN_WORK,
        "may_decide": may("decline", row, who),
        "may_rule": row.state is RemarkStatus.UPHELD
        and row.ruling_id is None
        and request.user.may(Permission.MANAGE_WORK)
        and not who.worked_on_it,
        "facts": facts_of(row.encounter) if opens else None,
        "state": titled(body_of(coding.coded()), coding.date_of_service) if opens else None,
        "pages": pages_of(row) if opens else [],
    }
    return render(request, "coding/remark.html", context, status=status)


def may(move: str, row: Remark, who: Who) -> bool:
    """Whether the table and the person allow the move, words aside."""
    from_here = {"take": RemarkStatus.WAITING, "decline": RemarkStatus.LOOKED_AT}[move]
    return row.state is from_here and why_not(move, who, words="x") is None


def pages_of(row: Remark) -> list[dict[str, Any]]:
    """The pages of the visit in order, each at this remark's own address."""
    places = EncounterPage.objects.filter(encounter=row.encounter_id).select_related("page").order_by("position")
    return [
        {
            "number": number,
            "url": reverse("coding:remark-page", args=[row.pk, number]),
            "width": place.page.width,
            "height": place.page.height,
        }
        for number, place in enumerate(places, start=1)
    ]


@requires(*JUDGES)
@require_GET
def page_image(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """A page of the visit, at its place in it, for who looks at the remark; an audit event."""
    row = remark_of(request, pk)
    allowed = Q(pk__isnull=not opens_chart(row, request.user))
    places = EncounterPage.objects.filter(allowed, encounter=row.encounter_id).order_by("position")
    ids = list(places.values_list("page", flat=True)[number - 1 : number]) if number else []
    page: Page = found(request, Page.objects.filter(pk__in=ids))
    return page_answer(request, page, by=request.user, at=timezone.now())


@requires(*JUDGES)
@require_POST
def step(request: SignedRequest, pk: int) -> HttpResponse:
    """`move`: take, give_back, uphold or decline."""
    row, move, now = remark_of(request, pk), request.POST.get("move", ""), timezone.now()
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return page_of_remark(request, row, form, problem="The answer is too long.", status=UNPROCESSABLE)
    words = form.cleaned_data["words"]
    steps: dict[str, Callable[[], object]] = {
        "take": lambda: take_remark(remark=row, by=request.user, at=now),
        "give_back": lambda: give_back_remark(remark=row, by=request.user, at=now),
        "uphold": lambda: decide_remark(remark=row, upheld=True, words=words, by=request.user, at=now),
        "decline": lambda: decide_remark(remark=row, upheld=False, words=words, by=request.user, at=now),
    }
    if move not in steps:
        return redirect("coding:remark", pk=pk)
    try:
        done = steps[move]()
    except AlreadyMoved:
        messages.warning(request, f"{row.label} has moved on meanwhile.")
    except (MoveRefused, NothingSaid) as refused:
        reason = refused.reason if isinstance(refused, MoveRefused) else Refusal.WORDS_MISSING
        return page_of_remark(request, row, form, problem=reason.label, status=UNPROCESSABLE)
    else:
        say(request, row, move, reopened=bool(done))
    return redirect(
        "coding:remarks" if move == "give_back" else "coding:remark", *([] if move == "give_back" else [pk])
    )


def say(request: SignedRequest, row: Remark, move: str, *, reopened: bool) -> None:
    """What the step did."""
    if move == "uphold":
        more = " The visit goes back to its coder." if reopened else " The visit is in work already."
        messages.success(request, f"{row.label} is upheld, and the practice is told.{more}")
    elif move == "decline":
        messages.success(request, f"{row.label} is not upheld, and the practice is told why.")
    elif move == "give_back":
        messages.success(request, f"{row.label} waits for somebody else.")
