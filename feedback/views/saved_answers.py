"""The saved answers: looked at, added, taken out of use."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.moves import AlreadyMoved
from feedback.actions.saved_answers import TitleTaken, retire_answer, save_answer
from feedback.forms.complaints import SavedAnswerForm
from feedback.models import SavedAnswer
from portal.access import SignedRequest, found, requires
from portal.models import Practice
from portal.rules.roles import Permission

SHOWN = 200


@requires(Permission.MANAGE_WORK)
@require_http_methods(["GET", "POST"])
def saved_answers(request: SignedRequest) -> HttpResponse:
    """Those in use; on POST another is kept."""
    practices = Practice.objects.visible_to(request.user).by_name()
    form = SavedAnswerForm(request.POST if request.method == "POST" else None, practices=practices)
    if form.is_bound and form.is_valid():
        try:
            save_answer(by=request.user, at=timezone.now(), **form.cleaned_data)
        except TitleTaken:
            form.add_error("title", "Another saved answer has this title.")
        else:
            messages.success(request, "The answer is saved.")
            return redirect("feedback:saved-answers")
    rows = SavedAnswer.objects.filter(retired_at=None).select_related("practice", "created_by").order_by("title", "pk")
    context = {"rows": list(rows[:SHOWN]), "form": form}
    return render(request, "feedback/saved_answers.html", context, status=422 if form.errors else 200)


@requires(Permission.MANAGE_WORK)
@require_POST
def retire(request: SignedRequest, pk: int) -> HttpResponse:
    """Nobody is offered it any more."""
    row: SavedAnswer = found(request, SavedAnswer.objects.all(), pk=pk)
    try:
        retire_answer(answer=row, by=request.user, at=timezone.now())
    except AlreadyMoved:
        messages.info(request, "The answer was retired before.")
    else:
        messages.success(request, "The answer is offered no more.")
    return redirect("feedback:saved-answers")
