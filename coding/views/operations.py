"""Running the work: how much there is at each stage, and moving it between people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.models import EmergencyAccess
from coding.views import figures as numbers
from coding.views.delivery_trouble import delivery_trouble
from portal.access import SignedRequest, found, requires
from portal.actions.audit import record
from portal.actions.jobs import try_job_again
from portal.models import Job, JobState
from portal.rules.roles import Permission


@require_GET
@requires(Permission.MANAGE_WORK)
def operations(request: SignedRequest) -> HttpResponse:
    """The overview: stages, people, batches, failed jobs."""
    now = timezone.now()
    return render(
        request,
        "coding/operations.html",
        {
            **numbers.stage_figures(request.user, at=now),
            "people": numbers.people_figures(at=now),
            "batches": numbers.batch_figures(request.user, at=now),
            "jobs": numbers.failed_jobs(),
            "emergencies": EmergencyAccess.objects.unreviewed().count(),
            "trouble": delivery_trouble(request.user),
        },
    )


@require_GET
@requires(Permission.MANAGE_WORK)
def figures(request: SignedRequest) -> HttpResponse:
    """The part of the overview that renews itself."""
    return render(request, "coding/operations_figures.html", numbers.stage_figures(request.user, at=timezone.now()))


@require_POST
@requires(Permission.MANAGE_WORK)
def try_again(request: SignedRequest, pk: int) -> HttpResponse:
    """Have a failed job done once more."""
    now = timezone.now()
    job = found(request, Job.objects.filter(state=JobState.FAILED), pk=pk)
    try_job_again(job=job, at=now)
    record("job.tried_again", at=now, by=request.user, about=job, request=request, kind=job.kind)
    messages.success(request, f"{numbers.JOB_WORDS.get(job.kind, job.kind)} ({job.object_id}): it is tried again now.")
    return redirect("coding:operations")
