"""Reports that are made every month: the list, a new one, the end of one."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions.reports.schedules import (
    AlreadyScheduled,
    ScheduleEnded,
    end_schedule,
    possible_readers,
    schedule_report,
)
from coding.forms.reports import PracticeChoiceForm, ScheduleForm
from coding.models import ReportSchedule
from portal.access import SignedRequest, found, requires
from portal.models import Practice
from portal.rules.roles import Permission

SHOWN = 200
managers = requires(Permission.MANAGE_WORK)


@require_GET
@managers
def schedules(request: SignedRequest) -> HttpResponse:
    """What is made every month, by practice."""
    rows = ReportSchedule.objects.running().select_related("practice").annotate(reader_count=Count("readers"))
    return render(
        request,
        "coding/report_schedules.html",
        {"rows": rows.order_by("practice__name", "kind", "pk")[:SHOWN]},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@managers
def add(request: SignedRequest) -> HttpResponseBase:
    """First the practice, then what, when and for whom."""
    practices = Practice.objects.visible_to(request.user).by_name()
    chosen = PracticeChoiceForm(request.GET or None, practices=practices)
    if not chosen.is_valid():
        chosen = PracticeChoiceForm(practices=practices)
        return render(request, "coding/report_schedule_practice.html", {"form": chosen})
    practice = chosen.cleaned_data["practice"]
    form = ScheduleForm(request.POST or None, people=possible_readers(practice))
    if request.method == "POST" and form.is_valid():
        try:
            schedule = schedule_report(practice=practice, **form.cleaned_data, by=request.user, at=timezone.now())
        except AlreadyScheduled:
            form.add_error("kind", f"{practice.name} gets this report every month already.")
        else:
            messages.success(request, f"The first one is made on {schedule.next_on:%b %-d, %Y}.")
            return redirect("coding:report-schedules")
    return render(request, "coding/report_schedule.html", {"form": form, "practice": practice})


@require_POST
@managers
def end(request: SignedRequest, pk: int) -> HttpResponseBase:
    row = found(request, ReportSchedule.objects.select_related("practice"), pk=pk)
    try:
        end_schedule(schedule=row, by=request.user, at=timezone.now())
    except ScheduleEnded:
        messages.info(request, "It was ended before.")
    else:
        messages.success(request, f"{row.practice.name} gets no more of them. What was made stays.")
    return redirect("coding:report-schedules")
