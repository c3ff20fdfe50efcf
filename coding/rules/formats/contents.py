"""What every format gets, and what every format is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from coding.rules.formats.clinical import ClinicalBatch
from coding.rules.formats.result import BatchResult
from coding.rules.formats.template import OutputTemplate, Setting


@dataclass(frozen=True)
class Contents:
    """A batch's result and which delivery it is; `clinical` is there only for formats that need it (NEEDS_EVIDENCE).

    `made_at` is in the practice's own zone.
    """

    result: BatchResult
    practice_code: str
    version: int
    made_at: datetime
    clinical: ClinicalBatch | None = None


def clinical_of(contents: Contents) -> ClinicalBatch:
    """What the clinical formats are made of; they say that they need it."""
    if contents.clinical is None:
        raise ValueError("the contents were collected for formats without evidence")
    return contents.clinical


class Format(Protocol):
    """A module of this package that makes a file of a result; the same contents and template give the same bytes."""

    @property
    def LABEL(self) -> str: ...  # noqa: N802  (constants of a module)
    @property
    def MEDIA_TYPE(self) -> str: ...  # noqa: N802
    @property
    def ENDING(self) -> str: ...  # noqa: N802
    @property
    def NEEDS_EVIDENCE(self) -> bool: ...  # noqa: N802
    @property
    def COMPOSES(self) -> frozenset[Setting]: ...  # noqa: N802
    @property
    def TEMPLATE(self) -> OutputTemplate: ...  # noqa: N802

    def render(self, contents: Contents, template: OutputTemplate) -> bytes:
        """The file. Unfit if the contents do not fit into the template; nothing is cut."""
        ...
