"""A whole site for the browser: web, worker and beat as processes, mail caught by a real SMTP server."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import Browser, expect, sync_playwright

from tests import processes
from tests.e2e import people
from tests.e2e.people import WIDE

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
PATIENCE = 15_000  # milliseconds that an expectation may take: the machine may have other work
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


class Inbox(Message):
    """Keeps every mail that arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[EmailMessage] = []

    def handle_message(self, message: EmailMessage) -> None:
        self.mails.append(message)

    def wait_for(self, address: str, words: str, *, seconds: float = 30) -> EmailMessage:
        """The newest mail to the address with the words in its subject."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for mail in reversed(self.mails):
                if address in str(mail["To"]) and words.lower() in str(mail["Subject"]).lower():
                    return mail
            time.sleep(0.2)
        raise AssertionError(f"no mail to {address} with {words!r}; there are {[m['Subject'] for m in self.mails]}")


@dataclass
class Site:
    """A running site: its address, the mails it sent, the log of its processes."""

    url: str
    inbox: Inbox
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session", autouse=True)
def sights(request: pytest.FixtureRequest) -> None:
    people.every_sight = request.config.getoption("--every-sight")
    if folder := request.config.getoption("--pictures"):
        people.pictures = Path(folder)
        people.pictures.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def settings_of_the_site() -> dict[str, str]:
    """What a test's site has set otherwise; nothing is taken back, so that nobody waits for half a minute."""
    return {"UNDO_SECONDS": "0"}


@pytest.fixture
def site(transactional_db: None, tmp_path: Path, settings_of_the_site: dict[str, str]) -> Iterator[Site]:
    """The site on the test's own database and folders, with no message that an earlier test left to a worker."""
    processes.broker().flushdb()
    mails = Inbox()
    mail_port, web_port = free_port(), free_port()
    smtp = Controller(mails, hostname="127.0.0.1", port=mail_port)
    smtp.start()
    log = tmp_path / "site.log"
    url = f"http://127.0.0.1:{web_port}"
    environment = processes.environment(
        tmp_path,
        CHARTLINE_DEMO="1",
        SITE_URL=url,
        EMAIL_URL=f"smtp://127.0.0.1:{mail_port}",
        STATIC_ROOT=processes.collected_files(),
        **settings_of_the_site,
    )
    bin_ = Path(sys.executable).parent
    commands = (
        [
            bin_ / "gunicorn",
            "config.wsgi",
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--bind",
            f"127.0.0.1:{web_port}",
        ],
        [
            bin_ / "celery",
            "-A",
            "config",
            "worker",
            "-B",
            "-s",
            tmp_path / "beat",
            "-c",
            "1",
            "-l",
            "INFO",
            "-Q",
            "celery,ocr",
        ],
    )
    with log.open("w") as output:
        running = [
            subprocess.Popen(
                list(map(str, command)), cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )
            for command in commands
        ]
        try:
            wait_until_it_answers(f"{url}/healthz", log)
            yield Site(url=url, inbox=mails, log=log)
        finally:
            for process in running:
                os.killpg(process.pid, signal.SIGTERM)
            for process in running:
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
            smtp.stop()
            sys.stderr.write(log.read_text()[-5000:])  # shown when the test failed
            connections.close_all()


def wait_until_it_answers(url: str, log: Path) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (our own loopback address)
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps a loop in this thread
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def screen(browser, live_server):
    """A window in which somebody is signed in; fails the test on a script error or a refused resource."""
    faults, contexts = [], []
    with connection.cursor() as cursor:  # beside the browser's loop it is another connection than before
        cursor.execute("SELECT set_config('chartline.staff', 'on', false)")

    def open_for(user, **options):
        client = Client()
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url, viewport=WIDE, **options)
        contexts.append(context)
        context.add_cookies([{
            "name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
            "url": live_server.url,
        }])  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield open_for
    for context in contexts:  # a window left open goes on asking, in the middle of the next test
        context.close()
    assert faults == []
