"""When a visit was: days of service by their labels, and by what else tells a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from coding.rules.page_signs import HEADINGS
from coding.rules.visit_facts.days import Day, days_in, range_at
from coding.rules.visit_facts.labels import Kind, Labelled
from coding.rules.visit_facts.shape import Mention, Weight
from coding.rules.visit_facts.sheets import Sheet

OLDEST = date(1979, 1, 1)  # ICD-9-CM came into use in the US; no code list is older
WEIGHTS = {Kind.SERVICE: Weight.LABELLED, Kind.DATE: Weight.WEAK, Kind.ADMITTED: Weight.HINT}


@dataclass(frozen=True)
class Stay:
    """A day of service, and the last one where a range is said."""

    first: Mention
    last: Mention | None = None


def labelled_days(found: Labelled, on: date) -> Iterator[Stay]:
    """The day of service behind its label, or from where to where."""
    weight = WEIGHTS.get(found.kind)
    if weight is None:
        return
    sheet = found.sheet
    end = sheet.line(sheet.line_of(found.start))[1] if not found.is_below else found.end
    span = range_at(sheet.text, on=on, start=found.start, end=end)
    if span is not None and span[0].day >= OLDEST:
        first, last = span
        yield Stay(mention(sheet, first, weight), mention(sheet, last, weight) if last else None)


def last_days(found: Labelled, on: date) -> Iterator[Mention]:
    """The last day behind a label of its own."""
    weight = {Kind.SERVICE_END: Weight.LABELLED, Kind.DISCHARGED: Weight.HINT}.get(found.kind)
    span = range_at(found.sheet.text, on=on, start=found.start, end=found.end) if weight else None
    if weight is not None and span is not None:
        yield mention(found.sheet, span[0], weight)


def heading_days(sheet: Sheet, on: date) -> Iterator[Mention]:
    """A day in the line of a heading: "OFFICE VISIT 11/03/2026"."""
    for start, end in (sheet.line(number) for number in range(len(sheet.lines))):
        if start < sheet.top and HEADINGS.match(sheet.text[start:end]):
            for day in days_in(sheet.text, on=on, start=start, end=end):
                yield mention(sheet, day, Weight.WEAK)


def signed_days(found: Labelled, on: date) -> Iterator[Mention]:
    """The day of the signature: mostly that of the visit, sometimes a later one."""
    if found.kind is Kind.SIGNED:
        end = found.sheet.line(found.sheet.line_of(found.start))[1]
        day = next(days_in(found.sheet.text, on=on, start=found.start, end=end), None)
        if day is not None:
            yield mention(found.sheet, day, Weight.HINT)


def mention(sheet: Sheet, day: Day, weight: Weight) -> Mention:
    """A day as a mention; misread letters make it weak."""
    return Mention(
        day.text, day.text, min(weight, Weight.WEAK) if day.mended else weight, sheet.passage(day.start, day.end)
    )
