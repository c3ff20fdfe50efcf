"""Alarms on drift: the list, and putting one away with a word; coders see their own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.drift import NoteMissing, acknowledge_alarm
from coding.actions.moves import AlreadyMoved
from coding.models import DriftAlarm
from coding.rules.drift import Series, Way
from portal.access import SignedRequest, found, requires
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty

SHOWN = 100


@requires(Permission.MANAGE_WORK, Permission.CODE)
@require_GET
def drift_alarms(request: SignedRequest) -> HttpResponse:
    """Alarms that nobody has put away first, then the newest."""
    return alarms_page(request)


def alarms_page(
    request: SignedRequest, *, problem: str = "", about: int | None = None, status: int = 200
) -> HttpResponse:
    rows = DriftAlarm.objects.visible_to(request.user).select_related("coder", "acknowledged_by").newest_first()
    manages = request.user.may(Permission.MANAGE_WORK)
    return render(
        request,
        "coding/drift_alarms.html",
        {
            "rows": [alarm_row(row, manages=manages) for row in rows[:SHOWN]],
            "open": DriftAlarm.objects.visible_to(request.user).open().count(),
            "manages": manages,
            "problem": problem,
            "about": about,
        },
        status=status,
    )


def alarm_row(row: DriftAlarm, *, manages: bool) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "coder": row.coder.name,
        "coder_pk": row.coder_id,
        "specialty": Specialty(row.specialty).label,
        "series": Series(row.series).label,
        "way": Way(row.way).label,
        "begun_at": row.begun_at,
        "certain_at": row.certain_at,
        "figures": row.figures,
        "charts": row.charts,
        "is_open": row.acknowledged_at is None,
        "may_acknowledge": manages and row.acknowledged_at is None,
        "acknowledged": f"{row.acknowledged_by.name}: {row.note}" if row.acknowledged_by else "",
    }


@requires(Permission.MANAGE_WORK)
@require_POST
def acknowledge(request: SignedRequest, pk: int) -> HttpResponse:
    """Put an alarm away; without a word it is shown again."""
    row = found(request, DriftAlarm.objects.visible_to(request.user), pk=pk)
    note = request.POST.get("note", "").replace("\0", "")[:400]
    try:
        acknowledge_alarm(alarm=row, by=request.user, at=timezone.now(), note=note)
    except NoteMissing:
        return alarms_page(request, problem="Say what you found, in a sentence.", about=pk, status=422)
    except AlreadyMoved:
        messages.warning(request, "Somebody has put it away meanwhile.")
    else:
        messages.success(request, "Acknowledged. The series begins anew.")
    return redirect("coding:drift-alarms")
