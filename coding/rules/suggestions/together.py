"""Suggestions beside each other: combined codes, what another one already says, what excludes what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coding.rules.code_titles import side_of
from coding.rules.diagnosis_pairs import diseases_with, specific_of
from coding.rules.note_codes import excluded, in_spans, spans
from coding.rules.suggestions.code_book import CodeBook
from coding.rules.suggestions.history import history_code
from coding.rules.suggestions.sections import CONCLUDING
from coding.rules.suggestions.shape import Source, Suggestion
from coding.rules.tables import CodeNote

ENOUGH = 0.35  # score from which a diagnosis is taken as definite for the rules below
EXCLUDED_WEIGHT = 0.5
DEFINITE, TOLD_WEIGHT = 0.6, 0.5  # score of a diagnosis that explains; what that leaves of signs told before
SIGNS = spans("R00-R69")
VAGUE = spans("R52, R68-R69")
END_STAGE = spans("N18.5-N18.6")
HEART_FAILURE, KIDNEY_DISEASE, PLAIN_PRESSURE = spans("I50"), spans("N18"), spans("I10")
DIABETES = spans("E08-E11, E13")
PLAIN_DIABETES = spans("E10.9, E11.9, E13.9")
# "With" is presumed for what the index lists under it (Guidelines, I.A.15): the same rows as the edits'.
DIABETES_WITH = tuple((spans(codes), suffix) for codes, suffix in (
    ("N18", "22"), ("G62.9", "42"), ("I73.9", "51"), ("K31.84", "43"),
))  # fmt: skip


@dataclass(frozen=True)
class Notes:
    """The Excludes1 notes by the code, block or chapter they stand at, and the blocks and chapter of a category."""

    excludes: Mapping[str, tuple[CodeNote, ...]]
    groups: Mapping[str, tuple[str, ...]]

    def of(self, code: str) -> tuple[CodeNote, ...]:
        """The Excludes1 notes of a code and of all that it stands in."""
        holders = (*self.groups.get(code[:3], ()), *(code[:length] for length in range(3, len(code) + 1)))
        return tuple(note for holder in holders for note in self.excludes.get(holder, ()))


def together(found: Sequence[Suggestion], book: CodeBook, notes: Notes) -> list[Suggestion]:
    """The suggestions as they stand beside each other, best first."""
    combined = with_diabetes(with_pressure(list(found), book), book)
    kept = fallen_back([one for one in combined if not told_by_another(one, combined)])
    return marked_excluded(sorted(kept, key=rank), notes)


def fallen_back(found: list[Suggestion]) -> list[Suggestion]:
    """Signs that only the story tells fall back where the assessment names a diagnosis (Guidelines, IV.D and I.B.5)."""
    definite = any(one.score >= DEFINITE and one.code[0] not in "RZ" and concludes(one) for one in found)
    return [
        replace(one, score=round(one.score * TOLD_WEIGHT, 3))
        if definite and is_sign(one) and not concludes(one)
        else one
        for one in found
    ]


def concludes(one: Suggestion) -> bool:
    """Whether a section that draws conclusions names it."""
    return any(evidence.section in CONCLUDING for evidence in one.evidence)


def is_sign(one: Suggestion) -> bool:
    return in_spans(one.code, SIGNS)


def rank(one: Suggestion) -> tuple[float, str]:
    return (-one.score, one.code)


def combination(parts: Sequence[Suggestion], code: str, book: CodeBook) -> Suggestion:
    """One code for several conditions, with the evidence of all of them."""
    said = " and ".join(f"“{part.evidence[0].quote}”" for part in parts)
    rule = "Guidelines I.C.9.a" if code[0] == "I" else "Guidelines I.A.15"
    return replace(
        parts[0],
        code=code,
        title=book.titles[code],
        source=Source.COMBINATION,
        score=max(part.score for part in parts),
        reason=f"{said} are one code ({rule})",
        evidence=tuple(evidence for part in parts for evidence in part.evidence[:2]),
    )


def with_pressure(found: list[Suggestion], book: CodeBook) -> list[Suggestion]:
    """Hypertension with heart failure or chronic kidney disease is one code; those keep theirs (I.C.9.a)."""
    pressure = [one for one in found if in_spans(one.code, PLAIN_PRESSURE)]
    failure = [one for one in found if in_spans(one.code, HEART_FAILURE) and one.score >= ENOUGH]
    kidney = [one for one in found if in_spans(one.code, KIDNEY_DISEASE) and one.score >= ENOUGH]
    if not pressure or not (failure or kidney):
        return found
    late = any(in_spans(one.code, END_STAGE) for one in kidney)
    code = {(True, False): "I110", (False, True): "I120" if late else "I129", (True, True): "I132" if late else "I130"}[
        bool(failure), bool(kidney)
    ]
    if not book.is_billable(code):
        return found
    parts = [pressure[0], *failure[:1], *kidney[:1]]
    return [combination(parts, code, book), *(one for one in found if one not in pressure)]


def with_diabetes(found: list[Suggestion], book: CodeBook) -> list[Suggestion]:
    """Diabetes without complications beside what the index lists under "with" is the code of both."""
    plain = next((one for one in found if in_spans(one.code, PLAIN_DIABETES)), None)
    if plain is None:
        return found
    made, gone = [], {plain.code}
    for among, suffix in DIABETES_WITH:
        other = next((one for one in found if in_spans(one.code, among) and one.score >= ENOUGH), None)
        code = plain.code[:3] + suffix
        if other and book.is_billable(code):
            made.append(combination([plain, other], code, book))
            if not in_spans(other.code, KIDNEY_DISEASE):
                gone.add(other.code)
    if not made:
        return found
    fresh = {one.code for one in made}
    return [*made, *(one for one in found if one.code not in gone | fresh)]


def told_by_another(one: Suggestion, found: Sequence[Suggestion]) -> bool:
    """Whether another suggestion already says it: below it, more specific, or the disease of a sign."""
    for other in found:
        if other.code == one.code:
            continue
        if other.code.startswith(one.code) or is_vaguer(one, other) or history_code(other.code) == one.code:
            return True
        if other.score >= ENOUGH and in_spans(other.code, diseases_with(one.code)) and same_side(one, other):
            return True
    return False


def is_vaguer(one: Suggestion, other: Suggestion) -> bool:
    """Whether the first is the unspecified code of the same category of the second, or of a pair of the house's."""
    if in_spans(other.code, specific_of(one.code)):
        return True
    same = one.code[:3] == other.code[:3] and {evidence.quote.lower() for evidence in one.evidence} & {
        evidence.quote.lower() for evidence in other.evidence
    }
    return bool(same) and "unspecified" in one.title.lower() and "unspecified" not in other.title.lower()


