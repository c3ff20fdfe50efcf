"""Edits of the diagnoses against age, sex and pregnancy."""

import re
from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, Sex
from coding.rules.demographics import age_on, general_limits
from coding.rules.edits.diagnosis_lines import Known, about, guideline, icd10_lines, moved
from coding.rules.edits.shape import Finding, Fix, Severity
from coding.rules.note_codes import in_spans, spans
from coding.rules.tables import Demographics, Tables

OBSTETRIC = spans("O00-O9A")
# Guidelines, I.C.21.c.11: no weeks with an abortive outcome or an elective termination, nor post partum.
WEEKS_WITH = spans("O09-O77, O80-O82, O94-O9A, Z34, Z36, Z03.7")
WEEKS_ASKED = spans("O09-O16, O20-O48, O60")
WEEKS = spans("Z3A")
AFTERWARDS = re.compile(r"\b(?:puerperium|postpartum|childbirth)\b")
SEXES = {Sex.FEMALE: "female", Sex.MALE: "male"}


def limits(tables: Tables, line: Known) -> tuple[Demographics, ...]:
    """What the loaded list says of the diagnosis, or else the general ranges."""
    listed = tables.demographics.get(line.code)
    return (listed,) if listed else general_limits(line.code)


def age_conflict(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Only a check: a condition may appear at another age, and a birth date may be mistyped."""
    if coded.birth_date is None or coded.date_of_service is None or coded.birth_date > coded.date_of_service:
        return
    age = age_on(coded.birth_date, coded.date_of_service)
    for line in icd10_lines(coded, tables):
        for limit in limits(tables, line):
            low, high = limit.youngest, limit.oldest
            if (low is not None and age < low) or (high is not None and age > high):
                yield about(
                    "age_conflict",
                    Severity.CHECK,
                    line,
                    f"{line.shown} ({line.title}) at {age} years: the code is {range_in_words(low, high)}.",
                    limit.source,
                )


def range_in_words(low: int | None, high: int | None) -> str:
    if low and high is not None:
        return f"for {low} to {high} years"
    return f"for {low} years and older" if low else f"for up to {high} years"


def sex_conflict(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Only a check: the sex on file may differ from the anatomy (condition code 45, modifier KX tell the payer)."""
    if coded.sex not in SEXES:
        return
    for line in icd10_lines(coded, tables):
        wanted = next((limit for limit in limits(tables, line) if limit.sex not in {None, coded.sex}), None)
        if wanted and wanted.sex:
            yield about(
                "sex_conflict",
                Severity.CHECK,
                line,
                f"{line.shown} ({line.title}) is a code for {SEXES[wanted.sex]} patients; the patient is"
                f" {SEXES[coded.sex]}.",
                f"{wanted.source}; CMS Pub. 100-04, chapter 32, section 240 (modifier KX)",
            )


def weeks_without_pregnancy(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Weeks of gestation go with an obstetric code, and not with an abortive outcome or after delivery."""
    lines = icd10_lines(coded, tables)
    weeks = next((line for line in lines if in_spans(line.code, WEEKS)), None)
    if weeks and not any(in_spans(line.code, WEEKS_WITH) for line in lines):
        yield about(
            "weeks_without_pregnancy",
            Severity.CHECK,
            weeks,
            f"{weeks.shown} goes with a code of a current pregnancy; none is listed.",
            guideline(coded, "I.C.21.c.11"),
        )


def pregnancy_without_weeks(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    lines = icd10_lines(coded, tables)
    asked = (line for line in lines if in_spans(line.code, WEEKS_ASKED) and not AFTERWARDS.search(line.title.lower()))
    pregnancy = next(asked, None)
    if not pregnancy or any(in_spans(line.code, WEEKS) for line in lines):
        return
    yield about(
        "pregnancy_without_weeks",
        Severity.INFO,
        pregnancy,
        f"{pregnancy.shown}: the weeks of gestation (Z3A.-) are added if they are known.",
        guideline(coded, "I.C.15.a.3"),
    )


def obstetric_code_not_first(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Codes of chapter 15 come before those of other chapters."""
    lines = icd10_lines(coded, tables)
    pregnancy = next((line for line in lines if in_spans(line.code, OBSTETRIC)), None)
    before = lines[0] if lines else None
    if pregnancy and before and not in_spans(before.code, OBSTETRIC) and before.code[0] not in "VWXYZ":
        yield about(
            "obstetric_code_not_first",
            Severity.CHECK,
            pregnancy,
            f"{pregnancy.shown} has priority over {before.shown}, a code of another chapter.",
            guideline(coded, "I.C.15.a.1"),
            Fix(f"List {pregnancy.shown} first", moved(coded, pregnancy.number, 1)),
        )
