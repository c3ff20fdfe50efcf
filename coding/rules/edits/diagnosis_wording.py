"""Edits of the diagnoses against the words they rest on: uncertain, denied, the family's, past."""

import re
from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, DiagnosisLine
from coding.rules.edits.diagnosis_lines import Known, about, guideline, icd10_lines, with_diagnosis
from coding.rules.edits.shape import Finding, Fix, Severity
from coding.rules.note_codes import in_spans, spans
from coding.rules.quote_words import is_denied, is_of_family, is_past, uncertain_word
from coding.rules.tables import Tables

ABSENT = re.compile(r"\b(?:without|with no|not)\b")  # what a title names behind it is not there anyway
# Guidelines, section II, is for inpatient admissions to hospitals: CMS places 21 (inpatient hospital), 51 (inpatient
# psychiatric) and 61 (inpatient rehabilitation). Everywhere else section IV holds.
INPATIENT_PLACES = frozenset({"21", "51", "61"})
OFFICE_PLACES = frozenset({"02", "10", "11", "19", "22", "50", "71", "72"})
# Codes that are themselves about a suspicion, a sign or a risk.
NOT_A_DIAGNOSIS = spans("R00-R99, V00-Y99, Z00-Z99, T76")
MALIGNANT = spans("C00-C96")
ACUTE_STROKE = spans("I60-I63")
DIABETES = spans("E08-E09, E11, E13")  # type 1 needs insulin by its nature: no Z79.4 with E10
# Own list of common drugs (generic names and the brands that charts say), by the status code they ask for.
DRUGS = (
    ("Z794", "insulin", re.compile(r"\b(insulin|lantus|humalog|novolog|basaglar|toujeo|tresiba|levemir)\b")),
    (
        "Z7984",
        "an oral drug",
        re.compile(r"\b(metformin|glucophage|glipizide|glimepiride|glyburide|sitagliptin|januvia|empagliflozin|jardiance"
                   r"|dapagliflozin|farxiga|pioglitazone|linagliptin|tradjenta)\b"),
    ),
    (
        "Z7985",
        "an injectable drug other than insulin",
        re.compile(r"\b(semaglutide|ozempic|dulaglutide|trulicity|liraglutide|victoza|exenatide|tirzepatide|mounjaro)\b"),
    ),
)  # fmt: skip
NOT_TAKEN = re.compile(r"\b(stop(?:ped)?|discontinued?|d/c|not on|no longer|declin\w*|refus\w*|intoleran\w*|allerg\w*"
                       r"|without|off|consider\w*|resistance|resistant|deny|denies|start)\b")  # fmt: skip


def is_outpatient(coded: CodedEncounter) -> bool:
    """Whether section IV of the guidelines holds; not if the place is unknown."""
    return bool(coded.place_of_service) and coded.place_of_service not in INPATIENT_PLACES


def uncertain_diagnosis(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Outpatient: what is only probable, suspected or to be ruled out is not coded as if it existed."""
    if not is_outpatient(coded):
        return
    for line in icd10_lines(coded, tables):
        if in_spans(line.code, NOT_A_DIAGNOSIS) or "suspected" in line.title.lower() or not line.quotes:
            continue
        words = [uncertain_word(quote, line.title) for quote in line.quotes]
        if all(words):
            yield about(
                "uncertain_diagnosis",
                Severity.CHECK,
                line,
                f"{line.shown}: the evidence says “{words[0]}”. Outside a hospital stay the sign, symptom or other"
                " reason for the visit is coded instead.",
                guideline(coded, "IV.H"),
            )


def denied_diagnosis(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Every quote denies the condition."""
    for line in icd10_lines(coded, tables):
        present = ABSENT.split(line.title.lower())[0]
        if line.code[0] != "Z" and line.quotes and all(is_denied(quote, present) for quote in line.quotes):
            yield about(
                "denied_diagnosis",
                Severity.CHECK,
                line,
                f"{line.shown}: the evidence says that the patient does not have it.",
                guideline(coded, "IV.J"),
            )


def family_history_as_diagnosis(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A relative's condition is a family history code (Z80 to Z84)."""
    for line in icd10_lines(coded, tables):
        if line.code[0] != "Z" and line.quotes and all(is_of_family(quote, line.title) for quote in line.quotes):
            yield about(
                "family_history_as_diagnosis",
                Severity.CHECK,
                line,
                f"{line.shown}: the evidence tells of the family; family history is coded from Z80 to Z84.",
                guideline(coded, "I.C.21.c.4 and IV.I"),
            )


def past_cancer_as_current(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A cancer that is gone and no longer treated is history (Z85)."""
    for line in icd10_lines(coded, tables):
        if in_spans(line.code, MALIGNANT) and "remission" not in line.title and only_past(line):
            yield about(
                "past_cancer_as_current",
                Severity.CHECK,
                line,
                f"{line.shown}: the evidence speaks of the past; a cancer removed and no longer treated is Z85.-.",
                guideline(coded, "I.C.2.m"),
            )


def only_past(line: Known) -> bool:
    return bool(line.quotes) and all(is_past(quote) for quote in line.quotes)


def past_stroke_as_acute(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """An acute stroke belongs to its first episode of care; a visit later reports what remained, or the history."""
    if coded.place_of_service not in OFFICE_PLACES:
        return
    for line in icd10_lines(coded, tables):
        if in_spans(line.code, ACUTE_STROKE) and (only_past(line) or coded.place_of_service == "11"):
            yield about(
                "past_stroke_as_acute",
                Severity.CHECK,
                line,
                f"{line.shown} is the acute stroke; after it, what remained is I69.-, and nothing remaining Z86.73.",
                guideline(coded, "I.C.9.d"),
            )


def diabetes_drug_not_coded(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """The evidence of diabetes names a drug in use, and its status code is missing."""
    lines = icd10_lines(coded, tables)
    present = {line.code for line in lines}
    for line in lines:
        if not in_spans(line.code, DIABETES):
            continue
        for code, what, names in DRUGS:
            quote = next((quote for quote in line.quotes if takes(quote, names)), None)
            if quote and code not in present:
                yield drug_finding(coded, line, code, what, quote)


def takes(quote: str, names: re.Pattern[str]) -> bool:
    return bool(names.search(quote.lower())) and not NOT_TAKEN.search(quote.lower())


def drug_finding(coded: CodedEncounter, line: Known, code: str, what: str, quote: str) -> Finding:
    after = with_diagnosis(coded, DiagnosisLine(f"{code[:3]}.{code[3:]}", (quote,)))
    return about(
        "diabetes_drug_not_coded",
        Severity.INFO,
        line,
        f"{line.shown}: the evidence names {what}; long-term use is {code[:3]}.{code[3:]}.",
        guideline(coded, "I.C.4.a.3"),
        Fix(f"Add {code[:3]}.{code[3:]}", after) if after else None,
    )
