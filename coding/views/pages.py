"""The pages of an encounter: their images, and the rows from which a reader is drawn."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.models import Encounter
from portal.access import SignedRequest, found, requires
from portal.actions.pages import open_page_image
from portal.actions.words import open_page_words
from portal.models import Page, PageWords
from portal.rules.roles import Permission
from portal.rules.words import WordsState, progress_words, reading_note

READERS = (Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK, Permission.SEE_CHARTS)
EAGER = 2  # pages whose images load at once


def reader_context(encounter: Encounter) -> dict[str, Any]:
    """What templates/coding/bench_pages.html shows: the pages of the visit in order, and how far their words are."""
    pages = list(
        encounter.pages().select_related("words").defer("words__words", "words__line_starts").order_by("number")
    )
    rows = [page_row(encounter, page, place, len(pages)) for place, page in enumerate(pages, start=1)]
    return {
        "pages": rows,
        "words_read": {"progress": progress_words(words_of(page) for page in pages), "outline": outline_of(pages)},
    }


def page_row(encounter: Encounter, page: Page, place: int, of: int) -> dict[str, Any]:
    """One page; `place` is where it stands in the visit, `number` where in the chart."""
    return {
        "number": page.number,
        "place": place,
        "of": of,
        "width": page.width,
        "height": page.height,
        "url": reverse("coding:page-image", args=[encounter.pk, page.number]),
        "words_url": reverse("coding:page-words", args=[encounter.pk, page.number]),
        "text": page.text,
        "is_blank": page.is_blank,
        "note": reading_note(words_of(page)),
        "loading": "eager" if place <= EAGER else "lazy",
    }


def words_of(page: Page) -> PageWords | None:
    """None for a page drawn before words were read."""
    found: PageWords | None = getattr(page, "words", None)
    return found


def outline_of(pages: list[Page]) -> list[dict[str, Any]]:
    """The sections of the pages, each with its page and height."""
    return [
        {"name": name, "y": y, "page": page.number, "place": place}
        for place, page in enumerate(pages, start=1)
        for name, y in (page.words.headings if words_of(page) else [])
    ]


@requires(*READERS)
@require_GET
def page_words(request: SignedRequest, pk: int, number: int) -> JsonResponse:
    """The words of one page with their boxes, for the reader's script; looking is an audit event."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    page: Page = found(request, encounter.pages(), number=number)
    words = open_page_words(page=page, by=request.user, at=timezone.now(), request=request)
    states = PageWords.objects.filter(page__in=encounter.pages()).without_words()
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
