"""What one key does to a page of the visit in hand: cut before it, hand it to the visit beside, take it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from coding.rules.arranging import Arrangement, Slot, Visit


class PageMove(StrEnum):
    """One step; the page is one of the visit in hand."""

    BEGIN = "begin"  # a new visit begins at this page
    BEFORE = "before"  # the page belongs to the visit before
    AFTER = "after"  # to the next one
    OUT = "out"  # it is not of this visit


class CannotMove(Exception):
    """The step leads nowhere; the text says why, to the person who asked for it."""


def moved(at: Arrangement, move: PageMove, *, own: int, page: int) -> Arrangement:
    """The arrangement after the step; CannotMove."""
    visit = at.visit_of(own)
    slot = next((slot for slot in visit.slots if slot.page == page), None) if visit else None
    if visit is None or slot is None:
        raise CannotMove("This page is not one of the visit.")
    return MOVES[move](at, visit, slot)


def begun(at: Arrangement, visit: Visit, slot: Slot) -> Arrangement:
    place = visit.slots.index(slot)
    if place == 0:
        raise CannotMove("The visit begins at this page already.")
    index = at.visits.index(visit)
    kept, new = replace(visit, slots=visit.slots[:place]), Visit(visit.slots[place:])
    return replace(at, visits=(*at.visits[:index], kept, new, *at.visits[index + 1 :]))


def handed_back(at: Arrangement, visit: Visit, slot: Slot) -> Arrangement:
    return handed(at, visit, slot, beside(at, visit, -1), first=False)


def handed_on(at: Arrangement, visit: Visit, slot: Slot) -> Arrangement:
    return handed(at, visit, slot, beside(at, visit, 1), first=True)


def beside(at: Arrangement, visit: Visit, step: int) -> Visit:
    """The visit whose pages stand before those of this one in the chart, or behind them."""
    rows = sorted((one for one in at.visits if one.slots), key=lambda one: min(one.numbers))
    place = rows.index(visit) + step
    if not 0 <= place < len(rows):
        raise CannotMove(f"The chart has no visit {'before' if step < 0 else 'after'} this one.")
    return rows[place]


def handed(at: Arrangement, visit: Visit, slot: Slot, to: Visit, *, first: bool) -> Arrangement:
    slots = (slot, *to.slots) if first else (*to.slots, slot)
    changed = {id(visit): without(visit, slot), id(to): replace(to, slots=slots)}
    return replace(at, visits=tuple(changed.get(id(one), one) for one in at.visits))


def taken_out(at: Arrangement, visit: Visit, slot: Slot) -> Arrangement:
    visits = tuple(without(visit, slot) if one is visit else one for one in at.visits)
    return Arrangement(visits, tuple(sorted({*at.left_out, slot.page})))


def without(visit: Visit, slot: Slot) -> Visit:
    return replace(visit, slots=tuple(one for one in visit.slots if one != slot))


MOVES: Mapping[PageMove, Callable[[Arrangement, Visit, Slot], Arrangement]] = MappingProxyType(
    {PageMove.BEGIN: begun, PageMove.BEFORE: handed_back, PageMove.AFTER: handed_on, PageMove.OUT: taken_out}
)


def undone(before: Arrangement, after: Arrangement) -> Arrangement:
    """The pages as they were, in the visits that are there still: one that has ended comes back as a new one."""
    there = {visit.encounter for visit in after.visits}
    visits = tuple(visit if visit.encounter in there else Visit(visit.slots) for visit in before.visits)
    return replace(before, visits=visits)
