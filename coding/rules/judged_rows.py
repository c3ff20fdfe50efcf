"""The rows of a verification: what both sides have, line by line; and a version with one difference taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from coding.rules.codings import POINTER_LIMIT, CodedEncounter, DiagnosisLine, ProcedureLine, diagnosis_system, dotted
from coding.rules.discrepancies import (
    Discrepancy,
    Kind,
    Part,
    aligned_diagnoses,
    aligned_procedures,
    compare,
    keys_of,
)
from coding.rules.evidence import Passage
from coding.rules.reasons import Severity
from coding.rules.scoring import JudgedDifference, rows_of

REPLACED = (Kind.CHANGED, Kind.UP_CODED, Kind.DOWN_CODED)


@dataclass(frozen=True)
class JudgedRow:
    """One difference of two aligned lines, or a line on which both agree (`difference` None).

    Places are 1-based, None where a side has no line. `key` is what the verifier's word on the row is kept by: the
    difference's (discrepancies.keys_of), else the line's text, so that it is looked at again once it differs.
    """

    part: Part
    coder_place: int | None
    verifier_place: int | None
    difference: Discrepancy | None
    key: str
    coder: str
    verifier: str

    @property
    def line(self) -> str:
        """Names the line through all changes of the verifier: by the coder's place where there is one."""
        side = f"c{self.coder_place}" if self.coder_place else f"v{self.verifier_place}"
        return f"{self.part.value[0]}-{side}"


def judged_rows(coder: CodedEncounter, verifier: CodedEncounter, found: Sequence[Discrepancy]) -> tuple[JudgedRow, ...]:
    """A row for each difference and for each line without one, diagnoses first, in the coder's order.

    `found` are the differences of these two versions; a line with several has several rows.
    """
    keys = {id(one): key for one, key in zip(found, keys_of(found), strict=True)}
    rows = []
    lines = rows_of(coder, verifier, [JudgedDifference(one, Severity.QUALITY) for one in found])
    agreed: Counter[str] = Counter()
    ordered = sorted(
        lines,
        key=lambda row: (
            row.part is Part.PROCEDURE, row.coder_place or row.verifier_place or 0, row.coder_place is None,
        ),
    )  # fmt: skip
    for row in ordered:
        places = row.part, row.coder_place, row.verifier_place
        for one in row.differences:
            what = one.difference
            rows.append(JudgedRow(*places, what, keys[id(what)], what.coder_value, what.verifier_value))
        if not row.differences and row.coder_place:
            text = text_of(coder, row.part, row.coder_place)
            agreed[row.part + text] += 1
            key = "|".join((row.part, "agree", text, str(agreed[row.part + text])))
            rows.append(JudgedRow(*places, None, key, text, text))
    return tuple(rows)


def text_of(coded: CodedEncounter, part: Part, place: int) -> str:
    """A line as people read it; `place` is 1-based."""
    if part is Part.DIAGNOSIS:
        code, day = coded.diagnoses[place - 1].code, coded.date_of_service
        return dotted(diagnosis_system(day), code) if day else code
    line = coded.procedures[place - 1]
    return "-".join([line.code, *line.modifiers]) + (f" × {line.units}" if line.units > 1 else "")


def code_at(coded: CodedEncounter, part: Part, place: int | None) -> str:
    """The code of a line; empty where the side has none."""
    if not place:
        return ""
    return (coded.diagnoses if part is Part.DIAGNOSIS else coded.procedures)[place - 1].code


def passages_at(coded: CodedEncounter, part: Part, place: int | None) -> tuple[Passage, ...]:
    """What supports a line; nothing where the side has none."""
    if not place:
        return ()
    return (coded.diagnoses if part is Part.DIAGNOSIS else coded.procedures)[place - 1].evidence or ()


def is_settled(row: JudgedRow, before: str, changed: Container[tuple[Part, int | None]]) -> bool:
    """Whether a row says nothing new when a visit is verified again.

    The coder's line is as it was (not among `changed`), and its difference, if any, was said before and not withdrawn
    (`before` is the heap of disputes.Sorted it is in).
    """
    if row.coder_place is not None and (row.part, row.coder_place) in changed:
        return False
    return row.difference is None or before in ("pending", "repeated")


def changed_places(old: CodedEncounter, new: CodedEncounter) -> frozenset[tuple[Part, int | None]]:
    """The lines of the new version that are not as in the old one."""
    found = compare(old, new, {})
    return frozenset((one.part, one.verifier_place) for one in found if one.verifier_place)


# -- agreeing with the coder ---------------------------------------------------------------------------


def undone(
    coder: CodedEncounter, verifier: CodedEncounter, difference: Discrepancy, found: Sequence[Discrepancy]
) -> CodedEncounter:
    """The verifier's version with one of the differences `found` taken back; everything else stays as it is."""
    if difference.part is Part.DIAGNOSIS:
        return diagnosis_undone(coder, verifier, difference, found)
    mine, theirs = list(verifier.procedures), difference.verifier_place
    if difference.kind is Kind.MISSED:
        del mine[(theirs or 1) - 1]
    elif difference.kind is Kind.UNSUPPORTED:
        place = difference.coder_place or 1
        line = coder.procedures[place - 1]
        mine.insert(min(place - 1, len(mine)), replace(line, pointers=translated(coder, verifier, line)))
    else:
        place = (theirs or 1) - 1
        mine[place] = line_undone(coder, verifier, mine[place], difference)
    return replace(verifier, procedures=tuple(mine))


