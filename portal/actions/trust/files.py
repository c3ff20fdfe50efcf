"""Stored files: every name in a row is a file, and the bytes are those whose hash was noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from portal import storage
from portal.actions.scrub import EVERY, FORGOTTEN, naming_tables
from portal.actions.trust import Check, Look, rows
from portal.rules.ledger import Alarm, Difference

SWEPT = EVERY + 2 * FORGOTTEN  # the weekly scrub removes what no row has named for a day


@dataclass(frozen=True)
class Naming:
    """A column that names stored files; `sha256` is the column with the hash of the content, if there is one."""

    where: str
    table: str
    column: str
    sha256: str = ""
    condition: str = "true"


def namings() -> list[Naming]:
    """Every column of a practice's rows that names stored files; each model says its own (`stored_files`)."""
    return [
        Naming(model._meta.model_name or "", model._meta.db_table, column, sha256 or "", f"{column} <> ''")
        for model in naming_tables().values()
        for column, sha256 in model.stored_files.items()
    ]


def names_in_rows(namings: Sequence[Naming]) -> Iterator[tuple[str, str, int]]:
    """(name, where, id) in the order of names."""
    parts = " UNION ALL ".join(
        f"SELECT {naming.column} AS name, '{naming.where}' AS place, id FROM {naming.table} WHERE {naming.condition}"  # noqa: S608  (our own words)
        for naming in namings
    )
    yield from rows(f'SELECT name, place, id FROM ({parts}) named ORDER BY name COLLATE "C", place, id')  # noqa: S608


def presence(namings: Sequence[Naming]) -> Check:
    """The check that every name in a row is a stored file; both lists are walked side by side."""

    def find(_look: Look) -> Iterator[Difference]:
        for name, _kept_at, named in side_by_side(namings):
            if name is None:
                for _, where, pk in named:
                    yield Difference(where, str(pk), "its stored file is missing")

    return Check("files", "every stored file that a row names is there", find)


def side_by_side(
    namings: Sequence[Naming],
) -> Iterator[tuple[str | None, datetime | None, list[tuple[str, str, int]]]]:
    """(stored name, when it was kept, rows that name it): the name is None for a file that is missing."""
    stored = storage.walk()
    here = next(stored, None)
    for name, group in groupby(names_in_rows(namings), key=itemgetter(0)):
        while here is not None and here.name.encode() < name.encode():
            yield here.name, here.kept_at, []
            here = next(stored, None)
        if here is not None and here.name == name:
            yield here.name, here.kept_at, list(group)
            here = next(stored, None)
        else:
            yield None, None, list(group)
    while here is not None:
        yield here.name, here.kept_at, []
        here = next(stored, None)


def orphans(namings: Sequence[Naming], look: Look) -> Iterator[Alarm]:
    """How many stored files no row names although the scrub should have removed them, and one of them."""
    number, example = 0, ""
    for name, kept_at, named in side_by_side(namings):
        if not named and name is not None and kept_at is not None and kept_at < look.at - SWEPT:
            number, example = number + 1, example or name
    if number:
        yield Alarm(f"stored files that no row names and that were not swept, such as {example}", number)


def content(namings: Sequence[Naming]) -> Check:
    """The check that the bytes have the hash that was noted; of `every` rows one is read, another one each day."""

    def find(look: Look) -> Iterator[Difference]:
        if look.every:
            for naming in namings:
                if naming.sha256:
                    yield from altered(naming, look)

    return Check("bytes", "the stored bytes have the hash that was noted at receipt or delivery", find)


def altered(naming: Naming, look: Look) -> Iterator[Difference]:
    """The rows of a column whose bytes are not those that were noted."""
    found = rows(
        f"SELECT id, {naming.column}, {naming.sha256} FROM {naming.table} "  # noqa: S608  (our own words)
        f"WHERE {naming.condition} AND id %% %(every)s = %(turn)s ORDER BY id",
        {"every": look.every, "turn": look.at.toordinal() % look.every},
    )
    for pk, name, sha256 in found:
        try:
            storage.opened_unaltered(name, sha256=sha256).close()
        except storage.Altered:
            yield Difference(naming.where, str(pk), "its stored bytes are missing or not those that were noted")
