"""What bears on one code of a visit: its bundled partners among the visit's codes, coverage, and its guideline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coding.rules.codings import CodedEncounter, bare
from coding.rules.edits.bundling import pairs_in, separated
from coding.rules.edits.diagnosis_lines import guideline
from coding.rules.note_codes import in_spans, spans_of
from coding.rules.tables import BundledPair, CoverageGroup, Tables

# Section I.C of the guidelines has a part for each chapter of the tabular list, of the same number; those of these
# chapters are reserved for later (FY2016 to FY2026).
RESERVED = frozenset({"3", "8", "11"})


@dataclass(frozen=True)
class Partner:
    """Another code of the visit that NCCI bundles with the code asked about.

    `is_column_one` says whether the partner is the one that is paid; `is_apart` whether a modifier on the two lines
    separates them on the day.
    """

    code: str
    pair: BundledPair
    is_column_one: bool
    is_apart: bool


def partners_of(code: str, coded: CodedEncounter, tables: Tables) -> tuple[Partner, ...]:
    """The pairs in force on the day between the code and the other procedures of the visit, in their order."""
    found: dict[BundledPair, Partner] = {}
    for (_, one), (_, two), pair in pairs_in(coded, tables):
        if code not in (pair.column_one, pair.column_two):
            continue
        is_column_one = pair.column_two == code
        other = pair.column_one if is_column_one else pair.column_two
        is_apart = pair.indicator == "1" and separated(one, two, coded.date_of_service)
        known = found.get(pair)
        found[pair] = Partner(other, pair, is_column_one, is_apart and (known is None or known.is_apart))
    return tuple(found.values())


@dataclass(frozen=True)
class Support:
    """A coverage article that names the code, and which of the visit's diagnoses it lists for and against it."""

    article: str
    title: str
    edition: str
    covered: tuple[str, ...]
    not_covered: tuple[str, ...]


def support_of(code: str, coded: CodedEncounter, groups: Iterable[CoverageGroup]) -> tuple[Support, ...]:
    """The articles about the code, the diagnoses in the order of the visit."""
    diagnoses = [bare(line.code) for line in coded.diagnoses]
    found: dict[str, Support] = {}
    for group in groups:
        if code not in group.procedures:
            continue
        known = found.get(group.article)
        covered, against = (
            tuple(one for one in diagnoses if one in listed or one in before)
            for listed, before in (
                (group.covered, known.covered if known else ()),
                (group.not_covered, known.not_covered if known else ()),
            )
        )
        found[group.article] = Support(group.article, group.title, group.edition, covered, against)
    return tuple(found.values())


def chapter_guideline(coded: CodedEncounter, groups: Iterable[str]) -> str:
    """The guidelines about the chapter among these labels of chapter and blocks; "" where there are none."""
    chapter = next((label for label in groups if label.isdigit()), "")
    return guideline(coded, f"I.C.{chapter}") if chapter and chapter not in RESERVED else ""


def named_of_visit(text: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the visit's codes that a note of the tabular list names."""
    spans = spans_of(text)
    return tuple(code for code in codes if in_spans(code, spans))
