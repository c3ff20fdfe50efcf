"""Three layouts to choose from, and what gets into each other's way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from portal.rules.keyboard.registry import ACTIONS, Action, Place
from portal.rules.keyboard.strokes import clash, expanded

Keys = Mapping[str, tuple[str, ...]]  # the keys of actions, by their id


class Layout(StrEnum):
    """A whole set of keys; people change single ones from there."""

    TWO_HANDS = "two_hands"
    LEFT_HAND = "left_hand"
    WITH_ALT = "with_alt"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Layout.TWO_HANDS: "Two hands",
    Layout.LEFT_HAND: "Left hand, the mouse in the right",
    Layout.WITH_ALT: "With Alt, no single letters",
}


def layout_keys(action: Action, layout: Layout) -> tuple[str, ...]:
    """The keys of an action in a layout."""
    return {Layout.TWO_HANDS: action.keys, Layout.LEFT_HAND: action.left, Layout.WITH_ALT: action.modified}[layout]


@dataclass(frozen=True)
class Conflict:
    """Two actions that hold at one place and cannot both have their key."""

    action: str
    key: str
    other: str
    other_key: str


def meet(one: Action, other: Action) -> bool:
    """Whether two actions can be had at the same place."""
    return bool(one.places & other.places) or Place.EVERYWHERE in one.places | other.places


def conflicts(keys: Keys) -> Iterator[Conflict]:
    """Every two keys of a whole set that cannot both hold."""
    for one, other in combinations((ACTIONS[id_] for id_ in keys), 2):
        if not meet(one, other):
            continue
        for key in keys[one.id]:
            for other_key in keys[other.id]:
                if keys_clash(key, other_key):
                    yield Conflict(one.id, key, other.id, other_key)


def keys_clash(one: str, other: str) -> bool:
    """Whether two keys, each with its numbers, can't both hold."""
    return any(clash(a, b) for a in expanded(one) for b in expanded(other))
