"""Edits of what may be listed first, and what only so."""

from collections.abc import Iterator

from coding.rules.code_titles import is_manifestation, is_sequela
from coding.rules.codings import CodedEncounter
from coding.rules.edits.diagnosis_lines import Known, about, guideline, icd10_lines, last_fix, moved
from coding.rules.edits.shape import Finding, Fix, Severity
from coding.rules.note_codes import in_spans, spans
from coding.rules.tables import Tables

EXTERNAL_CAUSE = spans("V00-Y99")

# Never first-listed: codes, what they are, the section that says so, and whether it leaves no room.
SECONDARY_ONLY = tuple(
    (spans(codes), what, section, severity)
    for codes, what, section, severity in (
        ("Z68", "body mass index", "I.B.14 and I.C.21.c.3", Severity.HARD),
        ("R29.7", "a stroke scale", "I.B.14 and I.C.18.i", Severity.HARD),
        ("R40.21-R40.24", "a coma scale", "I.B.14 and I.C.18.e", Severity.HARD),
        ("B95-B97", "the organism of a disease classified elsewhere", "I.C.1.b", Severity.HARD),
        ("Z16", "resistance to drugs", "I.C.1.c", Severity.HARD),
        ("R65.2", "severe sepsis", "I.C.1.d.4", Severity.HARD),
        ("Z3A", "weeks of gestation", "I.C.15.a.3 and I.C.21.c.11", Severity.HARD),
        ("Z37", "the outcome of delivery", "I.C.15.b.5", Severity.HARD),
        ("T36-T50 with fifth or sixth character 6", "underdosing", "I.C.19.e.5.c", Severity.HARD),
        ("T36-T50 with fifth or sixth character 5", "the drug of an adverse effect", "I.C.19.e.5.a", Severity.CHECK),
        ("Z15", "genetic susceptibility", "I.C.21.c.3", Severity.CHECK),
        ("Z55-Z65", "a social determinant of health", "I.B.14 and I.C.21.c.17", Severity.CHECK),
        ("Z28.3", "underimmunization status", "I.B.14 and I.C.21.c.3", Severity.CHECK),
    )
)
# Guidelines FY2024 to FY2026, I.C.21.c.16, Z codes that may only be principal/first-listed.
FIRST_ONLY = spans(
    "Z00.0-Z00.5, Z00.7-Z00.8, Z01, Z02, Z04, Z33.2, Z31.81, Z31.83-Z31.84, Z34, Z38, Z39, Z40, Z42, Z51.0, Z51.1,"
    "Z52.0-Z52.8, Z76.1-Z76.2, Z99.12"
)
# Guidelines, I.C.19.e.5.b: the poisoning comes before what it did.
POISONING = spans("T36-T50 with fifth or sixth character 1-4")
INJURY = spans("S00-S99, T07-T34")


def first_of(coded: CodedEncounter, tables: Tables) -> tuple[Known | None, list[Known]]:
    """The first-listed diagnosis, if the list knows it, and all known."""
    lines = icd10_lines(coded, tables)
    return (lines[0] if lines and lines[0].number == 1 else None), lines


def external_cause_first(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    first, lines = first_of(coded, tables)
    if first and in_spans(first.code, EXTERNAL_CAUSE):
        yield about(
            "external_cause_first",
            Severity.HARD,
            first,
            f"{first.shown} says how it happened and is never first-listed.",
            guideline(coded, "I.C.20.a.6"),
            last_fix(coded, first, lines, stays_back=kept_back(lines)),
        )


def secondary_only(code: str) -> tuple[str, str, Severity] | None:
    return next(((what, at, grave) for among, what, at, grave in SECONDARY_ONLY if in_spans(code, among)), None)


def kept_back(lines: list[Known]) -> frozenset[str]:
    """The diagnoses that no fix lists first."""
    return frozenset(
        line.code
        for line in lines
        if secondary_only(line.code) or in_spans(line.code, EXTERNAL_CAUSE) or is_manifestation(line.title)
    )


def secondary_code_first(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    first, lines = first_of(coded, tables)
    rule = secondary_only(first.code) if first else None
    if first and rule:
        what, section, severity = rule
        yield about(
            "secondary_code_first",
            severity,
            first,
            f"{first.shown} ({what}) is reported only behind another diagnosis.",
            guideline(coded, section),
            last_fix(coded, first, lines, stays_back=kept_back(lines)),
        )


def first_only_code_later(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Some Z codes are first-listed or not there; behind another of them they are a second encounter of the day."""
    first, lines = first_of(coded, tables)
    if not first or in_spans(first.code, FIRST_ONLY):
        return
    for line in lines:
        if in_spans(line.code, FIRST_ONLY):
            yield about(
                "first_only_code_later",
                Severity.CHECK,
                line,
                f"{line.shown} may only be first-listed (unless encounters of one day are combined).",
                guideline(coded, "I.C.21.c.16"),
                Fix(f"List {line.shown} first", moved(coded, line.number, 1)),
            )
            return


def sequela_first(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """The condition that remains comes first, the injury that left it (7th character S) second."""
    first, lines = first_of(coded, tables)
    if not first or not in_spans(first.code, INJURY) or not is_sequela(first.title):
        return
    nature = [line for line in lines[1:] if not in_spans(line.code, (*INJURY, *EXTERNAL_CAUSE)) and line.code[0] != "Z"]
    if nature:
        yield about(
            "sequela_first",
            Severity.CHECK,
            first,
            f"{first.shown} is what caused the sequela; the condition that remains comes first.",
            guideline(coded, "I.B.10 and I.C.19.a"),
            Fix(f"List {nature[0].shown} first", moved(coded, nature[0].number, 1)),
        )


def sequela_without_condition(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """An injury with 7th character S alone does not say what remained."""
    lines = icd10_lines(coded, tables)
    only = [line for line in lines if line.code[0] not in "VWXYZ"]
    if len(lines) == len(coded.diagnoses) and len(only) == 1:
        line = only[0]
        if in_spans(line.code, INJURY) and is_sequela(line.title):
            yield about(
                "sequela_without_condition",
                Severity.CHECK,
                line,
                f"{line.shown} names the old injury; the condition that remains of it is not coded.",
                guideline(coded, "I.B.10 and I.C.19.a"),
            )


def poisoning_later(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A current poisoning comes before its manifestations."""
    first, lines = first_of(coded, tables)
    if not first or in_spans(first.code, POISONING) or first.code[0] in "OZ":
        return
    for line in lines:
        if in_spans(line.code, POISONING) and line.code.endswith("A"):
            yield about(
                "poisoning_later",
                Severity.CHECK,
                line,
                f"{line.shown} (poisoning) is listed before its manifestations.",
                guideline(coded, "I.C.19.e.5.b"),
                Fix(f"List {line.shown} first", moved(coded, line.number, 1)),
            )
            return
