"""A batch as the clinical formats see it: visits with people, codes, titles and the evidence they rest on."""

from dataclasses import dataclass, field
from datetime import date, datetime

from coding.rules.codings import System
from coding.rules.evidence import Box
from coding.rules.formats.person_names import PersonName
from coding.rules.plain_data import NOT_KEPT


@dataclass(frozen=True)
class Provider:
    """Who rendered or referred."""

    name: PersonName
    npi: str


@dataclass(frozen=True)
class Payer:
    """Who pays; `electronic_id` as the practice knows it, often empty."""

    name: str
    electronic_id: str = ""


@dataclass(frozen=True)
class Picture:
    """A cutting of a page: PNG or JPEG bytes, its size in pixels, and what is marked in it, in pixels.

    `dots` are pixels a point of the page on paper: 150 an inch as pages are drawn.
    """

    content: bytes = field(repr=False)
    width: int
    height: int
    marks: tuple[Box, ...] = ()
    dots: float = 150 / 72


@dataclass(frozen=True)
class Shown:
    """One place in the chart that supports a code: "Page 3", the words there, and the cutting once it was made.

    `page` is the id of the page's row and `boxes` are in ten-thousandths of it, as coding.rules.evidence has them;
    `turn` is how far it is turned for reading, in degrees clockwise.
    """

    label: str
    quote: str = ""
    page: int = 0
    boxes: tuple[Box, ...] = ()
    turn: int = 0
    picture: Picture | None = field(default=None, metadata=NOT_KEPT)  # cut anew from the page


@dataclass(frozen=True)
class CodedDiagnosis:
    """One diagnosis in its place; `title` as the list of the date of service prints it, empty if it isn't loaded."""

    code: str
    title: str = ""
    evidence: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class CodedLine:
    """One procedure line; `pointers` are places (from 1) of diagnoses. There is no title: CPT's are licensed."""

    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    pointers: tuple[int, ...] = ()
    evidence: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Visit:
    """One billable visit with the codes that count.

    `checks` are the findings that its author waived, and `check_reason` why.
    """

    encounter: str
    chart: str
    patient: PersonName
    birth_date: date
    sex: str
    date_from: date
    date_to: date
    rendering: Provider
    place_of_service: str
    system: System
    diagnoses: tuple[CodedDiagnosis, ...] = ()
    lines: tuple[CodedLine, ...] = ()
    pages: str = ""
    account_number: str = ""
    member_id: str = ""
    payer: Payer | None = None
    referring: Provider | None = None
    location: str = ""
    verification: str = ""
    checks: tuple[str, ...] = ()
    check_reason: str = ""


@dataclass(frozen=True)
class NotCoded:
    """A visit that is not billable, or a chart that could not be read: what it is and why."""

    chart: str
    status: str
    reason: str
    encounter: str = ""
    pages: str = ""


@dataclass(frozen=True)
class ClinicalBatch:
    """What goes back for one batch. `made_at` is the delivery's time in the practice's own zone."""

    batch: str
    practice: str
    practice_code: str
    version: int
    made_at: datetime
    visits: tuple[Visit, ...] = ()
    not_coded: tuple[NotCoded, ...] = ()

    @property
    def name(self) -> str:
        """What the delivery is called: "RIVER-B-7-v1"."""
        return f"{self.practice_code}-{self.batch}-v{self.version}"
