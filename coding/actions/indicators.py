"""Look up the passages that a query cites on the pages of its visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coding.models import Encounter, EncounterPage
from coding.rules.queries.indicators import Box, Indicator, boxes_of, find_quote, is_box, letters_of, nearest
from portal.models import PageWords
from portal.rules.words import Word, WordsState


class WordsNotFound(Exception):
    """A passage is not on the page it names; `position` tells which of the indicators (from 1)."""

    def __init__(self, position: int, place: int, *, no_page: bool = False) -> None:
        super().__init__("words not found")
        self.position, self.place, self.no_page = position, place, no_page

    @property
    def words(self) -> str:
        if self.no_page:
            return f"This visit has no page {self.place}."
        return f"These words are not on page {self.place}. Copy them as they stand there."


@dataclass(frozen=True)
class Cited:
    """A passage that was found; `by_eye` if the page has no words that could be compared."""

    page: int
    quote: str
    boxes: tuple[Box, ...]
    by_eye: bool


def cite(*, encounter: Encounter, indicators: Sequence[Indicator]) -> list[Cited]:
    """Each passage with its page and where it stands; WordsNotFound for the first that the chart does not say."""
    places = {
        row.position: row
        for row in EncounterPage.objects.filter(
            encounter=encounter, position__in=[one.place for one in indicators]
        ).select_related("page__words")
    }
    return [look_up(one, position, places.get(one.place)) for position, one in enumerate(indicators, start=1)]


def look_up(one: Indicator, position: int, row: EncounterPage | None) -> Cited:
    if row is None:
        raise WordsNotFound(position, one.place, no_page=True)
    quote = " ".join(one.quote.split())
    pointed = tuple(box for box in one.boxes if is_box(box))
    known: PageWords | None = getattr(row.page, "words", None)
    if known is not None and known.state == WordsState.DONE:
        words = [Word(*word) for word in known.words]
        passages = [boxes_of(words, known.line_starts, said) for said in find_quote(words, quote)]
        if not passages:
            raise WordsNotFound(position, one.place)
        return Cited(row.page_id, quote, nearest(passages, pointed), by_eye=False)
    if row.page.text:  # read before words had boxes
        if letters_of(quote) not in letters_of(row.page.text) or not letters_of(quote):
            raise WordsNotFound(position, one.place)
        return Cited(row.page_id, quote, pointed, by_eye=False)
    return Cited(row.page_id, quote, pointed, by_eye=True)
