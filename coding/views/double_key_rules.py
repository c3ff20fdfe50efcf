"""Which practices have which fields typed twice, and how often the two entries differed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from coding.actions.double_key import keying_counts, set_double_key
from coding.forms.double_key import DoubleKeyForm
from coding.forms.precoding import PrecodingForm
from coding.models import DoubleKeyRule
from portal.access import SignedRequest, found, requires
from portal.models import Practice
from portal.rules.roles import Permission

DAYS = 30
AT_ONCE = 200  # practices


@require_GET
@requires(Permission.MANAGE_WORK)
def rules(request: SignedRequest) -> HttpResponse:
    """The practices with their critical fields and the differences of the last days."""
    practices = list(Practice.objects.visible_to(request.user).filter(is_active=True).by_name()[:AT_ONCE])
    fields = dict(DoubleKeyRule.objects.values_list("practice_id", "fields"))
    counts = keying_counts(since=timezone.now() - timedelta(days=DAYS))
    rows = [row_of(practice, fields.get(practice.pk, []), counts.get(practice.pk, (0, 0))) for practice in practices]
    return render(request, "coding/double_key.html", {"rows": rows, "days": DAYS})


def row_of(practice: Practice, fields: list[str], counts: tuple[int, int]) -> dict[str, Any]:
    labels = [str(PrecodingForm.base_fields[name].label) for name in fields]
    return {"practice": practice, "fields": ", ".join(labels), "typed": counts[0], "differed": counts[1]}


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_WORK)
def rule(request: SignedRequest, pk: int) -> HttpResponse:
    """Say which fields of a practice are typed twice."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    now = DoubleKeyRule.objects.filter(practice=practice).first()
    start = {"fields_twice": now.fields if now else []}
    form = DoubleKeyForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data["fields_twice"]
        set_double_key(practice=practice, fields=fields, by=request.user, at=timezone.now())
        messages.success(request, f"{practice.name}: {count_words(len(fields))} typed twice.")
        return redirect("coding:double-key")
    return render(request, "coding/double_key_practice.html", {"form": form, "practice": practice})


def count_words(count: int) -> str:
    return "1 field is" if count == 1 else f"{count or 'no'} fields are"
