"""Keep what a person makes of their keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from portal.actions.audit import record
from portal.models import User
from portal.rules.keyboard import Keyboard, Layout, Problem, check_own, fitting_own


class KeysDoNotFit(Exception):
    """These keys get into each other's way, or are none that anybody may have; `problems` say which."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} keys do not fit")
        self.problems = problems


@transaction.atomic
def choose_layout(*, layout: Layout, single_keys: bool, by: User, at: datetime) -> tuple[str, ...]:
    """Take a layout; the actions whose own keys it has no room for get its keys, and are told."""
    keyboard = locked(by)
    own = fitting_own(layout, keyboard.own)
    keep(Keyboard(layout, single_keys, own), by=by, at=at)
    return tuple(id_ for id_ in keyboard.own if id_ not in own)


@transaction.atomic
def switch_single_keys(*, on: bool, by: User, at: datetime) -> None:
    """Whether a letter or sign alone counts as a key."""
    keyboard = locked(by)
    keep(Keyboard(keyboard.layout, on, keyboard.own), by=by, at=at)


@transaction.atomic
def change_keys(*, keys: Mapping[str, tuple[str, ...]], by: User, at: datetime) -> None:
    """Give actions these keys; one that gets its layout's keys is the person's own no more. Raises KeysDoNotFit."""
    keyboard = locked(by)
    usual = Keyboard(keyboard.layout).keys
    own = {id_: wanted for id_, wanted in {**keyboard.own, **keys}.items() if wanted != usual.get(id_)}
    if problems := check_own(keyboard.layout, own):
        raise KeysDoNotFit(problems)
    keep(Keyboard(keyboard.layout, keyboard.single_keys, own), by=by, at=at)


@transaction.atomic
def reset_keys(*, action: str | None = None, by: User, at: datetime) -> None:
    """Give one action the keys of its layout again, or every action. Raises KeysDoNotFit: another may have them now."""
    keyboard = locked(by)
    own = {id_: keys for id_, keys in keyboard.own.items() if action not in {None, id_}}
    if problems := check_own(keyboard.layout, own):
        raise KeysDoNotFit(problems)
    keep(Keyboard(keyboard.layout, keyboard.single_keys, own), by=by, at=at)


def locked(person: User) -> Keyboard:
    """The keys as they stand in the database, nobody else's to change until the transaction ends."""
    row: User = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return row.keyboard


def keep(keyboard: Keyboard, *, by: User, at: datetime) -> None:
    by.key_layout, by.single_keys = keyboard.layout, keyboard.single_keys
    by.own_keys = {id_: list(keys) for id_, keys in keyboard.own.items()}
    by.save(update_fields=["key_layout", "single_keys", "own_keys"])
    record(
        "keyboard.changed",
        at=at,
        by=by,
        about=by,
        layout=keyboard.layout.value,
        single_keys=keyboard.single_keys,
        own=sorted(keyboard.own),
    )
