"""Lists, the manager's page and the inbox at ten thousand encounters and at a million, in one run.

`SCALE=100000 python -m tests.bench scale` goes less far. The same work arrives each day at both; the history is longer.
"""

import logging
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from psycopg import sql

from coding.models import Encounter
from config import embedded
from portal import scope
from portal.models import Batch, User
from portal.rules.roles import Role
from tests import factories

SMALL, LARGE = 10_000, int(os.environ.get("SCALE", "1000000"))
ROUNDS = 40
ALLOWED = 1.5
# What is shown, to whom, at which address.
PAGES = (
    ("batches of a practice", "practice", "portal:batches", {}),
    ("batches of all", "manager", "portal:batches", {}),
    ("charts of a batch", "manager", "portal:batch-charts", {"pk": "batch"}),
    ("encounters", "manager", "coding:operations-encounters", {}),
    ("encounters, delivered", "manager", "coding:operations-encounters?state=delivered", {}),
    ("encounters of a practice", "manager", "coding:operations-encounters?practice={practice}", {}),
    ("encounters, done today", "manager", "coding:operations-encounters?state=done_today", {}),
    ("encounters, oldest first", "manager", "coding:operations-encounters?q=status:delivered&sort=age", {}),
    ("encounters, found by coder", "manager", "coding:operations-encounters?q=coder:none+status:any", {}),
    ("counts of views", "manager", "coding:view-counts", {}),
    ("operations", "manager", "coding:operations", {}),
    ("the line", "manager", "coding:line", {}),
    ("queue", "coder", "coding:queue", {}),
    ("inbox", "manager", "feedback:stream", {}),
    ("inbox of a practice", "practice", "feedback:stream", {}),
    ("threads", "manager", "feedback:inbox", {}),
    ("threads of a practice", "practice", "feedback:inbox", {}),
    ("home of a practice", "practice", "portal:home", {}),
    ("ready to bill", "biller", "claims:ready", {}),
)


@dataclass(frozen=True)
class Measured:
    """Of one page: the middle and the 95th percentile in milliseconds, and how many queries it takes."""

    middle: float
    p95: float
    queries: int


def people() -> dict[str, User]:
    """Who reads; made once."""
    roles = {"manager": Role.MANAGER, "biller": Role.BILLER}
    found = {"practice": User.objects.get(email="scale.practice1@example.com")}
    found["coder"] = User.objects.get(email="scale.coder1@example.com")
    for name, role in roles.items():
        email = f"scale.{name}@example.com"
        found[name] = User.objects.filter(email=email).first() or factories.UserFactory(email=email, roles=[role])
    return found


@dataclass
class Reader:
    """A site of one size: its database, and a signed-in browser for each page."""

    name: str
    pages: dict[str, tuple[Client, str]]


def reader(name: str) -> Reader:
    """Everybody signed in at this database."""
    point_at(name)
    with scope.service():
        readers = people()
        [practice] = readers["practice"].practice_ids
        batch = Batch.objects.filter(practice=practice).latest("created_at").pk
    clients = {name: Client() for name in readers}
    for who, user in readers.items():
        with scope.service():
            clients[who].force_login(user)
    pages = {}
    for title, who, page, named in PAGES:
        view, _, query = page.partition("?")
        path = reverse(view, kwargs=dict.fromkeys(named, batch))
        pages[title] = (clients[who], f"{path}?{query.format(practice=practice)}" if query else path)
    return Reader(name, pages)


def measured(readers: list[Reader]) -> list[dict[str, Measured]]:
    """Every page some forty times, at each size in turn, so that a slow moment of the machine falls on both."""
    times: list[dict[str, list[float]]] = [{title: [] for title in one.pages} for one in readers]
    for number in range(ROUNDS + 2):
        for one, taken in zip(readers, times, strict=True):
            point_at(one.name)
            for title in one.pages:
                milliseconds = asked(*one.pages[title])
                if number > 1:
                    taken[title].append(milliseconds)
    return [
        {title: Measured(statistics.median(all_), p95(all_), queries(one, title)) for title, all_ in taken.items()}
        for one, taken in zip(readers, times, strict=True)
    ]


def asked(client: Client, path: str) -> float:
    """How many milliseconds a page takes."""
    begun = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return (time.perf_counter() - begun) * 1000


def p95(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95) - 1]


def queries(one: Reader, title: str) -> int:
    """How many a page asks; the second time, as the first may also note that somebody is there."""
    point_at(one.name)
    client, path = one.pages[title]
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def point_at(name: str) -> None:
    """Both roles' connections go to this database from now on."""
    for alias in ("default", "owner"):
        if connections[alias].settings_dict["NAME"] != name:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name


def make(name: str, template: str) -> None:
    """The database anew, as a copy of another."""
    connections.close_all()
    names = sql.Identifier(name), sql.Identifier(template)
    with psycopg.connect(embedded.superuser_url("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0]))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER chartline_owner TEMPLATE {}").format(*names))


def grown(name: str, size: int) -> tuple[int, float]:
    """The site with so many encounters; how many there are, and how many seconds it took."""
    point_at(name)
    begun = time.perf_counter()
    call_command("seed_scale", encounters=size)
    with scope.service():
        return Encounter.objects.count(), time.perf_counter() - begun


def report() -> Iterator[str]:
    """A line for each page."""
    own = connection.settings_dict["NAME"]
    logging.disable(logging.INFO)  # a line for each request would bury the figures
    try:
        make("scale_small", "template1")
        point_at("scale_small")
        call_command("migrate", verbosity=0)
        small, _ = grown("scale_small", SMALL)
        make("scale_large", "scale_small")
        large, seconds = grown("scale_large", LARGE)
        few, many = measured([reader("scale_small"), reader("scale_large")])
    finally:
        point_at(own)
        logging.disable(logging.NOTSET)
    yield f"Pages at {small:,} and at {large:,} encounters (seeded in {seconds:.0f} s), p95 of {ROUNDS} in ms"
    for title in few:
        one, other = few[title], many[title]
        ratio = other.p95 / one.p95
        sign = "" if ratio <= ALLOWED and one.queries == other.queries else "  <-- too much"
        yield (
            f"  {title:<26} {one.p95:7.1f} -> {other.p95:7.1f}  ratio {ratio:4.2f}   middle {one.middle:6.1f} -> "
            f"{other.middle:6.1f}   queries {one.queries} -> {other.queries}{sign}"
        )
