"""What one page says about whose visit it belongs to: patient, dates, numbering, heading, separator.

Everything here looks at the words of one page. Labels are those of practice systems and dictated notes; a value that
does not look like what its label promises is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from portal.rules.separators import SEPARATORS

CENTURY = 100
SHEET_WORDS = 40  # a page with more words than this is not a separator sheet, whatever is printed on it
TOP_LINES = 6  # in which a heading stands

LABEL_END = r"\s*[:#]\s*"
NAME = re.compile(
    rf"(?:^|\s{{2,}}|\|\s*)(?P<label>patient(?:'s)?(?: name)?|pt\.?(?: name)?|name of patient|name){LABEL_END}"
    r"(?P<value>[^\W\d_][\w'’.,\- ]{2,60}?)"
    r"(?=\s{2,}|\s*\||$|\s+(?:dob|d\.o\.b|date|mrn|sex|age|gender|account|acct)\b)",
    re.IGNORECASE | re.MULTILINE,
)
NUMBER = re.compile(
    r"\b(?P<label>mrn|med(?:ical)? rec(?:ord)?(?: (?:no|number))?|chart (?:no|number)|patient id"
    rf"|account(?: (?:no|number))?|acct){LABEL_END}(?P<value>[A-Z0-9][A-Z0-9\-]{{2,19}})\b",
    re.IGNORECASE,
)
DAY = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}"
    r"|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? \d{4})"
)
BIRTH = re.compile(
    rf"\b(?P<label>dob|d\.o\.b\.?|date of birth|birth ?date|born){LABEL_END}(?P<value>{DAY})", re.IGNORECASE
)
SERVICE = re.compile(
    rf"\b(?P<label>date of (?:service|visit|procedure|exam|study|encounter|consultation)|dos"
    rf"|(?:visit|service|encounter|exam|procedure|study) date|seen on){LABEL_END}(?P<value>{DAY})",
    re.IGNORECASE,
)
PLACE = re.compile(r"\b(?:page|pg\.?)\s*:?\s*(\d{1,3})\s*(?:of|/)\s*(\d{1,3})\b", re.IGNORECASE)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HEADINGS = re.compile(
    r"^\W*(?:(?:initial |follow[- ]?up |new patient |established patient |annual )?"
    r"(?:office|clinic|wellness|home|telehealth|emergency(?: department| room)?|urgent care)"
    r" (?:visit|note|record|report)"
    r"|(?:progress|procedure|consultation|admission|discharge|nursing|soap|clinic) note"
    r"|h(?:istory)? (?:&|and) p(?:hysical)?"
    r"|history and physical|operative (?:report|note)|discharge summary|radiology report|pathology report"
    r"|consultation(?: report)?|emergency department (?:record|note)|superbill|encounter form)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ScannedPage:
    """A page as it is known: its number in the chart, its words, whether it shows nothing, the barcodes on it."""

    number: int
    text: str = ""
    is_blank: bool = False
    barcodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """A value and the label it stood behind, as printed."""

    label: str
    value: str | date


@dataclass(frozen=True)
class PageSigns:
    """What a page says; None where it says nothing."""

    name: Said | None = None
    number: Said | None = None
    birth: Said | None = None
    service: Said | None = None
    place: tuple[int, int] | None = None  # "Page 1 of 3"
    heading: str = ""
    letterhead: str = ""  # its first line, without digits
    is_blank: bool = False
    is_separator: bool = False
    barcodes: tuple[str, ...] = ()


def signs_of(page: ScannedPage) -> PageSigns:
    """Everything that a page says about whose visit it is."""
    text = page.text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return PageSigns(
        name=first(NAME, text, names),
        number=first(NUMBER, text, numbers),
        birth=first(BIRTH, text, days),
        service=first(SERVICE, text, days),
        place=place_in(text),
        heading=next((line for line in lines[:TOP_LINES] if HEADINGS.match(line)), ""),
        letterhead=re.sub(r"[\d\W_]+", " ", lines[0]).strip().casefold() if lines else "",
        is_blank=page.is_blank,
        is_separator=is_separator(page, lines),
        barcodes=page.barcodes,
    )


def first(pattern: re.Pattern[str], text: str, read: Callable[[str], Iterator[str | date]]) -> Said | None:
    """The first match whose value is what the label promises."""
    for match in pattern.finditer(text):
        for value in read(match["value"]):
            return Said(" ".join(match["label"].split()).strip(), value)
    return None


def names(text: str) -> Iterator[str]:
    """A person's name as its words in order of the alphabet: "Doe, Jane A." and "Jane Doe" are one."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1]
    if 2 <= len(words) <= 5 and all(word[0].isupper() for word in words):  # noqa: PLR2004
        yield " ".join(sorted(word.casefold() for word in words))


def numbers(text: str) -> Iterator[str]:
    """A record number: it has a digit."""
    if any(letter.isdigit() for letter in text):
        yield text.upper()


def days(text: str) -> Iterator[date]:
    """A date in any of the usual forms; nothing for one that does not exist."""
    found = [int(part) for part in re.findall(r"\d+", text)]
    month = next((number for number, name in enumerate(MONTHS, 1) if name in text.casefold()), 0)
    if month and len(found) == 2:  # noqa: PLR2004  (day and year beside the month's name)
        day, year = found
    elif len(found) == 3 and len(str(found[0])) == 4:  # noqa: PLR2004  (1960-01-31)
        year, month, day = found
    elif len(found) == 3:  # noqa: PLR2004  (01/31/1960)
        month, day, year = found
    else:
        return
    try:
        yield date(year if year >= CENTURY else 2000 + year, month, day)
    except ValueError:
        return


def place_in(text: str) -> tuple[int, int] | None:
    """Which page of how many it says to be; the last such words of the page, where a footer stands."""
    found = [(int(number), int(of)) for number, of in PLACE.findall(text)]
    return next((place for place in reversed(found) if 1 <= place[0] <= place[1]), None)


def is_separator(page: ScannedPage, lines: list[str]) -> bool:
    """Whether it is a sheet that was put between documents: by its barcode, or by saying so and little else."""
    if any(value.strip().upper() in SEPARATORS for value in page.barcodes):
        return True
    words = sum(len(line.split()) for line in lines)
    return 0 < words <= SHEET_WORDS and any(re.sub(r"\s+", " ", line.upper()) in SEPARATORS for line in lines)
