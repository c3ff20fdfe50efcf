"""Remarks on the codes of a visit, as its practice makes and sees them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions.moves import AlreadyMoved
from coding.actions.remarks import (
    AlreadyRemarked,
    MoveRefused,
    NotDelivered,
    NothingSaid,
    code_in,
    standing_version,
    withdraw_remark,
)
from coding.models import Encounter, Remark
from coding.rules.discrepancies import Part
from coding.rules.remarks import PENDING
from feedback.actions.remarks import remark_on_code
from feedback.forms.remarks import RemarkForm
from feedback.views.messages import remark_tag
from portal.access import SignedRequest, found, refuse, requires
from portal.rules.roles import Permission

UNPROCESSABLE = 422


def visit_of(request: SignedRequest, pk: int) -> Encounter:
    return found(request, Encounter.objects.visible_to(request.user).originals().select_related("batch"), pk=pk)


@requires(Permission.DISCUSS)
@require_GET
def visit_remarks(request: SignedRequest, pk: int) -> HttpResponse:
    """The codes of a finished visit to remark on, and what was remarked: a part of its page for htmx, else a page."""
    visit = visit_of(request, pk)
    practice = not request.user.is_service_staff
    rows = list(Remark.objects.filter(encounter=visit).select_related("raised_by", "reviewer").order_by("-pk"))
    context = {
        "encounter": visit,
        "lines": lines_of(visit, rows) if practice else [],
        "remarks": [shown(row, practice=practice) for row in rows],
        "is_practice": practice,
    }
    name = "feedback/visit_remarks.html" if request.htmx else "feedback/visit_remarks_page.html"
    return render(request, name, context)


def lines_of(visit: Encounter, rows: list[Remark]) -> list[dict[str, Any]]:
    """Each code of the version that counts, on which no remark waits."""
    coding = standing_version(visit)
    if coding is None:
        return []
    taken = {(row.part, row.position) for row in rows if row.coding_id == coding.pk and row.status in PENDING}
    coded = coding.coded()
    of = {Part.DIAGNOSIS: coded.diagnoses, Part.PROCEDURE: coded.procedures}
    return [
        {"part": part.value, "position": position, "code": code_in(coding, part, position)}
        for part, lines in of.items()
        for position in range(1, len(lines) + 1)
        if (part.value, position) not in taken
    ]


def shown(row: Remark, *, practice: bool) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "label": row.label,
        "code": row.code,
        "words": row.words,
        "status": remark_tag(row),
        "outcome": row.outcome,
        "by": row.raised_by.name,
        "at": row.raised_at,
        "may_withdraw": practice and row.status in PENDING,
    }


@requires(Permission.DISCUSS)
@require_http_methods(["GET", "POST"])
def raise_view(request: SignedRequest, pk: int, part: str, position: int) -> HttpResponse:
    """Ask what is wrong with one code on GET; on POST the remark is made, for the practice only."""
    visit = visit_of(request, pk)
    coding = standing_version(visit)
    known = part in set(Part) and coding is not None
    code = code_in(coding, Part(part), position) if known and coding is not None else ""
    if request.user.is_service_staff or not code:
        refuse(request, object_type="coding.encounter", object_id=str(pk))
    form = RemarkForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and made(request, form, visit, Part(part), position):
        return redirect("coding:encounter", pk=pk)
    return render(
        request,
        "feedback/raise_remark.html",
        {"form": form, "encounter": visit, "code": code},
        status=UNPROCESSABLE if form.errors else 200,
    )


def made(request: SignedRequest, form: RemarkForm, visit: Encounter, part: Part, position: int) -> bool:
    """Whether the remark was made; if not, the form says why."""
    try:
        remark = remark_on_code(
            encounter=visit, part=part, position=position, words=form.cleaned_data["words"], by=request.user,
            at=timezone.now(),
        )  # fmt: skip
    except AlreadyRemarked:
        form.add_error(None, "A remark on this code waits for its answer already. Add to it in the thread.")
    except NotDelivered:
        form.add_error(None, "The visit went back into work meanwhile. Say it in the thread.")
    except NothingSaid:
        form.add_error("words", "Say what is wrong with the code.")
    else:
        messages.success(request, f"{remark.label} is made. Somebody who did not verify the visit looks at it again.")
        return True
    return False


@requires(Permission.DISCUSS)
@require_POST
def withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """The practice does not object any more."""
    row: Remark = found(request, Remark.objects.visible_to(request.user), pk=pk)
    if request.user.is_service_staff:
        refuse(request, object_type="coding.remark", object_id=str(pk))
    try:
        withdraw_remark(remark=row, by=request.user, at=timezone.now())
    except AlreadyMoved:
        messages.info(request, f"{row.label} was decided meanwhile.")
    except MoveRefused as refused:
        messages.warning(request, refused.reason.label)
    else:
        messages.success(request, f"{row.label} is withdrawn.")
    return redirect("coding:encounter", pk=row.encounter_id)
