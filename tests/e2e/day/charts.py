"""The charts of the day: what each says, how it came, how it is rightly coded, and what happens to it."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from PIL import Image, ImageDraw

from tests import files, scans

LETTERS, DOTS = 60, 150  # of scans: large enough to be read from 150 dots an inch
PROVIDERS = ("Dana Whitlow, MD", "Samuel Okoro, MD", "Priya Raman, MD")
PAYERS = ("Blue Heron Health Plan", "Summit Mutual")
FIRST, LAST = ("Rosa", "Desmond", "Yolanda", "Casimir", "Odette", "Marlon"), (
    "Whitfield", "Arkwright", "Prewitt", "Dunmore", "Calloway", "Strand", "Ashby", "Thorne", "Lowell", "Penrose",
)  # fmt: skip
PAGES = (2, 1, 3, 2, 1, 4, 2, 1, 6, 2, 3, 12)  # of one chart after the other
# What the plan of a note says, and the diagnosis that is.
CONDITIONS = {
    "E119": "Type 2 diabetes mellitus without complications",
    "I10": "Essential hypertension, controlled",
    "E785": "Hyperlipidemia",
    "K219": "Gastro-esophageal reflux disease without esophagitis",
    "E039": "Hypothyroidism",
    "D509": "Iron deficiency anemia",
    "J309": "Allergic rhinitis",
    "M1711": "Primary osteoarthritis of the right knee",
    "M1712": "Primary osteoarthritis of the left knee",
    "J189": "Pneumonia",
    "R059": "Cough",
    "25000": "Diabetes mellitus without complication",
    "4019": "Hypertension",
}


class Paper(StrEnum):
    """How a chart comes."""

    TYPED = "typed"  # a PDF with words
    LAYERED = "scan with words"  # a picture, the words of the scanner behind it
    SCANNED = "scan"  # a picture whose words have to be read
    SCRIBBLED = "handwriting"  # a picture that nobody but a person can read


class Event(StrEnum):
    """What happens to a visit beside the usual."""

    NONE = ""
    SPLIT = "split"  # the chart holds two visits
    SKIPPED = "skipped"
    HELD = "held"
    ASKED = "query"
    UNDONE = "undone"
    RETURNED = "returned"
    MISTYPED = "mistyped"  # a critical field, in the second entry


class Slip(StrEnum):
    """What the coder gets wrong."""

    NONE = ""
    MISSED = "missed"
    LEVEL = "level"


class Argument(StrEnum):
    """How the discrepancy ends."""

    NONE = ""
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"  # the verifier was wrong, and says so
    GIVEN_IN = "given in"  # upheld by the verifier, then agreed
    SETTLED_UPHELD = "settled upheld"  # the coder asks a manager
    SETTLED_WITHDRAWN = "settled withdrawn"  # the verifier asks a manager, who makes it a ruling


@dataclass(frozen=True)
class Visit:
    """One visit: the facts of its first page and its right codes."""

    patient: str
    born: date
    sex: str
    account: str
    day: date
    visit_type: str
    provider: str
    payer: str
    member: str
    diagnoses: tuple[str, ...]
    procedures: tuple[tuple[str, str], ...]  # code, modifiers
    event: Event = Event.NONE
    slip: Slip = Slip.NONE
    argument: Argument = Argument.NONE

    @property
    def facts(self) -> dict[str, str]:
        """What pre-coding fills in, as a person would read it on the form; "" where the chart says nothing."""
        return {
            "patient_name": self.patient, "birth_date": f"{self.born:%m/%d/%Y}", "sex": self.sex,
            "account_number": self.account, "date_from": f"{self.day:%m/%d/%Y}", "visit_type": self.visit_type,
            "rendering_provider": self.provider, "place_of_service": "11", "payer": self.payer,
            "member_id": self.member,
        }  # fmt: skip

    def coded_by_the_coder(self) -> Visit:
        """The visit as the coder codes it the first time."""
        if self.slip is Slip.MISSED:
            return replace(self, diagnoses=self.diagnoses[:-1])
        if self.slip is Slip.LEVEL:
            return replace(self, procedures=(("99214", ""), *self.procedures[1:]))
        return self

    def head(self) -> list[str]:
        return [
            "River Family Medicine", f"Patient: {self.patient}", f"DOB: {self.born:%m/%d/%Y}", f"Sex: {self.sex}",
            f"Account: {self.account}", f"Date of service: {self.day:%m/%d/%Y}", f"Insurance: {self.payer}",
            f"Member ID: {self.member}", f"Provider: {self.provider}", "Place of service: 11",
        ]  # fmt: skip

    def pages(self, count: int) -> list[str]:
        """Its words on so many pages; the plan stands on the second, or on the only one."""
        plan = [f"{number}. {CONDITIONS[code]}." for number, code in enumerate(self.diagnoses, 1)]
        last = ["", "ASSESSMENT AND PLAN", *plan, "", f"Signed electronically by {self.provider}"]
        found = ["\n".join([*self.head(), "", *KINDS[self.visit_type], *(last if count == 1 else ())])]
        for number in range(2, count + 1):
            more = last if number == 2 else ["", "RESULTS", f"Sheet {number}: as before, no change."]
            found.append("\n".join([f"Patient: {self.patient}", f"Page {number} of {count}", *more]))
        return found


# The heading of a note and a line below it, by the type of the visit.
KINDS = {
    "Established patient": ("OFFICE VISIT, ESTABLISHED PATIENT", "Follow-up visit. Denies chest pain."),
    "Procedure": ("PROCEDURE NOTE", "After consent the joint was injected with 40 mg triamcinolone."),
    "Diagnostic study": ("CHEST RADIOGRAPH, TWO VIEWS", "Frontal and lateral views of the chest."),
}


@dataclass(frozen=True)
class DayChart:
    """A file that the practice sends."""

    name: str
    paper: Paper
    counts: tuple[int, ...]  # pages of each visit
    visits: tuple[Visit, ...]
    is_critical: bool = False  # of the practice that has critical fields typed twice

    def content(self) -> bytes:
        pages = [page for visit, count in zip(self.visits, self.counts, strict=True) for page in visit.pages(count)]
        match self.paper:
            case Paper.TYPED:
                return files.text_pdf(*pages)
            case Paper.LAYERED:
                picture, words = scans.paper(pages[0], size=LETTERS)
                return scans.with_layer(scans.clean(picture, DOTS), words)
            case Paper.SCANNED:
                return as_pdf([scans.skew(scans.paper(page, size=LETTERS)[0], DOTS) for page in pages])
            case Paper.SCRIBBLED:
                return as_pdf([scribble(f"{self.name} {number}") for number, _ in enumerate(pages)])


def as_pdf(pictures: Sequence[Image.Image]) -> bytes:
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=float(DOTS))
    return out.getvalue()


def scribble(seed: str) -> Image.Image:
    """A page of loops and strokes."""
    chance, page = random.Random(seed), Image.new("L", (1275, 1650), 250)  # noqa: S311  (strokes, not secrets)
    pen = ImageDraw.Draw(page)
    for line in range(12):
        points = [(120 + step * 9, 200 + line * 100 + chance.randint(-22, 22)) for step in range(100)]
        pen.line(points, fill=60, width=3, joint="curve")
    return page


# -- sixty of them -------------------------------------------------------------------------------------------------
def sixty_charts(today: date) -> list[DayChart]:
    """A mixed day; each event, slip and argument of its own chart, the others as most charts are."""
    charts = list(usual(today, 60))
    for place, kind, change in SPECIAL:
        chart = charts[place]
        visit = visit_of(place, kind, today)
        charts[place] = replace(chart, visits=(replace(visit, **change), *chart.visits[1:]))
    for place in CRITICAL:
        charts[place] = replace(charts[place], is_critical=True)
    mistyped = replace(charts[CRITICAL[1]].visits[0], event=Event.MISTYPED)
    charts[CRITICAL[1]] = replace(charts[CRITICAL[1]], visits=(mistyped,))
    old = replace(
        visit_of(13, "Established patient", today), day=date(2015, 6, 15), diagnoses=("25000", "4019"),
    )  # fmt: skip
    charts[13] = replace(charts[13], visits=(old,))
    both = replace(visit_of(21, "Established patient", today), event=Event.SPLIT), visit_of(77, "Procedure", today)
    charts[21] = DayChart(charts[21].name, Paper.TYPED, (2, 2), both)
    return charts


OFFICE, PROCEDURE, STUDY = KINDS
CRITICAL = (33, 36, 41, 48)
SPECIAL: tuple[tuple[int, str, dict[str, object]], ...] = (
    (2, OFFICE, {"slip": Slip.MISSED, "argument": Argument.AGREED}),
    (5, OFFICE, {"slip": Slip.LEVEL, "argument": Argument.SETTLED_WITHDRAWN}),
    (8, OFFICE, {"event": Event.UNDONE}),
    (10, OFFICE, {"event": Event.SKIPPED}),
    (15, OFFICE, {"slip": Slip.MISSED, "argument": Argument.WITHDRAWN}),
    (17, OFFICE, {"event": Event.HELD}),
    (20, OFFICE, {"event": Event.RETURNED, "slip": Slip.MISSED, "argument": Argument.AGREED}),
    (23, OFFICE, {"slip": Slip.LEVEL, "argument": Argument.SETTLED_UPHELD}),
    (26, OFFICE, {"event": Event.ASKED}),
    (30, OFFICE, {"slip": Slip.MISSED, "argument": Argument.GIVEN_IN}),
)


def four_charts(today: date) -> list[DayChart]:
    """A typed office visit of two pages, an injection, a film read from its scan, and a visit miscoded by a level."""
    miscoded = replace(
        visit_of(3, OFFICE, today), slip=Slip.LEVEL, argument=Argument.SETTLED_WITHDRAWN,
    )  # fmt: skip
    return [
        DayChart("visit-0.pdf", Paper.TYPED, (2,), (visit_of(0, OFFICE, today),)),
        DayChart("visit-1.pdf", Paper.LAYERED, (1,), (visit_of(1, PROCEDURE, today),)),
        DayChart("visit-2.pdf", Paper.SCANNED, (1,), (visit_of(2, STUDY, today),)),
        DayChart("visit-3.pdf", Paper.TYPED, (1,), (miscoded,)),
    ]


def usual(today: date, number: int) -> Iterator[DayChart]:
    for place in range(number):
        kind = (OFFICE, OFFICE, PROCEDURE, OFFICE, STUDY)[place % 5]
        paper = Paper.TYPED
        if place % 6 == 4:
            paper = Paper.SCANNED
        elif place % 10 == 7:
            paper = Paper.LAYERED
        elif place % 20 == 9:
            paper = Paper.SCRIBBLED
        count = PAGES[place % len(PAGES)]
        count = {Paper.TYPED: count, Paper.LAYERED: 1}.get(paper, min(count, 2))
        yield DayChart(f"visit-{place}.pdf", paper, (count,), (visit_of(place, kind, today),))


def visit_of(place: int, kind: str, today: date) -> Visit:
    """A visit whose words and codes fit; the same for the same place."""
    chance = random.Random(place)  # noqa: S311  (names, not secrets)
    common = [code for code in CONDITIONS if code[0] in "EIKDJ" and code != "J189"]
    side = chance.choice(("RT", "LT"))
    diagnoses, procedures = {
        OFFICE: (tuple(chance.sample(common, 2 + place % 2)), (("99213", ""),)),
        PROCEDURE: (("M1711" if side == "RT" else "M1712",), (("20610", side),)),
        STUDY: ((chance.choice(("J189", "R059")),), (("71046", ""),)),
    }[kind]
    return Visit(
        patient=f"{FIRST[place % len(FIRST)]} {LAST[place % len(LAST)]}",
        born=date(1940 + place % 50, 1 + place % 12, 1 + place % 28),
        sex=("Female", "Male")[place % 2],
        account=f"RV-{4000 + 7 * place}",
        day=today - timedelta(days=2 + place % 9),
        visit_type=kind,
        provider=PROVIDERS[place % len(PROVIDERS)],
        payer=PAYERS[place % len(PAYERS)],
        member=f"M{730000 + place * 37}",
        diagnoses=diagnoses,
        procedures=procedures,
    )
