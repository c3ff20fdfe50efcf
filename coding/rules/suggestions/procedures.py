"""Procedures, supplies and medicines that a note says were done; never a visit's level, which is the worksheet's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coding.rules.codings import System
from coding.rules.suggestions.code_book import CodeBook
from coding.rules.suggestions.contexts import context_of, stretches
from coding.rules.suggestions.cues import NOT_YET
from coding.rules.suggestions.lexicon import Lead, Row
from coding.rules.suggestions.mentions import DIRECT, Finder, Mention
from coding.rules.suggestions.phrases import key, keys_of_text, stems
from coding.rules.suggestions.reading import Sentence, evidence_of
from coding.rules.suggestions.shape import Source, Suggestion
from portal.rules.words import Word

VISITS = re.compile(r"99[2-4]\d\d")  # CPT numbers evaluation and management services from 99202 to 99499
OWN = "Demo: "  # our own words for a procedure, which no note says
INJECTED = re.compile(r"^Injection, ([^,]+)")
LOCAL = frozenset({"lidocaine", "bupivacaine"})  # the numbing of another procedure (NCCI Policy Manual, chapter II)
HEAD = re.compile(r"[,;(]")
LEAST_WORDS = 2  # of the beginning of a title: one word is too many things
DONE = re.compile(
    r"\b(?:performed|done|gave|given|administered|injected|infused|obtained|placed|applied|removed|taken|drawn"
    r"|collected|dispensed|provided|fitted|underwent|completed|received|excised|drained|sutured|repaired|today"
    r"|in (?:the )?office)\b"
)
PROCEDURAL = frozenset({"Procedure", "Operative note", "Description of procedure", "Specimens"})
SPEAKING = PROCEDURAL | {
    "Plan", "Assessment and plan", "Assessment", "Results", "Findings", "Indications", "Exam",
    "History of present illness", "",
}  # fmt: skip
IN_PROCEDURE, SAID_DONE = 0.8, 0.6  # score by where it stands
RIVAL_WEIGHT = 0.75


@dataclass(frozen=True)
class Procedures:
    """The procedures that can be billed, and the phrases that lead to them."""

    book: CodeBook
    finder: Finder

    def suggested(self, read: Sequence[Sentence], pages: dict[int, list[Word]]) -> list[Suggestion]:
        """The procedures that were done, each once, best first."""
        kept: dict[str, Suggestion] = {}
        for sentence in read:
            for one in self.in_sentence(sentence, pages[sentence.page]):
                if one.code not in kept or kept[one.code].score < one.score:
                    kept[one.code] = one
        return sorted(kept.values(), key=lambda one: (-one.score, one.code))

    def in_sentence(self, sentence: Sentence, page: Sequence[Word]) -> Iterator[Suggestion]:
        if sentence.section not in SPEAKING or NOT_YET.search(sentence.text):
            return
        if sentence.section not in PROCEDURAL and not DONE.search(sentence.text):
            return
        found = stretches(sentence)
        for mention in self.finder.mentions(sentence):
            if mention.words <= LOCAL:
                continue
            leads = [lead for lead in mention.leads if self.book.is_billable(lead.code)]
            first, last = sentence.tokens[mention.start].first, sentence.tokens[mention.end - 1].last
            if leads and context_of(found, *sentence.characters(first, last)) is None:
                yield self.suggestion(sentence, page, mention, leads)

    def suggestion(
        self, sentence: Sentence, page: Sequence[Word], mention: Mention, leads: Sequence[Lead]
    ) -> Suggestion:
        lead = leads[0]
        first, last = sentence.tokens[mention.start].first, sentence.tokens[mention.end - 1].last
        evidence = evidence_of(page, sentence, first, last)
        score = IN_PROCEDURE if sentence.section in PROCEDURAL else SAID_DONE
        score *= 1.0 if lead.source in DIRECT else RIVAL_WEIGHT ** (len(leads) - 1)
        reason = f"{sentence.section or 'No heading'}: “{evidence.quote}” → list of procedures, {lead.shown}"
        title = self.book.titles[lead.code]
        return Suggestion(System.PROCEDURE, lead.code, title, round(score, 3), Source.PROCEDURE, reason, (evidence,))


def procedure_rows(titles: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """The phrases of procedure titles: how they begin, and the medicine of an injection."""
    for code, title in titles:
        if title.startswith(OWN) or VISITS.fullmatch(code):
            continue
        if injected := INJECTED.match(title):
            names = stems(injected[1])
            if LOCAL & set(names):
                continue
            for phrase in {key(names), key(names[:1])} - {""}:
                yield phrase, code, "t", injected[1]
            continue
        head = HEAD.split(title)[0]
        for phrase in keys_of_text(head):
            if phrase.count(" ") >= LEAST_WORDS - 1:
                yield phrase, code, "t", head
