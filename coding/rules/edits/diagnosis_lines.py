"""What the edits of diagnoses have in common: the ICD-10-CM lines of a coding, their sources, findings and repairs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from coding.rules.codings import (
    DIAGNOSIS_LIMIT,
    ICD10_FROM,
    CodedEncounter,
    DiagnosisLine,
    System,
    bare,
    diagnosis_system,
    dotted,
)
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import CodeNote, Tables


class Known(NamedTuple):
    """A diagnosis that the list of the date knows; `number` is its place from 1."""

    number: int
    code: str
    title: str
    notes: tuple[CodeNote, ...]
    quotes: tuple[str, ...]

    @property
    def shown(self) -> str:
        return dotted(System.ICD10CM, self.code)


def icd10_lines(coded: CodedEncounter, tables: Tables) -> list[Known]:
    """The diagnoses that ICD-10-CM knows on the date of service, each once; none before 2015-10-01."""
    if coded.date_of_service is None or coded.date_of_service < ICD10_FROM:
        return []
    known: dict[str, Known] = {}
    for number, line in enumerate(coded.diagnoses, start=1):
        code = bare(line.code)
        fact = tables.diagnoses.get(code)
        if fact is not None and code not in known:
            known[code] = Known(number, code, fact.title, tables.notes.get(code, ()), line.quotes)
    return list(known.values())


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


def tabular(tables: Tables, line: Known, note: str) -> str:
    """A note of the tabular list in the edition that was asked."""
    edition = tables.diagnoses[line.code].edition
    return f"ICD-10-CM tabular list{f' {edition}' if edition else ''}, {note}"


def shown(coded: CodedEncounter, code: str) -> str:
    """A diagnosis code as people write it."""
    day = coded.date_of_service
    return dotted(diagnosis_system(day) if day else System.ICD10CM, bare(code))


def about(edit: str, severity: Severity, line: Known, text: str, source: str, fix: Fix | None = None) -> Finding:  # noqa: PLR0913  (the fields of a finding)
    return Finding(edit, severity, text, source, Place(Part.DIAGNOSIS, line.number), fix)


def moved(coded: CodedEncounter, number: int, to: int) -> CodedEncounter:
    """The coding with diagnosis `number` at place `to`; pointers follow their diagnoses."""
    order = [old for old in range(1, len(coded.diagnoses) + 1) if old != number]
    order.insert(to - 1, number)
    places = {old: new for new, old in enumerate(order, start=1)}
    return replace(
        coded,
        diagnoses=tuple(coded.diagnoses[old - 1] for old in order),
        procedures=tuple(
            replace(line, pointers=tuple(places.get(pointer, pointer) for pointer in line.pointers))
            for line in coded.procedures
        ),
    )


def with_code(coded: CodedEncounter, number: int, code: str) -> CodedEncounter:
    """The coding with another code as diagnosis `number`; its evidence stays."""
    lines = list(coded.diagnoses)
    lines[number - 1] = replace(lines[number - 1], code=code)
    return replace(coded, diagnoses=tuple(lines))


def with_diagnosis(coded: CodedEncounter, line: DiagnosisLine) -> CodedEncounter | None:
    """The coding with one diagnosis more; None if there is no room."""
    if len(coded.diagnoses) >= DIAGNOSIS_LIMIT:
        return None
    return replace(coded, diagnoses=(*coded.diagnoses, line))


def replace_fix(coded: CodedEncounter, line: Known, code: str) -> Fix:
    new = dotted(System.ICD10CM, code)
    return Fix(f"Report {new} instead of {line.shown}", with_code(coded, line.number, new))


def last_fix(coded: CodedEncounter, line: Known, lines: list[Known], *, stays_back: frozenset[str]) -> Fix | None:
    """Moves a diagnosis behind the others; None if no other may come first instead."""
    if all(other.code in stays_back for other in lines if other.number != line.number):
        return None
    first = next(other.number for other in lines if other.code not in stays_back and other.number != line.number)
    return Fix(f"List diagnosis {first} first", moved(coded, first, 1))


def pairs_of(lines: list[Known]) -> Iterator[tuple[Known, Known]]:
    """Every two diagnoses once, the earlier listed first."""
    return ((one, two) for place, one in enumerate(lines) for two in lines[place + 1 :])
