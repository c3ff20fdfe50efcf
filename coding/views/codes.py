"""Look up codes while typing."""

from datetime import date

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from coding.models import Code
from coding.rules.code_search import wanted
from coding.rules.codings import System, diagnosis_system, dotted
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

SHOWN = 12


@require_GET
@requires(Permission.PRECODE, Permission.CODE, Permission.VERIFY)
def code_lookup(request: SignedRequest) -> HttpResponse:
    """Up to twelve codes valid `on` a day that match `q`; JSON, or list items for htmx.

    `system` is icd9cm, icd10cm or procedure; without it the diagnosis list of the day. `on` is YYYY-MM-DD,
    today when empty.
    """
    try:
        on = parse_date(request.GET.get("on", "")) if request.GET.get("on") else timezone.localdate()
        system = System(request.GET["system"]) if request.GET.get("system") else None
    except ValueError:
        return HttpResponseBadRequest("A day is YYYY-MM-DD; a list is icd9cm, icd10cm or procedure.")
    if on is None:
        return HttpResponseBadRequest("A day is YYYY-MM-DD.")
    results = matches(system or diagnosis_system(on), on, request.GET.get("q", ""))
    if request.htmx:
        return render(request, "coding/code_results.html", {"results": results})
    return JsonResponse({"results": results})


def matches(system: System, on: date, text: str) -> list[dict[str, str | bool]]:
    """What the lookup shows for a text."""
    found = list(Code.objects.on(on, system=system).matching(wanted(system, text))[:SHOWN])
    return [
        {"code": row.code, "dotted": dotted(system, row.code), "title": row.title, "billable": row.billable}
        for row in found
    ]
