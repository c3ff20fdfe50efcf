"""Edits of the list of diagnoses: there is one, not too many, none twice, each pointed to."""

from collections.abc import Iterator

from coding.rules.codings import DIAGNOSIS_LIMIT, CodedEncounter, bare
from coding.rules.edits.diagnosis_lines import guideline, shown
from coding.rules.edits.repairs import without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import Tables

HI = "ASC X12N 005010X222A1, loop 2300, HI (Health Care Diagnosis Code)"


def no_date_of_service(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Without a date no code list is known, so nothing else can be looked up."""
    if coded.date_of_service is None:
        yield Finding(
            "no_date_of_service",
            Severity.HARD,
            "The date of service is missing: it decides which codes are valid.",
            "ASC X12N 005010X222A1, loop 2400, DTP*472; 45 CFR 162.1002",
            Place(Part.ENCOUNTER, field="date_of_service"),
        )


def no_diagnosis(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    if not coded.diagnoses:
        yield Finding(
            "no_diagnosis", Severity.HARD, "There is no diagnosis.", HI, Place(Part.ENCOUNTER, field="diagnoses")
        )


def too_many_diagnoses(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    if len(coded.diagnoses) > DIAGNOSIS_LIMIT:
        yield Finding(
            "too_many_diagnoses",
            Severity.HARD,
            f"There are {len(coded.diagnoses)} diagnoses; a claim carries {DIAGNOSIS_LIMIT}.",
            HI,
            Place(Part.DIAGNOSIS, DIAGNOSIS_LIMIT + 1),
        )


def duplicate_diagnosis(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, line in enumerate(coded.diagnoses, start=1):
        earlier = first.setdefault(bare(line.code), number)
        if earlier != number:
            yield Finding(
                "duplicate_diagnosis",
                Severity.HARD,
                f"{shown(coded, line.code)} is already diagnosis {earlier}.",
                guideline(coded, "I.B.12"),
                Place(Part.DIAGNOSIS, number),
                Fix(f"Remove diagnosis {number}", without_diagnosis(coded, number, instead=earlier)),
            )


def diagnosis_never_pointed_to(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Allowed (a condition that affected care), yet more often a forgotten pointer; a line without any comes first."""
    if not coded.procedures or not all(line.pointers for line in coded.procedures):
        return
    pointed = {pointer for line in coded.procedures for pointer in line.pointers}
    for number, line in enumerate(coded.diagnoses, start=1):
        if number not in pointed:
            yield Finding(
                "diagnosis_never_pointed_to",
                Severity.CHECK,
                f"No line points to diagnosis {number} ({shown(coded, line.code)}).",
                "ASC X12N 005010X222A1, loop 2400, SV107",
                Place(Part.DIAGNOSIS, number),
            )
