"""One thing that is wrong with a query, and the texts in which it can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coding.rules.queries.wording import QueryForm, WrittenQuery

BRIEF = "AHIMA/ACDIS, Guidelines for Achieving a Compliant Query Practice (2022 Update)"
OURS = "Chartline, form of a query"


@dataclass(frozen=True)
class Fault:
    """What is wrong: in which part, from which character to which (0 and 0: the part as a whole), why, says who.

    `part` is "title", "question", "option-1" and so on, "options", "form" or "indicators".
    """

    rule: str
    part: str
    start: int
    end: int
    text: str
    reason: str
    source: str

    @property
    def place(self) -> str:
        """The part in words."""
        return f"Option {self.part.removeprefix('option-')}" if "-" in self.part else self.part.capitalize()


def texts_of(query: WrittenQuery) -> Iterator[tuple[str, str]]:
    """The texts of a query that the provider will read and its author wrote, each with the name of its part."""
    yield "title", query.title
    yield "question", query.question
    if query.form is QueryForm.CHOICE:
        for number, option in enumerate(query.options, start=1):
            yield f"option-{number}", option
