"""The pages of an encounter: their images, and the rows from which a reader is drawn."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.models import Encounter
from portal.access import SignedRequest, found, requires
from portal.models import Page, User
from portal.page_access import link_view, page_answer
from portal.page_links import PageLink, Writer
from portal.rules.roles import Permission

READERS = (Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK, Permission.SEE_CHARTS)
EAGER = 2  # pages whose images load at once


def page_rows(encounter: Encounter, written: Writer) -> list[dict[str, Any]]:
    """The pages of the visit in order, as templates/coding/bench_pages.html shows them; `written` links to images."""
    rows = list(encounter.pages().order_by("number"))
    return [
        {
            "number": page.number,
            "place": place,
            "of": len(rows),
            "width": page.width,
            "height": page.height,
            "url": reverse("coding:page-by-link", args=[written.to(encounter.pk, page.number)]),
            "text": page.text,
            "loading": "eager" if place <= EAGER else "lazy",
        }
        for place, page in enumerate(rows, start=1)
    ]


@requires(*READERS)
@require_GET
def page_image(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """One page image of a visible encounter, within its range of pages; looking is an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    page: Page = found(request, encounter.pages(), number=number)
    return page_answer(request, page, by=request.user, at=timezone.now())


def linked_page(person: User, link: PageLink) -> Page | None:
    """The page that a link names, if its encounter is still one of the person's."""
    encounter = Encounter.objects.visible_to(person).filter(pk=link.holder).first()
    return encounter.pages().filter(number=link.number).first() if encounter is not None else None


page_by_link = link_view(
    "encounter", find=linked_page, own=lambda link: reverse("coding:page-image", args=[link.holder, link.number])
)
