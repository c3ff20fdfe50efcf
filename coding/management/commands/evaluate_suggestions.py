"""Measure suggestions against notes that people have coded."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coding.models import Code
from coding.rules.codings import bare, diagnosis_system
from coding.rules.suggestions import Suggester, Suggestion, Visit
from coding.rules.suggestions.engine import DIAGNOSES_SHOWN, LEAST
from coding.rules.suggestions.figures import (
    CATEGORY,
    Counts,
    Half,
    Judged,
    Place,
    by_source,
    half_of,
    micro,
    overlap,
    page_times,
    stretch,
)
from coding.rules.suggestions.typed_pages import TypedPage, typed_pages
from coding.suggesting import suggester_for
from portal import scope

PARTS = ("train", "dev")
THRESHOLDS = (LEAST, 0.3, 0.4, 0.5, 0.6)
DIAGNOSIS = "DIAGNOSTICO"
ON = date(2026, 5, 1)


class Note(NamedTuple):
    """A note of the corpus with its gold codes and their places in the Spanish original."""

    name: str
    text: str
    gold: frozenset[str]
    places: tuple[Place, ...]


class Command(BaseCommand):
    help = (
        "Suggests codes for the English notes of CodiEsp (FOLDER holds train and dev) and prints how they agree with "
        "the gold codes: precision, recall and F1 over all notes by whole code and by category, at several scores, by "
        "source, how often the evidence is where the annotators found it, and the time of a page. One half of the "
        "notes is for tuning; the other, --half held-out, is for the end. docs/suggestions.md says what the figures "
        "mean."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--half", choices=[half.value for half in Half], default=Half.TUNED.value)
        parser.add_argument("--limit", type=int, help="only the first notes, by name")
        parser.add_argument("--on", type=date.fromisoformat, default=ON, help="date of service whose lists are used")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        half = Half(options["half"])
        notes = [note for note in corpus(options["folder"]) if half_of(note.name) is half][: options["limit"]]
        if not notes:
            raise CommandError(f"{options['folder']} holds no notes of CodiEsp.")
        with scope.service():
            suggester = suggester_for(options["on"])
        headings = headings_on(options["on"])
        report = report_of([judged(note, suggester, options["on"]) for note in notes], headings)
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            self.tell(report)

    def tell(self, report: dict[str, Any]) -> None:
        self.stdout.write(f"{report['notes']} notes, {report['shown']} diagnoses shown at most")
        for row in report["at"]:
            self.stdout.write(
                f"score from {row['least']:.1f}: codes {shown(row['codes'])}; categories {shown(row['categories'])}"
            )
        self.stdout.write(f"gold codes that are headings today met by those below: {shown(report['headings_met'])}")
        for source, row in report["sources"].items():
            self.stdout.write(f"  {source:<16} {shown(row)}")
        where, times = report["evidence"], report["page"]
        self.stdout.write(
            f"evidence near the gold span: {where['near']:.1%} of {where['compared']},"
            f" by chance {where['by_chance']:.1%}"
        )
        self.stdout.write(f"a page: p50 {times['p50_ms']:.1f} ms, p95 {times['p95_ms']:.1f} ms")


def shown(row: dict[str, Any]) -> str:
    return f"P {row['precision']:.1%} R {row['recall']:.1%} F1 {row['f1']:.1%} ({row['right']} of {row['given']})"


def corpus(folder: Path) -> Iterator[Note]:
    """The notes of both parts in the order of their names; CommandError if a file is missing."""
    try:
        notes = [note for part in PARTS if (folder / part).is_dir() for note in notes_of(folder / part, part)]
    except OSError as trouble:
        raise CommandError(f"{trouble.filename} cannot be read: {trouble.strerror}.") from trouble
    return iter(sorted(notes))


def notes_of(folder: Path, part: str) -> Iterator[Note]:
    gold, places = defaultdict(set), defaultdict(list)
    for row in rows_of(folder / f"{part}D.tsv"):
        gold[row[0]].add(bare(row[1]))
    for row in rows_of(folder / f"{part}X.tsv"):
        if row[1] == DIAGNOSIS:
            bounds = [int(figure) for span in row[4].split(";") for figure in span.split()]
            places[row[0]].append(Place(bare(row[2]), min(bounds), max(bounds)))
    for file in (folder / "text_files_en").glob("*.txt"):
        name = file.stem
        yield Note(name, file.read_text(encoding="utf-8"), frozenset(gold[name]), tuple(places[name]))


def rows_of(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def judged(note: Note, suggester: Suggester, on: date) -> Judged:
    """A note with what was suggested for it."""
    pages = typed_pages(note.text)
    began = time.perf_counter()
    found = suggester.suggest([page.page for page in pages], Visit(on))
    took = time.perf_counter() - began
    return Judged(note.name, note.gold, note.places, found, tuple(places_of(found, pages)), took, len(pages))


def places_of(found: Sequence[Suggestion], pages: Sequence[TypedPage]) -> Iterator[Place]:
    """Where the evidence of each suggestion stands in the text."""
    for one in found:
        for evidence in one.evidence:
            offsets = pages[evidence.page - 1].offsets
            yield Place(one.code, offsets[evidence.first], offsets[evidence.last])


def headings_on(on: date) -> frozenset[str]:
    """The codes of the day's list that cannot be billed."""
    with scope.service():
        listed = Code.objects.on(on, system=diagnosis_system(on)).filter(billable=False)
        return frozenset(listed.values_list("code", flat=True))


def report_of(notes: Sequence[Judged], headings: frozenset[str]) -> dict[str, Any]:
    """The figures as plain values."""
    return {
        "notes": len(notes),
        "shown": DIAGNOSES_SHOWN,
        "at": [
            {
                "least": least,
                "codes": written(micro(notes, cap=DIAGNOSES_SHOWN, least=least)),
                "categories": written(micro(notes, cap=DIAGNOSES_SHOWN, least=least, characters=CATEGORY)),
            }
            for least in THRESHOLDS
        ],
        "headings_met": written(micro(notes, cap=DIAGNOSES_SHOWN, least=LEAST, headings=headings.__contains__)),
        "sources": {
            source.value: written(counts)
            for source, counts in by_source(notes, cap=DIAGNOSES_SHOWN, least=LEAST).items()
        },
        "evidence": overlap(notes, stretch(notes))._asdict(),
        "page": dict(page_times(notes)),
    }


def written(counts: Counts) -> dict[str, Any]:
    return {
        "right": counts.right, "given": counts.given, "wanted": counts.wanted, "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4), "f1": round(counts.f1, 4),
    }  # fmt: skip
