"""Whose turn it is among practices: a flood of one waits behind itself, not in front of everybody else.

An encounter's turn is the time by which it is sorted in the queue. Within its practice's share it is the promise
itself, so that what is due first goes first. What the practice sends beyond its share is spaced as if it had come at
the rate of the share. While the shares of all practices together can be done, every encounter within a share is done
by its promise (Delay-EDD: Ferrari and Verma, "A Scheme for Real-Time Channel Establishment in Wide-Area Networks", IEEE
JSAC 8(3), 1990), and because turns are times, nothing waits for ever behind what comes later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

DAY = timedelta(days=1)
SMALLEST_SHARE = 50  # encounters a day: what about five people do in an hour; nobody small or new is held up below it
COUNTED_DAYS = 28
WORKING_DAYS = 20  # in as many days


@dataclass(frozen=True)
class Promise:
    """When an encounter came and when it is promised."""

    created_at: datetime
    due_at: datetime


def share_of(finished: int) -> int:
    """How many encounters a day are within a practice's share, after so many finished in COUNTED_DAYS."""
    return max(SMALLEST_SHARE, ceil(finished / WORKING_DAYS))


def allowance(promise: Promise, share: int) -> int:
    """How many of its practice may wait with no later promise before it counts as sent beyond the share.

    A day's work, and of promises over several days as many days' work.
    """
    return int(share * max(1.0, (promise.due_at - promise.created_at) / DAY))


def next_turn(promise: Promise, *, ahead: int, last: datetime | None, share: int) -> datetime:
    """The turn of an encounter: `ahead` of its practice wait with no later promise, the `last` of them in turn then."""
    if last is None:
        return promise.due_at
    spacing = DAY / share if ahead >= allowance(promise, share) else timedelta(0)
    return max(promise.due_at, last + spacing)


def turns(waiting: Iterable[Promise], share: int) -> list[datetime]:
    """The turns of all that waits of a practice, given in the order of the promises."""
    taken: list[datetime] = []
    for promise in waiting:
        last = taken[-1] if taken else None
        taken.append(next_turn(promise, ahead=len(taken), last=last, share=share))
    return taken
