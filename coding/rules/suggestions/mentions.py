"""The phrases of the lists that a sentence says: longest first, whatever the order of their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from coding.rules.code_search.expansions import Expression, Expressions, meaning_words
from coding.rules.code_search.words import STOPWORDS
from coding.rules.suggestions.lexicon import Lead, Lexicon
from coding.rules.suggestions.phrases import APART, FOLDED, SIDES, folded, key, word_set
from coding.rules.suggestions.reading import Sentence, Token
from coding.rules.suggestions.shape import Source
from coding.rules.suggestions.words_of_notes import FILLERS, GENERIC, NOT_A_CONDITION, NOT_EXPANDED, TESTS, TIMES

LONGEST = 9  # tokens of one mention, stopwords among them
WIDEST = 7  # stems of one phrase
PATHS = 48  # ways of reading a stretch that are tried from one token
SPELLED = 5  # letters from which an abbreviation needs no capitals
MEANINGS = 2  # of an abbreviation
NEAR = 5  # tokens beyond a mention among which a word may make it more specific


@dataclass(frozen=True)
class Mention:
    """A phrase found: its tokens `start` to before `end`, its stems, where it leads, and the abbreviation it was.

    `told` counts the tokens that say it.
    """

    start: int
    end: int
    words: frozenset[str]
    leads: tuple[Lead, ...]
    short: str = ""
    told: int = 1


class Reading(NamedTuple):
    """One way to read tokens up to a place."""

    at: int
    words: tuple[str, ...]
    short: str
    told: int


@dataclass(frozen=True)
class Finder:
    """Finds mentions with a lexicon and the house's abbreviations."""

    lexicon: Lexicon
    expressions: Expressions

    def mentions(self, sentence: Sentence) -> list[Mention]:
        """The mentions of a sentence, none within another, in order."""
        found = [mention for start in range(len(sentence.tokens)) for mention in self.starting(sentence.tokens, start)]
        found.sort(key=lambda one: (-one.told, bool(one.short), -len(one.words), one.end - one.start, one.start))
        taken: set[int] = set()
        kept = []
        for mention in found:
            places = range(mention.start, mention.end)
            if taken.isdisjoint(places):
                taken.update(places)
                kept.append(mention)
        kept = [one for one in kept if is_condition(sentence.tokens, one)]
        return sorted((self.extended(sentence.tokens, one, taken) for one in kept), key=lambda one: one.start)

    def starting(self, tokens: tuple[Token, ...], start: int) -> Iterator[Mention]:
        """What begins at a token: the longest of each number of stems."""
        if skipped(tokens[start].stem):
            return
        seen = set()
        for reading in self.readings(tokens, start):
            phrase = key(reading.words)
            if phrase in seen:
                continue
            seen.add(phrase)
            leads = self.lexicon.leads(phrase)
            if (
                leads
                and phrase not in GENERIC
                and TIMES.isdisjoint(reading.words)
                and not (reading.at == start + 1 and tokens[start].stem in GENERIC)
            ):
                yield Mention(start, reading.at, frozenset(phrase.split(" ")), leads, reading.short, reading.told)

    def readings(self, tokens: tuple[Token, ...], start: int) -> Iterator[Reading]:
        """The ways to read what begins at a token, the shorter ones first."""
        waiting = [Reading(start, (), "", 0)]
        for count, reading in enumerate(waiting):
            if count > PATHS:
                return
            if reading.at > start and reading.words and not skipped(tokens[reading.at - 1].stem):
                yield reading
            if reading.at < len(tokens) and reading.at - start < LONGEST and len(reading.words) < WIDEST:
                waiting.extend(self.steps(tokens, reading))

    def steps(self, tokens: tuple[Token, ...], reading: Reading) -> Iterator[Reading]:
        """What the next token may add: nothing, itself, or what its abbreviation stands for."""
        token = tokens[reading.at]
        if token.stem in STOPWORDS or token.stem in SIDES or is_article(tokens, reading.at):
            yield reading._replace(at=reading.at + 1)
            return
        vocabulary = self.lexicon.vocabulary
        told = folded(token.stem)
        if all(word in vocabulary for word in told):
            yield Reading(reading.at + 1, (*reading.words, *told), reading.short, reading.told + 1)
        if reading.words and token.stem in FILLERS:
            yield reading._replace(at=reading.at + 1)
        length, expression = self.expression(tokens, reading.at)
        if expression:
            for meaning in expression.meanings[:MEANINGS]:
                words = tuple(part for word in meaning_words(meaning) for part in folded(word))
                if words != told and all(word in vocabulary for word in words):
                    short = reading.short or f"{expression.text}: {meaning}"
                    yield Reading(reading.at + length, (*reading.words, *words), short, reading.told + length)

    def expression(self, tokens: tuple[Token, ...], at: int) -> tuple[int, Expression | None]:
        """The abbreviation that begins at a token, if it is written as one."""
        found = self.expressions.longest([token.stem for token in tokens[at : at + 5]], 0)
        if not found:
            return 0, None
        length, expression = found
        if expression.text in NOT_EXPANDED or (length == 1 and not is_spelled(tokens[at])):
            return 0, None
        return length, expression

    def extended(self, tokens: tuple[Token, ...], mention: Mention, taken: set[int]) -> Mention:
        """The mention with one more word of its neighbourhood, if a phrase of the lists has both."""
        best = mention
        if APART in mention.words:
            return best
        for place in self.near(tokens, mention):
            if place in taken:
                continue
            words = (*mention.words, *folded(tokens[place].stem))
            phrase = key(words)
            leads = self.lexicon.leads(phrase)
            if leads and len(phrase.split(" ")) > len(best.words):
                start, end = min(place, mention.start), max(place + 1, mention.end)
                best = Mention(start, end, frozenset(phrase.split(" ")), leads, mention.short, mention.told + 1)
        return best

    def near(self, tokens: tuple[Token, ...], mention: Mention) -> Iterator[int]:
        """The tokens around a mention within its clause, the nearest first, and no stopwords."""
        after = range(mention.end, min(len(tokens), mention.end + NEAR))
        before = range(mention.start - 1, max(-1, mention.start - 1 - NEAR), -1)
        for side in (after, before):
            for place in side:
                edge = tokens[place] if side is before else tokens[place - 1]
                if edge.written[-1:] in ",;:" or tokens[place].stem in STOPPING:
                    break
                if not skipped(tokens[place].stem) and tokens[place].stem in self.lexicon.vocabulary:
                    yield place


