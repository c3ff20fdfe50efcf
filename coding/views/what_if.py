"""What if: the manager asks about tomorrow, and it is lived through some times with and without the change."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.what_if import history_for
from coding.forms.what_if import WhatIfForm
from coding.rules.flow.what_if import Change, answer_words, change_words, value_words, what_if
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty


@require_GET
@requires(Permission.MANAGE_WORK)
def what_if_page(request: SignedRequest) -> HttpResponse:
    """The question as a form, and its answer once it is asked."""
    form = WhatIfForm(request.GET)
    answer = answer_to(form.change()) if form.is_bound and form.is_valid() else None
    return render(request, "coding/what_if.html", {"form": form, "answer": answer}, status=422 if form.errors else 200)


def answer_to(change: Change) -> dict[str, Any]:
    """The answer as finished values."""
    history = history_for(at=timezone.now())
    if not history.workers or not (history.days or history.standing):
        return {"is_empty": True}
    found = what_if(history, change)
    return {
        "is_empty": False,
        "is_none": change.is_none,
        "caption": answer_words(found, Specialty(change.target).label),
        "runs": found.runs,
        "days": len(history.days),
        "visits": f"{found.visits:,.0f}",
        "standing": f"{len(history.standing):,}",
        "people": len(history.workers),
        "verified": f"{history.verified:.0%}",
        "rows": [
            {
                "label": row.label,
                "now": value_words(row.as_is, row.unit),
                "then": value_words(row.then, row.unit),
                "change": change_words(row),
                "is_sure": row.is_sure,
            }
            for row in found.rows
        ],
    }
