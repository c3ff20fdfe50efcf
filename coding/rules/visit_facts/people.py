"""Who rendered and who referred, among the providers of the practice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coding.rules.visit_facts.labels import Kind, Labelled
from coding.rules.visit_facts.names import CREDENTIALS, Fit, fits, person_at, plain
from coding.rules.visit_facts.numbers_on_pages import NPI
from coding.rules.visit_facts.shape import Listed, Mention, Weight
from coding.rules.visit_facts.sheets import Sheet

RENDERS, REFERS = {Kind.RENDERING, Kind.SIGNED}, {Kind.REFERRING}
LETTERHEAD = 3  # lines
NAME_END = re.compile(r"[(\[;/]|\bon\b|\bat\b|\d|\bdate\b|\bsigned\b", re.IGNORECASE)


def rendering(found: Labelled, providers: Iterable[Listed]) -> Iterator[Mention]:
    """Who rendered, by a label, a signature or a number."""
    if found.kind in RENDERS:
        yield from named(found, providers)
    elif found.kind is Kind.NPI and found.before not in REFERS:
        yield from numbered(found, providers)


def referring(found: Labelled, providers: Iterable[Listed]) -> Iterator[Mention]:
    """Who referred or ordered."""
    if found.kind in REFERS:
        yield from named(found, providers)
    elif found.kind is Kind.NPI and found.before in REFERS:
        yield from numbered(found, providers)


def named(found: Labelled, providers: Iterable[Listed]) -> Iterator[Mention]:
    """Those of the list whom the name behind a label can mean."""
    stop = NAME_END.search(found.text)
    name = found.text[: stop.start()].strip(" ,;:") if stop else found.text
    for fit in fits(name, providers):
        yield meant(found.sheet, fit, found.start, found.start + len(name))


def meant(sheet: Sheet, fit: Fit, start: int, end: int, weight: Weight = Weight.LABELLED) -> Mention:
    if fit.mended:
        weight = min(weight, Weight.WEAK)
    return Mention(fit.who.key, fit.who.name, weight, sheet.passage(start, end))


def numbered(found: Labelled, providers: Iterable[Listed]) -> Iterator[Mention]:
    """Whose number stands behind a label."""
    number = NPI.match(found.text)
    for who in providers:
        if number is not None and number[0] in who.also:
            place = found.sheet.passage(found.start, found.start + number.end())
            yield Mention(who.key, who.name, Weight.LABELLED, place)


def signatures(sheet: Sheet, providers: Iterable[Listed]) -> Iterator[Mention]:
    """A name with its degrees that is all of a line below the letterhead: a typed signature."""
    for number in range(LETTERHEAD, len(sheet.lines)):
        start, end = sheet.line(number)
        line = sheet.text[start:end].strip()
        if not has_degree(line) or person_at(line) is None or "   " in line:
            continue
        for fit in fits(line, providers):
            yield meant(sheet, fit, start, end, Weight.WEAK)


def has_degree(line: str) -> bool:
    words = line.replace(",", " ").split()
    return len(words) > 1 and all(word[0].isupper() for word in words) and plain(words[-1]) in CREDENTIALS
