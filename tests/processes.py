"""The site's own processes, started for real on a test's database and folders, and killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import psutil
import redis
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Running:
    """A process with all it started, in a session of its own, and its log."""

    process: subprocess.Popen
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None

    def family(self) -> list[psutil.Process]:
        """The process and everything below it."""
        try:
            head = psutil.Process(self.pid)
            return [head, *head.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def database_address() -> str:
    """The address of this test's database, as the role of the site."""
    options = connection.settings_dict
    host = options["OPTIONS"].get("host") or options["HOST"]
    return f"postgresql://{options['USER']}:{quote(options['PASSWORD'])}@{quote(host, safe='')}/{options['NAME']}"


def broker() -> redis.Redis:
    """The database in Redis that holds this test process's messages."""
    address = urlsplit(settings.REDIS_URL)
    [database] = parse_qs(address.query)["virtual_host"]
    return redis.Redis(unix_socket_path=unquote(address.path), db=int(database))


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a process needs to work on this test's database, with its files below the folder."""
    return {
        "PATH": os.environ["PATH"],  # noqa: TID251
        "CHARTLINE_VAR": os.environ["CHARTLINE_VAR"],  # noqa: TID251
        "CHARTLINE_TESTING": "1",
        "DATABASE_URL": database_address(),
        "REDIS_URL": settings.REDIS_URL,
        "CHART_DIR": str(folder / "charts"),
        "CODE_INDEX_DIR": str(folder / "code-index"),
        "SFTP_DIR": str(folder / "sftp"),
        "AUDIT_ANCHOR_FILE": str(folder / "audit-anchor.jsonl"),
        "LOG_LEVEL": "INFO",
        **more,
    }


@cache
def collected_files() -> str:
    """Where scripts and style sheets lie as a real site sends them; collected once for all processes of a run."""
    root = Path(os.environ["CHARTLINE_VAR"]).resolve() / "static-collected"  # noqa: TID251
    own = {"PATH": os.environ["PATH"], "CHARTLINE_VAR": os.environ["CHARTLINE_VAR"], "CHARTLINE_TESTING": "1"}  # noqa: TID251
    subprocess.run(
        [sys.executable, "-m", "config.collect"], cwd=ROOT, env={**own, "STATIC_ROOT": str(root)}, check=True
    )
    return str(root)


def start(command: list[str], folder: Path, name: str, **more: str) -> Running:
    """A process in its own session, its output in <name>.log below the folder."""
    log = folder / f"{name}.log"
    with log.open("a") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder, **more), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    return Running(process, log)


def start_worker(folder: Path, *, beat: bool = True, concurrency: int = 2, kept: bool = False, **more: str) -> Running:
    """A Celery worker, by default with beat inside; `kept` alive as in production; more = environment variables."""
    command = [
        *([sys.executable, "-m", "config.keep"] if kept else []),
        sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "config", "worker",
        "--concurrency", str(concurrency), "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    if beat:
        command += ["--beat", "--schedule", str(folder / "beat-schedule")]
    return start(command, folder, "worker", **more)


def start_reader(folder: Path, **more: str) -> Running:
    """The worker that reads words, as `make run` starts it."""
    command = [
        sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "config", "worker", "--queues", "ocr",
        "--hostname", "reader@%h", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip",
        "--without-mingle",
    ]  # fmt: skip
    return start(command, folder, "reader", **more)


def start_web(folder: Path, port: int, **more: str) -> Running:
    """gunicorn as `make run` starts it."""
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--worker-class", "gthread", "--threads", "4",
        "--bind", f"127.0.0.1:{port}", "--no-control-socket",
    ]  # fmt: skip
    return start(command, folder, "web", SITE_URL=f"http://127.0.0.1:{port}", STATIC_ROOT=collected_files(), **more)


def kill(running: Running) -> None:
    """SIGKILL to the process and everything it started, at once."""
    family = running.family()
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    running.process.wait(timeout=30)


def stop(running: Running) -> None:
    """SIGTERM, and SIGKILL after ten seconds."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGTERM)
    try:
        running.process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        kill(running)


def wait_until(true: Callable[[], bool], *, seconds: float, every: float = 0.2) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(every)
    return true()
