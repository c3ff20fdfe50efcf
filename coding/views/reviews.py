"""The practice's word on what came back: accept a result, reopen it, accept all of a batch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.moves import AlreadyMoved
from coding.actions.reviews import (
    AlreadyReviewed,
    NotDelivered,
    Standing,
    accept_batch,
    accept_result,
    reopen_result,
    standings,
)
from coding.forms.reviews import ReopenResultForm
from coding.models import Encounter
from coding.rules.reviews import ReviewWord
from portal.access import SignedRequest, found, requires
from portal.models import Batch
from portal.rules.batch_steps import counted
from portal.rules.roles import Permission

TOO_LATE = "{label} is not waiting for your word any more. To say something about it, write in the thread of its batch."


@requires(Permission.REVIEW_RESULTS)
@require_http_methods(["GET", "POST"])
def review(request: SignedRequest, pk: int) -> HttpResponse:
    """Accept a result, or reopen it with a reason; GET shows both."""
    rows = Encounter.objects.visible_to(request.user).originals().select_related("batch__practice", "practice")
    visit: Encounter = found(request, rows, pk=pk)
    accepts = request.POST.get("word") == ReviewWord.ACCEPTED
    form = ReopenResultForm(request.POST if request.method == "POST" and not accepts else None)
    if not accepts and not form.is_valid():
        context = {"encounter": visit, "form": form, "standing": standing_words(visit)}
        return render(request, "coding/review.html", context, status=422 if form.is_bound else 200)
    now = timezone.now()
    try:
        if accepts:
            accept_result(encounter=visit, by=request.user, at=now)
        else:
            reopen_result(encounter=visit, by=request.user, at=now, reason=form.cleaned_data["reason"])
    except (NotDelivered, AlreadyReviewed, AlreadyMoved):
        messages.warning(request, TOO_LATE.format(label=visit.label))
    else:
        messages.success(request, f"{visit.label} is {'accepted' if accepts else 'reopened'}.")
    return redirect("coding:encounter", pk=pk)


@requires(Permission.REVIEW_RESULTS)
@require_POST
def accept_all(request: SignedRequest, pk: int) -> HttpResponse:
    """Accept what nothing was said about."""
    batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
    count = accept_batch(batch=batch, by=request.user, at=timezone.now())
    if count:
        messages.success(request, f"{counted(count, 'result')} accepted.")
    else:
        messages.warning(request, "No result of this batch is waiting for your word.")
    return redirect("portal:batch", pk=pk)


def standing_words(visit: Encounter) -> dict[str, Any] | None:
    """How the result stands with its practice, worded; None while there is none."""
    return in_words(standings([visit]).get(visit.pk))


def in_words(standing: Standing | None) -> dict[str, Any] | None:
    """What was said, or until when something can be said; the same in lists and on the visit's page."""
    if standing is None:
        return None
    now = timezone.now()
    said = standing.review
    if said is not None:
        text = f"{said.get_word_display()} {timezone.localtime(said.at):%b %-d}"
    elif standing.is_open(at=now):
        text = f"Counts as accepted on {timezone.localtime(standing.silent_at):%b %-d}"
    else:
        text = f"Accepted by silence {timezone.localtime(standing.silent_at):%b %-d}"
    return {
        "text": text,
        "is_open": standing.is_open(at=now),
        "delivered_at": standing.delivered_at,
        "silent_at": standing.silent_at,
        "version": standing.version,
        "reason": said.reason if said is not None else "",
    }
