"""The door to the processes that touch files from outside: one is started, watched, and ended in time.

A child is `portal.parsers.<name>`, run without Django and without environment (born in `portal.nursery`). It finds
its document by its arguments and leaves `manifest.json` in the folder given to it, which is its working directory.
What it does to itself is a refusal of the file, not a fault of the worker.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings

from portal import nursery
from portal.failpoints import reached
from portal.rules.intake import Refusal

LARGEST_MANIFEST = 64 * 1024**2  # bytes
LOOK = 50  # milliseconds between two looks at what the child holds
ASKS = 1  # second between two questions whether the work is still the parent's own
HELD = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)  # proc(5): the most that was resident since the exec
# How a child ends beyond its limits: pdfium and libtiff do not survive a refused allocation.
OUT_OF_LIMITS = frozenset(
    {signal.SIGXCPU, signal.SIGXFSZ, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGSEGV, signal.SIGBUS}
)
OUT_OF_MEMORY = 75  # the child's exit code for it


class Refused(Exception):
    """The file cannot become pages, for a reason that has a name."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ChildLost(Exception):
    """The child ended by another hand or by a fault of ours; nothing is known against the file."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (0, or not 0 beyond its limits) and the most memory it held, in bytes."""

    code: int
    peak: int


def nobody_else() -> None:
    """The work is ours as long as it takes."""


def nothing_to_do() -> bool:
    """What a parent does that only waits."""
    return False


def ask_child(  # noqa: PLR0913  (each is a thing of its own)
    parser: str,
    *words: object,
    place: Path,
    still_ours: Callable[[], None] = nobody_else,
    meanwhile: Callable[[], bool] = nothing_to_do,
    handed: bytes = b"",
    seconds: int = 0,
    environment: Mapping[str, str] = MappingProxyType({}),
    **figures: int,
) -> dict[str, Any]:
    """Run a parser to its end: its manifest, with `peak` (the bytes it held at most). Refused or ChildLost otherwise.

    `handed` comes to it by its standard input, which no other process can read. `meanwhile` is called again and again
    as long as the child lives and may take over what it has finished; it says whether it did.
    """
    limits = {"memory": settings.INTAKE_CHILD_MEMORY, "seconds": settings.INTAKE_CHILD_SECONDS, **figures}
    options = [word for name, value in limits.items() for word in (f"--{name}", str(value))]
    ended = run_child(
        parser, [*map(str, words), *options], place, still_ours, meanwhile,
        handed=handed, seconds=seconds, environment=environment,
    )  # fmt: skip
    manifest = read_manifest(place / "manifest.json")
    if ended.code:
        raise Refused(Refusal.TOO_COSTLY)
    if "refusal" in manifest:
        raise Refused(Refusal(manifest["refusal"]))
    if not manifest:
        raise ChildLost
    return {**manifest, "peak": ended.peak}


def run_child(  # noqa: PLR0913  (each is a thing of its own)
    parser: str,
    words: Sequence[str],
    place: Path,
    still_ours: Callable[[], None],
    meanwhile: Callable[[], bool] = nothing_to_do,
    *,
    handed: bytes = b"",
    seconds: int = 0,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Ended:
    """How the child ended; ChildLost if by another hand, Refused if it took too long.

    `still_ours` is called about once a second and may raise to stop the work.
    """
    with input_of(handed) as given:
        try:
            child = nursery.child(parser, words, place=place, environment=environment, given=given)
        except nursery.NotBorn:
            raise ChildLost from None
    reached("render.child_started")
    deadline = time.monotonic() + (seconds or settings.INTAKE_CHILD_SECONDS)
    try:
        ended = wait(child, deadline, still_ours, meanwhile)
    finally:
        child.kill()  # if it lives
        child.close()
    reached("render.child_ended")
    if ended.code in {0, OUT_OF_MEMORY} or -ended.code in OUT_OF_LIMITS:
        return ended
    raise ChildLost


@contextmanager
def input_of(handed: bytes) -> Iterator[int]:
    """A descriptor from which the bytes are read; they fit into a pipe."""
    if not handed:
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            yield nothing
        finally:
            os.close(nothing)
        return
    out, into = os.pipe()
    try:
        with os.fdopen(into, "wb") as pipe:
            pipe.write(handed)
        yield out
    finally:
        os.close(out)


def wait(child: nursery.Child, deadline: float, still_ours: Callable[[], None], meanwhile: Callable[[], bool]) -> Ended:
    """Wake up the moment the child ends, or after what was done meanwhile; how it ended."""
    watch = select.poll()
    watch.register(child.handle, select.POLLIN)
    peak, asked = held(child.pid), time.monotonic()
    while not watch.poll(0 if meanwhile() else LOOK):
        peak, now = max(peak, held(child.pid)), time.monotonic()
        if now > deadline:
            raise Refused(Refusal.TOO_COSTLY)
        if now - asked > ASKS:
            still_ours()
            asked = time.monotonic()
    code = child.code()
    if code is None:
        raise ChildLost
    return Ended(code=code, peak=peak)


def held(pid: int) -> int:
    """The most memory that a living process held so far, in bytes; getrusage(2) would count what its parent held."""
    with suppress(OSError):
        if found := HELD.search(Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) * 1024
    return 0


def read_manifest(path: Path) -> dict[str, Any]:
    """What the child wrote; empty if it did not come to that."""
    if not path.exists():
        return {}
    if path.stat().st_size > LARGEST_MANIFEST:
        raise Refused(Refusal.TOO_COSTLY)
    with suppress(ValueError):
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    return {}
