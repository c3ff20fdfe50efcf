"""The document in work, and the contract of the steps that look at it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from portal.children import nobody_else
from portal.rendering import DrawnPage
from portal.rules.steps import StepName, StepOutcome


@dataclass(frozen=True)
class Member:
    """One file out of an archive: where it lies, and what it was called there."""

    path: Path
    name: str


@dataclass
class Document:
    """A chart's file while the steps look at it.

    `source` is what is read next: the file as it came, then whatever a step made of it. The file as it came
    stays in storage untouched.
    """

    practice_id: int
    folder: Path
    source: Path
    media_type: str
    unlocked: bool = False  # `source` is the copy that opens without the password
    still_ours: Callable[[], None] = nobody_else
    page_total: int | None = None
    members: list[Member] = field(default_factory=list)
    left_aside: int = 0
    pages: list[DrawnPage] = field(default_factory=list)
    type_found: str = ""  # if the content turned out to be of another type than its first bytes said

    def place(self) -> Path:
        """A new folder for one child to write into."""
        return Path(tempfile.mkdtemp(dir=self.folder))


class Step(Protocol):
    """One step: its name, whether it is for this document, and what it finds.

    `run` may raise `Refused` (a stop with a reason), or whatever is a fault of ours, upon which the job is
    put off and the walk begins again.
    """

    name: StepName

    def wanted(self, document: Document) -> bool: ...

    def run(self, document: Document) -> StepOutcome: ...
