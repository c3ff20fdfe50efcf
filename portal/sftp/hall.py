"""What all connections share: threads for the database, who is here, how fast a practice may ask."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from portal import scope
from portal.sftp.staging import Staging

if TYPE_CHECKING:
    from portal.sftp.uploads import Upload
    from portal.sftp.visits import Visit

Found = TypeVar("Found")
THREADS = 8  # each holds a connection to the database


class Bucket:
    """So many requests a second, and three seconds' worth at once."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.level = 3 * rate
        self.seen = time.monotonic()

    def wait(self, now: float) -> float:
        """Take one; the seconds to wait before going on."""
        self.level = min(3 * self.rate, self.level + (now - self.seen) * self.rate) - 1
        self.seen = now
        return max(0.0, -self.level / self.rate)


class Hall:
    """One running server."""

    def __init__(self, staging: Staging) -> None:
        self.staging = staging
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sftp")
        self.visits: set[Visit] = set()
        self.uploads: dict[int, Upload] = {}  # open files by the id of their row
        self.taking: set[int] = set()  # ids of files that are being closed or taken
        self.begun: list[datetime] = []  # when each file began to be opened that is not among the uploads yet
        self.buckets: dict[int, Bucket] = {}
        self.passwords_offered = False
        self.closing = False

    @contextmanager
    def opening(self) -> Iterator[None]:
        """A file is being opened: its row may be there before it is among the uploads."""
        begun = timezone.now()
        self.begun.append(begun)
        try:
            yield
        finally:
            self.begun.remove(begun)

    def held(self) -> tuple[datetime, list[int]]:
        """What somebody works at: every file written to from the given time on, and those of these ids.

        In this order: a file that leaves one of them is in the next one before.
        """
        since = min([*self.begun], default=timezone.now())
        return since, [*self.uploads, *self.taking]

    async def off_loop(self, work: Callable[[], Found]) -> Found:
        """Run blocking work in a thread; the loop serves other connections meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    async def in_practice(self, practice_id: int, work: Callable[[], Found]) -> Found:
        """Database work in one transaction that sees this practice only."""
        return await self.off_loop(lambda: in_practice(practice_id, work))

    async def in_service(self, work: Callable[[], Found]) -> Found:
        """Database work in one transaction with the service's eyes."""
        return await self.off_loop(lambda: in_service(work))

    def is_full(self, address: str) -> bool:
        """Whether another connection, or another one from this address, would be too many."""
        here = Counter(visit.address for visit in self.visits)
        return (
            self.closing
            or here.total() >= settings.SFTP_CONNECTIONS
            or here[address] >= settings.SFTP_CONNECTIONS_PER_ADDRESS
        )

    async def pace(self, practice_id: int) -> None:
        """Let a practice that asks too fast wait."""
        bucket = self.buckets.setdefault(practice_id, Bucket(settings.SFTP_REQUESTS_PER_SECOND))
        if wait := bucket.wait(time.monotonic()):
            await asyncio.sleep(wait)


def in_practice(practice_id: int, work: Callable[[], Found]) -> Found:
    """Work in a thread, in one transaction that sees this practice only."""
    return in_scope(scope.practice(practice_id), work)


def in_service(work: Callable[[], Found]) -> Found:
    """Work in a thread, in one transaction with the service's eyes."""
    return in_scope(scope.service(), work)


def in_scope(opened: AbstractContextManager[None], work: Callable[[], Found]) -> Found:
    """One transaction in this thread's own connection, which is thrown away when it is broken."""
    close_old_connections()
    try:
        with opened:
            return work()
    finally:
        close_old_connections()
