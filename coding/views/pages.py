"""The pages of an encounter: their images, and the rows from which a reader is drawn."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.models import Encounter, EncounterPage
from portal.access import SignedRequest, found, requires
from portal.models import Page, User
from portal.page_access import link_view, page_answer
from portal.page_links import PageLink, Writer
from portal.rules.roles import Permission

READERS = (Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK, Permission.SEE_CHARTS)
EAGER = 2  # pages whose images load at once


def page_rows(encounter: Encounter, written: Writer) -> list[dict[str, Any]]:
    """The pages of the visit in order, as templates/coding/bench_pages.html shows them; `written` links to images."""
    places = list(encounter.placed.select_related("page", "addendum").order_by("position"))
    return [
        {
            "id": anchor_of(place),
            "number": place.page.number,
            "place": position,
            "of": len(places),
            "turn": place.turn,
            "added": place.addendum.attached_at if place.addendum else None,
            "chart": f"C-{place.chart_id:04d}" if place.addendum else "",
            "width": place.page.width,
            "height": place.page.height,
            "url": image_url(place, written),
            "text": place.page.text,
            "loading": "eager" if position <= EAGER else "lazy",
        }
        for position, place in enumerate(places, start=1)
    ]


def anchor_of(place: EncounterPage) -> str:
    """What the page is called on the bench: its number, for a later document behind the number of its chart."""
    return f"page-{place.chart_id}-{place.page.number}" if place.addendum_id else f"page-{place.page.number}"


def image_url(place: EncounterPage, written: Writer) -> str:
    """Where the image of one page of a visit is read."""
    if place.addendum_id:
        return reverse("coding:added-page-image", args=[place.encounter_id, place.chart_id, place.page.number])
    return reverse("coding:page-by-link", args=[written.to(place.encounter_id, place.page.number)])


@requires(*READERS)
@require_GET
def page_image(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """One page image of a visible encounter, of its own chart; looking is an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    page: Page = found(request, encounter.pages(), number=number)
    return page_answer(request, page, by=request.user, at=timezone.now())


@requires(*READERS)
@require_GET
def added_page_image(request: SignedRequest, pk: int, chart: int, number: int) -> HttpResponse:
    """One page image of a document that was added to a visible encounter; looking is an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    added = Page.objects.filter(placed__encounter=encounter, placed__addendum__isnull=False)
    page: Page = found(request, added, chart=chart, number=number)
    return page_answer(request, page, by=request.user, at=timezone.now())


def linked_page(person: User, link: PageLink) -> Page | None:
    """The page that a link names, if its encounter is still one of the person's."""
    encounter = Encounter.objects.visible_to(person).filter(pk=link.holder).first()
    return encounter.pages().filter(number=link.number).first() if encounter is not None else None


page_by_link = link_view(
    "encounter", find=linked_page, own=lambda link: reverse("coding:page-image", args=[link.holder, link.number])
)
