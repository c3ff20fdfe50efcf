"""From a number that somebody typed to the page behind it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from coding.models import Encounter
from coding.rules.numbers import read_number
from coding.views.bench import AT_BENCHES
from portal.access import SignedRequest, signed_in
from portal.models import Batch, Chart, User

OF_EACH = 4  # each practice counts its batches from one


@require_GET
@signed_in
def find(request: SignedRequest) -> HttpResponse:
    """The batches, charts and encounters of the number `q` that this person may see; JSON with `results`."""
    wanted = read_number(request.GET.get("q", ""))
    results = list(records(request.user, *wanted)) if wanted else []
    return JsonResponse({"results": results})


def records(user: User, kinds: str, number: int) -> Iterator[dict[str, str]]:
    if "E" in kinds:
        page = "coding:work" if user.permissions.intersection(AT_BENCHES) else "coding:encounter"
        for encounter in Encounter.objects.visible_to(user).filter(pk=number):
            yield found(encounter.label, "Encounter", reverse(page, args=[encounter.pk]))
    if "C" in kinds:
        for chart in Chart.objects.visible_to(user).filter(pk=number).select_related("practice"):
            yield found(chart.label, f"Chart of {chart.practice.name}", reverse("portal:chart", args=[chart.pk]))
    if "B" in kinds:
        for batch in Batch.objects.visible_to(user).filter(number=number).select_related("practice")[:OF_EACH]:
            yield found(batch.label, f"Batch of {batch.practice.name}", reverse("portal:batch", args=[batch.pk]))


def found(label: str, what: str, url: str) -> dict[str, str]:
    return {"label": label, "what": what, "url": url}
