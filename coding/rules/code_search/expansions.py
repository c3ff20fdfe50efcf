"""What people write for what the official lists print: abbreviations and plain words, each with its alternatives."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from coding.rules.code_search.words import telling, words_of

LONGEST = 5  # words of one expression


@dataclass(frozen=True)
class Expression:
    """What somebody writes ("dist") and what it may mean ("distal", "lower end"), the likeliest first."""

    text: str
    meanings: tuple[str, ...]


@dataclass(frozen=True)
class Expressions:
    """A table of expressions, found by their words. Later tables win: a practice's own over the house's."""

    by_words: Mapping[tuple[str, ...], Expression] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str]]) -> "Expressions":
        """From rows of text and meanings; `|` stands between alternatives."""
        return cls({tuple(words_of(text)): Expression(text, tuple(split(meanings))) for text, meanings in rows})

    def with_own(self, rows: Iterable[tuple[str, str]]) -> "Expressions":
        """This table with a practice's own rows over it."""
        own = Expressions.of(rows)
        return Expressions({**self.by_words, **own.by_words}) if own.by_words else self

    def longest(self, words: list[str], start: int) -> tuple[int, Expression] | None:
        """The longest expression that begins at a word, and how many words it takes."""
        for length in range(min(LONGEST, len(words) - start), 0, -1):
            if found := self.by_words.get(tuple(words[start : start + length])):
                return length, found
        return None


def split(meanings: str) -> Iterator[str]:
    return (meaning.strip() for meaning in meanings.split("|") if meaning.strip())


def meaning_words(meaning: str) -> tuple[str, ...]:
    return tuple(telling(words_of(meaning)))
