"""News for pages that are open: hints that a row has changed, told through Redis once it is written.

The rows are the truth. A hint names ids and nothing else; one that is lost is made good by the page's slow polling.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from functools import cache

import redis
from django.conf import settings
from django.db import connection, transaction

QUIET = 10.0  # seconds in which nobody tells anything after Redis did not answer
PATIENCE = 0.5  # seconds that a told hint may keep its writer waiting


class Silence:
    """Until when this process tells nothing, by its monotonic clock."""

    until = 0.0


@dataclass(frozen=True)
class Hint:
    """Something about a batch of a practice is new; with `thread` it is what was said there."""

    practice: int
    batch: int
    thread: int | None = None

    def __call__(self) -> None:
        publish(self)

    def packed(self) -> str:
        return json.dumps(asdict(self))


def unpacked(message: bytes) -> Hint | None:
    """The hint of a message; None for one that an older or newer version wrote otherwise."""
    try:
        return Hint(**json.loads(message))
    except (TypeError, ValueError):
        return None


def tell(*, practice_id: int, batch_id: int, thread_id: int | None = None) -> None:
    """Hint, once the transaction is committed, that a batch or its thread changed; the same hint is told once."""
    hint = Hint(practice=practice_id, batch=batch_id, thread=thread_id)
    savepoints = set(connection.savepoint_ids)
    for needed, waiting, *_ in connection.run_on_commit:
        if waiting == hint and needed <= savepoints:
            return
    transaction.on_commit(hint, robust=True)


def publish(hint: Hint) -> bool:
    """Hand a hint to Redis; False if it is away, or was a moment ago. Nobody waits for it and nobody tries again."""
    if time.monotonic() < Silence.until:
        return False
    try:
        client().publish(channel(), hint.packed())
    except (redis.RedisError, OSError):
        Silence.until = time.monotonic() + QUIET
        return False
    return True


def address() -> str:
    """REDIS_URL in redis-py's spelling; Celery's of a socket differs."""
    return settings.REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")


def channel() -> str:
    """Where the hints of this site go: sites may share a Redis by its databases, whose channels are common."""
    return f"chartline.news.{settings.DATABASES['default']['NAME']}"


@cache
def client() -> redis.Redis:
    """One pool of connections a process; it notices a fork."""
    return redis.Redis.from_url(address(), socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
