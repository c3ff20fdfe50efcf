"""Queues as rules: which work is in one, in which order it leaves, how much of it one person gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

# Work whose turn is as near as this goes before every queue: order between queues must not cost a promise.
IN_DANGER = timedelta(hours=4)
EXAMPLES = 10  # encounters that a test names


class Order(StrEnum):
    TURN = "turn"
    AGE = "age"
    VALUE = "value"
    PAGES = "pages"

    @property
    def label(self) -> str:
        return {
            "turn": "Earliest promise, each practice in turn",
            "age": "Longest here",
            "value": "Highest value",
            "pages": "Fewest pages",
        }[self.value]


class QueueState(StrEnum):
    """Of one version of a queue."""

    DRAFT = "draft"
    TESTED = "tested"
    LIVE = "live"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True)
class Conditions:
    """What work is in a queue: every condition that is set holds; of a list one suffices. No condition: all work.

    `credentials` and `languages` are conditions of the person too: they must hold one of the credentials, and read all
    of the languages.
    """

    stages: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    practices: tuple[int, ...] = ()
    payers: tuple[str, ...] = ()  # by name, whatever the case: each practice has its own rows
    languages: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    pages_from: int | None = None
    pages_to: int | None = None
    hours_from: int | None = None  # since it came
    value_from: Decimal | None = None  # in relative weights, of what was coded; before that nothing has a value


@dataclass(frozen=True)
class Rules:
    """All that a version of a queue says."""

    conditions: Conditions = Conditions()
    order: Order = Order.TURN
    most_open: int | None = None  # of this queue in one person's hands
    most_a_day: int | None = None  # that one person takes from it in a day of theirs


@dataclass(frozen=True)
class Change:
    """One difference between two versions, in words."""

    what: str
    before: str
    after: str


WORDS: Mapping[str, str] = {
    "stages": "Stages",
    "specialties": "Specialties",
    "practices": "Practices",
    "payers": "Payers",
    "languages": "Languages",
    "credentials": "Credentials",
    "pages_from": "Pages, at least",
    "pages_to": "Pages, at most",
    "hours_from": "Hours here, at least",
    "value_from": "Value, at least",
    "order": "Order",
    "most_open": "Most open, each person",
    "most_a_day": "Most a day, each person",
}


def as_data(rules: Rules) -> dict[str, Any]:
    """The rules as they are stored; what is not set is left out."""
    conditions = {
        field.name: list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Decimal) else value
        for field in fields(Conditions)
        if (value := getattr(rules.conditions, field.name)) not in {(), None}
    }
    return {
        "conditions": conditions,
        "order": rules.order.value,
        **{name: value for name in ("most_open", "most_a_day") if (value := getattr(rules, name)) is not None},
    }


def from_data(data: Mapping[str, Any]) -> Rules:
    """The rules of what is stored."""
    stored: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.get("conditions", {}).items()
    }
    if "value_from" in stored:
        stored["value_from"] = Decimal(stored["value_from"])
    return Rules(
        conditions=Conditions(**stored),
        order=Order(data.get("order", Order.TURN)),
        most_open=data.get("most_open"),
        most_a_day=data.get("most_a_day"),
    )


def settings_of(rules: Rules, names: Mapping[str, Mapping[Any, str]]) -> Iterator[tuple[str, str]]:
    """Each thing that is set, with its value in words; `names` has the words of values by field."""
    for field in fields(Conditions):
        value = getattr(rules.conditions, field.name)
        if value not in {(), None}:
            known = names.get(field.name, {})
            values = value if isinstance(value, tuple) else (value,)
            yield field.name, ", ".join(known.get(one, str(one)) for one in values)
    yield "order", rules.order.label
    for name in ("most_open", "most_a_day"):
        if getattr(rules, name) is not None:
            yield name, str(getattr(rules, name))


def in_words(rules: Rules, names: Mapping[str, Mapping[Any, str]]) -> list[tuple[str, str]]:
    """What a queue says, as pairs of words."""
    return [(WORDS[name], value) for name, value in settings_of(rules, names)]


def changes(before: Rules | None, after: Rules, names: Mapping[str, Mapping[Any, str]]) -> list[Change]:
    """How a version differs from the one before it, in the order of the form."""
    old, new = dict(settings_of(before, names)) if before else {}, dict(settings_of(after, names))
    return [
        Change(WORDS[name], old.get(name, "–"), new.get(name, "–")) for name in WORDS if old.get(name) != new.get(name)
    ]


@dataclass(frozen=True)
class Taker:
    """What decides from which queues a person may take: valid credentials, languages, and what they took of each."""

    credentials: frozenset[str]
    languages: frozenset[str]
    open_of: Mapping[int, int]
    today_of: Mapping[int, int]


class Refused(StrEnum):
    """Why a person gets nothing from a queue."""

    CREDENTIAL = "credential"
    LANGUAGE = "language"
    MOST_OPEN = "most_open"
    MOST_A_DAY = "most_a_day"

    @property
    def words(self) -> str:
        """As the end of "3 wait in a queue …"."""
        return {
            "credential": "for which you have no valid credential that it asks for",
            "language": "whose language you do not read",
            "most_open": "of which you have as much open as one person may",
            "most_a_day": "of which you took as much today as one person may",
        }[self.value]


def why_refused(rules: Rules, queue: int, taker: Taker) -> Refused | None:
    """The first reason why the person may not take from the queue now, or None."""
    wanted = rules.conditions
    checks = (
        (bool(wanted.credentials) and not taker.credentials & set(wanted.credentials), Refused.CREDENTIAL),
        (not set(wanted.languages) <= taker.languages, Refused.LANGUAGE),
        (rules.most_open is not None and taker.open_of.get(queue, 0) >= rules.most_open, Refused.MOST_OPEN),
        (rules.most_a_day is not None and taker.today_of.get(queue, 0) >= rules.most_a_day, Refused.MOST_A_DAY),
    )
    return next((reason for fails, reason in checks if fails), None)


def clean_payers(text: str) -> tuple[str, ...]:
    """The payers of a field with one name a line."""
    return tuple(dict.fromkeys(name for line in text.splitlines() if (name := " ".join(line.split()).lower())))
