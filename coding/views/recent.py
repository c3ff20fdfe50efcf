"""What a person finished last, and taking it back while that is possible."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.moves import AlreadyMoved
from coding.actions.undoing import TooLate, take_back_submission
from coding.models import Assignment, Encounter, Submission
from coding.rules.lifecycle import Stage
from coding.views.bench import AT_BENCHES, BENCH, bench_answer
from coding.views.due import status_tag
from portal.access import SignedRequest, found, refuse, requires
from portal.models import User

RECENT = 10
CONFLICT = 409


@requires(*AT_BENCHES)
@require_GET
def recent_view(request: SignedRequest) -> HttpResponse:
    """The list for the drawer of a bench, each row with the key that opens it."""
    return render(request, "coding/recent.html", {"recent": recent(request.user, at=timezone.now())})


def recent(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """The last things the person finished, the newest first; what can be taken back says how long; three queries."""
    done = Assignment.objects.filter(
        user=user, end=Assignment.End.FINISHED, encounter__in=Encounter.objects.visible_to(user)
    ).select_related("encounter")
    back = {one.assignment_id: one for one in Submission.objects.undoable_by(user, at=at).order_by("pk")}
    return [
        {
            "pk": one.encounter_id,
            "label": one.encounter.label,
            "url": reverse(BENCH[Stage(one.stage)], args=[one.encounter_id]),
            "stage": Stage(one.stage).label,
            "at": timezone.localtime(one.ended_at),
            "status": status_tag(one.encounter),
            "key": place % RECENT,
            "undo": undo_row(back.get(one.pk), at=at),
        }
        for place, one in enumerate(done.order_by("-ended_at", "-pk")[:RECENT], start=1)
    ]


def undo_row(submission: Submission | None, *, at: datetime) -> dict[str, Any] | None:
    """Where it is taken back, and for how many seconds yet."""
    if submission is None:
        return None
    left = int((submission.until - at).total_seconds())
    return {"url": reverse("coding:undo", args=[submission.pk]), "seconds": left}


@requires(*AT_BENCHES)
@require_POST
def undo(request: SignedRequest, pk: int) -> HttpResponse:
    """Take up again what one submitted just now; a script gets 409 and why, if that is not possible any more."""
    own = Submission.objects.filter(user=request.user, encounter__in=Encounter.objects.visible_to(request.user))
    submission: Submission = found(request, own.select_related("encounter"), pk=pk)
    if request.POST.get("encounter") != str(submission.encounter_id):
        refuse(request, object_type="coding.submission", object_id=str(pk), reason="other_encounter")
    label = submission.encounter.label
    try:
        take_back_submission(submission=submission, by=request.user, at=timezone.now())
    except TooLate:
        return not_undone(request, f"{label} was not taken back: it was submitted too long ago.")
    except AlreadyMoved:
        return not_undone(request, f"{label} was not taken back: it has moved on.")
    return bench_answer(request, Stage(submission.stage), submission.encounter_id)


def not_undone(request: SignedRequest, why: str) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"message": why}, status=CONFLICT)
    messages.warning(request, why)
    return redirect("coding:queue")