DIRECT = frozenset({Source.SYNONYM, Source.NOTE_TERM})
ADJECTIVES = ("al", "ic", "ous", "ive", "ary", "ar", "ed", "ing", "ent", "ant", "able", "ible", "ly")
LETTERED = word_set("hepatiti hepatitis influenza type group hemophilia vitamin stage grade class")
STOPPING = word_set("and but or no not without denies denied for since")


def skipped(word: str) -> bool:
    """Whether a word can stand in a mention, but not at its ends."""
    return word in STOPWORDS or word in SIDES


def is_article(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether an "a" is no kind of hepatitis, group or type."""
    return tokens[at].stem == "a" and (at == 0 or tokens[at - 1].stem not in LETTERED)


def is_spelled(token: Token) -> bool:
    """Whether a short form is written as one: long enough to be a word, in capitals, or with a figure."""
    letters = token.piece
    return len(letters) >= SPELLED or letters.isupper() or any(sign.isdigit() for sign in letters)


def is_condition(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """Whether the words mean the condition, and not a test, a vaccine, a department or a medicine's name for it."""
    after = tokens[mention.end].stem if mention.end < len(tokens) else ""
    if after in TESTS or mention.words <= NOT_A_CONDITION or says_non(tokens, mention):
        return False
    return mention.end - mention.start > 1 or is_noun(tokens[mention.start], mention)


def says_non(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """Whether "non-" stands before the first word."""
    before = tokens[mention.start - 1] if mention.start else None
    return bool(before and before.stem == "non" and before.last >= tokens[mention.start].first)


def is_noun(token: Token, mention: Mention) -> bool:
    """Whether a single word may name a condition: an adjective does not, unless the house's lists say so."""
    if mention.leads[0].source in DIRECT or token.stem in FOLDED or mention.short:
        return True
    word = token.written.lower().strip(".,;:()[]'\"/")
    return len(token.stem) > 2 and not word.endswith(ADJECTIVES)  # noqa: PLR2004
