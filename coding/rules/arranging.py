"""Which pages of a chart are which visit: what may be asked of an arrangement, and what is wrong with it.

An arrangement names each page of the chart by its number, in a visit or explicitly left out. The rules
of protection: a page never leaves a visit that somebody holds, and what was submitted keeps its pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, groupby, pairwise

TURNS = (0, 90, 180, 270)  # degrees clockwise
VISIT_LIMIT = 200  # visits of one chart: a day's scan of a busy office has fewer


class Right(StrEnum):
    """What may be done to the pages of a visit that is there already."""

    FREE = "free"  # nobody works on it
    GROWS = "grows"  # somebody holds it: pages may come, none may go
    FIXED = "fixed"  # it was submitted or is finished


@dataclass(frozen=True)
class Slot:
    """One page (its number in the chart, from 1) and how far it is turned."""

    page: int
    turn: int = 0


@dataclass(frozen=True)
class Visit:
    """The pages of one visit in order; `encounter` is its id and `name` its label, None and "" for one to be made."""

    slots: tuple[Slot, ...]
    encounter: int | None = None
    name: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(slot.page for slot in self.slots)


@dataclass(frozen=True)
class Arrangement:
    """The visits of a chart in order, and the pages that belong to none."""

    visits: tuple[Visit, ...]
    left_out: tuple[int, ...] = ()

    def visit_of(self, encounter: int) -> Visit | None:
        return next((visit for visit in self.visits if visit.encounter == encounter), None)


def arrangement(visits: Iterable[Visit], page_count: int) -> Arrangement:
    """The visits as they are, with every page of the chart that none of them has as left out."""
    rows = tuple(visits)
    covered = {number for visit in rows for number in visit.numbers}
    return Arrangement(rows, tuple(number for number in range(1, page_count + 1) if number not in covered))


def fingerprint(at: Arrangement) -> str:
    """The version of an arrangement: the same for the same pages in the same places, 16 hex digits."""
    text = "|".join(f"{visit.encounter}:{','.join(f'{s.page}@{s.turn}' for s in visit.slots)}" for visit in at.visits)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def whats_wrong(
    before: Arrangement, asked: Arrangement, *, own: int, rights: Mapping[int, Right], page_count: int
) -> str | None:
    """The first thing for which the arrangement cannot be written, in words; None if it can.

    `own` is the id of the visit in the person's hands; `rights` says for each other visit what may be done to it.
    """
    checks: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: of_the_chart(asked, page_count),
        lambda: shape(asked),
        lambda: shared(before, asked, page_count),
        lambda: missing(asked, page_count),
        lambda: own_is_empty(asked, own),
        lambda: protected(before, asked, own=own, rights=rights),
    )
    return next((words for check in checks for words in check()), None)


def of_the_chart(asked: Arrangement, page_count: int) -> Iterator[str]:
    """Pages that the chart does not have, turns that do not exist."""
    numbers = {number for visit in asked.visits for number in visit.numbers} | set(asked.left_out)
    strange = sorted(number for number in numbers if not 1 <= number <= page_count)
    if strange:
        yield f"The chart has {page_count} {'page' if page_count == 1 else 'pages'}: there is no page {strange[0]}."
    if any(slot.turn not in TURNS for visit in asked.visits for slot in visit.slots):
        yield "A page is turned by 90, 180 or 270 degrees."


def shape(asked: Arrangement) -> Iterator[str]:
    """Too many visits, one visit named twice, a page twice in one visit."""
    if len(asked.visits) > VISIT_LIMIT:
        yield f"A chart is split into at most {VISIT_LIMIT} visits."
    named = [visit.encounter for visit in asked.visits if visit.encounter is not None]
    if len(named) != len(set(named)):
        yield "A visit stands twice in the list."
    for visit in asked.visits:
        twice = repeated(visit.numbers)
        if twice:
            yield f"Page {twice[0]} stands twice in one visit."


def shared(before: Arrangement, asked: Arrangement, page_count: int) -> Iterator[str]:
    """A page in two visits, unless both have exactly the same pages or had it both before.

    A visit that spans the whole chart is in nobody's way.
    """
    seen: dict[int, list[Visit]] = {}
    for visit in asked.visits:
        for number in visit.numbers if len(visit.slots) < page_count else ():
            seen.setdefault(number, []).append(visit)
    for number in sorted(seen):
        for one, other in combinations(seen[number], 2):
            if set(one.numbers) != set(other.numbers) and not (had(before, one, number) and had(before, other, number)):
                yield f"Page {number} belongs to two visits. Two visits may share their pages only if they share all."


def had(before: Arrangement, visit: Visit, number: int) -> bool:
    """Whether the visit had the page before."""
    old = before.visit_of(visit.encounter) if visit.encounter is not None else None
    return old is not None and number in old.numbers


def missing(asked: Arrangement, page_count: int) -> Iterator[str]:
    """Pages in no visit that are not left out by name, and pages that are both."""
    covered = {number for visit in asked.visits for number in visit.numbers}
    both = sorted(covered & set(asked.left_out))
    if both:
        yield f"Page {both[0]} is in a visit and left out."
    gone = [number for number in range(1, page_count + 1) if number not in covered and number not in asked.left_out]
    if gone:
        text = in_words(gone)
        yield f"Page {text} belongs to no visit." if len(gone) == 1 else f"Pages {text} belong to no visit."


def own_is_empty(asked: Arrangement, own: int) -> Iterator[str]:
    """The visit in the person's hands needs a page: with none it would vanish under them."""
    visit = asked.visit_of(own)
    if visit is None or not visit.slots:
        yield "The visit that you have open needs at least one page."


