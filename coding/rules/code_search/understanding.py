"""What somebody who types into the search box is looking for."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from coding.rules.code_search.expansions import Expression, Expressions, meaning_words
from coding.rules.code_search.words import STOPWORDS, words_of
from coding.rules.codings import System, bare

TEXT_LIMIT = 100  # characters that are looked at
WORD_LIMIT = 12  # words that are looked at

# What the beginning of a code looks like in each list, without the dot.
BEGINNINGS = {
    System.ICD10CM: re.compile(r"[A-Z][0-9][0-9A-Z]{0,5}"),
    System.ICD9CM: re.compile(r"[0-9]{2,5}|[EV][0-9]{1,4}"),
    System.PROCEDURE: re.compile(r"[A-Z]?[0-9]{1,5}|[0-9]{4}[A-Z]"),
}
LABEL = re.compile(r"^\s*(?:(?:icd[-\s]?(?:9|10)?(?:[-\s]?cm)?|dx|px|cpt|hcpcs|code)\b[\s:#-]*)+", re.IGNORECASE)
MODIFIER = re.compile(r"^\s*([A-Za-z]?\d{4,5}[A-Za-z]?)\s*-\s*[A-Za-z0-9]{2}\s*$")  # 99213-25
LETTERS_AND_NUMBER = re.compile(r"([a-z]+?)(\d+[ab]?)")  # ckd3a, dm2


class Side(StrEnum):
    RIGHT = "right"
    LEFT = "left"
    BILATERAL = "bilateral"


class Episode(StrEnum):
    """What the 7th character of an injury says: A, B, C / D to R / S."""

    INITIAL = "initial"
    SUBSEQUENT = "subsequent"
    SEQUELA = "sequela"


SIDES = {
    ("right",): Side.RIGHT, ("rt",): Side.RIGHT, ("r",): Side.RIGHT,
    ("left",): Side.LEFT, ("lt",): Side.LEFT, ("l",): Side.LEFT, ("lft",): Side.LEFT,
    ("bilateral",): Side.BILATERAL, ("bilat",): Side.BILATERAL, ("bil",): Side.BILATERAL, ("bl",): Side.BILATERAL,
    ("b", "l"): Side.BILATERAL, ("both",): Side.BILATERAL,
}  # fmt: skip
EPISODES = {
    ("init",): Episode.INITIAL, ("initial",): Episode.INITIAL, ("initial", "encounter"): Episode.INITIAL,
    ("initial", "visit"): Episode.INITIAL, ("init", "enc"): Episode.INITIAL, ("active", "treatment"): Episode.INITIAL,
    ("sub",): Episode.SUBSEQUENT, ("subs",): Episode.SUBSEQUENT, ("subseq",): Episode.SUBSEQUENT,
    ("subsequent",): Episode.SUBSEQUENT, ("subsequent", "encounter"): Episode.SUBSEQUENT,
    ("subsequent", "visit"): Episode.SUBSEQUENT, ("sequela",): Episode.SEQUELA, ("sequelae",): Episode.SEQUELA,
    ("sequele",): Episode.SEQUELA, ("seq",): Episode.SEQUELA, ("late", "effect"): Episode.SEQUELA,
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """One thing looked for: the words as typed, and what stands for them, each alternative all its words."""

    typed: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...] = ()
    expression: Expression | None = None

    @property
    def all(self) -> tuple[tuple[str, ...], ...]:
        """As typed, then the alternatives."""
        return (self.typed, *self.alternatives)


@dataclass(frozen=True)
class Understood:
    """A search text taken apart. `prefix` is the beginning of a code, empty if it does not look like one.

    `typing` says that the last word may not be finished.
    """

    prefix: str = ""
    groups: tuple[Group, ...] = ()
    side: Side | None = None
    episode: Episode | None = None
    typing: bool = False


@dataclass
class Reader:
    """Takes the words one after another, the longest expression first."""

    expressions: Expressions
    episodes: bool
    groups: list[Group] = field(default_factory=list)
    side: Side | None = None
    episode: Episode | None = None

    def read(self, words: list[str]) -> None:
        at = 0
        while at < len(words):
            at += self.take(words, at)

    def take(self, words: list[str], at: int) -> int:
        """Understand what begins at a word; how many words that took."""
        found = self.expressions.longest(words, at)
        if found and found[0] > 1:
            return self.expression(words[at : at + found[0]], found[1])
        if taken := self.side_or_episode(words, at):
            return taken
        if found:
            return self.expression(words[at : at + 1], found[1])
        self.word(words[at])
        return 1

    def expression(self, typed: list[str], expression: Expression) -> int:
        alternatives = tuple(meaning_words(meaning) for meaning in expression.meanings)
        if any(alternatives):  # a practice may say that a word of its own means nothing
            self.groups.append(Group(tuple(typed), alternatives, expression))
        return len(typed)

    def side_or_episode(self, words: list[str], at: int) -> int:
        for length in (2, 1):
            part = tuple(words[at : at + length])
            if part in SIDES:
                # "right and left" is both
                other = self.side is not None and self.side is not SIDES[part]
                self.side = Side.BILATERAL if other else SIDES[part]
                return len(part)
            if self.episodes and part in EPISODES:
                self.episode = EPISODES[part]
                return len(part)
        return 0

    def word(self, word: str) -> None:
        apart = LETTERS_AND_NUMBER.fullmatch(word)
        if apart and (found := self.expressions.longest([apart[1]], 0)):
            self.expression([apart[1]], found[1])
            self.groups.append(Group((apart[2],)))
        elif word not in STOPWORDS:
            self.groups.append(Group((word,)))


def understand(system: System, text: str, expressions: Expressions) -> Understood:
    """What a search text asks of a code list; all of it empty if there is nothing to look for."""
    text = LABEL.sub("", text[:TEXT_LIMIT])
    open_ended = bool(text) and text[-1].isalnum()
    if with_modifier := MODIFIER.match(text):
        text = with_modifier[1]
    # A title of HCPCS says "initial visit" in words; the 7th characters are ICD-10-CM's.
    reader = Reader(expressions, episodes=system is System.ICD10CM)
    words = words_of(text)[:WORD_LIMIT]
    reader.read(words)
    typing = open_ended and bool(reader.groups) and reader.groups[-1].typed[-1] == words[-1]
    return Understood(prefix_of(system, text), tuple(reader.groups), reader.side, reader.episode, typing)


def prefix_of(system: System, text: str) -> str:
    """The beginning of a code, if a text looks like one."""
    text = text.strip().strip(".,;:#")
    code = bare(text)
    return code if " " not in text and len(code) > 1 and BEGINNINGS[system].fullmatch(code) else ""
