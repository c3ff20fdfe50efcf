"""What one sentence speaks for: each mention in its section, context and side, as a code with a score."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coding.rules.code_titles import Side
from coding.rules.note_codes import in_spans, spans
from coding.rules.quote_words import side_in
from coding.rules.suggestions import sections
from coding.rules.suggestions.code_book import CodeBook
from coding.rules.suggestions.contexts import Stretch, context_of, stretches
from coding.rules.suggestions.cues import NOT_YET, Context
from coding.rules.suggestions.history import family_code, history_code, is_episodic
from coding.rules.suggestions.mentions import Finder, Mention
from coding.rules.suggestions.phrases import folded
from coding.rules.suggestions.reading import Sentence, evidence_of
from coding.rules.suggestions.scoring import UNCERTAIN_WEIGHT, WAS_WEIGHT, quality
from coding.rules.suggestions.shape import Evidence, Source
from coding.rules.suggestions.specificity import Chosen, Said, choose
from portal.rules.words import Word

AROUND, BESIDE = 8, 3  # tokens around a mention whose words make it more specific; among which its side is looked for
LATER_CARE = re.compile(
    r"\b(?:follow[- ]?up|heal(?:ed|ing)|post[- ]?op\w*|cast (?:removal|removed|off)|weeks? (?:ago|out|post))\b"
)
OF_SOCIAL = spans("F10-F19, Z55-Z65, Z71-Z73, Z77, Z87.891, Z79")
FAMILY_CODES, HISTORY_CODES = spans("Z80-Z84"), spans("Z85-Z92, I25.2")
ONLY_PAST = spans("Z89-Z90, Z98")  # what an operation left is said of the past
OF_VISIT = spans("Z00-Z13, Z30-Z53")  # why somebody comes
SCREENING = spans("Z11-Z13")
NOT_FROM_WORDS = spans("V00-Y99, T36-T50, Z36, Z3A, Z67, Z79")  # circumstances and screenings, which no phrase tells


@dataclass(frozen=True)
class Spotted:
    """A code that a mention speaks for. `wording` is the list's, `remark` what the rules made of it."""

    code: str
    source: Source
    score: float
    evidence: Evidence
    wording: str
    remark: str = ""


@dataclass(frozen=True)
class Reader:
    """Reads sentences of one visit; `is_outpatient` as Visit says."""

    finder: Finder
    book: CodeBook
    is_outpatient: bool

    def spotted(self, sentence: Sentence, page: Sequence[Word]) -> Iterator[Spotted]:
        """What a sentence speaks for; `page` holds the words of its page."""
        if sentence.section in sections.SILENT or sentence.section == sections.OF_ALLERGIES:
            return
        found = None
        for mention in self.finder.mentions(sentence):
            said = said_around(sentence, mention)
            chosen = choose(mention.leads, said, self.book)
            if chosen is None or in_spans(chosen.code, NOT_FROM_WORDS):
                continue
            found = stretches(sentence) if found is None else found
            context = context_in(sentence, mention, found)
            told = self.told(sentence, chosen, context)
            if told:
                yield self.as_spotted(sentence, page, mention, chosen, told)

    def told(self, sentence: Sentence, chosen: Chosen, context: Context | None) -> Told | None:
        """What a condition in this context is coded as; None if it is not."""
        if context is Context.FEARED and in_spans(chosen.code, SCREENING):
            context = None  # "screening for" is the code's own word
        if context in {Context.DENIED, Context.FEARED} or not belongs(chosen.code, sentence, context):
            return None
        if context is Context.UNCERTAIN:
            return self.if_uncertain(chosen)
        if context is Context.FAMILY:
            return of_family(chosen)
        return of_past(chosen) if context is Context.PAST else Told(chosen.code, chosen.lead.source)

    def if_uncertain(self, chosen: Chosen) -> Told | None:
        """Not coded outside a hospital stay (Guidelines, IV.H); signs are what is left then."""
        if self.is_outpatient:
            return None
        return Told(
            chosen.code, chosen.lead.source, UNCERTAIN_WEIGHT, "uncertain, coded in a hospital stay only (II.H)"
        )

    def as_spotted(
        self, sentence: Sentence, page: Sequence[Word], mention: Mention, chosen: Chosen, told: Told
    ) -> Spotted:
        first, last = sentence.tokens[mention.start].first, sentence.tokens[mention.end - 1].last
        evidence = evidence_of(page, sentence, first, last)
        score = (
            sections.weight(sentence.section) * quality(mention, chosen, self.book.titles[chosen.code]) * told.weight
        )
        return Spotted(told.code, told.source, score, evidence, mention.short or chosen.lead.shown, told.remark)


