"""Taking up finished work again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from coding.actions.holds import reopen
from coding.actions.moves import AlreadyMoved
from coding.forms.coding import ReopenForm
from coding.models import Encounter
from portal.access import SignedRequest, found, requires
from portal.rules.roles import Permission


@requires(Permission.MANAGE_WORK)
@require_http_methods(["GET", "POST"])
def reopen_view(request: SignedRequest, pk: int) -> HttpResponse:
    """Ask why on GET; on POST reopen the visit, or say that its status does not allow it."""
    visit: Encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "coding/reopen.html", {"form": form, "encounter": visit}, status=status)
    try:
        reopen(encounter=visit, by=request.user, at=timezone.now(), comment=form.cleaned_data["comment"])
    except AlreadyMoved:
        messages.warning(request, f"{visit.label} is not finished, or has moved on: there is nothing to reopen.")
    else:
        messages.success(request, f"{visit.label} is reopened.")
    return redirect("coding:encounter", pk=pk)
