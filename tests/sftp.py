"""A running SFTP server on the test's database, and OpenSSH's own client."""

import itertools
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone

from portal.actions.sftp_accounts import add_key, create_account
from portal.rules.specialties import Specialty
from tests import processes

QUIET = 600
NUMBERS = itertools.count()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_key(folder: Path, name: str) -> Path:
    """A key pair as people make it."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
    return path


@dataclass
class Server:
    """`manage.py sftp` as a process of its own, which can be killed and started again on its files."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: processes.Running | None = None
    more: dict[str, str] = field(default_factory=dict)

    def start(self, **more: str) -> None:
        self.more.update(more)
        environment = {
            "SFTP_PORT": str(self.port), "SFTP_DIR": str(self.folder / "sftp"), "SFTP_QUIET_SECONDS": str(QUIET),
            **self.more,
        }  # fmt: skip
        self.running = processes.start([sys.executable, "manage.py", "sftp"], self.folder, "sftp", **environment)
        assert processes.wait_until(self.listens, seconds=40, every=0.05), self.log()

    def listens(self) -> bool:
        assert self.running.alive(), self.log()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self) -> str:
        return self.running.log.read_text()

    def kill(self) -> None:
        processes.kill(self.running)

    def stop(self) -> None:
        processes.stop(self.running)


@dataclass
class Client:
    """OpenSSH's sftp of one account."""

    server: Server
    login: str
    key: Path
    folder: Path

    def command(self, *options: str) -> list[str]:
        return [
            "sftp", "-q", "-P", str(self.server.port), "-i", str(self.key), "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}",
            "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", *options, f"{self.login}@127.0.0.1",
        ]  # fmt: skip

    def run(self, *lines: str, seconds: float = 100) -> subprocess.CompletedProcess[str]:
        """One connection that does these commands, ending at the first that fails (unless it begins with -)."""
        batch = "\n".join(lines) + "\n"
        return subprocess.run(
            self.command("-b", "-"), input=batch, capture_output=True, text=True, timeout=seconds, env=clean()
        )

    def begin(self, *lines: str) -> subprocess.Popen[str]:
        """The same, to be cut off."""
        batch = self.folder / f"batch-{next(NUMBERS)}"
        batch.write_text("\n".join(lines) + "\n")
        return subprocess.Popen(
            self.command("-b", str(batch)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env=clean(), start_new_session=True,
        )  # fmt: skip


def clean() -> dict[str, str]:
    """Without the developer's own agent."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}  # noqa: TID251


def client_of(server, practice, user, folder, suffix="records"):
    """An account of the practice, its key and its client."""
    now = timezone.now()
    account = create_account(
        practice=practice, suffix=suffix, name="Records export", owner=None, specialty=Specialty.PRIMARY_CARE, by=user,
        at=now,
    )  # fmt: skip
    key = make_key(folder, f"{account.login}-key")
    text = Path(f"{key}.pub").read_text()
    add_key(account=account, name="first", text=text, by=user, at=now)
    return Client(server, account.login, key, folder)
