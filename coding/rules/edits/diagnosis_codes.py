"""Edits of each diagnosis code: right ICD version, in force, complete."""

import re
from collections.abc import Iterator

from coding.rules.codings import ICD10_FROM, CodedEncounter, DiagnosisLine, System, bare, diagnosis_system, dotted
from coding.rules.edits.diagnosis_lines import code_set_rule, guideline, shown, with_code
from coding.rules.edits.diagnosis_neighbours import FULL_LENGTH, padded
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import CodeFact, NoteKind, Tables

SHOWN_CHILDREN = 6
# What only one of the two can be: an ICD-9-CM code is digits, V with digits, or E000-E030 and E800-E999; ICD-10-CM
# begins with a letter, and its chapter E ends at E89. What can be either, the loaded lists decide.
ONLY_ICD9 = re.compile(r"\d{3,5}|E9\d{2,3}")
ONLY_ICD10 = re.compile(r"[A-DF-UW-Z]\d[0-9A-Z].*|E(?:0[4-9]|[1-7]\d)\d*|[EV]\d[0-9A-Z]*[A-Z][0-9A-Z]*")


def numbered(coded: CodedEncounter) -> Iterator[tuple[int, DiagnosisLine, str]]:
    return ((number, line, bare(line.code)) for number, line in enumerate(coded.diagnoses, start=1))


def other_system(coded: CodedEncounter, tables: Tables, code: str) -> System | None:
    """The other ICD, if the code is not in the one of the date and can only be of the other."""
    if coded.date_of_service is None or code in tables.diagnoses:
        return None
    wanted = diagnosis_system(coded.date_of_service)
    other = System.ICD9CM if wanted is System.ICD10CM else System.ICD10CM
    held = {found.system for found in tables.elsewhere.get(code, ())}
    if held:
        return other if held == {other} else None
    only = ONLY_ICD9 if other is System.ICD9CM else ONLY_ICD10
    return other if only.fullmatch(code) else None


