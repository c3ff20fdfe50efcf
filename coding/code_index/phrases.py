"""What a code is found by besides its title: inclusion terms, synonyms, paths of the indexes."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from coding.code_index.tables import synonyms
from coding.models import CodeNote, Edition, IndexEntry
from coding.rules.code_search.words import indexed, key_of, words_of
from coding.rules.code_sets import CodeSet, EditionFact, in_force
from coding.rules.codings import System
from coding.rules.tables import NoteKind

INDEXES = (
    CodeSet.ICD10CM_INDEX,
    CodeSet.ICD10CM_EXTERNAL_INDEX,
    CodeSet.ICD10CM_NEOPLASM,
    CodeSet.ICD10CM_DRUG,
)
# What else the documents of a list are made of.
SOURCES = {
    System.ICD10CM: (CodeSet.ICD10CM_TABULAR, *INDEXES),
    System.ICD9CM: (),
    System.PROCEDURE: (),
}
FOUND_BY = (NoteKind.INCLUSION_TERM.value, NoteKind.INCLUDES.value)
BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
REFERENCE = re.compile(r"\s*\((?=[A-Z]\d)[^)]*\)")  # the codes a note names
COLUMNS = {  # of the neoplasm and drug tables: what people say, and what decides
    "Malignant Primary": ("malignant primary cancer", "malignant"),
    "Malignant Secondary": ("malignant secondary metastatic metastasis", "malignant secondary"),
    "Ca in situ": ("carcinoma in situ", "carcinoma situ"),
    "Benign": ("benign", "benign"),
}


class Phrase(NamedTuple):
    """One wording: the field its words go to, the text shown as the reason, its words, and its keys."""

    field: str  # of the schema: terms or index
    key_field: str
    why: str
    words: tuple[str, ...]
    keys: tuple[str, ...]


Phrases = dict[str, list[Phrase]]


class Wordings(NamedTuple):
    """What is found by one code only, and what by a code and all below it."""

    exact: Phrases
    below: Phrases

    def of(self, code: str, above: list[str]) -> list[Phrase]:
        """The wordings of a code, its own first, then those of the codes above it from the nearest."""
        holders = (code, *reversed(above))
        return [*self.exact.get(code, ()), *(phrase for holder in holders for phrase in self.below.get(holder, ()))]


@lru_cache(maxsize=1)
def wordings(system: System, sources: tuple[EditionFact, ...]) -> Wordings:
    """The wordings of a system's codes, from the editions of other lists; kept for the next edition of codes."""
    found = Wordings(defaultdict(list), defaultdict(list))
    for synonym in synonyms():
        if synonym.system is system:
            found.below[synonym.code].append(wording("terms", "synonym_key", f"synonym: {synonym.term}", synonym.term))
    for source in sources:
        if source.code_set is CodeSet.ICD10CM_TABULAR:
            add_notes(source.pk, found.below)
        elif source.code_set in INDEXES:
            add_index(source.pk, found)
    return found


def sources_of(edition: EditionFact, system: System) -> tuple[EditionFact, ...]:
    """The editions of the other lists that go with an edition of codes."""
    facts = Edition.objects.facts(*SOURCES[system])
    found = (
        in_force((fact for fact in facts if fact.code_set is code_set), edition.effective)
        for code_set in SOURCES[system]
    )
    return tuple(fact for fact in found if fact)


def wording(field: str, key_field: str, why: str, text: str) -> Phrase:
    return Phrase(field, key_field, why, tuple(indexed(text)), (key_of(words_of(BRACKETS.sub(" ", text))),))


def add_notes(edition_id: int, below: Phrases) -> None:
    notes = CodeNote.objects.filter(edition_id=edition_id, kind__in=FOUND_BY)
    for holder, text in notes.values_list("holder", "text").iterator():
        shown = REFERENCE.sub("", text)
        below[holder].append(wording("terms", "term_key", f"inclusion term: {shown}", shown))


def add_index(edition_id: int, wordings: Wordings) -> None:
    """Every path that leads to a code, and those that lead to another path with one."""
    entries = IndexEntry.objects.filter(edition_id=edition_id).order_by("position")
    rows = list(entries.values_list("path", "column", "code", "see").iterator())
    leads: dict[str, str] = {}
    for path, column, code, _see in rows:
        if code and not column:
            for key in keys_of_path(path, ""):
                leads.setdefault(key, code)
    for path, column, code, see in rows:
        target = code or leads.get(key_of(words_of(BRACKETS.sub(" ", see)))) if code or see else None
        if target:
            into = wordings.below if target.endswith("-") else wordings.exact
            into[target.rstrip("-")].append(path_phrase(path, column))


def path_phrase(path: list[str], column: str) -> Phrase:
    said = COLUMNS.get(column, (column, column))[0]
    shown = " > ".join([*path, column] if column else path)
    return Phrase(
        "index",
        "index_key",
        f"index: {shown}",
        tuple(indexed(" ".join([*path, said]))),
        tuple(keys_of_path(path, column)),
    )


def keys_of_path(path: list[str], column: str) -> Iterator[str]:
    """The phrases a path stands for: all its levels, the first with the last, each main term in its variants."""
    levels = [[words_of(part) for part in BRACKETS.sub(" ", level).split(",")] for level in path]
    rest = words_of(COLUMNS.get(column, (column, column))[1])
    main, lower = levels[0], levels[1:]
    whole = [word for level in lower for word in level[0]]
    tails = [whole, *([lower[-1][0]] if len(lower) > 1 else [])]
    variants = [*main, [word for part in main for word in part]] if len(main) > 1 else main
    seen = set()
    for variant in variants:
        for tail in tails:
            key = key_of([*variant, *tail, *rest])
            if key and key not in seen:
                seen.add(key)
                yield key
