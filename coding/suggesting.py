"""The suggester of this process: its tables read once from the loaded editions, by the date of service."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from coding.code_index.tables import DATA, house_expressions, synonyms
from coding.models import Code, CodeGroup, CodeNote, Edition, IndexEntry
from coding.rules import tables
from coding.rules.code_sets import CodeSet, EditionFact, in_force
from coding.rules.codings import System
from coding.rules.suggestions import PhraseSuggester, Source, Tables
from coding.rules.suggestions.code_book import CodeBook
from coding.rules.suggestions.lexicon import IndexLine, Lexicon, Row, index_rows, lexicon, named_rows, title_rows
from coding.rules.suggestions.together import Notes

ASKED = (CodeSet.ICD10CM, CodeSet.ICD10CM_TABULAR, CodeSet.ICD10CM_INDEX, CodeSet.ICD10CM_NEOPLASM)
KEPT = 2  # sets of editions that a process keeps: this year's and last year's


def suggester_for(on: date) -> PhraseSuggester:
    facts = Edition.objects.facts(*ASKED)
    editions = tuple(in_force((fact for fact in facts if fact.code_set is code_set), on) for code_set in ASKED)
    return PhraseSuggester(tables_of(editions))


@lru_cache(maxsize=KEPT)
def tables_of(editions: tuple[EditionFact | None, ...]) -> Tables:
    codes, tabular, *indexes = editions
    book = CodeBook.of(
        Code.objects.filter(edition_id=codes.pk).order_by("code").values_list("code", "title", "billable").iterator(5000)
    )
    return Tables(book, lexicon(rows(book, tabular, indexes)), house_expressions(), notes_of(tabular))


def rows(book, tabular, indexes) -> Iterator[Row]:
    yield from title_rows(book.titles.items())
    yield from named_rows(((one.code, one.term) for one in synonyms() if one.system is System.ICD10CM), Source.SYNONYM)
    yield from named_rows(note_terms(), Source.NOTE_TERM)
    if tabular:
        notes = CodeNote.objects.filter(edition_id=tabular.pk, kind="inclusion_term").values_list("holder", "text")
        yield from named_rows(((h, t) for h, t in notes.iterator() if "-" not in h and len(h) > 2), Source.TERM)
    lines = []
    for index in indexes:
        if index:
            entries = IndexEntry.objects.filter(edition_id=index.pk).order_by("position")
            lines += [IndexLine(*row) for row in entries.values_list("path", "column", "code", "see").iterator()]
    yield from index_rows(lines)


def notes_of(tabular) -> Notes:
    excludes = defaultdict(list)
    for holder, text in CodeNote.objects.filter(edition_id=tabular.pk, kind="excludes1").values_list("holder", "text"):
        excludes[holder].append(tables.CodeNote(tables.NoteKind.EXCLUDES1, holder, text))
    groups = defaultdict(list)
    for label, categories in CodeGroup.objects.filter(edition_id=tabular.pk).order_by("position").values_list("label", "categories"):
        for c in categories:
            groups[c].append(label)
    return Notes({h: tuple(v) for h, v in excludes.items()}, {c: tuple(v) for c, v in groups.items()})


def note_terms() -> Iterator[tuple[str, str]]:
    with (DATA / "note_terms.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for term in row["terms"].split("|"):
                yield row["code"], term
