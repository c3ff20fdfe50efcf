"""What can be billed: encounters whose codes are verified."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from claims.forms.ready import ReadyForm
from coding.models import Coding, Encounter
from portal.access import SignedRequest, requires
from portal.keyset import page_of
from portal.rules.roles import Permission

PER_PAGE = 50


@require_GET
@requires(Permission.SEE_CLAIMS)
def ready(request: SignedRequest) -> HttpResponse:
    """Verified and delivered encounters with codes, the newest first, of one practice or of all."""
    chosen = ReadyForm(request.GET, user=request.user)
    rows = Encounter.objects.visible_to(request.user).billable()
    if chosen.chosen_practice is not None:
        rows = rows.filter(practice=chosen.chosen_practice)
    page = page_of(request, rows.select_related("practice", "batch", "precoding__payer"), order=("-pk",), size=PER_PAGE)
    return render(
        request,
        "claims/ready.html",
        {
            "filters": chosen,
            "filtered": chosen.chosen_practice is not None,
            "rows": encounter_rows(page.rows),
            "total": page.total,
            "pagination": page.pagination,
        },
    )


def encounter_rows(rows: list[Encounter]) -> list[dict[str, Any]]:
    """The rows of the list, without the patient."""
    versions: dict[int, Any] = {
        version.encounter_id: version for version in Coding.objects.newest_of(rows).with_counts()
    }
    return [
        {
            "label": row.label,
            "url": reverse("coding:encounter", args=[row.pk]),
            "batch_url": reverse("portal:batch", args=[row.batch_id]),
            "practice": row.practice.name,
            "batch": row.batch.label,
            "date": row.precoding.date_from if hasattr(row, "precoding") else None,
            "payer": row.precoding.payer.name if hasattr(row, "precoding") and row.precoding.payer else "",
            "diagnoses": versions[row.pk].diagnosis_count if row.pk in versions else 0,
            "lines": versions[row.pk].procedure_count if row.pk in versions else 0,
            "status": {"label": row.state.label, "glyph": row.state.glyph, "tone": row.state.tone},
            "since": row.finished_at,
        }
        for row in rows
    ]
