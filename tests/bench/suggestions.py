"""Suggesting codes: the time of a page against a limit."""

import time
from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from coding.actions.carried_lists import load_carried_lists
from coding.management.commands.evaluate_suggestions import Note, judged
from coding.rules.suggestions.figures import page_times
from coding.suggesting import suggester_for
from config.demo.notes import NOTES
from portal import scope
from tests import scans

ON = date(2026, 5, 1)
LIMIT_MS = 100.0  # of a page: what a person takes for at once
ROUNDS = 5


def report() -> Iterator[str]:
    """The time of reading the tables, and of suggesting for a page of the demo's notes and of the scans' note."""
    with scope.service():
        load_carried_lists(at=timezone.now())
        start = time.perf_counter()
        suggester = suggester_for(ON)
        yield f"Suggestions: tables read in {time.perf_counter() - start:.1f} s"
    texts = [f"{note.title.upper()}\n\n{note.body}" for note in NOTES] + [scans.NOTE]
    notes = [Note(str(number), text, frozenset(), ()) for number, text in enumerate(texts)]
    for _ in range(2):  # the first time warms up
        times = page_times([judged(note, suggester, ON) for _ in range(ROUNDS) for note in notes])
    yield (
        f"  a page          p50 {times['p50_ms']:8.2f} ms  p95 {times['p95_ms']:8.2f} ms"
        f"  limit {LIMIT_MS:.0f} ms  ratio {LIMIT_MS / times['p95_ms']:.1f}"
    )
