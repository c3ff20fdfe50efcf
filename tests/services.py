"""A pytest plugin, loaded with `-p tests.services`: gives a test run servers of its own before settings are read.

Runs at the same time in one checkout get a directory each: var/test, var/test-2, ...
"""

import fcntl
import os
from itertools import count
from pathlib import Path

import pytest

VAR = Path(__file__).resolve().parent.parent / "var"
IN_WORKER = "PYTEST_XDIST_WORKER" in os.environ

_held: list[int] = []  # the descriptor whose lock keeps other runs out of our directory


def free_directory() -> Path:
    """Take the first directory that no living test run holds."""
    VAR.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    for number in count(1):
        directory = VAR / ("test" if number == 1 else f"test-{number}")
        descriptor = os.open(f"{directory}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        _held.append(descriptor)
        return directory
    raise AssertionError("count() never ends")


def own_queue() -> str:
    """The address of this worker's own database in Redis: another's Celery must not take its messages."""
    from config import embedded

    server, _, _ = embedded.urls().redis.partition("?")
    return f"{server}?virtual_host={1 + int(os.environ['PYTEST_XDIST_WORKER'].removeprefix('gw'))}"


if IN_WORKER:
    os.environ["REDIS_URL"] = own_queue()
else:
    os.environ["CHARTLINE_TESTING"] = "1"
    os.environ["CHARTLINE_VAR"] = str(free_directory())


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    """Only the controller starts servers; its workers inherit the variables and find them running."""
    if not IN_WORKER:
        from config import embedded

        embedded.start()


def pytest_unconfigure() -> None:
    """After the last worker has ended."""
    if not IN_WORKER:
        from config import embedded

        embedded.stop()
