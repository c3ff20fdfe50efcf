"""PostgreSQL and Valkey from installed wheels, for a machine that has no servers of its own.

For demo, development and tests. `DATABASE_URL` and `REDIS_URL` each replace one of the two by a real server.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.places import (
    ServicesFailed,
    ServiceUrls,
    home,
    local_master_key,
    local_secret,
    superuser_url,
    tidy_socket_dir,
    urls,
    var_dir,
)
from config.embedded.postgres import postgres_server, start_postgres
from config.embedded.servers import running_pid, stop_server
from config.embedded.valkey import start_valkey, valkey_server

__all__ = [
    "ServiceUrls",
    "ServicesFailed",
    "environment",
    "local_master_key",
    "local_secret",
    "missing",
    "start",
    "status",
    "stop",
    "superuser_url",
    "urls",
    "var_dir",
]

SERVICES = {
    "DATABASE_URL": ("postgres", postgres_server, start_postgres),
    "REDIS_URL": ("valkey", valkey_server, start_valkey),
}

_presence: dict[Path, int] = {}


def start() -> set[str]:
    """Start or adopt what no variable replaces; answer the names of what this call itself started."""
    with _one_at_a_time():
        _sign_in()
        return {name for variable, (name, _, begin) in SERVICES.items() if not os.environ.get(variable) and begin()}


def stop(names: set[str] | None = None) -> set[str]:
    """Stop the named servers, else all, unless another process that called start() still lives."""
    with _one_at_a_time():
        _sign_out()
        if not _unused():
            return set()
        stopped = {
            name for name, server, _ in SERVICES.values() if (names is None or name in names) and stop_server(server())
        }
        tidy_socket_dir()
        return stopped


def status() -> dict[str, int | None]:
    """The process number of each embedded server that runs here, None for one that does not."""
    return {name: running_pid(server()) for name, server, _ in SERVICES.values()}


def missing() -> set[str]:
    """The servers that start() would have to start: a cheap look, fit for being repeated."""
    return {
        name
        for variable, (name, server, _) in SERVICES.items()
        if not os.environ.get(variable) and running_pid(server()) is None
    }


def environment() -> dict[str, str]:
    """The variables that lead a program to the embedded servers, for those that are not set already."""
    addresses = urls()
    found = {}
    if not os.environ.get("DATABASE_URL"):
        found = {"DATABASE_URL": addresses.database, "DATABASE_OWNER_URL": addresses.database_owner}
    if not os.environ.get("REDIS_URL"):
        found["REDIS_URL"] = addresses.redis
    return found


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two starts at once would both see no server."""
    descriptor = _open(home() / "services.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sign_in() -> None:
    """A shared lock says "still used"; the system takes it back even from a killed process."""
    path = home() / "in-use.lock"
    if path not in _presence:
        descriptor = _open(path)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _presence[path] = descriptor


def _sign_out() -> None:
    descriptor = _presence.pop(home() / "in-use.lock", None)
    if descriptor is not None:
        os.close(descriptor)


def _unused() -> bool:
    descriptor = _open(home() / "in-use.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
