"""Edits of diagnoses against the patient: sex and age."""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, Sex
from coding.rules.demographics import SOURCE_AGE, SOURCE_SEX, demographics_of
from coding.rules.edits.icd_words import codes_of, is_icd10, shown
from coding.rules.edits.payer import age_of
from coding.rules.edits.shape import Finding, Part, Place, Severity
from coding.rules.tables import Tables


def sex_conflict(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    if coded.sex is Sex.UNKNOWN or not is_icd10(coded):
        return
    for place, code in enumerate(codes_of(coded), start=1):
        about = demographics_of(code, tables.demographics.get(code))
        if about.sex is not None and about.sex is not coded.sex:
            word = {Sex.FEMALE: "female", Sex.MALE: "male"}[about.sex]
            yield Finding(
                "sex_conflict",
                Severity.CHECK,
                f"{shown(coded, code)} is about {word} patients; pre-coding says otherwise. Check code and patient.",
                about.source or SOURCE_SEX,
                Place(Part.DIAGNOSIS, place),
            )


def age_conflict(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    years = age_of(coded)
    if years is None or not is_icd10(coded):
        return
    for place, code in enumerate(codes_of(coded), start=1):
        about = demographics_of(code, tables.demographics.get(code))
        youngest = about.youngest if about.youngest is not None else 0
        oldest = about.oldest if about.oldest is not None else years
        if not youngest <= years <= oldest:
            limits = f"{youngest} to {oldest}" if about.oldest is not None else f"{youngest} or more"
            yield Finding(
                "age_conflict",
                Severity.CHECK,
                f"{shown(coded, code)} is about patients of {limits} years; this one is {years}.",
                about.source or SOURCE_AGE,
                Place(Part.DIAGNOSIS, place),
            )
