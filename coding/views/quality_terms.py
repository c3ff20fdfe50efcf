"""What a practice's contract says about quality: the terms in force and before, and setting new ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.scores import Backdated, set_quality_terms
from coding.forms.quality import QualityTermsForm
from coding.models import QualityTerms
from coding.rules.discrepancies import Kind
from coding.rules.figure_words import plain
from coding.rules.reasons import Severity
from portal.access import SignedRequest, found, requires
from portal.models import Practice
from portal.rules.roles import Permission


@requires(Permission.MANAGE_WORK, Permission.MANAGE_PRACTICES)
@require_GET
def quality_terms(request: SignedRequest, pk: int) -> HttpResponse:
    """Every version, the newest first, in words; for admins the form of the next one."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    form = QualityTermsForm(initial={"starts_on": timezone.localdate()})
    return terms_page(request, practice, form)


def terms_page(
    request: SignedRequest, practice: Practice, form: QualityTermsForm, *, status: int = 200
) -> HttpResponse:
    rows = QualityTerms.objects.filter(practice=practice).select_related("set_by").order_by("-starts_on", "-version")
    return render(
        request,
        "coding/quality_terms.html",
        {
            "practice": practice,
            "rows": [terms_row(row) for row in rows],
            "form": form if request.user.may(Permission.MANAGE_PRACTICES) else None,
        },
        status=status,
    )


def terms_row(row: QualityTerms) -> dict[str, Any]:
    """One version as a page shows it: what costs a line how much, in words."""
    profile = row.scoring_profile()
    costs = [(kind.label, profile.kinds[kind]) for kind in Kind]
    costs += [(severity.label, profile.severities[severity]) for severity in Severity]
    return {
        "version": row.version,
        "name": row.name,
        "starts_on": row.starts_on,
        "denominator": profile.denominator.label,
        "first_listed": plain(profile.first_listed),
        "costs": ", ".join(f"{label} {plain(cost)}" for label, cost in costs if cost != 1) or "everything counts whole",
        "step_hours": row.step_hours,
        "share": row.double_coding_share,
        "verdicts": row.double_verifying_share,
        "focus": row.focus,
        "set_by": row.set_by.name,
        "set_at": row.set_at,
    }


@requires(Permission.MANAGE_PRACTICES)
@require_POST
def set_terms(request: SignedRequest, pk: int) -> HttpResponse:
    """Terms from a day on; what was scored before keeps its own."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    form = QualityTermsForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_quality_terms(
                practice=practice, by=request.user, at=timezone.now(), name=form.profile_name(),
                starts_on=data["starts_on"], profile=data["profile"], step_hours=data["step_hours"],
                double_coding_share=data["double_coding_share"],
                double_verifying_share=data["double_verifying_share"], focus=data["focus"],
            )  # fmt: skip
        except Backdated:
            form.add_error("starts_on", "Terms begin today or later: what was scored before keeps its measure.")
        else:
            messages.success(request, "The terms are set.")
            return redirect("coding:quality-terms", pk=practice.pk)
    return terms_page(request, practice, form, status=422)
