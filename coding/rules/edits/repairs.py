"""Small changes to a coding, as fixes make them."""

from dataclasses import replace
from typing import Any

from coding.rules.codings import CodedEncounter


def with_line(coded: CodedEncounter, number: int, **changes: Any) -> CodedEncounter:
    """The coding with fields of procedure line `number` (from 1) changed."""
    lines = list(coded.procedures)
    lines[number - 1] = replace(lines[number - 1], **changes)
    return replace(coded, procedures=tuple(lines))


def without_line(coded: CodedEncounter, number: int) -> CodedEncounter:
    """The coding without procedure line `number`."""
    return replace(coded, procedures=coded.procedures[: number - 1] + coded.procedures[number:])


def without_diagnosis(coded: CodedEncounter, number: int, *, instead: int) -> CodedEncounter:
    """The coding without diagnosis `number`; what pointed to it points to the earlier `instead`."""

    def moved(pointer: int) -> int:
        if pointer == number:
            return instead
        return pointer - 1 if pointer > number else pointer

    return replace(
        coded,
        diagnoses=coded.diagnoses[: number - 1] + coded.diagnoses[number:],
        procedures=tuple(
            replace(line, pointers=tuple(dict.fromkeys(moved(pointer) for pointer in line.pointers)))
            for line in coded.procedures
        ),
    )


def with_diagnosis(coded: CodedEncounter, number: int, code: str) -> CodedEncounter:
    """The coding with the code of diagnosis `number` changed."""
    diagnoses = list(coded.diagnoses)
    diagnoses[number - 1] = replace(diagnoses[number - 1], code=code)
    return replace(coded, diagnoses=tuple(diagnoses))


def with_diagnosis_before(coded: CodedEncounter, number: int, before: int) -> CodedEncounter:
    """The coding with diagnosis `number` moved before the earlier `before`; pointers follow their diagnoses."""
    order = [place for place in range(1, len(coded.diagnoses) + 1) if place != number]
    order.insert(before - 1, number)
    moved = {old: new for new, old in enumerate(order, start=1)}
    return replace(
        coded,
        diagnoses=tuple(coded.diagnoses[place - 1] for place in order),
        procedures=tuple(
            replace(line, pointers=tuple(moved.get(pointer, pointer) for pointer in line.pointers))
            for line in coded.procedures
        ),
    )
