"""What reading a scan costs suggestions in precision and recall: notes with gold codes, typed and scanned.

By hand: `python -m tests.bench.scanned_notes FOLDER`, with the notes of CodiEsp in FOLDER; some seconds a page.
"""

import tempfile
import textwrap
import time
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from django.utils import timezone

from coding.actions.carried_lists import load_carried_lists
from coding.actions.code_sets import load_code_file
from coding.management.commands.evaluate_suggestions import Note, corpus, judged
from coding.rules.code_sets import CodeSet
from coding.rules.suggestions import PageWords, Suggester, Visit
from coding.rules.suggestions.engine import DIAGNOSES_SHOWN, LEAST
from coding.rules.suggestions.figures import Half, Judged, Place, half_of, micro, overlap, page_times, stretch
from coding.rules.suggestions.typed_pages import typed_pages
from coding.suggesting import suggester_for
from portal import scope
from portal.parsers import read_words, second_engine, tesseract
from portal.rules.words import READ_AGAIN, Lines, better, weighed
from tests import scans
from tests.bench.ocr import as_drawn
from tests.bench.suggestions import ON
from tests.shared_data import DATA

CHARACTERS, LINES = 86, 42  # of a line, lines of a page as tests.scans draws it
DOTS = 200
KINDS = ("skewed", "noisy", "fax")
INDEX = DATA / "icd10cm" / "ICD10CM_2025_Index.csv"


class Sheet(NamedTuple):
    """What is printed on one page, and where each of its words begins in the note's text."""

    text: str
    offsets: tuple[int, ...]


def sheets(text: str) -> list[Sheet]:
    """A note as it is printed, a page after the other."""
    lines = [
        part
        for line in text.splitlines()
        for part in textwrap.wrap(line, CHARACTERS, break_long_words=False, break_on_hyphens=False)
    ]
    starts, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        starts.append(at)
        at += len(word)
    parts = ["\n".join(lines[start : start + LINES]) for start in range(0, len(lines), LINES)] or [""]
    counts = [0, *accumulate(len(part.split()) for part in parts)]
    return [Sheet(part, tuple(starts[counts[n] : counts[n + 1]])) for n, part in enumerate(parts)]


def words_read(text: str, kind: str, folder: Path) -> Lines:
    """The words of a scan as the site reads it: the fast engine, and the robust one where that is unsure."""
    paper, _ = scans.paper(text)
    page = as_drawn(scans.KINDS[kind](paper, DOTS))
    try:
        lines, level = read_words.read_first(page, folder)
    except tesseract.EngineFailed:
        return Lines([], [])
    if lines.confidence() < READ_AGAIN:
        again = read_words.levelled(page, level.turn, level.skew)
        second = read_words.as_shown(second_engine.read(again.image), again)
        if better(lines, second):
            return weighed(second, lines)
    return lines


def judged_on_scans(note: Note, suggester: Suggester, kind: str, folder: Path) -> Judged:
    """A note with what was suggested for its scan."""
    printed = sheets(note.text)
    pages = [PageWords(number, words_read(sheet.text, kind, folder)) for number, sheet in enumerate(printed, 1)]
    start = time.perf_counter()
    found = suggester.suggest(pages, Visit(ON))
    took = time.perf_counter() - start
    known = [offsets_of(page.lines, sheet) for page, sheet in zip(pages, printed, strict=True)]
    places = tuple(
        Place(one.code, known[evidence.page - 1][evidence.first], known[evidence.page - 1][evidence.last])
        for one in found
        for evidence in one.evidence
    )
    return Judged(note.name, note.gold, note.places, found, places, took, len(pages))


def offsets_of(lines: Lines, sheet: Sheet) -> list[int]:
    """Where the words that were read stand in the text: by those that were read right, and the others after them."""
    read, printed = [word.text for word in lines.words], sheet.text.split()
    found = [-1] * len(read)
    for block in SequenceMatcher(None, read, printed, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            found[block.a + step] = sheet.offsets[block.b + step]
    last = sheet.offsets[0] if sheet.offsets else 0
    for number, offset in enumerate(found):
        last = found[number] = offset if offset >= 0 else last
    return found


def shown(name: str, notes: Sequence[Judged]) -> str:
    """One row of the table."""
    codes = micro(notes, cap=DIAGNOSES_SHOWN, least=LEAST)
    categories = micro(notes, cap=DIAGNOSES_SHOWN, least=LEAST, characters=3)
    near, times = overlap(notes, stretch(notes)), page_times(notes)
    return (
        f"| {name} | {codes.precision:.3f} | {codes.recall:.3f} | {codes.f1:.3f} | {categories.precision:.3f}"
        f" | {categories.recall:.3f} | {categories.f1:.3f} | {near.near:.3f} | {near.by_chance:.3f}"
        f" | {times['p50_ms']:.1f} | {times['p95_ms']:.1f} |"
    )


HEAD = (
    "| words from | P | R | F1 | P, category | R, category | F1, category | evidence near | by chance"
    " | p50 ms | p95 ms |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def on_scans(folder: Path, count: int, half: str) -> Iterator[str]:
    """The table of typed words beside those of scans."""
    with scope.service():
        load_carried_lists(at=timezone.now())
        if INDEX.is_file():
            load_code_file(
                code_set=CodeSet.ICD10CM_INDEX, file=INDEX, file_name=INDEX.name, name="FY2025",
                effective=date(2025, 4, 1), by=None, at=timezone.now(),
            )  # fmt: skip
        suggester = suggester_for(ON)
    notes = [note for note in corpus(folder) if half_of(note.name) is Half(half)][:count]
    yield f"{len(notes)} notes ({half}), {sum(len(typed_pages(note.text)) for note in notes)} typed pages\n{HEAD}"
    yield shown("typed", [judged(note, suggester, ON) for note in notes])
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as place:
            yield shown(kind, [judged_on_scans(note, suggester, kind, Path(place)) for note in notes])
