"""The process of the streams and a Redis of one's own, started for real; and a browser's end of a stream."""

import http.client
import socket
import sys
import time
from pathlib import Path

from config.embedded.programs import valkey_program
from tests import processes

LISTENS = 15  # seconds that a stream is waited for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_events(folder: Path, port: int, **more: str) -> processes.Running:
    """uvicorn as `make run` starts it, answering."""
    command = [
        sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "2",
    ]  # fmt: skip
    running = processes.start(command, folder, "events", **more)
    assert processes.wait_until(lambda: answers(port), seconds=60), running.log.read_text()
    return running


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def start_redis(folder: Path, port: int) -> processes.Running:
    """A Redis that a test may kill without others missing it."""
    command = [str(valkey_program()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    running = processes.start(command, folder, "redis")

    def up() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    assert processes.wait_until(up, seconds=20)
    return running


class Stream:
    """One open stream, read as a browser reads it."""

    def __init__(self, port: int, query: str = "", *, session: str = "", origin: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LISTENS)
        headers = {"Cookie": f"session={session}"} if session else {}
        self.connection.request(
            "GET", f"/events/{query}", headers={**headers, **({"Origin": origin} if origin else {})}
        )
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_raised: object) -> None:
        self.connection.close()

    def next_event(self, *, seconds: float = LISTENS) -> str:
        """The name of the next event; "" if none comes in time, "end" if the stream ends."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.connection.sock.settimeout(left) if self.connection.sock else None
            try:
                line = self.response.fp.readline()
            except TimeoutError:
                return ""
            if not line:
                return "end"
            if line.startswith(b"event: "):
                return line[7:].decode().strip()
        return ""