def same_side(one: Suggestion, other: Suggestion) -> bool:
    sides = side_of(one.title), side_of(other.title)
    return not all(sides) or sides[0] is sides[1] or "bilateral" in sides


def marked_excluded(ranked: list[Suggestion], notes: Notes) -> list[Suggestion]:
    """Of two that an Excludes1 note keeps apart the lower one falls back and says so; the coder decides."""
    kept: list[Suggestion] = []
    for one in sorted(ranked, key=precedence):
        rival = next((other for other in kept if excludes(one, other, notes) or excludes(other, one, notes)), None)
        if rival:
            shown = f"{rival.code[:3]}.{rival.code[3:]}".rstrip(".")
            one = replace(  # noqa: PLW2901
                one, score=round(one.score * EXCLUDED_WEIGHT, 3), reason=f"{one.reason}; Excludes1 beside {shown}"
            )
        kept.append(one)
    return sorted(kept, key=rank)


def precedence(one: Suggestion) -> tuple[bool, bool, tuple[float, str]]:
    """Which of two that exclude each other stays: a diagnosis before a sign, a sign before what says nothing."""
    return in_spans(one.code, VAGUE), is_sign(one), rank(one)


def excludes(one: Suggestion, other: Suggestion, notes: Notes) -> bool:
    """Whether a note at the first names the second and not the first itself."""
    named = excluded(notes.of(one.code)).get(other.code[0], ())
    return any(span.covers(other.code) and not span.covers(one.code) for span, _ in named)
