"""Edits of medical necessity: does a diagnosis of the line support the service under a coverage article?

Articles pair groups of procedures with groups of diagnoses in prose, so what is found here is advice: the article
itself decides, and it holds for its contractor's region only.
"""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, ProcedureLine, bare
from coding.rules.edits.shape import Finding, Part, Place, Severity
from coding.rules.tables import CoverageGroup, Tables

WAIVERS = frozenset({"GA", "GX", "GY", "GZ"})  # the patient was told, or no cover is expected


def not_covered(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Of the articles that name the procedure, one at least must cover a diagnosis that the line points to."""
    for number, line in enumerate(coded.procedures, start=1):
        groups = [group for group in tables.coverage if bare(line.code) in group.procedures and group.covered]
        if not groups or WAIVERS.intersection(line.modifiers):
            continue
        pointed = diagnoses_of(line, coded)
        if pointed and not any(pointed & group.covered for group in groups):
            yield Finding(
                "not_covered",
                Severity.CHECK,
                f"No diagnosis that line {number} ({bare(line.code)}) points to supports it under {named(groups)}.",
                source_of(groups[0]),
                Place(Part.PROCEDURE, number, "pointers"),
            )


def expressly_not_covered(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A diagnosis that an article lists as not supporting the procedure."""
    for number, line in enumerate(coded.procedures, start=1):
        for group in tables.coverage:
            against = sorted(diagnoses_of(line, coded) & group.not_covered)
            if bare(line.code) in group.procedures and against and not WAIVERS.intersection(line.modifiers):
                yield Finding(
                    "expressly_not_covered",
                    Severity.CHECK,
                    f"{', '.join(against)} does not support line {number} ({bare(line.code)}) under {named([group])}.",
                    source_of(group),
                    Place(Part.PROCEDURE, number, "pointers"),
                )


def diagnoses_of(line: ProcedureLine, coded: CodedEncounter) -> frozenset[str]:
    """The diagnoses that a line points to; pointers out of range point to none."""
    count = len(coded.diagnoses)
    return frozenset(bare(coded.diagnoses[place - 1].code) for place in line.pointers if 1 <= place <= count)


def named(groups: list[CoverageGroup]) -> str:
    return ", ".join(dict.fromkeys(f"{group.article} ({group.title})" for group in groups))


def source_of(group: CoverageGroup) -> str:
    return (
        f"Medicare Coverage Database, article {group.article}, group {group.group}, {group.edition or 'loaded'}: advice"
    )
