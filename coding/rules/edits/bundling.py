"""Edits of pairs of services: the procedure-to-procedure tables of NCCI."""

from collections.abc import Iterator
from datetime import date
from itertools import permutations

from coding.rules.codings import CodedEncounter, ProcedureLine, bare
from coding.rules.edits.repairs import without_line
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.ncci import ANATOMICAL, EITHER_COLUMN_FROM, bypassing, is_active, side_of
from coding.rules.tables import BundledPair, Tables

Numbered = tuple[int, ProcedureLine]


def source_of(pair: BundledPair) -> str:
    """What a coder can look up: the edition, the pair, its indicator and CMS's reason."""
    edition = pair.edition or "NCCI PTP"
    return (
        f"{edition}, column 1 {pair.column_one}, column 2 {pair.column_two}, modifier indicator {pair.indicator}: "
        f"{pair.rationale}"
    )


def pairs_in(coded: CodedEncounter, tables: Tables) -> Iterator[tuple[Numbered, Numbered, BundledPair]]:
    """Each two lines that a row of the table holds for on the day, the one of column one first."""
    day = coded.date_of_service
    if day is None or not tables.pairs:
        return
    lines = [(number, line, bare(line.code)) for number, line in enumerate(coded.procedures, start=1)]
    for (first, one, column_one), (second, two, column_two) in permutations(lines, 2):
        for pair in tables.pairs.get((column_one, column_two), ()):
            if is_active(pair, day) and pair.indicator != "9":
                yield (first, one), (second, two), pair


def bundled_never(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Indicator 0: no modifier and no documentation pays both."""
    for (first, one), (second, two), pair in pairs_in(coded, tables):
        if pair.indicator == "0":
            yield Finding(
                "bundled_never",
                Severity.HARD,
                f"Line {second} ({bare(two.code)}) is part of line {first} ({bare(one.code)}), with any modifier.",
                source_of(pair),
                Place(Part.PROCEDURE, second),
                Fix(f"Remove line {second}", without_line(coded, second)),
            )


def bundled_without_modifier(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Indicator 1 without a modifier: distinct services only, and that is the documentation's to say, not ours."""
    for (first, one), (second, two), pair in pairs_in(coded, tables):
        if pair.indicator == "1" and not separated(one, two, coded.date_of_service):
            yield Finding(
                "bundled_without_modifier",
                Severity.CHECK,
                f"Line {second} ({bare(two.code)}) is part of line {first} ({bare(one.code)}). If the chart shows a "
                "distinct service, say so with the modifier that tells why; else remove it.",
                source_of(pair),
                Place(Part.PROCEDURE, second, "modifiers"),
                Fix(f"Remove line {second}", without_line(coded, second)),
            )


def bundled_on_one_side(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Both lines name the same place on the body, and only that separates them: it does not."""
    for (first, one), (second, two), pair in pairs_in(coded, tables):
        mine, theirs = (bypassing(bare(line.code), line.modifiers) for line in (one, two))
        only_places = (mine | theirs) and mine | theirs <= ANATOMICAL
        if pair.indicator == "1" and only_places and side_of(one.modifiers) == side_of(two.modifiers):
            yield Finding(
                "bundled_on_one_side",
                Severity.CHECK,
                f"Lines {first} and {second} are bundled and both at {', '.join(sorted(side_of(two.modifiers)))}: "
                "the same side does not make them distinct.",
                source_of(pair),
                Place(Part.PROCEDURE, second, "modifiers"),
            )


def separated(one: ProcedureLine, two: ProcedureLine, on: date | None) -> bool:
    """Whether a modifier separates a pair on the day: on either line, before July 2019 on column two only."""
    either = on is not None and on >= EITHER_COLUMN_FROM
    return bool(bypassing(bare(two.code), two.modifiers) or (either and bypassing(bare(one.code), one.modifiers)))
