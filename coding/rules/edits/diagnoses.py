"""Edits of the diagnoses."""

from collections.abc import Iterator

from coding.rules.codings import (
    DIAGNOSIS_LIMIT,
    ICD10_FROM,
    CodedEncounter,
    System,
    bare,
    diagnosis_system,
    dotted,
)
from coding.rules.edits.repairs import without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import Tables

HI = "ASC X12N 005010X222A1, loop 2300, HI (Health Care Diagnosis Code)"


def code_set_rule(coded: CodedEncounter) -> str:
    """Which paragraph adopts the diagnosis code set of the date of service."""
    late = coded.date_of_service is not None and coded.date_of_service >= ICD10_FROM
    return "45 CFR 162.1002(c)" if late else "45 CFR 162.1002(b)"


def guideline(coded: CodedEncounter, section: str) -> str:
    """A section of the official guidelines in the fiscal year (October to September) of the date of service."""
    day = coded.date_of_service
    if day is None:
        return f"ICD-10-CM Official Guidelines, {section}"
    year = day.year + (day.month >= 10)  # noqa: PLR2004  (October)
    return f"{diagnosis_system(day).label} Official Guidelines FY{year}, {section}"


def shown(coded: CodedEncounter, code: str) -> str:
    """A diagnosis code as people write it."""
    day = coded.date_of_service
    return dotted(diagnosis_system(day) if day else System.ICD10CM, bare(code))


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


def unknown_diagnosis(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    if coded.date_of_service is None:
        return
    system = diagnosis_system(coded.date_of_service)
    for number, line in enumerate(coded.diagnoses, start=1):
        if bare(line.code) not in tables.diagnoses:
            yield Finding(
                "unknown_diagnosis",
                Severity.HARD,
                f"{shown(coded, line.code)} is not in {system.label} on {coded.date_of_service:%Y-%m-%d}.",
                code_set_rule(coded),
                Place(Part.DIAGNOSIS, number),
            )


def diagnosis_not_billable(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A heading of the list stands for the codes below it and is not reported itself."""
    for number, line in enumerate(coded.diagnoses, start=1):
        fact = tables.diagnoses.get(bare(line.code))
        if fact is not None and not fact.billable:
            yield Finding(
                "diagnosis_not_billable",
                Severity.HARD,
                f"{shown(coded, line.code)} is a heading; choose a code below it with all its characters.",
                guideline(coded, "I.B.2" if diagnosis_is_icd10(coded) else "I.B.3"),
                Place(Part.DIAGNOSIS, number),
            )


def diagnosis_is_icd10(coded: CodedEncounter) -> bool:
    return coded.date_of_service is None or coded.date_of_service >= ICD10_FROM


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