def line_undone(
    coder: CodedEncounter, verifier: CodedEncounter, mine: ProcedureLine, difference: Discrepancy
) -> ProcedureLine:
    """An aligned procedure line with the one thing that differs as the coder has it."""
    theirs = coder.procedures[(difference.coder_place or 1) - 1]
    if difference.kind in REPLACED:
        return replace(mine, code=theirs.code, quotes=theirs.quotes, evidence=theirs.evidence)
    if difference.kind is Kind.MODIFIER:
        return replace(mine, modifiers=theirs.modifiers)
    if difference.kind is Kind.UNITS:
        return replace(mine, units=theirs.units)
    return replace(mine, pointers=translated(coder, verifier, theirs))


def translated(coder: CodedEncounter, verifier: CodedEncounter, line: ProcedureLine) -> tuple[int, ...]:
    """A coder's pointers as places in the verifier's list; those to what the verifier has not fall out.

    A pointer to no diagnosis at all keeps its number, as comparing keeps it, unless the verifier has one there.
    """
    places = {i + 1: j + 1 for i, j in aligned_diagnoses(coder, verifier).pairs}
    wrong = {
        place: place for place in line.pointers if place > len(coder.diagnoses) and place > len(verifier.diagnoses)
    }
    return tuple((places | wrong)[place] for place in line.pointers if place in places | wrong)


def diagnosis_undone(
    coder: CodedEncounter, verifier: CodedEncounter, difference: Discrepancy, found: Sequence[Discrepancy]
) -> CodedEncounter:
    mine = list(verifier.diagnoses)
    if difference.kind is Kind.SEQUENCE:
        return in_coders_order(coder, verifier)
    if difference.kind is Kind.MISSED:
        place = difference.verifier_place or 1
        del mine[place - 1]
        moved = {old: old - (old > place) for old in range(1, len(verifier.diagnoses) + 1) if old != place}
        return repointed(replace(verifier, diagnoses=tuple(mine)), moved)
    theirs = coder.diagnoses[(difference.coder_place or 1) - 1]
    if difference.kind is Kind.UNSUPPORTED:
        return put_back(coder, verifier, (difference.coder_place or 1), theirs, found)
    mine[(difference.verifier_place or 1) - 1] = theirs
    return replace(verifier, diagnoses=tuple(mine))


def put_back(
    coder: CodedEncounter, verifier: CodedEncounter, place: int, line: DiagnosisLine, found: Sequence[Discrepancy]
) -> CodedEncounter:
    """A diagnosis that the verifier had struck, behind its neighbour in the coder's list, with what pointed to it."""
    after = {i + 1: j + 1 for i, j in aligned_diagnoses(coder, verifier).pairs}
    at = next((after[before] for before in range(place - 1, 0, -1) if before in after), 0)
    mine = list(verifier.diagnoses)
    mine.insert(at, line)
    moved = {old: old + (old > at) for old in range(1, len(verifier.diagnoses) + 1)}
    whole = repointed(replace(verifier, diagnoses=tuple(mine)), moved)
    differ = {one.verifier_place for one in found if one.kind is Kind.POINTER}
    lines = list(whole.procedures)
    for i, j in aligned_procedures(coder, verifier).pairs:
        if j + 1 not in differ and place in coder.procedures[i].pointers:
            lines[j] = replace(lines[j], pointers=translated(coder, whole, coder.procedures[i])[:POINTER_LIMIT])
    return replace(whole, procedures=tuple(lines))


def in_coders_order(coder: CodedEncounter, verifier: CodedEncounter) -> CodedEncounter:
    """What both have in the coder's order, in the places that it takes in the verifier's list."""
    pairs = aligned_diagnoses(coder, verifier).pairs
    wanted = [j for _, j in sorted(pairs)]
    free = sorted(wanted)
    new_place = {old: old for old in range(len(verifier.diagnoses))} | dict(zip(wanted, free, strict=True))
    mine = [line for _, line in sorted(enumerate(verifier.diagnoses), key=lambda one: new_place[one[0]])]
    moved = {old + 1: new + 1 for old, new in new_place.items()}
    return repointed(replace(verifier, diagnoses=tuple(mine)), moved)


def repointed(coded: CodedEncounter, moved: Mapping[int, int]) -> CodedEncounter:
    """The pointers follow diagnoses to their new places; those to a struck one fall out."""
    count = max(moved, default=0)
    lines = tuple(
        replace(line, pointers=tuple(moved.get(old, old) for old in line.pointers if old in moved or old > count + 1))
        for line in coded.procedures
    )
    return replace(coded, procedures=lines)
