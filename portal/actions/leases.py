"""Work that takes long keeps its lease: renewed from where the work goes on, not by a thread of its own.

A worker that hangs so stops renewing, and the sweep gives its work to another.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from portal import scope

RENEW_EVERY = 1.0  # seconds


def clock_from(at: datetime) -> Callable[[], datetime]:
    """The time handed in, running on from now."""
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def lease_keeper(renew: Callable[..., None], clock: Callable[[], datetime]) -> Callable[[], None]:
    """To be called as often as one likes: calls renew(at=…) no more than once in RENEW_EVERY seconds.

    What `renew` raises when the claim is another's comes out of it.
    """
    renewed = time.monotonic()

    def keep() -> None:
        nonlocal renewed
        if time.monotonic() - renewed >= RENEW_EVERY:
            with scope.service():
                renew(at=clock())
            renewed = time.monotonic()

    return keep
