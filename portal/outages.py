"""Which faults mean that a service below us is away or full, and what is said about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError

RETRY_AFTER = 5  # seconds
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
DISK_FULL = "53100"  # PostgreSQL, appendix A
ROLLED_BACK = "40"  # the class of what two transactions did to each other: deadlocks, serialization failures
LINKS = 8  # how far a fault is followed to the one that caused it


@dataclass(frozen=True)
class Outage:
    """What to answer: the HTTP status, a code for machines, a heading and a sentence for people."""

    status: int
    code: str
    heading: str
    text: str


DATABASE_AWAY = Outage(
    503,
    "unavailable",
    "The site is interrupted for a moment",
    "Our database does not answer, so your last step was probably not completed. What you sent or saved before is "
    "safe. Try again in a few seconds; a file that had arrived is recognised and not taken twice.",
)
TOO_EARLY = Outage(
    503,
    "busy",
    "Two things happened at the same moment",
    "Somebody wrote the same at the same moment, so nothing of your last step was kept. Try it again now.",
)
STORAGE_AWAY = Outage(
    503,
    "unavailable",
    "The site is interrupted for a moment",
    "Our file storage does not answer, so nothing of your last step was kept. What you sent or saved before is safe. "
    "Try again in a few seconds.",
)
STORAGE_FULL = Outage(
    507,  # RFC 4918, 11.5
    "storage_full",
    "There is no room for this at the moment",
    "Our storage is full, so nothing of your last step was kept. What you sent or saved before is safe. Our staff "
    "see it; please send this again later.",
)


def chain(fault: BaseException | None) -> Iterator[BaseException]:
    """A fault and what led to it, nearest first."""
    for _ in range(LINKS):
        if fault is None:
            return
        yield fault
        fault = fault.__cause__ or fault.__context__


def outage_of(fault: BaseException | None) -> Outage | None:
    """The outage that a fault shows; None for a fault of our own."""
    faults = list(chain(fault))
    if any(isinstance(one, OSError) and one.errno in FULL for one in faults):
        return STORAGE_FULL
    if any(getattr(one, "sqlstate", None) == DISK_FULL for one in faults):
        return STORAGE_FULL
    if any(str(getattr(one, "sqlstate", None) or "").startswith(ROLLED_BACK) for one in faults):
        return TOO_EARLY
    if any(isinstance(one, OperationalError | InterfaceError) for one in faults):
        return DATABASE_AWAY
    if any(type(one).__module__.startswith("botocore") for one in faults):
        return STORAGE_AWAY
    return None
