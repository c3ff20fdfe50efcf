"""Edits of the diagnoses."""

import re
from collections.abc import Iterator

from coding.rules.codings import DIAGNOSIS_LIMIT, CodedEncounter, System, bare, diagnosis_system
from coding.rules.edits.icd_words import guideline, is_icd10, shown
from coding.rules.edits.repairs import with_diagnosis, without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import CodeFact, Tables

HI = "ASC X12N 005010X222A1, loop 2300, HI (Health Care Diagnosis Code)"
NAMED = 5  # codes that a finding names at most

# Written like a code of the other revision: ICD-9-CM has digits, E and V codes; ICD-10-CM a letter and a digit first.
LIKE_ICD9 = re.compile(r"[0-9]{3,5}|E[0-9]{3,4}|V[0-9]{2,4}")
LIKE_ICD10 = re.compile(r"[A-TV-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")


def code_set_rule(coded: CodedEncounter) -> str:
    """Which paragraph adopts the diagnosis code set of the date of service."""
    return "45 CFR 162.1002(c)" if is_icd10(coded) else "45 CFR 162.1002(b)"


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
    """A code that the list of the day does not have; codes it may stand for are offered."""
    if coded.date_of_service is None:
        return
    system = diagnosis_system(coded.date_of_service)
    for number, line in enumerate(coded.diagnoses, start=1):
        code = bare(line.code)
        if code in tables.diagnoses:
            continue
        meant = tables.children.get(code, ())
        yield Finding(
            "unknown_diagnosis",
            Severity.HARD,
            f"{shown(coded, code)} is not in {system.label} on {coded.date_of_service:%Y-%m-%d}"
            f"{reason(coded, code, meant)}.",
            code_set_rule(coded),
            Place(Part.DIAGNOSIS, number),
            Fix(f"Report {shown(coded, meant[0].code)}", with_diagnosis(coded, number, meant[0].code))
            if len(meant) == 1
            else None,
        )


def reason(coded: CodedEncounter, code: str, meant: tuple[CodeFact, ...]) -> str:
    """Why a code may be unknown: of the other revision, or without its placeholder X or 7th character."""
    if meant:
        named = ", ".join(shown(coded, fact.code) for fact in meant[:NAMED])
        return f"; with all its characters it is {named}"
    ten = coded.date_of_service is not None and diagnosis_system(coded.date_of_service) is System.ICD10CM
    if ten and LIKE_ICD9.fullmatch(code) and not LIKE_ICD10.fullmatch(code):
        return "; it looks like ICD-9-CM, which ended on 2015-09-30"
    if not ten and LIKE_ICD10.fullmatch(code) and not LIKE_ICD9.fullmatch(code):
        return "; it looks like ICD-10-CM, which began on 2015-10-01"
    return ""


def diagnosis_not_billable(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A heading of the list stands for the codes below it and is not reported itself."""
    for number, line in enumerate(coded.diagnoses, start=1):
        fact = tables.diagnoses.get(bare(line.code))
        if fact is None or fact.billable:
            continue
        below = tables.children.get(fact.code, ())
        named = ", ".join(f"{shown(coded, child.code)}" for child in below[:NAMED])
        more = f" and {len(below) - NAMED} more" if len(below) > NAMED else ""
        yield Finding(
            "diagnosis_not_billable",
            Severity.HARD,
            f"{shown(coded, line.code)} is a heading; choose a code below it with all its characters"
            + (f": {named}{more}." if named else "."),
            guideline(coded, "I.B.2" if is_icd10(coded) else "I.B.3"),
            Place(Part.DIAGNOSIS, number),
            Fix(f"Report {shown(coded, below[0].code)}", with_diagnosis(coded, number, below[0].code))
            if len(below) == 1
            else None,
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
