"""The ledger: checks that only read, and say which rows and files are not as they must be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from portal import scope
from portal.rules.ledger import Alarm, Difference, Finding, Report

SHOWN = 100  # differences of one check that are named; the others are counted
Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class Look:
    """What a check is told: the time, and of how many files one is read as a whole (1: each; 0: none)."""

    at: datetime
    every: int = 1


@dataclass(frozen=True)
class Check:
    """One part of the ledger: its name, what is true if it finds nothing, and how it looks."""

    name: str
    says: str
    find: Callable[[Look], Iterable[Difference]]


def rows(sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Rows:
    """The rows of a query through a cursor on the server, so that their number needs no memory here."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values or None)
        while chunk := cursor.fetchmany(2000):
            yield from chunk


def asked(where: str, sql: str, values: Callable[[Look], Mapping[str, Any]] | None = None) -> Callable[[Look], Any]:
    """A look whose query gives the id and what is wrong of each row at fault."""

    def find(look: Look) -> Iterator[Difference]:
        for pk, what in rows(sql, values(look) if values else {}):
            yield Difference(where, str(pk), what)

    return find


def both(*finds: Callable[[Look], Iterable[Difference]]) -> Callable[[Look], Iterator[Difference]]:
    """One look after the other."""

    def find(look: Look) -> Iterator[Difference]:
        for one in finds:
            yield from one(look)

    return find


@contextmanager
def snapshot() -> Iterator[None]:
    """The service's scope in one transaction that writes nothing and sees one moment throughout."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with scope.service():
            yield


def take_stock(
    *, checks: Iterable[Check], alarms: Iterable[Callable[[Look], Iterable[Alarm]]], look: Look, shown: int = SHOWN
) -> Report:
    """Run the checks one after the other in one snapshot."""
    with snapshot():
        findings = [run(check, look, shown=shown) for check in checks]
        raised = [alarm for sound in alarms for alarm in sound(look)]
    return Report(at=look.at.isoformat(timespec="seconds"), findings=findings, alarms=raised)


def run(check: Check, look: Look, *, shown: int) -> Finding:
    """One check's finding: the first differences and how many there are."""
    finding, begun = Finding(check.name, check.says), time.monotonic()
    found = iter(check.find(look))
    finding.differences = list(islice(found, shown))
    finding.count = len(finding.differences) + sum(1 for _ in found)
    finding.seconds = round(time.monotonic() - begun, 2)
    return finding
