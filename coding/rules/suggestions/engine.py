"""Our own suggester: phrases of the loaded lists found in the words of a visit, in their section and context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coding.rules.code_search.expansions import Expressions
from coding.rules.codings import Sex, System, diagnosis_system
from coding.rules.demographics import general_limits
from coding.rules.suggestions import scoring
from coding.rules.suggestions.code_book import CodeBook
from coding.rules.suggestions.crosswalk import Crosswalk
from coding.rules.suggestions.gathering import Reader, Spotted
from coding.rules.suggestions.lexicon import Lexicon
from coding.rules.suggestions.medicine_cabinet import Taken, allergies, long_term, taken
from coding.rules.suggestions.mentions import Finder
from coding.rules.suggestions.phrases import word_set
from coding.rules.suggestions.procedures import Procedures
from coding.rules.suggestions.reading import Sentence, sentences
from coding.rules.suggestions.shape import PageWords, Source, Suggestion, Visit
from coding.rules.suggestions.together import Notes, together
from portal.rules.words import Word

DIAGNOSES_SHOWN = 12  # as many as a claim carries (coding.rules.codings.DIAGNOSIS_LIMIT)
PROCEDURES_SHOWN = 4
LEAST = 0.2  # score below which nothing is shown
EVIDENCE_KEPT = 4  # places of one suggestion
PREGNANCY = word_set(
    """
    pregnant pregnancy gestation gestational labor delivery postpartum gravida trimester obstetric
    """
)
NEWBORN = word_set("newborn neonate neonatal perinatal")


@dataclass(frozen=True)
class Tables:
    """What the engine knows of the lists in force: codes, phrases, abbreviations, Excludes1 notes."""

    book: CodeBook
    lexicon: Lexicon
    expressions: Expressions
    notes: Notes
    procedures: Procedures | None = None
    crosswalk: Crosswalk | None = None


@dataclass(frozen=True)
class PhraseSuggester:
    """Suggests diagnoses in the code set of the visit's day, and procedures."""

    tables: Tables
    name: str = "phrases 1"
    diagnoses_shown: int = DIAGNOSES_SHOWN
    procedures_shown: int = PROCEDURES_SHOWN
    least: float = LEAST

    def suggest(self, pages: Sequence[PageWords], visit: Visit) -> tuple[Suggestion, ...]:
        """Ranked and capped diagnoses, then procedures, each with evidence."""
        read = sentences(pages)
        words = {page.number: page.lines.words for page in pages}
        diagnoses = self.diagnoses(read, words, visit)
        done = self.tables.procedures.suggested(read, words) if self.tables.procedures else []
        shown = [*diagnoses[: self.diagnoses_shown], *done[: self.procedures_shown]]
        return tuple(one for one in shown if one.score >= self.least)

    def diagnoses(
        self, read: Sequence[Sentence], words: Mapping[int, list[Word]], visit: Visit
    ) -> Sequence[Suggestion]:
        """All diagnoses, best first; for a visit of the time of ICD-9-CM by way of the crosswalk."""
        finder = Finder(self.tables.lexicon, self.tables.expressions)
        reader = Reader(finder, self.tables.book, visit.outpatient)
        spotted = [one for sentence in read for one in reader.spotted(sentence, words[sentence.page])]
        medicines = [one for sentence in read for one in taken(sentence, words[sentence.page])]
        spotted += long_term(medicines, {one.code for one in spotted})
        spotted += [one for sentence in read for one in allergies(sentence, words[sentence.page])]
        fitting = [one for one in spotted if self.fits(one.code, visit, read)]
        found = together(list(self.merged(fitting, medicines)), self.tables.book, self.tables.notes)
        if diagnosis_system(visit.date_of_service) is System.ICD10CM:
            return found
        return self.tables.crosswalk.back(found) if self.tables.crosswalk else ()

    def fits(self, code: str, visit: Visit, read: Sequence[Sentence]) -> bool:
        """Whether a code can be billed and can be this patient's."""
        if not self.tables.book.is_billable(code):
            return False
        if code[0] in "OP" and not speaks_of(read, PREGNANCY if code[0] == "O" else NEWBORN):
            return False
        for limit in general_limits(code):
            if limit.sex and visit.sex is not Sex.UNKNOWN and limit.sex is not visit.sex:
                return False
            if visit.age is not None and not (limit.youngest or 0) <= visit.age <= (limit.oldest or visit.age):
                return False
        return True

    def merged(self, spotted: Sequence[Spotted], medicines: Sequence[Taken]) -> Iterator[Suggestion]:
        """One suggestion for each code, by its best mention."""
        by_code: dict[str, list[Spotted]] = defaultdict(list)
        for one in spotted:
            by_code[one.code].append(one)
        for code, all_of_it in by_code.items():
            ranked = sorted(all_of_it, key=lambda one: (-one.score, one.evidence.page, one.evidence.first))
            best = ranked[0]
            score = best.score + min(scoring.AGAIN_LIMIT, scoring.AGAIN * (len(ranked) - 1))
            given = next((one for one in medicines if one.treats(code)), None)
            if given:
                score += scoring.TREATED
            yield Suggestion(
                System.ICD10CM,
                code,
                self.tables.book.titles[code],
                round(min(scoring.HIGHEST, score), 3),
                best.source,
                reason(best, given),
                tuple(one.evidence for one in ranked[:EVIDENCE_KEPT]),
            )


def speaks_of(read: Sequence[Sentence], stems: frozenset[str]) -> bool:
    return any(token.stem in stems for sentence in read for token in sentence.tokens)


LABELS = {Source.NOTE_TERM: "house list", Source.TITLE: "title", Source.TERM: "inclusion term", Source.INDEX: "index"}


def reason(best: Spotted, given: Taken | None) -> str:
    """Why, in one line: section, words, list."""
    section = best.evidence.section or "No heading"
    text = f"{section}: “{best.evidence.quote}”"
    if best.wording:
        text += f" → {LABELS.get(best.source, best.source.label)} {best.wording}"
    if best.remark:
        text += f" ({best.remark})"
    return f"{text}; takes {given.name}" if given else text
