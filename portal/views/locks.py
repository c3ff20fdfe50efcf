"""What people decide about a chart that waits: its password, to go on without it, to work on it anyway."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.access import SignedRequest, found, requires
from portal.actions.locks import NotLocked, TooManyTries, WrongPassword, give_up_chart, unlock_chart
from portal.actions.same_pages import NotTheSame, work_anyway
from portal.children import ChildLost, Refused
from portal.forms.locks import PasswordOfChart
from portal.models import Chart
from portal.rules.roles import Permission
from portal.views.charts import show_chart

UNPROCESSABLE = 422
TOO_MANY = 429
NOT_WAITING = "{} does not wait for a password any more."


@sensitive_post_parameters("password")
@requires(Permission.SEND_CHARTS)
@require_POST
def unlock(request: SignedRequest, pk: int) -> HttpResponse:
    """Open a locked chart with the password from the form, which nothing keeps."""
    row = found(request, Chart.objects.visible_to(request.user).select_related("batch", "practice"), pk=pk)
    form = PasswordOfChart(request.POST)
    if not form.is_valid():
        return show_chart(request, row, form=form, status=UNPROCESSABLE)
    try:
        unlock_chart(chart=row, password=form.cleaned_data["password"], by=request.user, at=timezone.now())
    except NotLocked:
        messages.warning(request, NOT_WAITING.format(row.label))
    except WrongPassword:
        form.add_error("password", "The file does not open with this password. Try again, or ask whoever made it.")
        return show_chart(request, row, form=form, status=UNPROCESSABLE)
    except TooManyTries:
        form.add_error("password", "Too many wrong passwords. Try again in a quarter of an hour.")
        return show_chart(request, row, form=form, status=TOO_MANY)
    except (Refused, ChildLost):
        form.add_error(None, "The file could not be opened for another reason. Remove its password and send it again.")
        return show_chart(request, row, form=form, status=UNPROCESSABLE)
    else:
        messages.success(request, f"{row.label} is open and being drawn.")
    return redirect("portal:chart", pk=row.pk)


@requires(Permission.SEND_CHARTS, Permission.MANAGE_WORK)
@require_POST
def give_up(request: SignedRequest, pk: int) -> HttpResponse:
    """Go on without a locked chart."""
    row = found(request, Chart.objects.visible_to(request.user), pk=pk)
    try:
        give_up_chart(chart=row, by=request.user, at=timezone.now())
    except NotLocked:
        messages.warning(request, NOT_WAITING.format(row.label))
    else:
        messages.success(request, f"The batch goes on without {row.label}.")
    return redirect("portal:batch", pk=row.batch_id)


@requires(Permission.SEND_CHARTS, Permission.MANAGE_WORK)
@require_POST
def anyway(request: SignedRequest, pk: int) -> HttpResponse:
    """Have a chart worked on although another has the same pages."""
    row = found(request, Chart.objects.visible_to(request.user).select_related("duplicate_of"), pk=pk)
    try:
        work_anyway(chart=row, by=request.user, at=timezone.now())
    except NotTheSame:
        messages.warning(request, f"{row.label} is no longer set aside for its pages.")
    else:
        messages.success(request, f"{row.label} is worked on.")
    return redirect("portal:chart", pk=row.pk)
