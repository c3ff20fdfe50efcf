"""The one function that searches codes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tantivy import Query, Searcher

from coding.code_index.asking import Asking, Question, code_query
from coding.code_index.reading import reader
from coding.code_index.respelling import corrected
from coding.code_index.tables import house_expressions
from coding.rules.code_search import Understood, understand
from coding.rules.code_search.reasons import reason
from coding.rules.code_search.words import WORD, plain, stem
from coding.rules.code_sets import LISTS_OF, EditionFact, in_force
from coding.rules.codings import System

SPARE = 6  # hits more than wanted are asked for: a code may stand in two lists
MISSING_LIMIT = 2  # words that may be left out
ENOUGH = 5  # hits with which no word is left out


@dataclass(frozen=True)
class Hit:
    """A code, and why it was found. `parents` are the codes above it with their titles, the topmost first."""

    code: str
    title: str
    billable: bool
    why: str
    parents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Personal:
    """What lifts codes for this person at this practice, and the practice's own expressions."""

    favourites: frozenset[str] = frozenset()
    frequent: frozenset[str] = frozenset()
    expressions: tuple[tuple[str, str], ...] = ()


NOBODY = Personal()


@dataclass(frozen=True)
class Found:
    """The hits, best first; `spelling` is the text as the index would spell it, empty if it knows all words."""

    hits: tuple[Hit, ...] = ()
    spelling: str = ""


def find_codes(*, system: System, on: date, text: str, limit: int = 12, personal: Personal = NOBODY) -> Found:
    """Codes of a system in force on a day that match what was typed: a code's beginning, or words in any order."""
    expressions = house_expressions().with_own(personal.expressions)
    understood = understand(system, text, expressions)
    if not (understood.prefix or understood.groups):
        return Found()
    opened = reader.newest()
    editions = editions_on(opened.editions, system, on)
    if not editions:
        return Found()
    question = Question(tuple(edition.pk for edition in editions), on, personal.favourites, personal.frequent)
    search = Search(opened.searcher, understood, question, limit)
    if search.by_code():
        return search.found()
    spelling = corrected(opened, text, understood)
    if spelling:
        search.understood = understand(system, spelling, expressions)
    search.by_words()
    return search.found(spelling)


def editions_on(known: tuple[EditionFact, ...], system: System, on: date) -> list[EditionFact]:
    found = (in_force((fact for fact in known if fact.code_set is code_set), on) for code_set in LISTS_OF[system])
    return [edition for edition in found if edition]


@dataclass
class Search:
    searcher: Searcher
    understood: Understood
    question: Question
    limit: int
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)

    def by_code(self) -> bool:
        """Look for codes that begin as typed; whether there are any."""
        if self.understood.prefix:
            self.add(code_query(self.understood.prefix, self.question))
        return bool(self.cards)

    def by_words(self) -> None:
        """Look for all words; while there are few hits, for all but one, and so on."""
        asking = Asking(self.searcher, self.understood, self.question)
        for missing in range(MISSING_LIMIT + 1):
            if len(self.cards) >= min(self.limit, ENOUGH) or not (query := asking.words_query(missing=missing)):
                break
            self.add(query)

    def found(self, spelling: str = "") -> Found:
        return Found(tuple(self.hits()), self.as_printed(spelling))

    def as_printed(self, spelling: str) -> str:
        """The words of the index without their endings, as the titles that were found print them."""
        words = (word for card in self.cards.values() for word in WORD.findall(plain(card["title"])))
        printed = {stem(word): word for word in words}
        return " ".join(printed.get(word, word) for word in spelling.split())

    def add(self, query: Query) -> None:
        """The best hits of a query after those there are: codes that can be billed, then categories."""
        lists = len(self.question.editions)
        spare = 0 if lists == 1 else SPARE
        result = self.searcher.search(query, self.limit + spare, count=False, weight_by_field="weight")
        cards: dict[str, dict[str, Any]] = {}
        for _score, address in result.hits:
            full = len(self.cards) + len(cards) >= self.limit
            if full and lists == 1:
                break
            card = json.loads(self.searcher.doc(address)["card"][0])
            code = card["code"]
            if code in cards:  # in two lists: the one that wins for a code is shown
                cards[code] = min(cards[code], card, key=lambda one: one["list"])
            elif code not in self.cards and not full:
                cards[code] = card
        self.cards.update(sorted(cards.items(), key=lambda item: not item[1]["billable"]))

    def hits(self) -> Iterator[Hit]:
        for code, card in self.cards.items():
            why = reason(self.understood, code, card["title"], card["phrases"], self.used(code))
            yield Hit(
                code, card["title"], card["billable"], why, tuple((above, title) for above, title in card["parents"])
            )

    def used(self, code: str) -> str:
        if code in self.question.favourites:
            return "your favourite"
        return "often used here" if code in self.question.frequent else ""
