"""Redis, PostgreSQL, the disk and whole processes go away under load; the site says so and comes back whole."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
import requests
from django.db import connections
from django.urls import reverse

from config.embedded.postgres import postgres_server, start_postgres
from config.embedded.servers import running_pid, stop_server
from config.embedded.valkey import start_valkey, valkey_server
from portal import scope
from portal.models import AuditEvent
from tests import files, processes
from tests.crash.site import harmed

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
in_ci, in_full = pytest.mark.faults, pytest.mark.every_fault
PAUSE = 0.7  # seconds between two batches of a sender: two workers draw about as fast
SOON = 5  # seconds in which a person is told that something is away


@pytest.fixture
def site(river, cleo, ann, tmp_path):
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann) as site:
        site.system.send(site.fresh())
        yield site


@contextmanager
def load(site) -> Iterator[list[float]]:
    """Both senders send batch after batch meanwhile; the seconds that each batch took."""
    took, troubles, stop = [], [], threading.Event()

    def go_on(sender) -> None:
        while not stop.is_set():
            begun = time.monotonic()
            try:
                sender.send(site.fresh())
            except BaseException as trouble:
                troubles.append(trouble)
                raise
            took.append(time.monotonic() - begun)
            stop.wait(PAUSE)

    threads = [threading.Thread(target=go_on, args=(sender,)) for sender in (site.system, site.desk)]
    for thread in threads:
        thread.start()
    try:
        yield took
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=90)
    assert not troubles


# -- Redis -----------------------------------------------------------------------------------------
@in_ci
def test_redis_that_forgets_and_restarts_delays_and_loses_nothing(site):
    with load(site) as took:
        for _ in range(3):
            time.sleep(1.5)
            processes.broker().flushdb()
        stop_server(valkey_server())
        before = len(took)
        for _ in range(3):  # sending and coding go on
            begun = time.monotonic()
            site.coder.finish_one()
            assert time.monotonic() - begun < SOON
        time.sleep(4)
        assert len(took) > before
        assert max(took[before:]) < SOON
        start_valkey()
    seconds = site.drain(hurry=False)  # by the site's own sweeps
    site.check()
    assert seconds < 60


@in_full
def test_redis_that_hangs_keeps_nobody_waiting(site):
    """A broker that takes the connection and never answers costs one wait, then nobody rings for a while."""
    pid = running_pid(valkey_server())
    os.kill(pid, signal.SIGSTOP)
    try:
        took = []
        for _ in range(4):
            begun = time.monotonic()
            site.desk.send(site.fresh())
            took.append(time.monotonic() - begun)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert sorted(took)[len(took) // 2] < SOON / 2, took
    site.drain(hurry=False)
    site.check()


# -- PostgreSQL ------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", [pytest.param("restart", marks=in_full), pytest.param("crash", marks=in_ci)])
def test_a_database_that_goes_away_is_said_and_comes_back(site, by):
    with load(site):
        time.sleep(3)
        connections.close_all()
        if by == "crash":
            os.kill(running_pid(postgres_server()), signal.SIGKILL)
        stop_server(postgres_server())
        begun = time.monotonic()
        page = requests.get(site.url + reverse("portal:home"), timeout=20)
        assert time.monotonic() - begun < SOON
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert "Our database does not answer" in page.text
        answer = requests.get(f"{site.url}/api/v1/batches", headers={"Authorization": "Bearer cl_live_x"}, timeout=20)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        start_postgres()
        time.sleep(3)
    site.drain(hurry=False)
    site.check()


@in_full
def test_no_request_gets_a_connection_that_the_database_closed(river, cleo, ann, tmp_path):
    """The web process with its pool of connections, as production runs it."""
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann, DATABASE_POOL="1") as site:
        for _ in range(3):
            assert site.desk.session.get(site.url + reverse("portal:home"), timeout=20).status_code == 200
        connections.close_all()
        stop_server(postgres_server())
        start_postgres()
        for _ in range(8):
            assert site.desk.session.get(site.url + reverse("portal:home"), timeout=20).status_code == 200


# -- the disk --------------------------------------------------------------------------------------
@pytest.fixture
def small_disk(tmp_path):
    """Charts lie on a disk of twelve megabytes."""
    place = tmp_path / "charts"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place]).returncode:
        pytest.skip("only root may mount a small disk; test_outages.py fills one by a place instead")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@in_ci
def test_a_disk_that_is_full_is_said_and_nothing_is_half_kept(small_disk, river, cleo, ann, tmp_path):
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann) as site:
        site.desk.send(site.fresh())
        site.drain()
        filler = small_disk / "filler"
        with filler.open("wb") as rubbish:
            rubbish.write(b"x" * (shutil.disk_usage(small_disk).free - 100_000))
        before = sorted(path for path in small_disk.rglob("*") if path.is_file())
        batch = site.desk.post(
            reverse("portal:upload-batch"), {"name": "Notes", "specialty": "radiology"},
            headers={"Accept": "application/json"},
        ).json()  # fmt: skip
        scan = files.scanned_pdf(2)
        assert len(scan) > 100_000
        answer = send_once(site, batch, scan)
        assert answer.status_code == 507
        assert "Our storage is full" in answer.json()["detail"]
        assert sorted(path for path in small_disk.rglob("*") if path.is_file()) == before
        with scope.service():
            assert not AuditEvent.objects.filter(action="chart.received", detail__batch=batch["batch"]).exists()
        assert requests.get(f"{site.url}/readyz", timeout=20).json()["database"] == "ok"  # reading goes on
        filler.unlink()
        answer = send_once(site, batch, scan)
        assert answer.json()["outcome"] == "received"
        site.desk.post(batch["commit_url"], {"name": "Notes", "specialty": "radiology"})
        site.drain()
        site.check()


def send_once(site, batch, content):
    """The script's request for a file, not repeated."""
    desk = site.desk
    return desk.session.post(
        site.url + batch["file_url"],
        files={"file": ("scan.pdf", content)},
        headers={"X-CSRFToken": desk.csrf(), "Accept": "application/json", "Idempotency-Key": f"scan-{batch['batch']}"},
        timeout=30,
    )


# -- whole processes -------------------------------------------------------------------------------
@in_full
def test_web_and_worker_killed_whole_under_load(site):
    with load(site):
        for what, start in (("web", site.start_web), ("worker", site.start_worker), ("web", site.start_web)):
            time.sleep(2)
            processes.kill(site.running[what])
            start()
    site.drain(hurry=False)
    site.check()
    site.check_mails(twice=1)


@in_ci
def test_a_worker_that_slept_past_its_lease_changes_nothing(site):
    """Stopped with everything drawn; another does the job; woken, its late finish is refused."""
    site.drain()
    site.arm("render.drawn", "stop 1")
    site.desk.send(site.fresh())
    assert processes.wait_until(lambda: site.fired("render.drawn"), seconds=30)
    site.drain()
    sleepers = [one for one in site.running["worker"].family() if one.status() == psutil.STATUS_STOPPED]
    assert len(sleepers) == 1
    sleepers[0].resume()
    late = "job lost to another worker"
    assert processes.wait_until(lambda: late in site.running["worker"].log.read_text(), seconds=30), site.logs()
    site.check()
