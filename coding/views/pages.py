"""The pages of an encounter: their images, and the rows from which a reader is drawn."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.models import Encounter
from portal.access import SignedRequest, found, requires
from portal.actions.pages import open_page_image
from portal.models import Page
from portal.rules.roles import Permission

READERS = (Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK, Permission.SEE_CHARTS)
EAGER = 2  # pages whose images load at once


def page_rows(encounter: Encounter) -> list[dict[str, Any]]:
    """The pages of the visit in order, as templates/coding/bench_pages.html shows them."""
    rows = list(encounter.pages().order_by("number"))
    return [
        {
            "number": page.number,
            "place": place,
            "of": len(rows),
            "width": page.width,
            "height": page.height,
            "url": reverse("coding:page-image", args=[encounter.pk, page.number]),
            "text": page.text,
            "loading": "eager" if place <= EAGER else "lazy",
        }
        for place, page in enumerate(rows, start=1)
    ]


@requires(*READERS)
@require_GET
def page_image(request: SignedRequest, pk: int, number: int) -> FileResponse:
    """One page image of a visible encounter, within its range of pages; looking is an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    page: Page = found(request, encounter.pages(), number=number)
    image, content_type = open_page_image(page=page, by=request.user, at=timezone.now(), request=request)
    response = FileResponse(image, content_type=content_type)
    response["Content-Disposition"] = "inline"  # without the stored file's name
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
