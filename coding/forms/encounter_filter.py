"""What an address of the list of encounters asks for: filter and order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from coding.models import Encounter
from coding.models.encounter import EncounterQuerySet
from coding.models.encounter_filter import Reader, within
from coding.rules.encounter_columns import FIRST_SORT, SORTS, sort_of
from coding.rules.encounter_filter import (
    PEOPLE,
    PRACTICES,
    EncounterFilter,
    Names,
    from_parameters,
    read_filter,
    with_names,
    with_numbers,
)
from portal.models import Practice, User
from portal.rules.roles import Role


def known_names(user: User) -> dict[str, Names]:
    """The people and practices that a filter can name; who has left is still found by their work. Two queries."""
    people = User.objects.filter(user_roles__role__in=[Role.CODER, Role.VERIFIER]).distinct().by_name()
    practices = Practice.objects.visible_to(user).by_name()
    return {
        PEOPLE: {pk: (name,) for pk, name in people.values_list("pk", "name")},
        PRACTICES: {pk: (code, name) for pk, code, name in practices.values_list("pk", "code", "name")},
    }


@dataclass(frozen=True)
class AskedList:
    """One list of encounters: `found` names people and practices by number, `shown` as a person reads it."""

    typed: str
    found: EncounterFilter
    shown: EncounterFilter
    sort: str
    names: Mapping[str, Names]

    @classmethod
    def by(cls, parameters: Mapping[str, str], *, user: User) -> AskedList:
        """What an address asks for: `q` in words or, from pages that link here, parameters; `add` is one token more."""
        plain = parameters["q"] if "q" in parameters else from_parameters(parameters)
        typed = f"{plain} {parameters.get('add', '')}".strip()
        names = known_names(user)
        found = with_numbers(read_filter(typed), names)
        return cls(typed, found, with_names(found, names), sort_of(parameters.get("sort", "")), names)

    @property
    def text(self) -> str:
        """The filter as it stands in its field: in its one way of writing, or as it was typed if that says nothing."""
        return self.typed if self.found.problems else str(self.shown)

    @property
    def order(self) -> tuple[str, str]:
        return SORTS[self.sort].fields

    def query(self, **changes: str) -> str:
        """The address of the first page of this list, or of one that differs in filter (`q`) or order (`sort`)."""
        return query_of(changes.get("q", self.text), changes.get("sort", self.sort))

    def rows(self, *, user: User, reader: Reader) -> EncounterQuerySet:
        """The encounters that match; none while something is wrong with the filter."""
        rows: Any = Encounter.objects.visible_to(user)
        return rows.none() if self.found.problems else within(rows, self.found, reader=reader)


def query_of(text: str, sort: str) -> str:
    """The part of an address behind the path; what is usual is left out."""
    said = {name: value for name, value in (("q", text), ("sort", sort if sort != FIRST_SORT else "")) if value}
    return f"?{urlencode(said)}" if said else "?"
