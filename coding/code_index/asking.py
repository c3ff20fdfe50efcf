"""From what somebody looks for to a query of the index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, product

from tantivy import FieldType, Occur, Query, Searcher

from coding.code_index.schema import KEYS, WORDS, schema
from coding.rules.code_search import Group, Understood
from coding.rules.code_search.words import key_of

SIDE, OTHER_SIDE = 30.0, 2.0  # the side that was typed; a code without a side
EPISODE = 14.0
LITERAL, FIRST, LATER = 0.8, 1.0, 0.6  # as typed although it is an abbreviation; its first meaning; the others
STARTS = 3.0  # a word that only begins so
STARTS_FROM, SHORT = 3, 4  # letters of a beginning beside other words; of a known word that may still go on
FEW = 30  # values that are asked for one by one
KEYS_LOOKED_FOR = 24
LIFT = 6.0  # for what a person or a practice uses


@dataclass(frozen=True)
class Question:
    """What narrows and lifts: the editions of the day, the day itself, and codes somebody uses."""

    editions: tuple[int, ...]
    on: date
    favourites: frozenset[str] = frozenset()
    frequent: frozenset[str] = frozenset()


def within(question: Question) -> list[tuple[Occur, Query]]:
    """Only codes of the editions in force, and of rows that are valid on the day; without a say in the order."""
    day = question.on.toordinal()
    fields = schema()
    editions = any_of("edition", [str(pk) for pk in question.editions])
    later = Query.range_query(fields, "valid_from", FieldType.Integer, day + 1, None)
    over = Query.range_query(fields, "valid_to", FieldType.Integer, None, day - 1)
    return [(Occur.Must, Query.const_score_query(editions, 0.0)), (Occur.MustNot, later), (Occur.MustNot, over)]


def code_query(prefix: str, question: Question) -> Query:
    """Codes that begin so; the plain case first."""
    begins = Query.fuzzy_term_query(schema(), "code", prefix, distance=0, prefix=True)
    exact = Query.boost_query(Query.const_score_query(Query.term_query(schema(), "code", prefix, "basic"), 1.0), 50.0)
    return Query.boolean_query(
        [*within(question), (Occur.Must, Query.const_score_query(begins, 1.0)), (Occur.Should, exact)]
    )


@dataclass
class Asking:
    """Makes the queries of one search."""

    searcher: Searcher
    understood: Understood
    question: Question

    def words_query(self, *, missing: int = 0) -> Query | None:
        """All groups but `missing` of them must be found; phrases, sides and favourites lift."""
        groups = [self.group_query(group, last=group is self.understood.groups[-1]) for group in self.understood.groups]
        if not groups or missing >= len(groups):
            return None
        if missing:
            must = Query.boolean_query([(Occur.Should, query) for query in groups], len(groups) - missing)
            clauses = [(Occur.Must, must)]
        else:
            clauses = [(Occur.Must, query) for query in groups]
        return Query.boolean_query([*within(self.question), *clauses, *self.lifts()])

    def group_query(self, group: Group, *, last: bool) -> Query:
        """Any of the alternatives of a group."""
        queries = []
        for number, words in enumerate(group.all):
            known = all(self.known(word) for word in words)
            if not known and (number or group.alternatives):
                continue
            worth = FIRST if number == 1 or not group.alternatives else LITERAL if number == 0 else LATER
            queries.append(boosted(self.all_of(words), worth / len(words) ** 0.5))
        if last and self.unfinished(group):
            queries.append(self.beginning(group.typed))
        return Query.disjunction_max_query(queries) if len(queries) != 1 else queries[0]

    def unfinished(self, group: Group) -> bool:
        """Whether the last word may be the beginning of a longer one: an unknown one, or a short one."""
        word = group.typed[-1]
        if not self.understood.typing or word.isdigit():
            return False
        if len(word) < STARTS_FROM:
            return len(self.understood.groups) == 1 and not group.alternatives
        return len(word) <= SHORT or not self.known(word)

    def all_of(self, words: Sequence[str]) -> Query:
        found = [self.word_query(word) for word in words]
        return found[0] if len(found) == 1 else Query.boolean_query([(Occur.Must, query) for query in found])

    def word_query(self, word: str) -> Query:
        """A word in any field."""
        known = [name for name in WORDS if self.searcher.doc_freq(name, word)]
        if not known:
            return Query.empty_query()
        return Query.disjunction_max_query([boosted(term(name, word), WORDS[name]) for name in known], 0.2)

    def beginning(self, typed: Sequence[str]) -> Query:
        """The words typed so far, the last of them perhaps unfinished."""
        starts = [
            Query.const_score_query(
                Query.fuzzy_term_query(schema(), name, typed[-1], distance=0, prefix=True), STARTS * WORDS[name]
            )
            for name in WORDS
        ]
        last = Query.disjunction_max_query(starts)
        before = [(Occur.Must, self.word_query(word)) for word in typed[:-1]]
        return Query.boolean_query([*before, (Occur.Must, last)]) if before else last

    def known(self, word: str) -> bool:
        return known(self.searcher, word)

    def lifts(self) -> list[tuple[Occur, Query]]:
        """What makes one code likelier than another that has the same words."""
        lifts = [
            constant("code", sorted(codes), LIFT)
            for codes in (self.question.favourites, self.question.frequent)
            if codes
        ]
        keys = phrase_keys(self.understood)
        lifts += [constant(name, keys, worth) for name, worth in KEYS.items() if keys]
        if self.understood.side:
            lifts += [constant("side", [self.understood.side.value], SIDE), constant("side", ["none"], OTHER_SIDE)]
        if self.understood.episode:
            lifts.append(constant("episode", [self.understood.episode.value], EPISODE))
        return [(Occur.Should, lift) for lift in lifts]


def known(searcher: Searcher, word: str) -> bool:
    return any(searcher.doc_freq(name, word) for name in WORDS)


def phrase_keys(understood: Understood) -> list[str]:
    """The whole text as phrases, with each alternative of each group, without and with the side."""
    combined = islice(product(*(group.all for group in understood.groups)), KEYS_LOOKED_FOR)
    phrases = [[word for words in choice for word in words] for choice in combined]
    if understood.side:
        phrases += [[*phrase, understood.side.value] for phrase in phrases]
    return sorted({key_of(phrase) for phrase in phrases} - {""})


def term(name: str, word: str) -> Query:
    return Query.term_query(schema(), name, word, "freq")


def boosted(query: Query, worth: float) -> Query:
    return query if worth == 1.0 else Query.boost_query(query, worth)


def constant(name: str, values: Sequence[str], worth: float) -> Query:
    """The same lift for every code that has one of the values."""
    return Query.const_score_query(any_of(name, values), worth)


def any_of(name: str, values: Sequence[str]) -> Query:
    """One of the values. A set of terms is read whole, so values that most codes share are asked for one by one."""
    if len(values) > FEW:
        return Query.term_set_query(schema(), name, list(values))
    terms = [Query.term_query(schema(), name, value, "basic") for value in values]
    return terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, query) for query in terms])
