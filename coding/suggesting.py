"""Suggesting codes for a visit: the words of its pages, and the editions of its day, read once in a process."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

from coding.code_index.tables import DATA, Synonym, house_expressions, synonyms
from coding.models import (
    Code,
    CodeGroup,
    CodeNote,
    Crosswalk,
    Edition,
    Encounter,
    EncounterPage,
    IndexEntry,
    PreCoding,
)
from coding.rules import tables
from coding.rules.code_sets import LISTS_OF, CodeSet, EditionFact, in_force
from coding.rules.codings import Sex, System, diagnosis_system
from coding.rules.demographics import age_on
from coding.rules.edits.diagnosis_wording import INPATIENT_PLACES
from coding.rules.suggestions import PageWords, PhraseSuggester, Source, Suggester, Suggestion, Tables, Visit
from coding.rules.suggestions.code_book import CodeBook, is_ever_suggested
from coding.rules.suggestions.crosswalk import Counterpart
from coding.rules.suggestions.crosswalk import Crosswalk as Back
from coding.rules.suggestions.lexicon import IndexLine, Lexicon, Row, index_rows, lexicon, named_rows, title_rows
from coding.rules.suggestions.mentions import Finder
from coding.rules.suggestions.procedures import Procedures, procedure_rows
from coding.rules.suggestions.together import Notes
from coding.rules.tables import NoteKind
from portal.rules.words import WordsState

NOTE_TERMS = DATA / "note_terms.csv"
DIAGNOSES = (CodeSet.ICD10CM, CodeSet.ICD10CM_TABULAR, CodeSet.ICD10CM_INDEX, CodeSet.ICD10CM_NEOPLASM)
EARLIER = (CodeSet.ICD9CM, CodeSet.GEM_10_TO_9)
PROCEDURES = LISTS_OF[System.PROCEDURE]
KEPT = 2  # editions of each kind that a process keeps: this year's and last year's
ROWS = 5000  # that the database hands over at once
CATEGORY = 3  # characters from which a holder of a note is a code

Editions = tuple[EditionFact | None, ...]


class PhraseEngine:
    """The house's engine, in the form in which coding.actions.suggesting asks engines."""

    name = PhraseSuggester.name

    def suggest(self, encounter: Encounter) -> tuple[Suggestion, ...]:
        """What the words of a visit's pages speak for; nothing before its pre-coding says the day.

        Evidence names pages by their id. The caller has checked who may see the encounter.
        """
        known = PreCoding.objects.filter(encounter=encounter).first()
        if known is None:
            return ()
        placed = read_pages(encounter)
        ids = {row.position: row.page_id for row in placed}
        words = [PageWords(row.position, row.page.words.lines()) for row in placed]
        found = suggester_for(known.date_from).suggest(words, visit_of(known))
        return tuple(
            replace(one, evidence=tuple(replace(passage, page=ids[passage.page]) for passage in one.evidence))
            for one in found
        )


def read_pages(encounter: Encounter) -> list[EncounterPage]:
    """A visit's pages in their order, as far as their words are read; one query."""
    placed = EncounterPage.objects.filter(encounter=encounter, page__words__state=WordsState.DONE)
    return list(placed.select_related("page__words").order_by("position"))


def visit_of(known: PreCoding) -> Visit:
    """What pre-coding knows of a visit."""
    return Visit(
        known.date_from,
        outpatient=known.place_of_service not in INPATIENT_PLACES,
        sex=Sex(known.sex),
        age=age_on(known.birth_date, known.date_from),
    )


reading = Lock()  # the tables of one edition are read once, however many threads ask


class Chosen(NamedTuple):
    """The editions of a day: of the diagnoses, the procedures, and what leads back to ICD-9-CM if the day is so old."""

    diagnoses: Editions
    procedures: Editions
    earlier: Editions


def suggester_for(on: date) -> Suggester:
    """What suggests codes for visits of a day; two queries, and the first time in a process some seconds of reading.

    An edition that is replaced while its rows are read has them read again: half of a list finds nothing.
    """
    chosen = editions_on(on)
    while True:
        with reading:
            found = suggester_of(chosen)
        before, chosen = chosen, editions_on(on)
        if chosen == before:
            return found


def editions_on(on: date) -> Chosen:
    """The edition of each list on the day, None for a list that has none; one query."""
    facts = Edition.objects.facts(*DIAGNOSES, *EARLIER, *PROCEDURES)

    def of(code_sets: Sequence[CodeSet]) -> Editions:
        return tuple(in_force((fact for fact in facts if fact.code_set is code_set), on) for code_set in code_sets)

    is_old = diagnosis_system(on) is System.ICD9CM
    return Chosen(of(DIAGNOSES), of(PROCEDURES), of(EARLIER) if is_old else ())