def protected(before: Arrangement, asked: Arrangement, *, own: int, rights: Mapping[int, Right]) -> Iterator[str]:
    """What may not be done to visits that others hold or that were submitted."""
    for visit in asked.visits:
        if visit.encounter is not None and before.visit_of(visit.encounter) is None:
            yield "One of the visits is not of this chart."
    for old in before.visits:
        if old.encounter is None or old.encounter == own:
            continue
        right, new = rights.get(old.encounter, Right.FIXED), asked.visit_of(old.encounter)
        slots = new.slots if new else ()
        if right is Right.FIXED and slots != old.slots:
            yield f"{old.name} was coded already: its pages stay as they are. Ask for it to be reopened first."
        gone = sorted(set(old.numbers) - {slot.page for slot in slots})
        if right is Right.GROWS and gone:
            yield f"Somebody works on {old.name}: page {in_words(gone)} stays there until they give it back."


def repeated(numbers: Collection[int]) -> list[int]:
    """The numbers that occur more than once, sorted."""
    ordered = sorted(numbers)
    return [number for number, after in pairwise(ordered) if number == after]


def in_words(numbers: Iterable[int]) -> str:
    """Pages in their order as runs: "1–3, 7"."""
    rows = list(enumerate(numbers))
    runs = [[number for _, number in run] for _, run in groupby(rows, lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def with_cuts(
    at: Arrangement, pages: Iterable[int], *, left_out: Collection[int] = (), locked: Collection[int | None] = ()
) -> Arrangement:
    """The arrangement with each visit cut before the pages, and some pages left out; `locked` visits stay whole."""
    starts, gone, visits = set(pages), set(left_out), []
    for visit in at.visits:
        if visit.encounter in locked:
            visits.append(visit)
            continue
        kept = [slot for slot in visit.slots if slot.page not in gone] or list(visit.slots)
        rows: list[list[Slot]] = []
        for slot in kept:
            if not rows or slot.page in starts:
                rows.append([])
            rows[-1].append(slot)
        first, *more = rows or [[]]
        visits += [Visit(tuple(first), visit.encounter, visit.name), *(Visit(tuple(row)) for row in more)]
    covered = {number for visit in visits for number in visit.numbers}
    everything = sorted({number for visit in at.visits for number in visit.numbers} | set(at.left_out))
    return Arrangement(tuple(visits), tuple(number for number in everything if number not in covered))
