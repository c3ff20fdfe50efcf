"""Queries as lists and one by one: the practice answers and signs, their authors and managers look after them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.queries import (
    NotForYou,
    QueryEnded,
    ReplyIncomplete,
    TooSoon,
    answer_query,
    close_without_answer,
    is_intact,
    remind_practice,
    withdraw_query,
)
from coding.forms.queries import CloseForm, ReplyForm
from coding.models import Encounter, Query
from coding.rules.queries.signing import option_words
from coding.rules.queries.states import PENDING, QueryStatus, SignerRole
from coding.rules.queries.wording import QueryForm
from coding.views.query_figures import figures
from coding.views.query_parts import clock_words, expires_words, passages_of, query_tag, reply_row
from portal.access import SignedRequest, found, refuse, requires
from portal.actions.audit import record
from portal.keyset import page_of
from portal.page_access import links
from portal.rules.promise import span
from portal.rules.roles import Permission

PER_PAGE = 50
UNPROCESSABLE = 422
SHOWS: dict[str, tuple[str, frozenset[QueryStatus]]] = {
    "open": ("Open", PENDING),
    "expired": ("No answer in time", frozenset({QueryStatus.EXPIRED})),
    "answered": ("Answered", frozenset({QueryStatus.ANSWERED})),
    "ended": ("Withdrawn or closed", frozenset({QueryStatus.WITHDRAWN, QueryStatus.CLOSED})),
}


@requires(Permission.DISCUSS)
@require_GET
def queries(request: SignedRequest) -> HttpResponse:
    """The queries of a practice, of a coder's visits or of all; open ones by age. Managers see the figures too."""
    now, mine = timezone.now(), Query.objects.visible_to(request.user)
    manages = request.user.may(Permission.MANAGE_WORK)
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWS else "open"
    order = ("asked_at", "pk") if shown in {"open", "expired"} else ("-asked_at", "-pk")
    rows = mine.filter(status__in=SHOWS[shown][1]).select_related(
        "practice", "encounter__batch", "asked_by", "provider"
    )
    page = page_of(request, rows, order=order, size=PER_PAGE)
    context = {
        "rows": [query_row(row, at=now) for row in page.rows],
        "pagination": page.pagination,
        "tabs": [
            {
                "label": label,
                "url": f"?{urlencode({'show': key})}",
                "current": key == shown,
                "count": mine.filter(status__in=states).count(),
            }
            for key, (label, states) in SHOWS.items()
        ],
        "is_practice": not request.user.is_service_staff,
        "shows_practice": request.user.is_service_staff or len(request.user.practice_ids) > 1,
        "figures": figures(at=now) if manages else None,
    }
    return render(request, "coding/queries.html", context)


def query_row(row: Query, *, at: datetime) -> dict[str, Any]:
    return {
        "url": reverse("coding:query", args=[row.pk]),
        "label": row.label,
        "title": row.title,
        "encounter": row.encounter.label,
        "practice": row.practice.name,
        "provider": row.provider.name if row.provider is not None else "",
        "by": row.asked_by.name,
        "status": query_tag(row),
        "asked_at": row.asked_at,
        "waited": span(row.waiting(at=at)),
        "is_pending": row.is_pending,
        "attention": row.status == QueryStatus.EXPIRED,
        "expires_at": row.expires_at,
        "stops_clock": row.stops_clock,
    }


def query_of(request: SignedRequest, pk: int) -> Query:
    """A query in the reader's scope."""
    rows = Query.objects.visible_to(request.user).select_related("practice", "encounter", "asked_by", "provider")
    return found(request, rows, pk=pk)


@requires(Permission.DISCUSS)
@require_GET
def query(request: SignedRequest, pk: int) -> HttpResponse:
    """One query with the passages it cites; the practice answers it here. Looking is an audit event."""
    row = query_of(request, pk)
    record("query.viewed", at=timezone.now(), by=request.user, about=row, request=request)
    return page_of_query(request, row)


