"""Where a scan of several visits is proposed to be cut, and why. Nothing is cut by itself: a person takes each or none.

A sign that a page belongs to another visit than the page before is worth more or less. The patient's name, number and
birth date, and separator sheets, decide; the date of service nearly; numbering that starts over, a heading or an
empty page only speak where nothing contradicts them: a long chart of one visit has many of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from enum import IntEnum, StrEnum

from coding.rules.page_signs import PageSigns, Said, ScannedPage, signs_of

SAME_NAME = 0.8  # share of equal letters from which on two names are one, read badly once
SAME_NUMBER = 0.85


class Strength(IntEnum):
    """How sure a proposal is; the reasons add up to the strongest of them."""

    PERHAPS = 1
    LIKELY = 2
    CERTAIN = 3

    @property
    def label(self) -> str:
        return ("Perhaps", "Likely", "Certain")[self - 1]


class Sign(StrEnum):
    SEPARATOR = "separator"
    PATIENT = "patient"
    BARCODE = "barcode"
    SERVICE = "service"
    NUMBERING = "numbering"
    HEADING = "heading"
    BLANK = "blank"


@dataclass(frozen=True)
class Reason:
    """One sign; the words never quote the page, only its labels."""

    sign: Sign
    words: str
    strength: Strength


@dataclass(frozen=True)
class Cut:
    """A visit is proposed to begin at this page."""

    page: int
    reasons: tuple[Reason, ...]

    @property
    def strength(self) -> Strength:
        return max(reason.strength for reason in self.reasons)

    @property
    def words(self) -> str:
        """ "Page 7: another patient name behind “Patient:”; numbering starts over"."""
        return f"Page {self.page}: {'; '.join(reason.words for reason in self.reasons)}"


@dataclass(frozen=True)
class Proposal:
    """Cuts in the order of pages, and sheets that document nothing, each with why."""

    cuts: tuple[Cut, ...] = ()
    left_out: dict[int, str] = field(default_factory=dict)


@dataclass
class Known:
    """What the pages of the visit so far have said; a page that says nothing changes nothing."""

    name: Said | None = None
    number: Said | None = None
    birth: Said | None = None
    service: Said | None = None
    barcodes: tuple[str, ...] = ()
    place: tuple[int, int] | None = None
    opening: PageSigns | None = None  # its first page

    def take(self, page: PageSigns) -> None:
        self.name, self.number = self.name or page.name, self.number or page.number
        self.birth, self.service = self.birth or page.birth, self.service or page.service
        self.barcodes, self.place = page.barcodes or self.barcodes, page.place
        self.opening = self.opening or page


def propose(pages: Sequence[ScannedPage]) -> Proposal:
    """Where the pages, in their order, are proposed to be cut into visits."""
    cuts, left_out = [], {}
    known, waiting = Known(), []  # reasons met on sheets that document nothing, for the page that comes next
    for page in pages:
        signs = signs_of(page)
        if signs.is_separator:
            left_out[page.number] = "a separator sheet"
            waiting.append(Reason(Sign.SEPARATOR, "a separator sheet stands before it", Strength.CERTAIN))
        elif signs.is_blank:
            left_out[page.number] = "an empty page"
            waiting.append(Reason(Sign.BLANK, "an empty page stands before it", Strength.PERHAPS))
        elif known.opening is None:
            known.take(signs)
            waiting.clear()
        else:
            reasons = tuple(weighed(known, signs, waiting))
            waiting.clear()
            if reasons:
                cuts.append(Cut(page.number, reasons))
                known = Known()
            known.take(signs)
    return Proposal(tuple(cuts), left_out)


def weighed(known: Known, page: PageSigns, before: Iterable[Reason]) -> Iterator[Reason]:
    """The reasons for a cut, strongest first; nothing if they do not carry one."""
    found = [*before, *other_patient(known, page), *other_barcode(known, page), *other_day(known, page)]
    firm = [reason for reason in found if reason.strength > Strength.PERHAPS]
    weak = [reason for reason in found if reason.strength == Strength.PERHAPS]
    weak += [*starts_over(known, page), *same_opening(known, page)]
    if not firm and (len(weak) < 2 or goes_on(known, page)):  # noqa: PLR2004  (one weak sign alone says nothing)
        return
    unique = {reason.sign: reason for reason in [*firm, *weak]}
    yield from sorted(unique.values(), key=lambda reason: -reason.strength)


def goes_on(known: Known, page: PageSigns) -> bool:
    """Whether the page says itself that it is the same patient on the same day."""
    patient = any(
        one is not None and other is not None and same(one.value, other.value)
        for one, other in ((known.name, page.name), (known.number, page.number), (known.birth, page.birth))
    )
    return patient and known.service is not None and page.service is not None


def other_patient(known: Known, page: PageSigns) -> Iterator[Reason]:
    """The name decides; number and birth date decide where a name is missing, or together against it."""
    differ = [
        (one, other)
        for one, other in ((known.name, page.name), (known.number, page.number), (known.birth, page.birth))
        if one is not None and other is not None and not same(one.value, other.value)
    ]
    same_name = known.name is not None and page.name is not None and alike(str(known.name.value), str(page.name.value))
    if not differ or (same_name and len(differ) < 2):  # noqa: PLR2004
        return
    labels = [f"“{other.label}”" for _, other in differ]
    yield Reason(Sign.PATIENT, f"another patient: {in_a_row(labels)} {'change' if labels[1:] else 'changes'}",
                 Strength.CERTAIN)  # fmt: skip


def other_barcode(known: Known, page: PageSigns) -> Iterator[Reason]:
    """A label that is printed on every page of a visit, and is another one now."""
    if known.barcodes and page.barcodes and not set(known.barcodes) & set(page.barcodes):
        yield Reason(Sign.BARCODE, "the barcode changes", Strength.LIKELY)


def other_day(known: Known, page: PageSigns) -> Iterator[Reason]:
    """Another date behind the label of the date of service."""
    if known.service is not None and page.service is not None and not same(known.service.value, page.service.value):
        yield Reason(Sign.SERVICE, f"another date behind “{page.service.label}”", Strength.LIKELY)


def starts_over(known: Known, page: PageSigns) -> Iterator[Reason]:
    """The page says to be the first after one that said to be a later or the only one."""
    if page.place is not None and page.place[0] == 1 and known.place is not None:
        yield Reason(Sign.NUMBERING, f"numbering starts over at “Page 1 of {page.place[1]}”", Strength.PERHAPS)


def same_opening(known: Known, page: PageSigns) -> Iterator[Reason]:
    """A title, or the letterhead with which the visit before began."""
    opening = known.opening
    if page.heading:
        yield Reason(Sign.HEADING, "a new heading", Strength.PERHAPS)
    elif opening is not None and opening.heading and page.letterhead and page.letterhead == opening.letterhead:
        yield Reason(Sign.HEADING, "the letterhead comes again", Strength.PERHAPS)


def same(one: str | date, other: str | date) -> bool:
    """Whether two values are one, as far as a badly read letter allows."""
    if isinstance(one, date) or isinstance(other, date):
        return short(one) == short(other)
    if alike(one, other):
        return True
    limit = SAME_NUMBER if any(letter.isdigit() for letter in one) else SAME_NAME
    return SequenceMatcher(None, one, other).ratio() >= limit


def short(day: str | date) -> tuple[int, ...] | str:
    """A date without its century, which many labels leave out."""
    return (day.month, day.day, day.year % 100) if isinstance(day, date) else day


def alike(one: str, other: str) -> bool:
    """Whether all words of one are words of the other: "Jane Doe" and "Jane Ann Doe"."""
    return set(one.split()) <= set(other.split()) or set(other.split()) <= set(one.split())


def in_a_row(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
