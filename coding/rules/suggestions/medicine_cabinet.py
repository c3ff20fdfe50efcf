"""Medicines and allergies that a sentence tells of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coding.rules.note_codes import in_spans, spans
from coding.rules.suggestions import sections
from coding.rules.suggestions.contexts import context_of, stretches
from coding.rules.suggestions.cues import Context
from coding.rules.suggestions.gathering import Spotted
from coding.rules.suggestions.medicines import ALLERGIES, FOR_LONG, MEDICINES, NOT_TAKEN, Medicine
from coding.rules.suggestions.reading import Sentence, evidence_of
from coding.rules.suggestions.shape import Evidence, Source
from portal.rules.words import Word

NAMED_IN_LIST, NAMED_ELSEWHERE = 0.55, 0.4  # score of a long-term code
ALLERGY = 0.55
OF_DIABETES = frozenset({"Z794", "Z7984", "Z7985"})
TYPE_1, DIABETES = spans("E10"), spans("E08-E13")


@dataclass(frozen=True)
class Taken:
    """A medicine that the patient takes."""

    name: str
    medicine: Medicine
    evidence: Evidence
    for_long: bool

    def treats(self, code: str) -> bool:
        return in_spans(code, self.medicine.treats)


def taken(sentence: Sentence, page: Sequence[Word]) -> Iterator[Taken]:
    """The medicines of a sentence that are not denied, stopped or an allergy."""
    if sentence.section not in sections.OF_MEDICINES:
        return
    stems = {token.stem for token in sentence.tokens}
    named = [token for token in sentence.tokens if token.stem in MEDICINES]
    if not named or stems & NOT_TAKEN:
        return
    found = stretches(sentence)
    for token in named:
        if context_of(found, *sentence.characters(token.first, token.last)) not in {None, Context.PAST}:
            continue
        for_long = sentence.section == "Medications" or bool(stems & FOR_LONG)
        yield Taken(token.stem, MEDICINES[token.stem], evidence_of(page, sentence, token.first, token.last), for_long)


def long_term(found: Iterable[Taken], diagnoses: set[str]) -> Iterator[Spotted]:
    """The Z79 codes of medicines taken for long; those for diabetes only where it is written down (I.C.4.a.3)."""
    has_diabetes = any(in_spans(code, DIABETES) and not in_spans(code, TYPE_1) for code in diagnoses)
    for one in found:
        code = one.medicine.long_term
        if not code or not one.for_long or (code in OF_DIABETES and not has_diabetes):
            continue
        score = NAMED_IN_LIST if one.evidence.section == "Medications" else NAMED_ELSEWHERE
        yield Spotted(code, Source.MEDICATION, score, one.evidence, one.medicine.label)


def allergies(sentence: Sentence, page: Sequence[Word]) -> Iterator[Spotted]:
    """The allergies that a list of them, or "allergic to", names."""
    of_list = sentence.section == sections.OF_ALLERGIES
    at = next((place for place, token in enumerate(sentence.tokens) if token.stem in {"allergic", "allergy"}), None)
    if not of_list and at is None:
        return
    found = stretches(sentence)
    for token in sentence.tokens[0 if of_list else at :]:
        context = context_of(found, *sentence.characters(token.first, token.last))
        if token.stem in ALLERGIES and context in {None, Context.FEARED, Context.PAST}:
            evidence = evidence_of(page, sentence, token.first, token.last)
            yield Spotted(ALLERGIES[token.stem], Source.MEDICATION, ALLERGY, evidence, "allergy status")
