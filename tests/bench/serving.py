"""Page images against nginx's sendfile of the same bytes; storing files against dd and sha256sum."""

import http.client
import os
import secrets
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.test import Client
from django.utils import timezone

from portal import scope, storage
from portal.models import AuditEvent, Membership, Page, Practice
from portal.page_links import Writer
from portal.rules.roles import Role
from tests import factories, proxies
from tests.bench.practices import fresh_practice
from tests.processes import environment

PAGES = 40
PAGE_BYTES = 120 * 1024
CLIENTS = 4
REQUESTS = 100  # of each client in each round
ROUNDS = 5
STORED = 200 * 1024**2


def clocked(port: int, paths: list[str], cookie: str) -> list[float]:
    """Seconds of each request of CLIENTS browsers that keep their connections."""
    taken: list[float] = []

    def browse(offset: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(REQUESTS):
            start = time.perf_counter()
            connection.request("GET", paths[(offset + number) % len(paths)], headers={"Cookie": cookie})
            answer = connection.getresponse()
            body = answer.read()
            taken.append(time.perf_counter() - start)
            if answer.status != 200 or len(body) != PAGE_BYTES:
                raise RuntimeError(f"{answer.status}, {len(body)} bytes")
        connection.close()

    threads = [threading.Thread(target=browse, args=(number * 7,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(taken) != CLIENTS * REQUESTS:
        raise RuntimeError("a browser did not come to its end")
    return taken


def page_images() -> Iterator[str]:
    """Lines of the report."""
    if not proxies.NGINX:
        yield f"Page images: {proxies.NO_NGINX}"
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        cookie, links, own, plain = prepared(folder)
        for accel in ("", str(folder / "laid-out")):
            more = {"CHART_DIR": str(storage.default_storage.location), "PAGE_ACCEL_DIR": accel}
            with proxies.proxied_site(
                folder, environment(folder, DATABASE_POOL="1", LOG_LEVEL="WARNING", **more)
            ) as port:
                yield from compared(
                    port, {"sendfile": plain, "signed link": links, "page's own address": own}, cookie, accel
                )
    with scope.service():
        views = AuditEvent.objects.filter(action="page.viewed", actor__email=EMAIL).count()
    yield f"  {views} views stand in the audit trail"


EMAIL = "bench-cleo@example.com"


def prepared(folder: Path) -> tuple[str, list[str], list[str], list[str]]:
    """A person and a chart of PAGES pages: cookie, signed links, pages' own addresses, the same bytes in the clear."""
    (folder / "plain").mkdir()
    with scope.service():
        practice = fresh_practice()
        cleo = Membership.objects.filter(user__email=EMAIL).first()
        person = cleo.user if cleo else factories.UserFactory(email=EMAIL, roles=[Role.PRACTICE], practice=practice)
        practice = Practice.objects.get(pk=min(person.practice_ids))
        chart = factories.ChartFactory(
            batch=factories.BatchFactory(practice=practice, number=secrets.randbelow(2**30)),
            page_count=PAGES, sha256=secrets.token_hex(32),
        )  # fmt: skip
        for number in range(1, PAGES + 1):
            content = secrets.token_bytes(PAGE_BYTES)
            (folder / "plain" / f"{number}.png").write_bytes(content)
            kept = storage.keep_bytes(content, practice_id=practice.pk, folder="pages", ending=".png")
            Page.objects.create(
                practice=practice, chart=chart, number=number, width=850, height=1100, image_name=kept.name
            )
        browser = Client()
        browser.force_login(person)
        session = browser.session
        session.update({"signed_in_at": time.time(), "last_active": time.time()})
        session.save()
    writer = Writer("chart", person.pk, session.session_key or "", timezone.now())
    numbers = range(1, PAGES + 1)
    return (
        f"{settings.SESSION_COOKIE_NAME}={session.session_key}",
        [f"/p/{writer.to(chart.pk, number)}" for number in numbers],
        [f"/charts/{chart.pk}/pages/{number}/image/" for number in numbers],
        [f"/plain/{number}.png" for number in numbers],
    )


def compared(port: int, ways: dict[str, list[str]], cookie: str, accel: str) -> Iterator[str]:
    """One line a way, after a round that warms up."""
    found: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        for way, paths in ways.items():
            taken = clocked(port, paths, cookie)
            found[way] += taken if number else []
    yield f"Page images of {PAGE_BYTES // 1024} KiB, {CLIENTS} browsers, {'X-Accel' if accel else 'through the site'}"
    for way, taken in found.items():
        p50, p95 = statistics.median(taken) * 1000, statistics.quantiles(taken, n=20)[18] * 1000
        yield f"  {way:<20} {CLIENTS * len(taken) / sum(taken):8.0f} requests/s   p50 {p50:6.1f} ms   p95 {p95:6.1f} ms"


def stores() -> tuple[str, str, Callable[[], int], str, Callable[[], int]]:
    """The benchmark's name, unit, our work, the peer's name and its work: MB kept durable with their hash."""
    place = tempfile.mkdtemp(dir=os.environ["CHARTLINE_VAR"])
    source = Path(place) / "source"
    with source.open("wb") as file:
        for _ in range(STORED // 1024**2):
            file.write(secrets.token_bytes(1024**2))
    with scope.service():
        practice = Practice.objects.first() or factories.PracticeFactory()
        storage.keep_bytes(b"first", practice_id=practice.pk, folder="charts")

    def ours() -> int:
        with source.open("rb") as file:
            kept = storage.keep(File(file), practice_id=practice.pk, folder="charts")
        storage.default_storage.delete(kept.name)
        return STORED // 1000**2

    def peer() -> int:
        copy = Path(place) / "copy"
        subprocess.run(["dd", f"if={source}", f"of={copy}", "bs=1M", "conv=fsync", "status=none"], check=True)
        subprocess.run(["sha256sum", str(copy)], check=True, stdout=subprocess.DEVNULL)
        copy.unlink()
        return STORED // 1000**2

    return f"Storing {STORED // 1024**2} MiB, sealed, hashed and on the disk", "MB", ours, "dd, sha256sum", peer
