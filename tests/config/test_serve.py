"""`make run`'s command, started for real in a terminal of its own and interrupted while it prepares the tables."""

import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config import embedded

REPOSITORY = Path(__file__).resolve().parents[2]
SERVE = [sys.executable, "-m", "config.serve"]


@dataclass
class Serving:
    """The command and the end of its terminal that a person looks at."""

    process: subprocess.Popen[bytes]
    screen: int

    def wait_until_it_prepares(self) -> None:
        """From then on both servers run."""
        text = b""
        while b"Preparing tables" not in text:
            text += os.read(self.screen, 4096)

    def close_terminal(self) -> None:
        """What a shell does to its jobs when its window is closed."""
        os.close(self.screen)
        self.process.send_signal(signal.SIGHUP)

    def end(self) -> int:
        """The exit code after a polite signal."""
        self.process.terminate()
        return self.process.wait(timeout=60)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Serving]]:
    """Starts the command on a directory of its own; as behind nohup when it is to ignore that its terminal closes."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    directory = Path(tempfile.mkdtemp(prefix="serve-", dir="/tmp"))
    directory.chmod(0o755)
    monkeypatch.setenv("CHARTLINE_VAR", str(directory / "var"))
    monkeypatch.setenv("PORT", str(port))
    begun: list[Serving] = []

    def start(on_hang_up: signal.Handlers = signal.SIG_DFL) -> Serving:
        screen, terminal = pty.openpty()
        ours = signal.signal(signal.SIGHUP, on_hang_up)  # a child inherits it, and the tests may run behind nohup
        process = subprocess.Popen(
            SERVE, cwd=REPOSITORY, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
        )
        signal.signal(signal.SIGHUP, ours)
        os.close(terminal)
        begun.append(Serving(process, screen))
        return begun[-1]

    yield start
    for serving in begun:
        serving.end()
        with suppress(OSError):  # closed by the test
            os.close(serving.screen)
    embedded.stop()
    assert [process for process in psutil.process_iter(["environ"]) if begun and belongs(process, directory)] == []
    shutil.rmtree(directory)


def belongs(process: psutil.Process, directory: Path) -> bool:
    """Whether a process was made for the site in that directory, ourselves aside."""
    of = (process.info["environ"] or {}).get("CHARTLINE_VAR")
    return process.pid != os.getpid() and of == str(directory / "var")


def second_copy() -> subprocess.CompletedProcess[str]:
    return subprocess.run(SERVE, check=False, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)


def test_a_closed_terminal_leaves_no_server_behind(start: Callable[..., Serving]) -> None:
    serving = start()
    serving.wait_until_it_prepares()
    servers = embedded.status()
    assert all(servers.values())
    serving.close_terminal()
    serving.process.wait(timeout=60)
    assert embedded.status() == dict.fromkeys(servers)
    assert not any(psutil.pid_exists(pid) for pid in servers.values() if pid)


def test_nohup_outlives_the_terminal(start: Callable[..., Serving]) -> None:
    serving = start(on_hang_up=signal.SIG_IGN)
    serving.wait_until_it_prepares()
    serving.process.send_signal(signal.SIGHUP)
    time.sleep(1)
    assert serving.process.poll() is None
    assert all(embedded.status().values())
    assert serving.end() == 0
    assert not any(embedded.status().values())


def test_a_second_copy_names_the_first(start: Callable[..., Serving], port: int) -> None:
    serving = start()
    serving.wait_until_it_prepares()
    refused = second_copy()
    assert refused.returncode == 1
    assert refused.stdout == (
        f"Chartline cannot run: it already runs here (pid {serving.process.pid}, http://127.0.0.1:{port}).\n"
    )
    assert serving.process.poll() is None


@pytest.mark.usefixtures("start")
def test_a_port_of_another_program_is_named(port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        refused = second_copy()
    assert refused.returncode == 1
    assert f"port {port} is taken by another program" in refused.stdout


@pytest.mark.usefixtures("start")
@pytest.mark.parametrize("text", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    refused = second_copy()
    assert refused.returncode == 1
    assert f"PORT={text} is not a port number" in refused.stdout
