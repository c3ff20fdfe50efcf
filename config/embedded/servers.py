"""Starting, adopting and stopping one server process, the same way for PostgreSQL and Valkey."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from config.embedded.places import ServicesFailed, account, home

READY_SECONDS = 60  # crash recovery of a large database included
LOST_SOCKET_SECONDS = 5  # a server that runs but cannot be reached for so long is started anew
STARTS = 30  # the memory of a killed PostgreSQL may be held for a moment by its last children
STOP_SECONDS = 30
LOG_BYTES = 5_000_000

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Server:
    """How to run one server and how to recognise it."""

    name: str
    command: Sequence[str | Path]
    data: Path
    pid_file: Path
    socket: Path
    stop_signal: signal.Signals
    answers: Callable[[], bool]

    @property
    def log(self) -> Path:
        """What the server says goes beside its data, readable by this user only."""
        return home() / f"{self.data.name}.log"


def running_pid(server: Server) -> int | None:
    """The number in a pid file counts only when it is this very server: numbers are given out again."""
    try:
        pid = int(server.pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_alive(pid, str(server.data)) else None


def start_server(server: Server) -> bool:
    """Answer whether this call started it; a server that runs already is adopted."""
    started: list[int] = []
    begun = time.monotonic()
    while not server.answers():
        pid = running_pid(server)
        waited = time.monotonic() - begun
        if pid is None and not (started and _is_alive(started[-1], str(server.data))):
            if len(started) >= STARTS:
                raise ServicesFailed(f"{server.name} does not start. {_last_words(server)}")
            server.pid_file.unlink(missing_ok=True)
            started.append(spawn(server.command, log=server.log))
        elif pid is not None and waited > LOST_SOCKET_SECONDS and not server.socket.exists():
            stop_server(server)
        if waited > READY_SECONDS:
            raise ServicesFailed(f"{server.name} does not answer. {_last_words(server)}")
        time.sleep(0.05)
    return bool(started)


def stop_server(server: Server) -> bool:
    """Ask, wait, and only then insist; answer whether there was anything to stop."""
    pid = running_pid(server)
    if pid is None:
        return False
    for number in (server.stop_signal, signal.SIGQUIT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not _is_alive(pid, str(server.data)):
                return True
            time.sleep(0.02)
    raise ServicesFailed(f"{server.name} (pid {pid}) does not stop.")


def spawn(command: Sequence[str | Path], *, log: Path) -> int:
    """A session of its own keeps Ctrl-C in the terminal from reaching the server."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=plain_environment(),
            start_new_session=True,
            **lent_account(),
        )
    _children[process.pid] = process
    return process.pid


def run_tool(command: Sequence[str | Path]) -> None:
    """Run one short program under the servers' account and turn its failure into a clear message."""
    done = subprocess.run(
        command, check=False, capture_output=True, cwd="/", env=plain_environment(), timeout=120, **lent_account()
    )
    if done.returncode:
        raise ServicesFailed(f"{Path(command[0]).name} failed:\n{done.stderr.decode(errors='replace').strip()}")


def plain_environment() -> dict[str, str]:
    """The caller's PG* and locale variables must not reach a server."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


class LentAccount(TypedDict):
    """Arguments of subprocess; all None leaves a child as it is."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def lent_account() -> LentAccount:
    """What makes a child run as `nobody` when we are root."""
    if os.geteuid() != 0:
        return {"user": None, "group": None, "extra_groups": None}
    lent = account()
    return {"user": lent.uid, "group": lent.gid, "extra_groups": []}


def _is_alive(pid: int, marker: str) -> bool:
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]
        return False
    return marker in _command_line(pid)


def _command_line(pid: int) -> str:
    """Empty for a process that is gone, and for one that is dead but not yet buried."""
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
        except (FileNotFoundError, ProcessLookupError):
            return ""
    listed = subprocess.run(["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True)
    return os.fsdecode(listed.stdout)


def _last_words(server: Server) -> str:
    lines = server.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
    return "\n".join([f"Its log {server.log} ends with:", *lines])