@lru_cache(maxsize=2 * KEPT)
def suggester_of(chosen: Chosen) -> PhraseSuggester:
    """The suggester of these editions, which never change: what is corrected is another edition."""
    book, phrases, notes = diagnosis_tables(chosen.diagnoses)
    back = crosswalk_of(chosen.earlier) if chosen.earlier else None
    return PhraseSuggester(Tables(book, phrases, house_expressions(), notes, procedures_of(chosen.procedures), back))


def forget_tables() -> None:
    """For whoever gives the number of an edition to another one, as only an emptied database does."""
    for kept in (suggester_of, diagnosis_tables, procedures_of, crosswalk_of):
        kept.cache_clear()


@lru_cache(maxsize=KEPT)
def diagnosis_tables(editions: Editions) -> tuple[CodeBook, Lexicon, Notes]:
    """Codes, phrases and Excludes1 notes of the diagnoses."""
    codes, tabular, *indexes = editions
    book = CodeBook.of((code, title, billable) for code, title, billable in rows_of(codes) if is_ever_suggested(code))
    return book, lexicon(diagnosis_rows(book, tabular, indexes)), notes_of(tabular)


def rows_of(edition: EditionFact | None) -> Iterator[tuple[str, str, bool]]:
    """Code, title and whether it can be billed, of a whole list."""
    if edition:
        rows = Code.objects.filter(edition_id=edition.pk).order_by("code")
        yield from rows.values_list("code", "title", "billable").iterator(ROWS)


def diagnosis_rows(book: CodeBook, tabular: EditionFact | None, indexes: Sequence[EditionFact | None]) -> Iterator[Row]:
    """Every phrase that leads to a diagnosis."""
    yield from title_rows(book.titles.items())
    yield from house_rows(System.ICD10CM)
    if tabular:
        terms = CodeNote.objects.filter(edition_id=tabular.pk, kind=NoteKind.INCLUSION_TERM)
        rows = terms.values_list("holder", "text").iterator(ROWS)
        yield from named_rows(((holder, text) for holder, text in rows if is_code(holder)), Source.TERM)
    loaded = [edition.pk for edition in indexes if edition]
    entries = IndexEntry.objects.filter(edition_id__in=loaded).order_by("edition", "position")
    yield from index_rows(
        IndexLine(*row) for row in entries.values_list("path", "column", "code", "see").iterator(ROWS)
    )


def is_code(holder: str) -> bool:
    """Whether a note stands at a code, and not at a block or chapter."""
    return len(holder) >= CATEGORY and "-" not in holder


def house_rows(system: System) -> Iterator[Row]:
    """The house's own names of codes, and how notes write findings."""
    yield from named_rows(((one.code, one.term) for one in synonyms() if one.system is system), Source.SYNONYM)
    yield from named_rows(((one.code, one.term) for one in note_terms() if one.system is system), Source.NOTE_TERM)


@cache
def note_terms() -> tuple[Synonym, ...]:
    """How notes write what the lists name otherwise (columns system, code, terms; `|` between terms)."""
    with NOTE_TERMS.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Synonym(System(row["system"]), row["code"], term)
            for row in csv.DictReader(lines)
            for term in row["terms"].split("|")
        )


def notes_of(tabular: EditionFact | None) -> Notes:
    """The Excludes1 notes, and the blocks and chapter of each category."""
    if tabular is None:
        return Notes({}, {})
    excludes, groups = defaultdict(list), defaultdict(list)
    rows = CodeNote.objects.filter(edition_id=tabular.pk, kind=NoteKind.EXCLUDES1).order_by("position")
    for holder, text in rows.values_list("holder", "text").iterator(ROWS):
        excludes[holder].append(tables.CodeNote(NoteKind.EXCLUDES1, holder, text))
    around = CodeGroup.objects.filter(edition_id=tabular.pk).order_by("position")
    for label, categories in around.values_list("label", "categories"):
        for category in categories:
            groups[category].append(label)
    return Notes(
        {holder: tuple(notes) for holder, notes in excludes.items()},
        {category: tuple(labels) for category, labels in groups.items()},
    )


@lru_cache(maxsize=KEPT)
def procedures_of(editions: Editions) -> Procedures:
    """The lists of procedures; of two with one code the first wins."""
    rows = [row for edition in reversed(editions) for row in rows_of(edition)]
    book = CodeBook.of(rows)
    phrases = lexicon((*procedure_rows(book.titles.items()), *house_rows(System.PROCEDURE)))
    return Procedures(book, Finder(phrases, house_expressions()))


@lru_cache(maxsize=1)
def crosswalk_of(editions: Editions) -> Back | None:
    """The way back to ICD-9-CM; None if its list or the mapping is not loaded."""
    codes, mapping = editions
    if codes is None or mapping is None:
        return None
    rows = Crosswalk.objects.filter(edition_id=mapping.pk, combination=False, no_map=False).order_by("position")
    titles = {code: title for code, title, _ in rows_of(codes)}
    return Back.of(
        (Counterpart(*row) for row in rows.values_list("source", "target", "approximate").iterator(ROWS)), titles
    )
