"""One invented practice for all cases, and pages of text as words with boxes."""

from __future__ import annotations

import re
from datetime import date

from coding.rules.visit_facts import EarlierVisit, Facts, Known, Listed, PageOfVisit, Practice, facts_of
from portal.rules.words import SURE, Lines, Word
from tests.coding.visit_facts.cases import Case

RECEIVED = date(2026, 11, 9)
LEFT, TOP, WIDE, HIGH, LEADING = 500, 400, 85, 110, 160  # ten-thousandths of the page
PRACTICE = Practice(
    providers=(
        Listed("11", "Dana Whitlow, MD", ("1000000004",), specialty="primary_care"),
        Listed("12", "Samuel Okoro, MD", ("1000000012",), specialty="cardiology"),
        Listed("13", "Priya Raman, MD", ("1000000020",), specialty="radiology"),
        Listed("14", "Ngozi Okoro, NP", ("1000000061",), specialty="primary_care"),
        Listed("15", "Henrik J. Vale, DO", ("1000000038",), specialty="orthopedics"),
    ),
    locations=(
        Listed("21", "River office, Mill Street", place="11"),
        Listed("22", "River imaging, Mill Street", place="11"),
        Listed("23", "Lake General, emergency room", place="23"),
        Listed("24", "By video", place="10"),
        Listed("25", "Lake surgery center", place="24"),
    ),
    payers=(
        Listed("31", "Medicare Part B", ("MCARE",)),
        Listed("32", "Blue Heron Health Plan", ("BHHP1", "Blue Heron HMO")),
        Listed("33", "Summit Mutual", ("SUMM7",)),
        Listed("34", "UnitedHealthcare"),
        Listed("35", "Blue Cross Blue Shield of Ohio"),
        Listed("36", "Workers' compensation fund", ("WCF02",)),
        Listed("37", "Self-pay"),
        Listed("38", "Aetna"),
        Listed("39", "Aetna Better Health"),
    ),
)
LISTS = {
    "rendering_provider": PRACTICE.providers, "referring_provider": PRACTICE.providers,
    "location": PRACTICE.locations, "payer": PRACTICE.payers,
}  # fmt: skip


def laid_out(text: str) -> Lines:
    """A text as a typewriter puts it on a page: each letter its width, columns where they stand."""
    rows = []
    for place, line in enumerate(text.splitlines()):
        top = TOP + place * LEADING
        rows.append(
            [
                Word(found[0], LEFT + found.start() * WIDE, top, LEFT + found.end() * WIDE, top + HIGH, SURE)
                for found in re.finditer(r"\S+", line)
            ]
        )
    return Lines.of(rows)


def as_key(name: str, value: str) -> str:
    """A value as the form takes it: the rows of lists by their id."""
    return next((row.key for row in LISTS.get(name, ()) if row.name == value), value)


def keys(values: dict[str, str]) -> dict[str, str]:
    return {name: as_key(name, value) for name, value in values.items()}


def known_of(case: Case, pages: list[Lines] | None = None) -> Known:
    """All that is known in a case; `pages` are its words if they were read from pictures."""
    lines = pages if pages is not None else [laid_out(text) for text in case.pages]
    visits = []
    for label, told in case.earlier:
        month, day, year = (int(part) for part in told["date_from"].split("/"))
        visits.append(EarlierVisit(label, date(year, month, day), keys(told)))
    return Known(
        pages=tuple(PageOfVisit(100 + number, number, words) for number, words in enumerate(lines, 1)),
        practice=PRACTICE, received_on=RECEIVED, manifest=keys(case.manifest), earlier=tuple(visits),
    )  # fmt: skip


def wrong(case: Case, facts: dict[str, Facts] | None = None) -> list[str]:
    """What is not as the case wants it, in words; nothing if all is right."""
    found = dict(facts_of(known_of(case))) if facts is None else facts
    faults = []
    for name in sorted({*found, *case.wanted}):
        how, values = case.wanted.get(name, ("", ()))
        wanted = [as_key(name, value) for value in values]
        known = found.get(name, Facts())
        offered = [one.value for one in known.candidates]
        filled = known.filled.value if known.filled else None
        right = {
            "=": wanted == [filled],
            "?": filled is None and set(wanted) <= set(offered),
            "!": not offered,
            "": filled is None,
        }[how]
        if not right:
            faults.append(f"{name}: wanted {how}{wanted}, filled {filled}, offered {offered}")
    return faults
