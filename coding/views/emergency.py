"""Emergency access: opening a visit, and the list of those that were opened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions.emergency import AlreadyReviewed, NotForThem, open_in_emergency, review_emergency
from coding.forms.emergency import EmergencyForm, EmergencyReviewForm
from coding.models import EmergencyAccess, Encounter
from coding.rules.emergency import LASTS
from portal.access import SignedRequest, found, requires
from portal.actions.people import NotOneself
from portal.keyset import page_of
from portal.rules.roles import Permission

PER_PAGE = 50
reviewers = requires(Permission.READ_AUDIT, Permission.MANAGE_WORK)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BREAK_GLASS)
def open_emergency(request: SignedRequest) -> HttpResponseBase:
    """Open a visit that one was not given; a number that does not exist is told from none that may not be seen."""
    form = EmergencyForm(request.POST or None, initial={"encounter": request.GET.get("encounter", "")[:24]})
    if request.method == "POST" and form.is_valid():
        visit = (
            Encounter.objects.originals().select_related("practice").filter(pk=form.cleaned_data["encounter"]).first()
        )
        try:
            if visit is None:
                raise NotForThem
            open_in_emergency(encounter=visit, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except NotForThem:
            form.add_error("encounter", "There is no such encounter, or it is not for you even in an emergency.")
        else:
            messages.warning(request, f"Open to you for {LASTS.seconds // 60} minutes. Managers and admins were told.")
            return redirect("coding:encounter", pk=visit.pk)
    return render(request, "coding/emergency.html", {"form": form, "minutes": LASTS.seconds // 60})


@require_GET
@reviewers
def emergencies(request: SignedRequest) -> HttpResponse:
    """What was opened, the newest first; `open` shows what nobody has looked at."""
    rows = EmergencyAccess.objects.select_related("user", "practice", "reviewed_by")
    unreviewed = request.GET.get("show") == "open"
    page = page_of(request, rows.unreviewed() if unreviewed else rows, order=("-opened_at", "-pk"), size=PER_PAGE)
    return render(
        request,
        "coding/emergencies.html",
        {
            "rows": page.rows,
            "total": page.total,
            "pagination": page.pagination,
            "unreviewed": unreviewed,
            "own": request.user.pk,
        },
    )


@require_POST
@reviewers
def review(request: SignedRequest, pk: int) -> HttpResponseBase:
    access = found(request, EmergencyAccess.objects.all(), pk=pk)
    form = EmergencyReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose whether it was right.")
        return redirect("coding:emergencies")
    try:
        review_emergency(access=access, **form.cleaned_data, by=request.user, at=timezone.now())
    except NotOneself:
        messages.error(request, "Somebody else must say whether you were right.")
    except AlreadyReviewed:
        messages.info(request, "Somebody said so before.")
    else:
        messages.success(request, "Noted.")
    return redirect("coding:emergencies")
