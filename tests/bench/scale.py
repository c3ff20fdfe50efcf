"""Lists, the manager's page and the inbox at ten thousand encounters and at a million, in one run.

`SCALE=100000 python -m tests.bench scale` goes less far. The same work arrives each day at both; the history is longer.
"""

import logging
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.models import Encounter
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
    ("operations", "manager", "coding:operations", {}),
    ("the line", "manager", "coding:line", {}),
    ("queue", "coder", "coding:queue", {}),
    ("inbox", "manager", "feedback:inbox", {}),
    ("inbox of a practice", "practice", "feedback:inbox", {}),
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


def measured() -> dict[str, Measured]:
    """Every page, read some forty times in turn, so that a slow moment of the machine falls on all."""
    with scope.service():
        readers = people()
        [practice] = User.objects.get(email="scale.practice1@example.com").practice_ids
        batch = Batch.objects.filter(practice=practice).latest("created_at").pk
    clients = {name: Client() for name in readers}
    for name, reader in readers.items():
        with scope.service():
            clients[name].force_login(reader)
    addresses = {}
    for name, reader, page, named in PAGES:
        view, _, query = page.partition("?")
        path = reverse(view, kwargs={key: {"batch": batch}[value] for key, value in named.items()})
        addresses[name] = (clients[reader], f"{path}?{query.format(practice=practice)}" if query else path)
    times: dict[str, list[float]] = {name: [] for name in addresses}
    for number in range(ROUNDS + 2):
        for name, (client, path) in addresses.items():
            begun = time.perf_counter()
            answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            if number > 1:
                times[name].append((time.perf_counter() - begun) * 1000)
    return {
        name: Measured(statistics.median(taken), sorted(taken)[int(len(taken) * 0.95) - 1], queries(*addresses[name]))
        for name, taken in times.items()
    }


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def grown(size: int) -> tuple[int, float]:
    """The site with at least so many encounters; how many there are, and how many seconds it took."""
    begun = time.perf_counter()
    logging.disable(logging.INFO)  # a line for each request would bury the figures
    call_command("seed_scale", encounters=size)
    with scope.service():
        return Encounter.objects.count(), time.perf_counter() - begun


def report() -> Iterator[str]:
    """A line for each page."""
    sizes = [grown(SMALL)]
    few = measured()
    sizes.append(grown(LARGE))
    many = measured()
    (small, _), (large, seconds) = sizes
    yield f"Pages at {small:,} and at {large:,} encounters (seeded in {seconds:.0f} s), p95 of {ROUNDS} in ms"
    for name in few:
        one, other = few[name], many[name]
        ratio = other.p95 / one.p95
        sign = "" if ratio <= ALLOWED and one.queries == other.queries else "  <-- too much"
        yield (
            f"  {name:<26} {one.p95:7.1f} -> {other.p95:7.1f}  ratio {ratio:4.2f}   middle {one.middle:6.1f} -> "
            f"{other.middle:6.1f}   queries {one.queries} -> {other.queries}{sign}"
        )
