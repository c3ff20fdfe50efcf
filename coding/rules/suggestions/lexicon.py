"""The phrases that lead to diagnoses: titles, inclusion terms, names, the alphabetic index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from coding.rules.suggestions.phrases import BRACKETS, REFERENCE, key, keys_of_path, keys_of_text, stems
from coding.rules.suggestions.shape import Source

SEVENTH = 7  # characters of a code with a 7th: its title is its parent's and an encounter
LEADS = 6  # codes that one phrase may have; what has more names none
SHOWN = 60  # characters of a wording in a reason
SPLIT, FIELD = "\x1e", "\x1f"


class Lead(NamedTuple):
    """Where a phrase leads: a code (or a heading to be refined), by which list, and its wording there."""

    code: str
    source: Source
    shown: str


class IndexLine(NamedTuple):
    """A line of the index or neoplasm table; `code` without dot, a trailing "-" if characters are missing."""

    path: list[str]
    column: str
    code: str
    see: str


COLUMNS = {  # of the neoplasm table, as they are said
    "Malignant Primary": "malignant",
    "Malignant Secondary": "malignant secondary",
    "Ca in situ": "malignant in situ",
    "Benign": "benign",
}
CODES_IN = {Source.SYNONYM: "s", Source.NOTE_TERM: "n", Source.TITLE: "t", Source.TERM: "m", Source.INDEX: "i"}
SOURCE_OF = {letter: source for source, letter in CODES_IN.items()}
ORDER = "nstmi"  # of two leads to one code the first is kept


@dataclass(frozen=True)
class Lexicon:
    """Leads by phrase, packed into one text each: a process keeps some 200,000 of them."""

    packed: Mapping[str, str]

    def leads(self, phrase: str) -> tuple[Lead, ...]:
        """Where a phrase leads; nowhere for most."""
        found = self.packed.get(phrase)
        return tuple(map(unpacked, found.split(SPLIT))) if found else ()

    def __contains__(self, phrase: str) -> bool:
        return phrase in self.packed

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every stem of every phrase."""
        return frozenset(word for phrase in self.packed for word in phrase.split(" "))


def unpacked(text: str) -> Lead:
    code, letter, shown = text.split(FIELD)
    return Lead(code, SOURCE_OF[letter], shown)


Row = tuple[str, str, str, str]  # phrase, code, letter of the source, wording


def lexicon(rows: Iterable[Row]) -> Lexicon:
    """Every phrase with its leads, the most direct source first."""
    found: dict[str, str] = {}
    for phrase, code, letter, shown in rows:
        lead = FIELD.join((code, letter, shown[:SHOWN]))
        found[phrase] = found[phrase] + SPLIT + lead if phrase in found else lead
    for phrase, leads in found.items():
        if SPLIT in leads:
            found[phrase] = SPLIT.join(ordered(leads.split(SPLIT)))
    return Lexicon(found)


def ordered(leads: Iterable[str]) -> list[str]:
    """Leads of one phrase, the most direct kind of each code and no more than a few."""
    kept: dict[str, str] = {}
    for lead in sorted(leads, key=directness):
        kept.setdefault(lead.split(FIELD, 1)[0], lead)
    return list(kept.values())[:LEADS]


def directness(lead: str) -> tuple[int, int, str]:
    code, letter, _ = lead.split(FIELD)
    return ORDER.index(letter), len(code), code


def title_rows(titles: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """From codes and titles; codes with a 7th character are found through the code above them."""
    for code, title in titles:
        if len(code) < SEVENTH:
            for phrase in keys_of_text(title):
                yield phrase, code, "t", title


def named_rows(names: Iterable[tuple[str, str]], source: Source) -> Iterator[Row]:
    """From codes (or headings) and what they are also called."""
    for code, name in names:
        shown = REFERENCE.sub("", name)
        for phrase in keys_of_text(shown):
            yield phrase, code, CODES_IN[source], shown


def index_rows(lines: Iterable[IndexLine]) -> Iterator[Row]:
    """From the alphabetic index; a line that refers to another leads where that one leads."""
    leads: dict[str, str] = {}
    referring: list[IndexLine] = []
    for line in lines:
        if line.code and not line.column:
            for phrase in keys_of_path(line.path):
                leads.setdefault(phrase, line.code)
        if line.see and not line.code:
            referring.append(line)
        yield from rows_of_line(line, line.code)
    for line in referring:
        yield from rows_of_line(line, leads.get(key(stems(BRACKETS.sub(" ", line.see))), ""))


def rows_of_line(line: IndexLine, code: str) -> Iterator[Row]:
    """The phrases of a line that lead to a code; none without one."""
    if code and (not line.column or line.column in COLUMNS):
        shown = ", ".join(shortened(line))
        for phrase in keys_of_path(line.path, COLUMNS.get(line.column, "")):
            yield phrase, code.rstrip("-"), CODES_IN[Source.INDEX], shown


def shortened(line: IndexLine) -> Iterator[str]:
    """The levels of a line by their first words, as a reason shows them."""
    for level in line.path:
        yield re.split(r",", BRACKETS.sub("", level))[0].strip()
    if line.column:
        yield line.column.lower()
