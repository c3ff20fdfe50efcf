"""Turnaround against promise for managers: by practice and month, how many batches came late, and the credit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.credits import credits_of, first_deliveries
from coding.rules.standing_words import plain
from portal.access import SignedRequest, requires
from portal.models import Batch
from portal.rules.credit import Credit
from portal.rules.promise import span
from portal.rules.roles import Permission

MONTHS = 6
MOST = 5000  # batches that are looked at


@require_GET
@requires(Permission.MANAGE_WORK)
def turnaround(request: SignedRequest) -> HttpResponse:
    """The last months, the newest first; what was late with its batches, each a link."""
    now = timezone.now()
    since = now - timedelta(days=31 * MONTHS)
    rows = Batch.objects.visible_to(request.user).filter(received_at__gte=since).select_related("practice")
    batches = list(rows.newest_first()[:MOST])
    return render(
        request,
        "coding/turnaround.html",
        {"months": months(batches, at=now), "span": MONTHS, "cut": len(batches) == MOST},
    )


def months(batches: list[Batch], *, at: datetime) -> list[dict[str, Any]]:
    """One row for each practice and month in which a batch of it first came back."""
    first, credit = first_deliveries(batches), credits_of(batches, at=at)
    groups: dict[tuple[date, str, int], list[Batch]] = defaultdict(list)
    for one in batches:
        if one.pk in first:
            month = timezone.localtime(first[one.pk]).date().replace(day=1)
            groups[month, one.practice.name, one.practice_id].append(one)
    return [
        month_row(month, practice, own, credit)
        for (month, practice, _), own in sorted(
            groups.items(), key=lambda group: (-group[0][0].toordinal(), group[0][1:])
        )
    ]


def month_row(month: date, practice: str, own: list[Batch], credit: dict[int, Credit]) -> dict[str, Any]:
    late = [one for one in own if credit[one.pk].days]
    return {
        "month": month,
        "practice": practice,
        "batches": len(own),
        "on_time": len(own) - len(late),
        "late": [
            {
                "label": one.label,
                "url": reverse("portal:batch", args=[one.pk]),
                "text": f"{span(credit[one.pk].late)} late, {plain(credit[one.pk].percent)} %",
            }
            for one in late
        ],
        "credit": plain(sum((credit[one.pk].percent for one in late), Decimal(0))),
        "waited": span(sum((credit[one.pk].waited for one in own), timedelta(0))),
    }
