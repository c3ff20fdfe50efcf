"""Where the facts of a pre-coding are from: judged by what is known now, kept with the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from coding.actions.evidence import pages_of
from coding.models import Encounter, EncounterPage, FactOrigin, PreCoding
from coding.rules.evidence import Passage, passage_in, words_under
from coding.rules.fact_origins import Marked, Origin
from portal.models import User


def true_marks(*, encounter: Encounter, marked: Mapping[str, tuple[str, list[dict[str, Any]]]]) -> dict[str, Marked]:
    """What was taken from the pages for each field, as the pages of the visit have it; two queries at most.

    A passage on a page that is not the visit's falls out, and a field without any with it. Quotes are what is read
    under the boxes, whatever was sent; pages are counted as the bench counts them.
    """
    named = {one["page"] for _, passages in marked.values() for one in passages}
    if not named:
        return {}
    words = {page: rows for page, _, rows in pages_of(encounter, named)}
    places = list(
        EncounterPage.objects.filter(encounter=encounter).order_by("position").values_list("page_id", flat=True)
    )
    found = {}
    for field, (value, passages) in marked.items():
        true = tuple(
            Passage(one.page, places.index(one.page) + 1, one.boxes, words_under(one.boxes, words[one.page]))
            for one in map(passage_in, passages)
            if one.page in words
        )
        if true:
            found[field] = Marked(value, true)
    return found


def keep_origins(*, precoding: PreCoding, origins: Sequence[Origin], by: User, at: datetime) -> dict[str, int]:
    """Write down where the facts are from, in the transaction of the pre-coding; how many there are of each kind."""
    FactOrigin.objects.filter(precoding=precoding).delete()
    FactOrigin.objects.bulk_create(
        FactOrigin(
            practice_id=precoding.practice_id, precoding=precoding, field=one.field, how=one.how,
            source=one.source or "", said=one.said[:200], passages=[passage.as_json() for passage in one.passages],
            offered=one.offered[:200], confirmed_by=by, confirmed_at=at,
        )
        for one in origins
    )  # fmt: skip
    counts: dict[str, int] = {}
    for one in origins:
        counts[one.how.value] = counts.get(one.how.value, 0) + 1
    return counts
