"""What a query consists of: its form, its options, and the library of templates.

Rules of form, after AHIMA/ACDIS, "Guidelines for Achieving a Compliant Query Practice (2022 Update)", read November
2026, in our own words: a query is open-ended or offers several choices that the chart supports, always with a way to
say something else and a way to say that it cannot be told. Yes or no is for what the chart already documents: which
of two documented statements holds, whether one documented condition is due to another, a fact about the document
itself. It is never for a diagnosis that the chart does not name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

OTHER = "Other (please state)"
UNABLE = "Unable to determine"
REQUIRED = (OTHER, UNABLE)  # stand last under every query; nobody takes them away
YES_NO = ("Yes", "No")
OWN_OPTIONS_LIMIT = 8
OPTION_LENGTH = 120  # characters
TITLE_LENGTH = 80
QUESTION_LENGTH = 1500
REPLY_LENGTH = 4000
QUOTE_LENGTH = 400
INDICATORS_LIMIT = 6


class QueryForm(StrEnum):
    OPEN = "open"
    CHOICE = "choice"
    YES_NO = "yes_no"

    @property
    def label(self) -> str:
        return {"open": "Open-ended", "choice": "Several choices", "yes_no": "Yes or no"}[self.value]


class Purpose(StrEnum):
    """What kind of gap the query asks about; the key of its template."""

    CONFLICT = "conflict"
    SIDE = "side"
    SPECIFICITY = "specificity"
    SIGNIFICANCE = "significance"
    CAUSE = "cause"
    PROCEDURE = "procedure"
    ABBREVIATION = "abbreviation"
    MISSING_PAGE = "missing_page"
    UNSIGNED = "unsigned"
    MISSING_DATE = "missing_date"
    DATES = "dates"
    OTHER = "other"

    @property
    def label(self) -> str:
        return TEMPLATES[self].title


# The purposes that ask about what is documented already: the only ones for which yes or no will do.
YES_NO_FOR = frozenset({Purpose.CONFLICT, Purpose.CAUSE, Purpose.UNSIGNED, Purpose.DATES})


@dataclass(frozen=True)
class Template:
    """One kind of query in our own words; what stands in [brackets] is filled in from the chart.

    `slots` says which passages of the chart its indicators are.
    """

    title: str
    slots: tuple[str, ...]
    question: str
    form: QueryForm
    options: tuple[str, ...] = ()


TEMPLATES: Mapping[Purpose, Template] = MappingProxyType(
    {
        Purpose.CONFLICT: Template(
            "Two statements that differ",
            ("the first statement", "the statement that differs"),
            "The passages quoted here say different things about [subject]. Which of them describes this visit?",
            QueryForm.CHOICE,
            ("[as in the first passage]", "[as in the second passage]"),
        ),
        Purpose.SIDE: Template(
            "Side of the body",
            ("where the finding or the treatment is described",),
            "The passage quoted here does not say on which side of the body it was. Which side was it?",
            QueryForm.CHOICE,
            ("Right", "Left", "Both sides"),
        ),
        Purpose.SPECIFICITY: Template(
            "More detail on what is documented",
            ("where it is named", "findings and treatment that describe it"),
            "The note names [what the chart names] without saying [type, stage, site or acuity]. "
            "How would you describe it for this visit?",
            QueryForm.OPEN,
        ),
        Purpose.SIGNIFICANCE: Template(
            "Meaning of a result",
            ("the result", "what was done about it"),
            "The chart shows the result quoted here. Did it have a meaning for this visit, and if so, which?",
            QueryForm.OPEN,
        ),
        Purpose.CAUSE: Template(
            "How two documented conditions relate",
            ("where the first is documented", "where the second is documented"),
            "The chart documents both conditions quoted here. In your judgement, how do they relate?",
            QueryForm.CHOICE,
            ("The second is due to the first", "The first is due to the second", "They are not related"),
        ),
        Purpose.PROCEDURE: Template(
            "Detail of a procedure",
            ("where the procedure is described",),
            "The passage quoted here does not tell [approach, site, number, size or device]. How was it done?",
            QueryForm.OPEN,
        ),
        Purpose.ABBREVIATION: Template(
            "A word we cannot read or that has several meanings",
            ("the word as it stands",),
            "The passage quoted here can be read in more than one way. What does it stand for in this note?",
            QueryForm.OPEN,
        ),
        Purpose.MISSING_PAGE: Template(
            "A page that did not arrive",
            ("where the missing part is referred to",),
            "The passage quoted here refers to [page or document] that we do not have. Does it exist, and what does "
            "it say about this visit?",
            QueryForm.OPEN,
        ),
        Purpose.UNSIGNED: Template(
            "Signature of a note",
            ("the end of the note",),
            "We see no signature under the note quoted here. Who wrote it, and when was it signed?",
            QueryForm.OPEN,
        ),
        Purpose.MISSING_DATE: Template(
            "Date of a service",
            ("the note without its date",),
            "The note quoted here carries no date of service. On which day did the visit take place?",
            QueryForm.OPEN,
        ),
        Purpose.DATES: Template(
            "Dates that differ",
            ("the first date", "the other date"),
            "The pages quoted here carry different dates for the same visit. Which is the date of service?",
            QueryForm.CHOICE,
            ("[first date]", "[other date]"),
        ),
        Purpose.OTHER: Template(
            "Something else",
            ("what the question is about",),
            "",
            QueryForm.OPEN,
        ),
    }
)


def all_options(form: QueryForm, own: Iterable[str]) -> tuple[str, ...]:
    """The options a provider sees: those of the form, and the two that are always there, last."""
    given = {QueryForm.OPEN: (), QueryForm.YES_NO: YES_NO, QueryForm.CHOICE: tuple(own)}[form]
    return (*(option for option in given if option not in REQUIRED), *REQUIRED)


@dataclass(frozen=True)
class WrittenQuery:
    """A query as its author wrote it, before it is sent; `quotes` are the words of its clinical indicators."""

    purpose: Purpose
    form: QueryForm
    title: str
    question: str
    options: tuple[str, ...] = ()
    quotes: Sequence[str] = ()