def page_of_query(
    request: SignedRequest, row: Query, *, form: ReplyForm | None = None, status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    reply = getattr(row, "reply", None)
    practice, manages = not user.is_service_staff, user.may(Permission.MANAGE_WORK)
    looks_after = row.is_pending and (manages or row.asked_by_id == user.pk)
    context = {
        "query": row,
        "encounter": row.encounter,
        "status": query_tag(row),
        "form_words": QueryForm(row.form).label,
        "options": [option_words(option, QueryForm(row.form)) for option in row.options],
        "passages": passages_of(row, links(request, "encounter")),
        "clock": clock_words(row, at=now),
        "expires": expires_words(row, at=now) if row.is_pending else "",
        "waited": span(row.waiting(at=now)),
        "reply": reply_row(reply) if reply is not None else None,
        "intact": reply is not None and is_intact(reply),
        "form": (form or reply_form(row)) if practice and row.is_pending else None,
        "may_remind": looks_after,
        "may_withdraw": looks_after,
        "close_form": CloseForm() if manages and row.status == QueryStatus.EXPIRED else None,
        "is_practice": practice,
    }
    return render(request, "coding/query.html", context, status=status)


def reply_form(row: Query, data: Any = None) -> ReplyForm:
    return ReplyForm(
        data, options=row.options, form=QueryForm(row.form), practice_id=row.practice_id,
        initial={"provider": row.provider_id},
    )  # fmt: skip


@requires(Permission.DISCUSS)
@require_POST
def answer(request: SignedRequest, pk: int) -> HttpResponse:
    """The practice answers and signs; with errors the form comes back with everything that was written."""
    row = query_of(request, pk)
    if request.user.is_service_staff:
        refuse(request, object_type="coding.query", object_id=str(pk))
    form = reply_form(row, request.POST)
    if not form.is_valid():
        return page_of_query(request, row, form=form, status=UNPROCESSABLE)
    said = form.cleaned_data
    try:
        answer_query(
            query=row, by=request.user, at=timezone.now(), option=said["option"], text=said["text"],
            role=SignerRole(said["role"]), provider=said["provider"],
        )  # fmt: skip
    except ReplyIncomplete as lacks:
        form.add_error("provider" if "provider" in str(lacks) else "text", str(lacks))
        return page_of_query(request, row, form=form, status=UNPROCESSABLE)
    except QueryEnded:
        messages.warning(request, "This query has ended meanwhile. Nothing was signed.")
    else:
        messages.success(request, f"Signed. {row.encounter.label} goes back to its coder.")
    return redirect("coding:query", pk=pk)


@requires(Permission.DISCUSS)
@require_POST
def withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """Its author or a manager takes a query back."""
    return look_after(request, pk, withdraw_query, "Withdrawn. The chart goes back into work.")


@requires(Permission.DISCUSS)
@require_POST
def remind(request: SignedRequest, pk: int) -> HttpResponse:
    """Its author or a manager asks for the answer once more."""
    return look_after(request, pk, remind_practice, "The practice is reminded by mail.")


@requires(Permission.MANAGE_WORK)
@require_POST
def close(request: SignedRequest, pk: int) -> HttpResponse:
    """A manager ends a query that had no answer in time."""
    form = CloseForm(request.POST)
    note = form.cleaned_data["comment"] if form.is_valid() else ""

    def act(**who: Any) -> None:
        close_without_answer(comment=note, **who)

    return look_after(request, pk, act, "Closed. The chart is coded as it is documented.")


def look_after(request: SignedRequest, pk: int, act: Callable[..., object], said: str) -> HttpResponse:
    row = query_of(request, pk)
    try:
        act(query=row, by=request.user, at=timezone.now())
    except NotForYou:
        refuse(request, object_type="coding.query", object_id=str(pk))
    except TooSoon:
        messages.info(request, "The practice was asked less than a day ago. Try again tomorrow.")
    except QueryEnded:
        messages.warning(request, "This query has moved on meanwhile.")
    else:
        messages.success(request, said)
    may_look = Encounter.objects.visible_to(request.user).filter(pk=row.encounter_id).exists()
    return redirect("coding:query", pk=pk) if may_look else redirect("coding:queries")
