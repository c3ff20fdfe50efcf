"""The door to the broker: tells workers to look at a row, and never keeps anybody waiting for a broker that is away."""

from __future__ import annotations

import time
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

QUIET = 10.0  # seconds in which nobody rings again after the broker did not answer; the sweeps ring what was missed


class Bell:
    """When this process may ring again, by its monotonic clock."""

    quiet_until = 0.0


def ring(task: str, **arguments: Any) -> bool:
    """Send a task's message; False if the broker is away, or was a moment ago. `arguments` are ids only."""
    if time.monotonic() < Bell.quiet_until:
        return False
    try:
        current_app.send_task(task, kwargs=arguments, retry=False)
    except (OperationalError, OSError):
        Bell.quiet_until = time.monotonic() + QUIET
        return False
    return True
