"""The door to the process in which the parsers are loaded (`portal.parsers.nursery`): asks it for a child.

Each process that draws or unlocks has one nursery, started when it is first needed and anew if it is lost.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Isolated (-I): no variables, no user's packages, no import from the working directory; the root is handed over.
BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from portal.parsers.nursery import main; main()"
BORN = 500  # children after which a new nursery is begun: their addresses are alike as long as it lives
ANSWER = 64  # bytes
ANSWERS = 30  # seconds in which a nursery answers; one that is silent for longer is lost


class NotBorn(Exception):
    """The nursery was lost before it had a child for us; nothing is known against the file."""


@dataclass
class Child:
    """A parser at work on one document: its number, a handle that is readable at its end, and who tells the end."""

    pid: int
    handle: int
    told: socket.socket
    nursery: Nursery  # which ends when nobody holds it any more, and its children with it

    def code(self) -> int | None:
        """How it ended: its exit code, less than 0 the signal; None if nobody can tell any more. Asked at its end."""
        with suppress(OSError, ValueError):
            self.told.settimeout(ANSWERS)
            return int(self.told.recv(ANSWER))
        return None

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def close(self) -> None:
        os.close(self.handle)
        self.told.close()


class Nursery:
    """One nursery process, asked by one of ours; threads may ask at the same time."""

    def __init__(self) -> None:
        self.born = 0
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(ANSWERS)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and program)
                [sys.executable, "-I", "-c", BOOT, str(ROOT)],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={}, cwd="/",
            )  # fmt: skip

    def ask(self, request: bytes, given: int) -> Child:
        """A child for the request; NotBorn if the nursery is lost, or could not fork."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(ANSWERS)
        try:
            with theirs:
                socket.send_fds(self.control, [request], [theirs.fileno(), given])
            number, handles, _, _ = socket.recv_fds(ours, ANSWER, 1)
            if not number:
                raise NotBorn
        except (OSError, NotBorn) as trouble:
            ours.close()
            if isinstance(trouble, TimeoutError):
                self.end()  # stopped or stuck: whoever else waits for it waits in vain
            raise NotBorn from trouble
        self.born += 1
        return Child(int(number), handles[0], ours, self)

    def end(self) -> None:
        """Kill it, and its children with it."""
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)


_nursery: Nursery | None = None
_lock = threading.Lock()
_niceness: ContextVar[int] = ContextVar("niceness", default=0)


@contextmanager
def giving_way(niceness: int) -> Iterator[None]:
    """Children started meanwhile leave the processor to others that want it (0 to 19, nice(2))."""
    before = _niceness.set(niceness)
    try:
        yield
    finally:
        _niceness.reset(before)


def child(parser: str, words: Sequence[str], *, place: Path, environment: Mapping[str, str], given: int) -> Child:
    """Start `portal.parsers.<parser>` on one document; `given` becomes its standard input. NotBorn if it cannot be."""
    request = {
        "parser": parser, "words": list(words), "place": str(place), "environment": dict(environment),
        "niceness": _niceness.get(),
    }  # fmt: skip
    spelled = json.dumps(request).encode()
    with suppress(NotBorn):
        return current().ask(spelled, given)
    return current(lost=True).ask(spelled, given)


def current(*, lost: bool = False) -> Nursery:
    """This process's own nursery; a new one in place of a lost one, or of one that has had enough children."""
    global _nursery  # noqa: PLW0603  (one a process)
    with _lock:
        if _nursery is None or _nursery.born >= BORN or lost:
            _nursery = Nursery()
        return _nursery


def forget() -> None:
    """After a fork the nursery is the parent's: it ends with the parent, whoever else lives on."""
    global _nursery, _lock  # one a process; another thread may have held the lock
    _nursery, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=forget)
