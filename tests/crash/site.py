"""A whole site that can be harmed: web, worker and beat as processes, a mail server, and the places to strike at."""

import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from celery import current_app
from django.db import connections
from django.utils import timezone

from coding.models import Encounter
from config.management.commands.trustcheck import every_check
from portal import scope
from portal.actions.tokens_admin import create_token
from portal.actions.trust import Look, take_stock
from portal.models import (
    Batch,
    Chart,
    InboxFile,
    Job,
    JobState,
    Membership,
    Notice,
    PageWords,
    Practice,
    TokenScope,
    User,
)
from portal.rules.inbox import FileState
from portal.rules.intake import ChartStatus
from portal.rules.words import WordsState
from tests import files, processes
from tests.crash.clients import Coder, Desk, System

LEASE = 3  # seconds of a job; renewed each second
DRAINED_WITHIN = 60  # seconds after a fault


class Mails(Message):
    """Counts mails by their Message-ID."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def handle_message(self, message: object) -> None:
        self.counts[message["Message-ID"]] += 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """The processes, the people, and what must be true of both."""

    def __init__(self, folder: Path, people: dict[str, object], **variables: str) -> None:
        self.folder, self.points = folder, folder / "points"
        self.points.mkdir()
        self.mails, self.port, self.seed = Mails(), free_port(), 0
        self.smtp = Controller(self.mails, hostname="127.0.0.1", port=free_port())
        self.smtp.start()
        self.variables = {
            "JOB_LEASE_SECONDS": str(LEASE),
            "CHARTLINE_FAILPOINTS": str(self.points),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp.port}",
            "API_RATE": "100000/min",
            **variables,
        }
        self.url = url = f"http://127.0.0.1:{self.port}"
        self.running: dict[str, processes.Running] = {}
        _, secret = create_token(
            practice=people["practice"], name="EHR", scopes=list(TokenScope), by=people["sender"], at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        Membership.objects.filter(user=people["sender"]).update(receives_results=True)
        self.system, self.desk = System(url, secret), Desk(url, people["sender"])
        self.coder = Coder(url, people["coder"])

    # -- processes ---------------------------------------------------------------------------------
    def start_web(self) -> None:
        self.running["web"] = processes.start_web(self.folder, self.port, **self.variables)
        assert processes.wait_until(self.answers, seconds=60), self.logs()

    def start_worker(self) -> None:
        # Kombu 5.7.0 ends a worker that holds messages when its broker goes away: who keeps it alive starts it again.
        self.running["worker"] = processes.start_worker(self.folder, kept=True, SITE_URL=self.url, **self.variables)

    def start_reader(self, **more: str) -> None:
        self.running["reader"] = processes.start_reader(self.folder, SITE_URL=self.url, **{**self.variables, **more})

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def close(self) -> None:
        for running in self.running.values():
            processes.kill(running)
        self.smtp.stop()

    def logs(self) -> str:
        return "\n".join(running.log.read_text()[-2500:] for running in self.running.values())

    # -- places ------------------------------------------------------------------------------------
    def arm(self, point: str, order: str = "kill 1") -> None:
        (self.points / point).write_text(order)

    def fired(self, point: str) -> bool:
        return not (self.points / point).exists()

    # -- what happens on it ------------------------------------------------------------------------
    def fresh(self) -> bytes:
        """A small chart that nobody sent before."""
        self.seed += 1
        return files.small_pdf(self.seed)

    def hurry(self) -> None:
        """Have the sweeps done now and not at their time; the broker may be away."""
        for task in ("portal.ring_due_jobs", "portal.seal_audit_trail", "portal.ring_readers"):
            current_app.send_task(task, retry=False)

    def drain(self, *, hurry: bool = True) -> float:
        """Work until nothing is left to do; the seconds it took. More than DRAINED_WITHIN is a failure."""
        begun = time.monotonic()
        while time.monotonic() - begun < DRAINED_WITHIN:
            while self.coder.finish_one():
                pass
            if self.left() == {}:
                return self.note(time.monotonic() - begun)
            if hurry:
                self.hurry()
            time.sleep(0.3)
        raise AssertionError(
            f"not drained within {DRAINED_WITHIN} s: {self.left()}, sent to {self.coder.sent_to}\n{self.logs()}"
        )

    def note(self, seconds: float) -> float:
        """Keep the seconds of a drain beside the logs."""
        with (self.folder / "drained").open("a") as book:
            book.write(f"{seconds:.1f}\n")
        return seconds

    def left(self) -> dict[str, object]:
        """What is not yet at its end."""
        with scope.service():
            found = {
                "charts": Chart.objects.filter(status=ChartStatus.RECEIVED).count(),
                "jobs": Job.objects.filter(state__in=[JobState.READY, JobState.RUNNING]).count(),
                "batches": Batch.objects.filter(status="received").count(),
                "inbox": InboxFile.objects.filter(state__in=[FileState.WRITING, FileState.CLOSED]).count(),
                "words": PageWords.objects.filter(state=WordsState.WAITING).count() if "reader" in self.running else 0,
            }
            if found["batches"]:
                found["encounters"] = list(Encounter.objects.values_list("pk", "status", "batch__status"))
                found["given up"] = list(Job.objects.values_list("kind", "state", "fault"))
        return {what: number for what, number in found.items() if number}

    # -- what must be true -------------------------------------------------------------------------
    def check(self) -> None:
        """The ledger has no difference, and every sender finds each file with a receipt once."""
        report = take_stock(checks=every_check(), alarms=(), look=Look(at=timezone.now(), every=1))
        assert report.count == 0, "\n".join(report.lines()) + self.logs()
        with scope.service():
            for sender in (self.system, self.desk):
                for sha256, chart in sender.receipts.items():
                    assert list(Chart.objects.filter(sha256=sha256).values_list("pk", flat=True)) == [chart]

    def check_mails(self, *, twice: int = 0) -> None:
        """Every e-mail that is marked as sent left, and at most so many left twice."""
        with scope.service():
            sent = Notice.objects.exclude(sent_at=None).count()
        assert len(self.mails.counts) == sent
        assert sum(self.mails.counts.values()) - sent <= twice


@contextmanager
def harmed(folder: Path, *, practice: Practice, sender: User, coder: User, **variables: str) -> Iterator[Site]:
    """A site on this test's database and folders, its processes with these variables, gone afterwards."""
    site = Site(folder, {"practice": practice, "sender": sender, "coder": coder}, **variables)
    try:
        site.start_web()
        site.start_worker()
        yield site
    finally:
        site.close()
        connections.close_all()
