"""Looking after access: look-ups in exclusion lists, and reviews of who may do what. For admins."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions.audit import record
from portal.actions.oversight import (
    InTheFuture,
    NotDecided,
    ReviewClosed,
    ReviewOpen,
    close_review,
    decide_access,
    due_of,
    newest_checks,
    note_exclusion_check,
    start_review,
)
from portal.actions.people import NotOneself
from portal.forms.oversight import DecisionForm, ExclusionForm
from portal.models import AccessReview, ReviewedAccess, User
from portal.rules.oversight import Decision, ExclusionList, Outcome
from portal.rules.plain_cells import plain
from portal.rules.roles import ROLE_LABELS, STAFF_ROLES, Permission, Role

SHOWN = 50
UNPROCESSABLE = 422
admins = requires(Permission.MANAGE_PEOPLE)
COLUMNS = (
    "Name", "E-mail", "Roles", "Practice", "Last sign-in", "Remarks", "Decision", "Note", "Decided by", "Decided at",
)  # fmt: skip


@require_GET
@admins
def exclusions(request: SignedRequest) -> HttpResponse:
    """Everybody of the service with when they were looked up; those who are due first."""
    return exclusions_page(request, ExclusionForm(initial={"checked_on": timezone.localdate()}))


def exclusions_page(request: SignedRequest, form: ExclusionForm, *, about: int = 0, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    people = list(User.objects.with_role(*STAFF_ROLES).by_name().prefetch_related("user_roles"))
    checks = newest_checks(people)
    rows = [exclusion_row(person, checks.get(person.pk, {}), on=today) for person in people]
    rows.sort(key=lambda row: (not row["match"], not row["late"]))
    return render(
        request,
        "portal/exclusions.html",
        {
            "rows": rows,
            "late": sum(row["late"] for row in rows),
            "form": form,
            "about": about,
            "own": request.user.pk,
            "lists": [one.label for one in ExclusionList],
        },
        status=status,
    )


def exclusion_row(person: User, checks: Any, *, on: Any) -> dict[str, Any]:
    due = due_of(person, checks, on=on)
    return {
        "pk": person.pk,
        "name": person.name,
        "roles": ", ".join(person.role_labels),
        "checks": [(one.label, checks.get(one)) for one in ExclusionList],
        "due": due.label if due else "",
        "late": bool(due and due.late),
        "match": any(check.outcome == Outcome.MATCH for check in checks.values()),
    }


@require_POST
@admins
def exclusion_add(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Note a look-up."""
    person = found(request, User.objects.all(), pk=pk)
    form = ExclusionForm(request.POST)
    if form.is_valid():
        try:
            check = note_exclusion_check(user=person, **form.cleaned_data, by=request.user, at=timezone.now())
        except InTheFuture:
            form.add_error("checked_on", "This day has not come yet.")
        except NotOneself:
            messages.error(request, "Somebody else must look you up.")
            return redirect("portal:exclusions")
        else:
            if check.outcome == Outcome.MATCH:
                messages.error(
                    request, f"{person.name} is on the list. End their access now, and tell whom the contract names."
                )
                return redirect("portal:person_deactivate", pk=person.pk)
            messages.success(request, f"Noted for {person.name}.")
            return redirect("portal:exclusions")
    return exclusions_page(request, form, about=person.pk, status=UNPROCESSABLE)


@require_GET
@admins
def reviews(request: SignedRequest) -> HttpResponse:
    """The reviews, the newest first."""
    rows = AccessReview.objects.select_related("started_by", "closed_by").annotate(
        people=Count("rows"), left=Count("rows", filter=Q(rows__decision=""))
    )
    return render(request, "portal/access_reviews.html", {"rows": rows.order_by("-started_at", "-pk")[:SHOWN]})


@require_POST
@admins
def review_start(request: SignedRequest) -> HttpResponseBase:
    try:
        review = start_review(by=request.user, at=timezone.now())
    except ReviewOpen:
        messages.info(request, "A review is open already.")
        return redirect("portal:access_reviews")
    return redirect("portal:access_review", pk=review.pk)


@require_GET
@admins
def review(request: SignedRequest, pk: int) -> HttpResponse:
    return review_page(request, found(request, AccessReview.objects.select_related("closed_by"), pk=pk))


def review_page(request: SignedRequest, row: AccessReview, *, form: Any = None, status: int = 200) -> HttpResponse:
    rows = list(row.rows.select_related("decided_by"))
    show = request.GET.get("show", "")
    shown = [one for one in rows if not one.decision] if show == "open" else rows
    return render(
        request,
        "portal/access_review.html",
        {
            "review": row,
            "rows": [reviewed(one, own=request.user.pk) for one in shown],
            "left": sum(not one.decision for one in rows),
            "total": len(rows),
            "show": show,
            "form": form,
            "decisions": [(one.value, one.label) for one in Decision],
        },
        status=status,
    )


def reviewed(row: ReviewedAccess, *, own: int) -> dict[str, Any]:
    return {
        "row": row,
        "roles": ", ".join(ROLE_LABELS[Role(role)] for role in row.roles) or "None",
        "decision": Decision(row.decision).label if row.decision else "",
        "own": row.user_id == own,
    }


@require_POST
@admins
def review_decide(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Decide on the people chosen."""
    row = found(request, AccessReview.objects.all(), pk=pk)
    form = DecisionForm(request.POST, ids=list(row.rows.values_list("pk", flat=True)))
    if not form.is_valid():
        return review_page(request, row, form=form, status=UNPROCESSABLE)
    try:
        count = decide_access(review=row, **form.cleaned_data, by=request.user, at=timezone.now())
    except ReviewClosed:
        messages.error(request, "The review is closed: what was decided stays.")
    else:
        messages.success(request, f"Decided for {count} {'person' if count == 1 else 'people'}.")
    return redirect("portal:access_review", pk=pk)


@require_POST
@admins
def review_close(request: SignedRequest, pk: int) -> HttpResponseBase:
    row = found(request, AccessReview.objects.all(), pk=pk)
    try:
        close_review(review=row, by=request.user, at=timezone.now())
    except NotDecided as left:
        messages.error(request, f"{left} still to decide. Nobody decides on themselves: ask another admin for those.")
    except ReviewClosed:
        messages.info(request, "It was closed before.")
    else:
        messages.success(request, "The review is closed.")
    return redirect("portal:access_review", pk=pk)


@require_GET
@admins
def review_file(request: SignedRequest, pk: int) -> HttpResponse:
    """The review as CSV; that it was taken out is an event."""
    row = found(request, AccessReview.objects.all(), pk=pk)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for one in row.rows.select_related("decided_by"):
        said = reviewed(one, own=0)
        table.writerow(
            plain(cell)
            for cell in (
                one.name, one.email, said["roles"], one.practice_name,
                one.last_sign_in.isoformat(timespec="minutes") if one.last_sign_in else "", "; ".join(one.remarks),
                said["decision"], one.note, one.decided_by.name if one.decided_by else "",
                one.decided_at.isoformat(timespec="minutes") if one.decided_at else "",
            )
        )  # fmt: skip
    record("access_review.exported", at=timezone.now(), by=request.user, about=row, request=request)
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="access-review-{row.label}.csv"'
    return response
