"""The pages of an encounter: their images, and the rows from which a reader is drawn."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.models import Encounter, EncounterPage
from coding.views.about_chart import about_chart
from portal.access import SignedRequest, found, requires
from portal.actions.words import open_page_words
from portal.models import Page, PageWords, User
from portal.page_access import link_view, page_answer
from portal.page_links import PageLink, Writer
from portal.rules.roles import Permission
from portal.rules.words import WordsState, progress_words, reading_note

READERS = (
    Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK, Permission.SEE_CHARTS,
    Permission.BREAK_GLASS,
)  # fmt: skip
SMALL = "small"  # in an address: the thumbnail
EAGER = 2  # pages whose images load at once


def reader_context(encounter: Encounter, written: Writer) -> dict[str, Any]:
    """What templates/coding/bench_pages.html shows: the pages of the visit in order, and how far their words are.

    `written` links to images.
    """
    places = list(
        encounter.placed.select_related("page__words", "addendum")
        .defer("page__words__words", "page__words__line_starts")
        .order_by("position")
    )
    return {
        "pages": [page_row(place, position, len(places), written) for position, place in enumerate(places, start=1)],
        "words_read": {
            "progress": progress_words(words_of(place.page) for place in places),
            "outline": outline_of(places),
        },
    }


def page_row(place: EncounterPage, position: int, of: int, written: Writer) -> dict[str, Any]:
    """One page, which stands at this position in the visit."""
    return {
        "id": anchor_of(place),
        "page": place.page_id,
        "document": place.chart_id,
        "number": place.page.number,
        "place": position,
        "of": of,
        "turn": place.turn,
        "added": place.addendum.attached_at if place.addendum else None,
        "chart": f"C-{place.chart_id:04d}" if place.addendum else "",
        "width": place.page.width,
        "height": place.page.height,
        "url": image_url(place, written),
        "small_url": f"{own_url(place)}?{SMALL}=1",
        "words_url": reverse("coding:page-words", args=[place.encounter_id, place.page_id]),
        "text": place.page.text,
        "is_blank": place.page.is_blank,
        "note": reading_note(words_of(place.page)),
        "loading": "eager" if position <= EAGER else "lazy",
    }


def words_of(page: Page) -> PageWords | None:
    """None for a page drawn before words were read."""
    found: PageWords | None = getattr(page, "words", None)
    return found


def outline_of(places: list[EncounterPage]) -> list[dict[str, Any]]:
    """The sections of the pages, each with its page and height."""
    return [
        {"name": name, "y": y, "page": anchor_of(place), "place": position}
        for position, place in enumerate(places, start=1)
        for name, y in (place.page.words.headings if words_of(place.page) else [])
    ]


def anchor_of(place: EncounterPage) -> str:
    """What the page is called on the bench: its number, for a later document behind the number of its chart."""
    return f"page-{place.chart_id}-{place.page.number}" if place.addendum_id else f"page-{place.page.number}"


def image_url(place: EncounterPage, written: Writer) -> str:
    """Where the image of one page of a visit is read."""
    if place.addendum_id:
        return own_url(place)
    return reverse("coding:page-by-link", args=[written.to(place.encounter_id, place.page.number)])


def own_url(place: EncounterPage) -> str:
    """The address of one page of a visit that holds for everybody who may see it."""
    if place.addendum_id:
        return reverse("coding:added-page-image", args=[place.encounter_id, place.chart_id, place.page.number])
    return reverse("coding:page-image", args=[place.encounter_id, place.page.number])


def sized(request: SignedRequest, page: Page) -> Page:
    """The page, with its small image if that is asked for; looking at it is looking at the page."""
    if SMALL in request.GET:
        page.image_name = page.thumb_name or page.image_name
    return page


@requires(*READERS)
@require_GET
def page_image(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """One page image of a visible encounter, of its own chart; looking is an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    page: Page = found(request, encounter.pages(), number=number)
    return page_answer(request, sized(request, page), by=request.user, at=timezone.now())


@requires(*READERS)
@require_GET
def added_page_image(request: SignedRequest, pk: int, chart: int, number: int) -> HttpResponse:
    """One page image of a document that was added to a visible encounter; looking is an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    added = Page.objects.filter(placed__encounter=encounter, placed__addendum__isnull=False)
    page: Page = found(request, added, chart=chart, number=number)
    return page_answer(request, sized(request, page), by=request.user, at=timezone.now())


@requires(*READERS)
@require_GET
@about_chart
def page_words(request: SignedRequest, pk: int, page: int) -> JsonResponse:
    """The words of one page of a visible encounter with their boxes, for the reader's script: an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    shown: Page = found(request, Page.objects.filter(placed__encounter=encounter), pk=page)
    words = open_page_words(page=shown, by=request.user, at=timezone.now(), request=request)
    states = PageWords.objects.filter(page__placed__encounter=encounter).without_words()
    response = JsonResponse(
        {
            "state": words.state if words else WordsState.EMPTY,
            "words": words.words if words else [],
            "line_starts": words.line_starts if words else [],
            "note": reading_note(words),
            "progress": progress_words(states),
        }
    )
    response["Cache-Control"] = "no-store"
    return response


def linked_page(person: User, link: PageLink) -> Page | None:
    """The page that a link names, if its encounter is still one of the person's."""
    encounter = Encounter.objects.visible_to(person).filter(pk=link.holder).first()
    return encounter.pages().filter(number=link.number).first() if encounter is not None else None


page_by_link = link_view(
    "encounter", find=linked_page, own=lambda link: reverse("coding:page-image", args=[link.holder, link.number])
)