def wrong_diagnosis_system(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """ICD-9-CM ended with services of 2015-09-30; ICD-10-CM began the day after."""
    for number, _line, code in numbered(coded):
        if other := other_system(coded, tables, code):
            day = coded.date_of_service
            wanted = diagnosis_system(day) if day else System.ICD10CM
            since = "from" if wanted is System.ICD10CM else "before"
            yield Finding(
                "wrong_diagnosis_system",
                Severity.HARD,
                f"{dotted(other, code)} is an {other.label} code; services {since} {ICD10_FROM:%Y-%m-%d} are coded in"
                f" {wanted.label}.",
                code_set_rule(coded),
                Place(Part.DIAGNOSIS, number),
            )


def with_placeholder(tables: Tables, code: str) -> str:
    """The existing code that this one becomes with placeholders X; empty if there is none."""
    if code in tables.diagnoses or len(code) >= FULL_LENGTH:
        return ""
    fact = tables.diagnoses.get(padded(code))
    return fact.code if fact and fact.billable else ""


def missing_placeholder(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A 7th character stands seventh: shorter codes are filled with X."""
    for number, _line, code in numbered(coded):
        if full := with_placeholder(tables, code):
            new = shown(coded, full)
            yield Finding(
                "missing_placeholder",
                Severity.HARD,
                f"{shown(coded, code)} lacks the placeholder X before its 7th character: {new}.",
                guideline(coded, "I.A.4 and I.A.5"),
                Place(Part.DIAGNOSIS, number),
                Fix(f"Report {new}", with_code(coded, number, new)),
            )


def seventh_characters(tables: Tables, code: str) -> tuple[CodeFact, ...]:
    """The codes that complete this one with nothing but placeholders and a 7th character.

    Z86.010 is divided by a seventh digit that is part of the code: the notes, or else letters, tell it from these.
    """
    children = tables.children.get(code, ())
    notes = tables.notes.get(code, ())
    marked = any(note.kind is NoteKind.EXTENSION for note in notes) if notes else True
    stem = code.ljust(FULL_LENGTH - 1, "X")
    complete = [child for child in children if child.code[:-1] == stem and (notes or child.code[-1].isalpha())]
    return children if marked and children and len(complete) == len(children) else ()


def meanings(tables: Tables, code: str, complete: tuple[CodeFact, ...]) -> str:
    """ "A initial encounter; D …" for the 7th characters that exist."""
    words = {
        note.text[:1]: note.text[1:].strip() for note in tables.notes.get(code, ()) if note.kind is NoteKind.EXTENSION
    }
    return "; ".join(f"{child.code[-1]} {words.get(child.code[-1], '')}".strip() for child in complete)


def missing_seventh_character(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A code whose category has 7th characters is invalid without one."""
    for number, _line, code in numbered(coded):
        fact = tables.diagnoses.get(code)
        complete = seventh_characters(tables, code) if fact and not fact.billable else ()
        if complete:
            yield Finding(
                "missing_seventh_character",
                Severity.HARD,
                f"{shown(coded, code)} needs a 7th character: {meanings(tables, code, complete)}.",
                guideline(coded, "I.A.5"),
                Place(Part.DIAGNOSIS, number),
                only_child(coded, number, complete),
            )


def only_child(coded: CodedEncounter, number: int, children: tuple[CodeFact, ...]) -> Fix | None:
    if len(children) != 1:
        return None
    new = shown(coded, children[0].code)
    return Fix(f"Report {new}", with_code(coded, number, new))


def diagnosis_not_billable(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A heading of the list stands for the codes below it and is not reported itself."""
    for number, _line, code in numbered(coded):
        fact = tables.diagnoses.get(code)
        if fact is None or fact.billable or seventh_characters(tables, code):
            continue
        children = tables.children.get(code, ())
        yield Finding(
            "diagnosis_not_billable",
            Severity.HARD,
            f"{shown(coded, code)} is a heading; choose a code below it with all its characters"
            f"{below(coded, children)}.",
            guideline(coded, "I.B.2" if is_icd10(coded) else "I.B.3"),
            Place(Part.DIAGNOSIS, number),
            only_child(coded, number, children),
        )


def below(coded: CodedEncounter, children: tuple[CodeFact, ...]) -> str:
    """A few codes below a heading, in words."""
    if not children:
        return ""
    named = "; ".join(f"{shown(coded, child.code)} {child.title}" for child in children[:SHOWN_CHILDREN])
    more = len(children) - SHOWN_CHILDREN
    return f": {named}{f'; and {more} more' if more > 0 else ''}"


def is_icd10(coded: CodedEncounter) -> bool:
    return coded.date_of_service is None or coded.date_of_service >= ICD10_FROM


def unknown_diagnosis(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Not in the list of the date, and not explained by the version or a missing X; says where it is, if known."""
    day = coded.date_of_service
    if day is None:
        return
    for number, _line, code in numbered(coded):
        if code in tables.diagnoses or other_system(coded, tables, code) or with_placeholder(tables, code):
            continue
        yield Finding(
            "unknown_diagnosis",
            Severity.HARD,
            f"{shown(coded, code)} is not in {diagnosis_system(day).label} on {day:%Y-%m-%d}"
            f"{known_from(coded, tables, code)}.",
            code_set_rule(coded),
            Place(Part.DIAGNOSIS, number),
        )


def known_from(coded: CodedEncounter, tables: Tables, code: str) -> str:
    """ "; it is new in FY2027 (from 2026-10-01)" or that it was deleted, from the other loaded editions."""
    day = coded.date_of_service
    editions = sorted(tables.elsewhere.get(code, ()), key=lambda found: found.effective)
    if day is None or not editions:
        return ""
    later = [found for found in editions if found.effective > day]
    if len(later) == len(editions):
        return f"; it is new in {later[0].edition} (from {later[0].effective:%Y-%m-%d})"
    last = [found for found in editions if found.effective <= day][-1]
    return f"; it was last in {last.edition} and has been deleted since"
