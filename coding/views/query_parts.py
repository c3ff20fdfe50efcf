"""What pages show of queries: the dialog that asks, the signed replies in the chart, passages with their places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from coding.forms.queries import AskForm, templates_json
from coding.models import Encounter, EncounterPage, Query, QueryIndicator, SignedAddendum
from coding.rules.queries.signing import option_words
from coding.rules.queries.states import QueryStatus, SignerRole
from coding.rules.queries.wording import OTHER, UNABLE, QueryForm
from coding.views.pages import image_url
from portal.page_links import Writer
from portal.rules.promise import span
from portal.rules.words import SCALE

MARGIN = 500  # ten-thousandths of the page shown around a passage
AT_LEAST = 6000  # of its width, so that the lines around it can be read too
Strip = tuple[int, int, int, int]  # left, top, right, bottom
WHOLE: Strip = (0, 0, SCALE, SCALE)


def places_of(encounter: Encounter) -> list[tuple[int, str]]:
    """The pages of a visit to choose from: place, and what it is called."""
    rows = EncounterPage.objects.filter(encounter=encounter).order_by("position")
    return [
        (position, f"{position} (page {number} of C-{chart:04d})" if added else str(position))
        for position, number, chart, added in rows.values_list("position", "page__number", "chart", "addendum")
    ]


def ask_context(encounter: Encounter) -> dict[str, Any]:
    """What the dialog of a bench needs: an empty form, and the library of templates."""
    return {
        "ask_form": AskForm(auto_id="ask_%s", places=places_of(encounter)),
        "query_templates": templates_json(),
        "always": f"“{OTHER}” and “{UNABLE}”",
    }


def replies_of(encounter: Encounter) -> list[dict[str, Any]]:
    """The signed replies in the chart of a visit, the newest first."""
    rows = SignedAddendum.objects.filter(encounter=encounter).select_related("query", "provider").order_by("-pk")
    return [reply_row(row) for row in rows]


def reply_row(row: SignedAddendum) -> dict[str, Any]:
    """One signed reply: what was asked, what was said, by whom, when, and what proves it."""
    role = SignerRole(row.signer_role)
    return {
        "pk": row.pk,
        "query_pk": row.query_id,
        "label": row.query.label,
        "title": row.query.title,
        "question": row.query.question,
        "option": option_words(row.option, QueryForm(row.query.form)),
        "is_words": row.option == OTHER,
        "text": row.text,
        "name": row.signer_name,
        "role": role.label,
        "provider": row.provider.name if row.provider is not None else "",
        "at": row.signed_at,
        "sha256": row.sha256,
    }


def passages_of(query: Query, written: Writer) -> list[dict[str, Any]]:
    """The passages that a query cites, each with the strip of its page where it stands."""
    cited = list(query.indicators.select_related("page").order_by("position"))
    places = {
        row.page_id: row
        for row in EncounterPage.objects.filter(encounter=query.encounter_id).select_related("page", "addendum")
    }
    return [passage(one, places.get(one.page_id), written) for one in cited]


def passage(one: QueryIndicator, place: EncounterPage | None, written: Writer) -> dict[str, Any]:
    """One passage; `strip` is the part of the page's image around it, in pixels of the image."""
    width, height = one.page.width, one.page.height
    strip = strip_of(one.boxes)
    left, top, right, bottom = strip
    return {
        "quote": one.quote,
        "page": place.position if place is not None else one.page.number,
        "by_eye": one.by_eye,
        "url": image_url(place, written) if place is not None else "",
        "width": width,
        "height": height,
        "strip": {
            "x": round(left * width / SCALE),
            "y": round(top * height / SCALE),
            "width": max(1, round((right - left) * width / SCALE)),
            "height": max(1, round((bottom - top) * height / SCALE)),
        },
        "is_whole": strip == WHOLE,
        "boxes": [
            {
                "x": round(x0 * width / SCALE) - 3,
                "y": round(y0 * height / SCALE) - 3,
                "width": round((x1 - x0) * width / SCALE) + 6,
                "height": round((y1 - y0) * height / SCALE) + 6,
            }
            for x0, y0, x1, y1 in one.boxes
        ],
    }


def strip_of(boxes: Iterable[list[int]]) -> Strip:
    """The part of a page that is shown so that all boxes are in sight; without boxes all of it."""
    boxes = list(boxes)
    if not boxes:
        return WHOLE
    left, right = min(box[0] for box in boxes) - MARGIN, max(box[2] for box in boxes) + MARGIN
    left = max(0, min(left, SCALE - AT_LEAST))
    right = min(SCALE, max(right, left + AT_LEAST))
    return left, max(0, min(box[1] for box in boxes) - MARGIN), right, min(SCALE, max(box[3] for box in boxes) + MARGIN)


def query_tag(query: Query) -> dict[str, str]:
    """What components/status_tag.html shows of a query."""
    return {"label": query.state.label, "glyph": query.state.glyph, "tone": query.state.tone}


def clock_words(query: Query, *, at: datetime) -> str:
    """What the waiting does to the promised time, with the figures."""
    waiting = query.waiting(at=at)
    if query.is_pending:
        if not query.stops_clock:
            return "The promised time goes on meanwhile."
        return f"The clock stands still: the promise moves by the waiting, so far {span(waiting)}."
    if query.due_before is None or query.due_after is None or query.due_before == query.due_after:
        return f"It waited {span(waiting)}; the promised time did not move."
    before, after = timezone.localtime(query.due_before), timezone.localtime(query.due_after)
    return f"It waited {span(waiting)}: the promise moved from {before:%b %-d, %H:%M} to {after:%b %-d, %H:%M}."


def expires_words(query: Query, *, at: datetime) -> str:
    """Until when it waits, while it does."""
    if query.status == QueryStatus.EXPIRED:
        return "Its time is over; a manager decides how the chart goes on. It can still be answered."
    left = query.expires_at - at
    day = timezone.localtime(query.expires_at)
    return f"Waits until {day:%a %b %-d, %H:%M}" + (f" ({span(left)} left)." if left > timedelta(0) else ".")
