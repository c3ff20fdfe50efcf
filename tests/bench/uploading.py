"""Upload over a real web server, in parts, hashed end to end, against dd conv=fsync and sha256sum of the same bytes."""

import importlib.util
import random
import socket
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

from django.utils import timezone

from portal import scope
from portal.actions.tokens_admin import create_token
from portal.models import TokenScope
from portal.rules.roles import Role
from tests import factories, processes
from tests.bench.practices import fresh_practice

ROOT = Path(__file__).parents[2]
MEGABYTE = 10**6
AT_ONCE = 3  # files at a time, as the upload page sends them
FILES = {1: 150 * MEGABYTE, AT_ONCE: 50 * MEGABYTE}  # bytes of each file, by how many go at a time
number = count(1)


def example() -> type:
    """Our example client."""
    specification = importlib.util.spec_from_file_location("send_batch", ROOT / "docs" / "examples" / "send_batch.py")
    assert specification is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)  # type: ignore[union-attr]
    return module.Chartline  # type: ignore[no-any-return]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Uploading:
    """A web server with two processes and a practice's system on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, port = folder, free_port()
        now = timezone.now()
        with scope.service():
            practice = fresh_practice()
            person = factories.UserFactory(
                email=f"bench{now:%H%M%S}@example.com", roles=[Role.PRACTICE], practice=practice
            )
            _, key = create_token(
                practice=practice, name="Bench", scopes=list(TokenScope), by=person,
                expires_at=now + timedelta(days=1), at=now,
            )  # fmt: skip
        self.web = processes.start_web(
            folder,
            port,
            API_RATE="1000000/min",
            INTAKE_BATCH_LIMIT=str(10**12),
            WEB_CONCURRENCY="2",
            LOG_LEVEL="WARNING",
        )
        self.service = example()(f"http://127.0.0.1:{port}", key)
        assert processes.wait_until(self.answers, seconds=60)
        self.batch = self.service.persist("POST", "/batches", {"name": "Bench", "specialty": "cardiology"})["id"]

    def answers(self) -> bool:
        try:
            self.service.ask("GET", "/batches")
        except OSError:
            return False
        return True

    def fresh(self, at_once: int) -> list[Path]:
        """Files that nobody has seen."""
        found = []
        for _ in range(at_once):
            path = self.folder / f"{next(number)}.pdf"
            path.write_bytes(b"%PDF-1.7\n" + random.Random(path.name).randbytes(FILES[at_once] - 9))  # noqa: S311
            found.append(path)
        return found

    def send(self, paths: list[Path]) -> None:
        with ThreadPoolExecutor(len(paths)) as pool:
            receipts = list(pool.map(lambda path: self.service.send_file(self.batch, path), paths))
        assert {receipt["outcome"] for receipt in receipts} == {"received"}


def copied(paths: list[Path]) -> None:
    """The peer: copied to the same disk, on it, and hashed."""
    for path in paths:
        copy = path.with_suffix(".copy")
        subprocess.run(["dd", f"if={path}", f"of={copy}", "bs=1M", "conv=fsync", "status=none"], check=True)
        subprocess.run(["sha256sum", copy], check=True, stdout=subprocess.DEVNULL)
        copy.unlink()


def report(measure: Callable[..., None]) -> None:
    """One file at a time, then three; rounds in turn with the peer, on the same bytes."""
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as folder:
        site = Uploading(Path(folder))
        try:
            for at_once, size in FILES.items():
                paths: list[Path] = []

                def ours(at_once: int = at_once, size: int = size, paths: list[Path] = paths) -> int:
                    site.send(paths)
                    return at_once * size // MEGABYTE

                def peer(at_once: int = at_once, size: int = size, paths: list[Path] = paths) -> int:
                    copied(paths)
                    return at_once * size // MEGABYTE

                def prepare(at_once: int = at_once, paths: list[Path] = paths) -> None:
                    for path in paths:
                        path.unlink()
                    paths[:] = site.fresh(at_once)

                name = f"Upload of {at_once} file{'s' if at_once > 1 else ''} of {size // MEGABYTE} MB"
                measure(name, "MB", ours, "dd + sha256sum", peer, prepare)
        finally:
            processes.stop(site.web)
