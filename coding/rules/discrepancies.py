"""The differences between a coder's and a verifier's version, computed and never typed.

Lines are aligned first (same code, else same kind of code, nearest places first), then each aligned pair
is compared. Swapping the two versions swaps the kinds: missed and unsupported, up-coded and down-coded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine, bare, diagnosis_system, dotted
from coding.rules.em_family import family_of, level_of

L = TypeVar("L", DiagnosisLine, ProcedureLine)


class Kind(StrEnum):
    MISSED = "missed"
    UNSUPPORTED = "unsupported"
    CHANGED = "changed"
    UP_CODED = "up_coded"
    DOWN_CODED = "down_coded"
    MODIFIER = "modifier"
    UNITS = "units"
    POINTER = "pointer"
    SEQUENCE = "sequence"

    @property
    def label(self) -> str:
        return {"up_coded": "Up-coded", "down_coded": "Down-coded"}.get(self.value, self.value.capitalize())


class Part(StrEnum):
    DIAGNOSIS = "diagnosis"
    PROCEDURE = "procedure"


@dataclass(frozen=True)
class Discrepancy:
    """One difference. Values are as people read them; places are 1-based, None where the side has no line."""

    kind: Kind
    part: Part
    coder_value: str
    verifier_value: str
    coder_place: int | None
    verifier_place: int | None


@dataclass(frozen=True)
class Aligned:
    """Pairs of places (0-based) that are about the same thing, and the places left over on each side."""

    pairs: tuple[tuple[int, int], ...]
    coder_only: tuple[int, ...]
    verifier_only: tuple[int, ...]


def compare(coder: CodedEncounter, verifier: CodedEncounter, weights: Mapping[str, Decimal]) -> tuple[Discrepancy, ...]:
    """Every difference, diagnoses first, in the order of the lines. `weights` rank procedure codes."""
    diagnoses, procedures = aligned_diagnoses(coder, verifier), aligned_procedures(coder, verifier)
    return (
        *diagnosis_differences(coder, verifier, diagnoses),
        *sequence_difference(coder, verifier, diagnoses),
        *procedure_differences(coder, verifier, procedures, diagnoses, weights),
    )


# -- alignment ---------------------------------------------------------------------------------


def aligned_diagnoses(coder: CodedEncounter, verifier: CodedEncounter) -> Aligned:
    return align(coder.diagnoses, verifier.diagnoses, (same_code, same_category), apart=places_apart)


def aligned_procedures(coder: CodedEncounter, verifier: CodedEncounter) -> Aligned:
    return align(coder.procedures, verifier.procedures, (same_code, same_family), apart=lines_apart)


def same_code(one: DiagnosisLine | ProcedureLine, other: DiagnosisLine | ProcedureLine) -> bool:
    return bare(one.code) == bare(other.code)


def same_category(one: DiagnosisLine, other: DiagnosisLine) -> bool:
    """Within one ICD category (its first three characters) another code is a change, not another condition."""
    return bare(one.code)[:3] == bare(other.code)[:3]


def same_family(one: ProcedureLine, other: ProcedureLine) -> bool:
    return family_of(bare(one.code)) == family_of(bare(other.code))


def places_apart(_one: DiagnosisLine, _other: DiagnosisLine) -> tuple[int, ...]:
    return ()


def lines_apart(one: ProcedureLine, other: ProcedureLine) -> tuple[int, ...]:
    """How unlike two lines are beside their code: of several lines with one code, like goes with like."""
    return (
        int(sorted(one.modifiers) != sorted(other.modifiers)),
        int(tuple(one.modifiers) != tuple(other.modifiers)),
        abs(one.units - other.units),
    )


def align(
    coder: Sequence[L],
    verifier: Sequence[L],
    alike: Sequence[Callable[[L, L], bool]],
    *,
    apart: Callable[[L, L], tuple[int, ...]],
) -> Aligned:
    """Pair lines, the strictest likeness first, and within it the least apart; the same from both sides."""
    left, right = set(range(len(coder))), set(range(len(verifier)))
    pairs: list[tuple[int, int]] = []
    for likeness in alike:
        candidates = sorted(
            ((i, j) for i in left for j in right if likeness(coder[i], verifier[j])),
            key=lambda pair: (*apart(coder[pair[0]], verifier[pair[1]]), abs(pair[0] - pair[1]), sum(pair)),
        )
        for i, j in candidates:
            if i in left and j in right:
                left.discard(i)
                right.discard(j)
                pairs.append((i, j))
    return Aligned(tuple(sorted(pairs)), tuple(sorted(left)), tuple(sorted(right)))


# -- diagnoses ---------------------------------------------------------------------------------


def diagnosis_differences(coder: CodedEncounter, verifier: CodedEncounter, aligned: Aligned) -> Iterator[Discrepancy]:
    for i in aligned.coder_only:
        yield difference(Kind.UNSUPPORTED, Part.DIAGNOSIS, written(coder, i), "", i, None)
    for i, j in aligned.pairs:
        if not same_code(coder.diagnoses[i], verifier.diagnoses[j]):
            yield difference(Kind.CHANGED, Part.DIAGNOSIS, written(coder, i), written(verifier, j), i, j)
    for j in aligned.verifier_only:
        yield difference(Kind.MISSED, Part.DIAGNOSIS, "", written(verifier, j), None, j)


def sequence_difference(coder: CodedEncounter, verifier: CodedEncounter, aligned: Aligned) -> Iterator[Discrepancy]:
    """One difference if what both sides have stands in another order: at the first place where it shows."""
    by_coder = sorted(aligned.pairs)
    by_verifier = sorted(aligned.pairs, key=lambda pair: pair[1])
    for (i, _), (_, j) in zip(by_coder, by_verifier, strict=True):
        if (i, j) not in aligned.pairs:
            yield difference(Kind.SEQUENCE, Part.DIAGNOSIS, written(coder, i), written(verifier, j), i, j)
            return


# -- procedures --------------------------------------------------------------------------------


def procedure_differences(
    coder: CodedEncounter,
    verifier: CodedEncounter,
    aligned: Aligned,
    diagnoses: Aligned,
    weights: Mapping[str, Decimal],
) -> Iterator[Discrepancy]:
    for i in aligned.coder_only:
        yield difference(Kind.UNSUPPORTED, Part.PROCEDURE, bare(coder.procedures[i].code), "", i, None)
    coder_names = {i: f"same {i}-{j}" for i, j in diagnoses.pairs}
    verifier_names = {j: f"same {i}-{j}" for i, j in diagnoses.pairs}
    for i, j in aligned.pairs:
        yield from line_differences(coder, verifier, (i, j), weights)
        mine = pointed(coder, i, coder_names)
        theirs = pointed(verifier, j, verifier_names)
        if mine != theirs:
            yield difference(Kind.POINTER, Part.PROCEDURE, pointers(coder, i), pointers(verifier, j), i, j)
    for j in aligned.verifier_only:
        yield difference(Kind.MISSED, Part.PROCEDURE, "", bare(verifier.procedures[j].code), None, j)


def line_differences(
    coder: CodedEncounter, verifier: CodedEncounter, places: tuple[int, int], weights: Mapping[str, Decimal]
) -> Iterator[Discrepancy]:
    """Code, modifiers and units of two aligned lines."""
    i, j = places
    one, other = coder.procedures[i], verifier.procedures[j]
    if not same_code(one, other):
        kind = change_of(bare(one.code), bare(other.code), weights)
        yield difference(kind, Part.PROCEDURE, bare(one.code), bare(other.code), i, j)
    if tuple(one.modifiers) != tuple(other.modifiers):  # their order counts: what bears on the price goes first
        yield difference(
            Kind.MODIFIER, Part.PROCEDURE, worded(one.code, one.modifiers), worded(other.code, other.modifiers), i, j
        )
    if one.units != other.units:
        yield difference(
            Kind.UNITS, Part.PROCEDURE, f"{one.units} × {bare(one.code)}", f"{other.units} × {bare(other.code)}", i, j
        )


def change_of(coder: str, verifier: str, weights: Mapping[str, Decimal]) -> Kind:
    """Whether the coder's code is worth more or less than the verifier's: by level, else by weight."""
    one, other = level_of(coder), level_of(verifier)
    mine: Decimal | int
    theirs: Decimal | int
    if one is not None and other is not None and one.rank != other.rank:
        mine, theirs = one.rank, other.rank
    elif coder in weights and verifier in weights:
        mine, theirs = weights[coder], weights[verifier]
    else:
        return Kind.CHANGED
    if mine == theirs:
        return Kind.CHANGED
    return Kind.UP_CODED if mine > theirs else Kind.DOWN_CODED


def pointed(coded: CodedEncounter, place: int, names: Mapping[int, str]) -> tuple[str, ...]:
    """What a line points to, named alike on both sides.

    Diagnoses that only one side has are left out: they are a difference of their own, and pointing to them
    is its consequence. A pointer to a place without a diagnosis keeps its number.
    """
    return tuple(
        names.get(number - 1, f"none {number}")
        for number in coded.procedures[place].pointers
        if number - 1 in names or not 1 <= number <= len(coded.diagnoses)
    )


# -- words -------------------------------------------------------------------------------------


def difference(  # noqa: PLR0913  (two sides, each a value and a place)
    kind: Kind, part: Part, coder_value: str, verifier_value: str, coder_index: int | None, verifier_index: int | None
) -> Discrepancy:
    return Discrepancy(
        kind=kind,
        part=part,
        coder_value=coder_value,
        verifier_value=verifier_value,
        coder_place=None if coder_index is None else coder_index + 1,
        verifier_place=None if verifier_index is None else verifier_index + 1,
    )


def written(coded: CodedEncounter, index: int) -> str:
    """A diagnosis with its dot, if the date says of which list it is."""
    code = bare(coded.diagnoses[index].code)
    return dotted(diagnosis_system(coded.date_of_service), code) if coded.date_of_service else code


def worded(code: str, modifiers: Sequence[str]) -> str:
    return "-".join([bare(code), *modifiers])


def pointers(coded: CodedEncounter, index: int) -> str:
    """The pointers of a line as the codes they stand for."""
    return " ".join(
        written(coded, number - 1) if 1 <= number <= len(coded.diagnoses) else f"#{number}"
        for number in coded.procedures[index].pointers
    )


def keys_of(found: Sequence[Discrepancy]) -> tuple[str, ...]:
    """A key for each difference by which a form can name it, in their order.

    It holds what differs and not the places, so that a reason chosen for a line stays with it when lines move. Of
    several alike the second ends in 2, and so on.
    """
    seen: Counter[str] = Counter()
    keys = []
    for one in found:
        text = "|".join((one.part, one.kind, one.coder_value, one.verifier_value))
        seen[text] += 1
        keys.append(text if seen[text] == 1 else f"{text}|{seen[text]}")
    return tuple(keys)
