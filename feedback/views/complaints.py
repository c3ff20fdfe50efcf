"""Complaints as a list and one by one; and what a person says about a delivery."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.moves import AlreadyMoved
from feedback.actions.complaints import MoveRefused, close_complaint, hand_over, reopen_complaint
from feedback.actions.ratings import AlreadyRated, delivery_to_rate, rate_delivery
from feedback.forms.complaints import CloseForm, HandOverForm, RatingForm
from feedback.models import Complaint
from feedback.rules.complaints import PENDING, ComplaintStatus
from portal.access import SignedRequest, found, refuse, requires
from portal.keyset import page_of
from portal.models import Batch
from portal.rules.promise import due_tag
from portal.rules.roles import Permission

PER_PAGE = 50
UNPROCESSABLE = 422
# Complaints are between the practice and the managers.
between_practice_and_managers = requires(Permission.SEND_CHARTS, Permission.MANAGE_WORK)
SHOWS = {"open": ("Open", sorted(PENDING)), "closed": ("Closed", [ComplaintStatus.CLOSED])}


@between_practice_and_managers
@require_GET
def complaints(request: SignedRequest) -> HttpResponse:
    """A practice's own; all for managers, what is due first."""
    now = timezone.now()
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWS else "open"
    order = ("due_at", "pk") if shown == "open" else ("-raised_at", "-pk")
    rows = Complaint.objects.visible_to(request.user).filter(status__in=SHOWS[shown][1])
    page = page_of(request, rows.select_related("practice", "thread__batch", "owner"), order=order, size=PER_PAGE)
    return render(
        request,
        "feedback/complaints.html",
        {
            "rows": [row_of(row, at=now) for row in page.rows],
            "pagination": page.pagination,
            "is_open": shown == "open",
            "shows_practice": request.user.is_service_staff,
            "tabs": [
                {"label": label, "url": f"?{urlencode({'show': key})}", "current": key == shown}
                for key, (label, _) in SHOWS.items()
            ],
        },
    )


def row_of(row: Complaint, *, at: datetime) -> dict[str, Any]:
    return {
        "url": reverse("feedback:complaint", args=[row.pk]),
        "label": row.label,
        "batch": row.thread.batch.label,
        "practice": row.practice.name,
        "owner": row.owner.name if row.owner is not None else "",
        "status": tag_of(row),
        "due": due_of(row, at=at),
        "raised_at": row.raised_at,
        "closed_at": row.closed_at,
    }


def tag_of(row: Complaint) -> dict[str, str]:
    return {"glyph": row.state.glyph, "label": row.state.label, "tone": row.state.tone}


def due_of(row: Complaint, *, at: datetime) -> Any:
    return due_tag(due_at=timezone.localtime(row.due_at), at=at) if row.status in PENDING else None


def complaint_of(request: SignedRequest, pk: int) -> Complaint:
    rows = Complaint.objects.visible_to(request.user).select_related(
        "practice", "thread__batch", "comment", "owner", "raised_by", "closed_by"
    )
    return found(request, rows, pk=pk)


@requires(Permission.DISCUSS)
@require_GET
def complaint(request: SignedRequest, pk: int) -> HttpResponse:
    """One complaint: what it says, who answers for it until when, and how it ended."""
    return page_of_complaint(request, complaint_of(request, pk), CloseForm())


def page_of_complaint(
    request: SignedRequest, row: Complaint, form: CloseForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    manages, pending = request.user.may(Permission.MANAGE_WORK), row.status in PENDING
    return render(
        request,
        "feedback/complaint.html",
        {
            "one": row,
            "status": tag_of(row),
            "due": due_of(row, at=timezone.now()),
            "problem": problem,
            "form": form if manages and pending else None,
            "owner_form": HandOverForm(initial={"owner": row.owner_id}) if manages and pending else None,
            "may_reopen": not request.user.is_service_staff and not pending,
            "thread_url": f"{reverse('feedback:thread', args=[row.thread_id])}#message-{row.comment_id}",
        },
        status=status,
    )


@requires(Permission.DISCUSS)
@require_POST
def step(request: SignedRequest, pk: int) -> HttpResponse:
    """`move`: close (with words), hand_over (to a manager) or reopen."""
    row, move, now = complaint_of(request, pk), request.POST.get("move", ""), timezone.now()
    form, owner = CloseForm(request.POST), HandOverForm(request.POST)
    try:
        if move == "close":
            words = form.cleaned_data["words"] if form.is_valid() else ""
            close_complaint(complaint=row, words=words, by=request.user, at=now)
            messages.success(request, f"{row.label} is closed, and the practice is told.")
        elif move == "reopen":
            reopen_complaint(complaint=row, by=request.user, at=now)
            messages.success(request, f"{row.label} is open again.")
        elif move == "hand_over" and owner.is_valid():
            hand_over(complaint=row, to=owner.cleaned_data["owner"], by=request.user, at=now)
            messages.success(request, f"{owner.cleaned_data['owner'].name} answers for {row.label}.")
    except AlreadyMoved:
        messages.warning(request, f"{row.label} has moved on meanwhile.")
    except MoveRefused as refused:
        return page_of_complaint(request, row, form, problem=refused.reason.label, status=UNPROCESSABLE)
    return redirect("feedback:complaint", pk=pk)


@requires(Permission.DISCUSS)
@require_POST
def rate(request: SignedRequest, pk: int) -> HttpResponse:
    """Two answers about the last delivery, or (`dismiss`) none; asked once."""
    batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
    version = delivery_to_rate(batch, by=request.user)
    form = RatingForm(request.POST)
    dismissed = "dismiss" in request.POST
    if request.user.is_service_staff:
        refuse(request, object_type="portal.batch", object_id=str(pk))
    if version is not None and not dismissed and not form.is_valid():
        context = {"batch": batch, "version": version, "form": form}
        name = "feedback/rate.html" if request.htmx else "feedback/rate_page.html"
        return render(request, name, context, status=200 if request.htmx else UNPROCESSABLE)
    nothing = {"accuracy": None, "turnaround": None, "words": ""}
    if version is not None:
        with suppress(AlreadyRated):  # in another window: once is enough
            said = nothing if dismissed else form.cleaned_data
            rate_delivery(batch=batch, version=version, by=request.user, at=timezone.now(), **said)
    if request.htmx:
        return render(request, "feedback/rated.html", {"dismissed": dismissed})
    return redirect("portal:batch", pk=pk)
