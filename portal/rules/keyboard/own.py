"""What one person made of the keys: a layout, keys of their own, and whether letters alone count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, product
from types import MappingProxyType

from portal.rules.keyboard.layouts import Keys, Layout, keys_clash, layout_keys, meet
from portal.rules.keyboard.registry import ACTIONS, LISTED, Action
from portal.rules.keyboard.strokes import belongs_to_controls, clash, expanded, never, shown

MOST_KEYS = 3  # for one action


@dataclass(frozen=True)
class Problem:
    """Why a key cannot be had, in words for the person who asked for it."""

    action: str
    text: str


@dataclass(frozen=True)
class Keyboard:
    """The keys of one person; `own` holds the actions they changed, with no key at all as an empty tuple."""

    layout: Layout = Layout.TWO_HANDS
    single_keys: bool = True
    own: Keys = field(default_factory=lambda: MappingProxyType({}))

    @property
    def keys(self) -> Keys:
        """The keys that hold, by action."""
        return keys_that_hold(self.layout, tuple(sorted((id_, tuple(keys)) for id_, keys in self.own.items())))

    def told(self) -> list[tuple[object, ...]]:
        """What the pages' script needs: for each action its id, label, group, keys, and how it acts."""
        keys = self.keys
        return [
            (action.id, action.label, action.group, keys[action.id], *([action.how] if action.how else []))
            for action in ACTIONS.values()
        ]

    def key_of(self, action: str, number: int | None = None) -> str:
        """The first key of an action, "" if it has none; of a numbered one, that of the number."""
        key = next(iter(self.keys[action]), "")
        return key if number is None else key.replace("#", str(number))


@lru_cache(maxsize=256)
def keys_that_hold(layout: Layout, own: tuple[tuple[str, tuple[str, ...]], ...]) -> Keys:
    """Own keys go before those of the layout; a key that came with a newer release never takes one away."""
    wanted = [(ACTIONS[id_], keys) for id_, keys in own if is_movable(id_)]
    mine = {action.id for action, _keys in wanted}
    wanted += [(action, layout_keys(action, layout)) for action in ACTIONS.values() if action.id not in mine]
    held: dict[str, tuple[str, ...]] = dict.fromkeys(ACTIONS, ())
    rivals: dict[str, list[tuple[Action, str]]] = defaultdict(list)  # what has a key so far, by its first stroke
    for action, keys in wanted:
        for key in keys:
            firsts = {one.split(" ")[0] for one in expanded(key)}
            if any(meet(action, other) and keys_clash(key, had) for first in firsts for other, had in rivals[first]):
                continue
            held[action.id] += (key,)
            for first in firsts:
                rivals[first].append((action, key))
    return MappingProxyType(held)


def is_movable(action: str) -> bool:
    """Whether a person may give the action a key: it exists, and its keys are neither numbers nor known to its part."""
    return action in ACTIONS and not ACTIONS[action].is_numbered and ACTIONS[action].how != LISTED


def check_own(layout: Layout, own: Keys) -> tuple[Problem, ...]:
    """What stands against these own keys in this layout; nothing if they may be kept."""
    return (*keys_out_of_bounds(layout, own), *keys_in_the_way(layout, own))


def keys_out_of_bounds(layout: Layout, own: Keys) -> Iterator[Problem]:
    for id_, keys in own.items():
        if not is_movable(id_):
            yield Problem(id_, "This action has no key that could be changed.")
            continue
        if len(keys) > MOST_KEYS:
            yield Problem(id_, f"At most {MOST_KEYS} keys for one action.")
        ours = layout_keys(ACTIONS[id_], layout)
        yield from (Problem(id_, text) for key in keys if (text := not_to_be_had(key, ours)))
        for key, other_key in combinations(keys, 2):
            if clash(key, other_key):
                yield Problem(
                    id_, f"{shown(key)} cannot stand beside {shown(other_key)}, the other key of this action."
                )


def not_to_be_had(key: str, ours: tuple[str, ...]) -> str:
    """Why nobody may give this key to an action; "" if they may. The layout's own keys (`ours`) may stay."""
    if reason := never(key):
        return f"{shown(key)} cannot be had: {reason}."
    if key not in ours and belongs_to_controls(key):
        return f"{shown(key)} cannot be had: buttons and fields need it."
    return ""


def keys_in_the_way(layout: Layout, own: Keys) -> Iterator[Problem]:
    """Each own key that another action has, by the other's name."""
    for id_ in filter(is_movable, own):
        for other in ACTIONS.values():
            theirs = own.get(other.id, layout_keys(other, layout))
            if other.id != id_ and meet(ACTIONS[id_], other):
                for key, other_key in product(own[id_], theirs):
                    if keys_clash(key, other_key):
                        yield Problem(id_, in_words(key, other_key, other))


def in_words(key: str, other_key: str, other: Action) -> str:
    if key == other_key:
        return f"{shown(key)} is the key of “{other.label}” ({other.group})."
    return f"{shown(key)} cannot stand beside {shown(other_key)}, the key of “{other.label}” ({other.group})."


def fitting_own(layout: Layout, own: Mapping[str, tuple[str, ...]]) -> Keys:
    """Those of somebody's own keys that another layout leaves room for."""
    kept: dict[str, tuple[str, ...]] = {}
    for id_, keys in own.items():
        if not check_own(layout, {**kept, id_: keys}):
            kept[id_] = keys
    return kept
