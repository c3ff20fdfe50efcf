"""Repairs of the order of diagnoses, with the words that offer them."""

from coding.rules.codings import CodedEncounter
from coding.rules.edits.icd_words import shown
from coding.rules.edits.repairs import with_diagnosis_before
from coding.rules.edits.shape import Fix


def put_first(coded: CodedEncounter, number: int) -> Fix:
    """Diagnosis `number` becomes first-listed."""
    return put_before(coded, number, 1)


def put_before(coded: CodedEncounter, number: int, before: int) -> Fix:
    """Diagnosis `number` goes before the earlier `before`."""
    code = shown(coded, coded.diagnoses[number - 1].code)
    words = "first" if before == 1 else f"before {shown(coded, coded.diagnoses[before - 1].code)}"
    return Fix(f"Put {code} {words}", with_diagnosis_before(coded, number, before))
