"""What the bench's script asks for between charts: what comes next, that it is shown now, that it is not wanted."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from coding.actions.ahead import hold_ahead, release_ahead
from coding.actions.queue import LeaseLost, open_assignment
from coding.models import Assignment
from coding.rules.lifecycle import Stage
from coding.views.about_chart import about_chart
from coding.views.bench import AT_BENCHES, BENCH, posted_assignment, wanted_stages
from portal.access import SignedRequest, requires
from portal.actions.pages import note_pages_shown
from portal.models import Page

CONFLICT, NO_CONTENT = 409, 204
SHOWN_AT_ONCE = 4  # page images that a browser has ahead of a bench


@requires(*AT_BENCHES)
@require_POST
@about_chart
def ahead(request: SignedRequest, pk: int) -> HttpResponse:
    """Hold ahead what comes after the bench that is open; JSON with `ahead`, in order. 409 if it is not theirs."""
    assignment, at = posted_assignment(request, pk), timezone.now()
    try:
        held = hold_ahead(assignment=assignment, by=request.user, at=at, stages=wanted_stages(request), request=request)
    except LeaseLost:
        return JsonResponse({"lost": True}, status=CONFLICT)
    return JsonResponse({"ahead": [told(one, at=at) for one in held]})


def told(assignment: Assignment, *, at: datetime) -> dict[str, object]:
    """One that comes next: where its bench is, and for how many seconds it is held."""
    pk = assignment.encounter_id
    return {
        "encounter": pk,
        "assignment": assignment.pk,
        "label": assignment.encounter.label,
        "url": reverse(BENCH[Stage(assignment.stage)], args=[pk]),
        "shown_url": reverse("coding:shown", args=[pk]),
        "seconds": int((assignment.lease_until - at).total_seconds()),
    }


@requires(*AT_BENCHES)
@require_POST
@about_chart
def shown(request: SignedRequest, pk: int) -> HttpResponse:
    """A bench that was fetched ahead is before the person now, with these `page` images. 409 if it is not theirs."""
    assignment, at = posted_assignment(request, pk), timezone.now()
    try:
        opened = open_assignment(assignment=assignment, by=request.user, at=at)
    except LeaseLost:
        return JsonResponse({"lost": True}, status=CONFLICT)
    numbers = [int(text) for text in request.POST.getlist("page")[:SHOWN_AT_ONCE] if text.isascii() and text.isdigit()]
    pages = Page.objects.filter(placed__encounter=pk, pk__in=[number for number in numbers if number < 2**63])
    note_pages_shown(pages=pages, by=request.user, at=at, request=request)
    return JsonResponse({"until": opened.lease_until})


@requires(*AT_BENCHES)
@require_POST
def release(request: SignedRequest) -> HttpResponse:
    """Nothing is to be held ahead any more: the page is locked, or its person stops."""
    release_ahead(user=request.user, by=request.user, at=timezone.now(), reason="away")
    return HttpResponse(status=NO_CONTENT)
