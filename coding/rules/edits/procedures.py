"""Edits of the service lines."""

import re
from collections.abc import Iterator

from coding.rules.codings import MODIFIER_LIMIT, POINTER_LIMIT, CodedEncounter, bare
from coding.rules.edits.repairs import with_line, without_line
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import Tables

SV101 = "ASC X12N 005010X222A1, loop 2400, SV101"
SV104 = "ASC X12N 005010X222A1, loop 2400, SV104"
SV107 = "ASC X12N 005010X222A1, loop 2400, SV107"
MODIFIER_FORM = re.compile(r"[A-Z0-9]{2}")  # SV101-3 to SV101-6: two characters
UNITS_LIMIT = 9999  # no service of one encounter comes near it; more is a typing error


def no_procedure(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    if not coded.procedures:
        yield Finding(
            "no_procedure",
            Severity.HARD,
            "There is no procedure line.",
            "ASC X12N 005010X222A1, loop 2400 (required, 1 to 50 lines)",
            Place(Part.ENCOUNTER, field="procedures"),
        )


def unknown_procedure(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    if coded.date_of_service is None:
        return
    for number, line in enumerate(coded.procedures, start=1):
        if bare(line.code) not in tables.procedures:
            yield Finding(
                "unknown_procedure",
                Severity.HARD,
                f"{bare(line.code)} is not in the CPT/HCPCS list on {coded.date_of_service:%Y-%m-%d}.",
                "45 CFR 162.1002",
                Place(Part.PROCEDURE, number),
            )


def procedure_not_billable(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        fact = tables.procedures.get(bare(line.code))
        if fact is not None and not fact.billable:
            yield Finding(
                "procedure_not_billable",
                Severity.HARD,
                f"{bare(line.code)} is a heading and cannot be reported itself.",
                "45 CFR 162.1002",
                Place(Part.PROCEDURE, number),
            )


def missing_pointer(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        if not line.pointers:
            only = len(coded.diagnoses) == 1  # with more than one, choosing is the coder's
            yield Finding(
                "missing_pointer",
                Severity.HARD,
                f"Line {number} ({bare(line.code)}) points to no diagnosis.",
                SV107,
                Place(Part.PROCEDURE, number, "pointers"),
                Fix("Point to diagnosis 1", with_line(coded, number, pointers=(1,))) if only else None,
            )


def pointer_out_of_range(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    count = len(coded.diagnoses)
    for number, line in enumerate(coded.procedures, start=1):
        wrong = [pointer for pointer in line.pointers if not 1 <= pointer <= count]
        if wrong:
            good = tuple(pointer for pointer in line.pointers if pointer not in wrong)
            yield Finding(
                "pointer_out_of_range",
                Severity.HARD,
                f"Line {number} points to diagnosis {', '.join(map(str, wrong))}; there are {count}.",
                SV107,
                Place(Part.PROCEDURE, number, "pointers"),
                Fix("Remove the pointer", with_line(coded, number, pointers=good)),
            )


def pointer_twice(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        once = tuple(dict.fromkeys(line.pointers))
        if once != line.pointers:
            yield Finding(
                "pointer_twice",
                Severity.HARD,
                f"Line {number} points to the same diagnosis twice.",
                SV107,
                Place(Part.PROCEDURE, number, "pointers"),
                Fix("Keep each pointer once", with_line(coded, number, pointers=once)),
            )


def too_many_pointers(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        if len(line.pointers) > POINTER_LIMIT:
            first = line.pointers[:POINTER_LIMIT]
            yield Finding(
                "too_many_pointers",
                Severity.HARD,
                f"Line {number} has {len(line.pointers)} pointers; a line carries {POINTER_LIMIT}.",
                SV107,
                Place(Part.PROCEDURE, number, "pointers"),
                Fix(f"Keep the first {POINTER_LIMIT}", with_line(coded, number, pointers=first)),
            )


def too_many_modifiers(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        if len(line.modifiers) > MODIFIER_LIMIT:
            yield Finding(
                "too_many_modifiers",
                Severity.HARD,
                f"Line {number} has {len(line.modifiers)} modifiers; a line carries {MODIFIER_LIMIT}.",
                f"{SV101}-3 to SV101-6",
                Place(Part.PROCEDURE, number, "modifiers"),
            )


def modifier_form(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        wrong = [modifier for modifier in line.modifiers if not MODIFIER_FORM.fullmatch(modifier)]
        if wrong:
            yield Finding(
                "modifier_form",
                Severity.HARD,
                f"Line {number}: a modifier is two capital letters or digits.",
                f"{SV101}-3 to SV101-6",
                Place(Part.PROCEDURE, number, "modifiers"),
            )


def modifier_twice(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        once = tuple(dict.fromkeys(line.modifiers))
        if once != line.modifiers:
            yield Finding(
                "modifier_twice",
                Severity.CHECK,
                f"Line {number} carries the same modifier twice.",
                f"{SV101}-3 to SV101-6",
                Place(Part.PROCEDURE, number, "modifiers"),
                Fix("Keep each modifier once", with_line(coded, number, modifiers=once)),
            )


def duplicate_line(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """The same service with the same modifiers; a repeat on purpose is shown by units or a modifier."""
    first: dict[tuple[str, tuple[str, ...]], int] = {}
    for number, line in enumerate(coded.procedures, start=1):
        earlier = first.setdefault((bare(line.code), tuple(sorted(line.modifiers))), number)
        if earlier != number:
            yield Finding(
                "duplicate_line",
                Severity.HARD,
                f"Line {number} repeats line {earlier}: same code, same modifiers.",
                "CMS Pub. 100-04, chapter 1, section 120 (duplicate claims)",
                Place(Part.PROCEDURE, number),
                Fix(f"Remove line {number}", without_line(coded, number)),
            )


def units_below_one(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        if line.units < 1:
            yield Finding(
                "units_below_one",
                Severity.HARD,
                f"Line {number} has {line.units} units; the least is 1.",
                SV104,
                Place(Part.PROCEDURE, number, "units"),
                Fix("Set 1 unit", with_line(coded, number, units=1)),
            )


def units_beyond_belief(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        if line.units > UNITS_LIMIT:
            yield Finding(
                "units_beyond_belief",
                Severity.HARD,
                f"Line {number} has more than {UNITS_LIMIT} units.",
                SV104,
                Place(Part.PROCEDURE, number, "units"),
            )
