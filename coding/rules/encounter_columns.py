"""The columns of the list of encounters and the orders it can be in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Column(StrEnum):
    """A column that a person may leave out; what says which encounter it is and when it is due always stands there."""

    PATIENT = "patient"
    DATE = "date"
    STATUS = "status"
    CODES = "codes"
    CODER = "coder"
    VERIFIER = "verifier"
    PRACTICE = "practice"
    BATCH = "batch"
    SPECIALTY = "specialty"
    AGE = "age"
    QUESTION = "question"

    @property
    def label(self) -> str:
        return {"patient": "Patient", "date": "DOS", "question": "Question"}.get(self.value, self.value.capitalize())


# What 1440 pixels hold without scrolling sideways.
USUAL = tuple(column for column in Column if column is not Column.SPECIALTY)


def in_order(columns: Iterable[str]) -> tuple[Column, ...]:
    """The known ones, as they stand in the table."""
    wanted = set(columns)
    return tuple(column for column in Column if column.value in wanted)


@dataclass(frozen=True)
class Sort:
    """An order: the fields it goes by, and how the values of its column then run (`aria-sort`)."""

    fields: tuple[str, str]
    runs: str
    turned: str  # the same the other way round


# The first of them is how the list comes. Each goes along an index, whatever the length of the list.
SORTS: Mapping[str, Sort] = {
    "due": Sort(("due_at", "pk"), "ascending", "-due"),
    "-due": Sort(("-due_at", "-pk"), "descending", "due"),
    "age": Sort(("created_at", "pk"), "descending", "-age"),  # who came first is the oldest
    "-age": Sort(("-created_at", "-pk"), "ascending", "age"),
    "batch": Sort(("batch_id", "pk"), "ascending", "-batch"),
    "-batch": Sort(("-batch_id", "-pk"), "descending", "batch"),
}
FIRST_SORT = "due"


def sort_of(asked: str) -> str:
    """The order that an address asks for; the usual one if there is none of that name."""
    return asked if asked in SORTS else FIRST_SORT