@dataclass(frozen=True)
class Told:
    """What a mention is coded as, and how much of its score that leaves."""

    code: str
    source: Source
    weight: float = 1.0
    remark: str = ""


def belongs(code: str, sentence: Sentence, context: Context | None) -> bool:
    """Whether a sentence can tell of a code: why somebody comes, how somebody lives, what an operation left."""
    if in_spans(code, ONLY_PAST) and context is not Context.PAST:
        return False
    if in_spans(code, OF_VISIT) and (sentence.section not in sections.TELLS_WHY or NOT_YET.search(sentence.text)):
        return False
    return sentence.section != sections.OF_LIFE or in_spans(code, OF_SOCIAL)


def of_family(chosen: Chosen) -> Told | None:
    if in_spans(chosen.code, FAMILY_CODES):
        return Told(chosen.code, Source.FAMILY_HISTORY)
    code = family_code(chosen.code)
    return Told(code, Source.FAMILY_HISTORY, remark="a relative's") if code else None


def of_past(chosen: Chosen) -> Told | None:
    """A condition that is over is a history code or nothing; one that is lived with is coded."""
    if in_spans(chosen.code, HISTORY_CODES):
        return Told(chosen.code, Source.PERSONAL_HISTORY)
    if not is_episodic(chosen.code):
        return Told(chosen.code, chosen.lead.source, WAS_WEIGHT)
    code = history_code(chosen.code)
    return Told(code, Source.PERSONAL_HISTORY, remark="of the past") if code else None


def context_in(sentence: Sentence, mention: Mention, found: Sequence[Stretch]) -> Context | None:
    """The context of a mention by its sentence, or else by its section."""
    start, end = sentence.characters(sentence.tokens[mention.start].first, sentence.tokens[mention.end - 1].last)
    context = context_of(found, start, end)
    if sentence.section == sections.OF_FAMILY and context in {None, Context.PAST}:
        return Context.FAMILY
    if sentence.section == sections.OF_PAST and context is None:
        return Context.PAST
    return context


def said_around(sentence: Sentence, mention: Mention) -> Said:
    """The words and the side in a mention's clause."""
    tokens = sentence.tokens
    start, end = clause(sentence, mention, AROUND)
    words = {part for token in tokens[start:end] for part in folded(token.stem)} | mention.words
    return Said(words, side_of_mention(sentence, mention), bool(LATER_CARE.search(sentence.text)))


def side_of_mention(sentence: Sentence, mention: Mention) -> Side | None:
    """The side said in a mention, or else near it."""
    for far in (0, BESIDE):
        start, end = clause(sentence, mention, far)
        side = side_in(" ".join(token.written for token in sentence.tokens[start:end]))
        if side:
            return side
    return None


def clause(sentence: Sentence, mention: Mention, far: int) -> tuple[int, int]:
    """The tokens around a mention, at most so many on each side, within its commas."""
    tokens, start, end = sentence.tokens, mention.start, mention.end
    while start > 0 and mention.start - start < far and tokens[start - 1].written[-1:] not in ",;:":
        start -= 1
    while end < len(tokens) and end - mention.end < far and tokens[end - 1].written[-1:] not in ",;:":
        end += 1
    return start, end
