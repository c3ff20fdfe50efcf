"""The benches in a browser: the next chart, keys, search, the longest answer to a key, bytes of script; with limits.

Limits are those of UX.md 5.1. The site is a real gunicorn, the browser Debian's Chromium, the round trip made by its
own means (CDP). A person reads before they press: what is measured begins once the checks of the last change have come.
"""

from __future__ import annotations

import gzip
import os
import secrets
import socket
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from coding.actions.carried_lists import load_carried_lists
from coding.actions.queue import take_next
from coding.code_index import build_code_index
from coding.models import Assignment, Encounter
from coding.rules.code_search.figures import read_queries
from coding.rules.codings import System
from coding.rules.lifecycle import EncounterStatus, Stage
from portal import scope, storage
from portal.models import User
from portal.rules.roles import Role
from tests import factories, processes
from tests.bench.practices import fresh_practice
from tests.coding.lines import precoded, submitted, waiting
from tests.coding.worded import FIVE, suggest, worded_chart
from tests.coding.written import coded

CHROMIUM = "/usr/bin/chromium"
AHEAD, COLD = 30, 12  # charts
SEARCHES = 30
ROUND_TRIP, SEARCH_ROUND_TRIP = 80, 20  # ms
QUERIES = Path(__file__).parents[1] / "coding" / "search" / "queries_unseen.tsv"
SCRIPT_LIMIT = 60  # KB of all scripts of a bench, gzip -9
READS = 2500  # ms that a person looks at a chart before the first key
FULL = {"width": 1440, "height": 900}

MEASURED = """
window.bench = { keys: 0, clicks: 0, pressed: 0, next: [], events: {}, painted: [] };
addEventListener("keydown", (event) => {
  if (!event.isTrusted) return;
  bench.keys += 1;
  bench.pressed = event.timeStamp; // when the key was pressed, not when its turn came
}, true);
addEventListener("pointerdown", (event) => event.isTrusted && (bench.clicks += 1), true);
const frames = (done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
addEventListener("bench:shown", ({ detail }) => {
  const from = bench.pressed;
  frames((now) => bench.next.push({ ms: now - from, ahead: detail.ahead }));
});
new PerformanceObserver((list) => {
  for (const { interactionId, duration, name } of list.getEntries()) {
    if (interactionId) bench.events[interactionId] = Math.max(bench.events[interactionId] ?? 0, duration);
  }
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
IN_SIGHT = """() => {
  const pane = document.querySelector("#chart-pane .pane-body")?.getBoundingClientRect();
  return Boolean(pane) && [...document.querySelectorAll(".marks.shown rect.selected")]
    .some((mark) => mark.getBoundingClientRect().top < pane.bottom && mark.getBoundingClientRect().bottom > pane.top)
    && [...document.querySelectorAll("figure:has(.marks.shown rect.selected) img")].every((image) => image.complete);
}"""
GHOSTS = "() => document.querySelectorAll('[data-row].ghost').length"
CHECKED = """() => document.querySelector("[data-hard]")?.dataset.hard === "0"
  && document.querySelector("code-list").settle() === undefined"""
WATCH_HITS = """() => {
  const list = document.querySelector("#code-hits");
  new MutationObserver(() => {
    if (list.hidden) return;
    const from = bench.pressed;
    requestAnimationFrame(() => requestAnimationFrame(() => bench.painted.push(performance.now() - from)));
  }).observe(list, { childList: true });
}"""


def report() -> Iterator[str]:
    """Lines of the report."""
    with scope.service():
        load_carried_lists(at=timezone.now())
        build_code_index()
    with tempfile.TemporaryDirectory() as place, site(Path(place)) as url, chromium() as browser:
        yield from next_charts(browser, url)
        yield from script_b(browser, url)
        yield from searches(browser, url)
        yield from bytes_of_script(browser, url)


# -- what is there ---------------------------------------------------------------------------------------------
@contextmanager
def site(folder: Path) -> Iterator[str]:
    """A web process on the benchmarks' own database and files."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    location = str(storage.default_storage.location)  # type: ignore[attr-defined]
    more = {"CHART_DIR": location, "CODE_INDEX_DIR": settings.CODE_INDEX_DIR, "LOG_LEVEL": "WARNING"}
    web = processes.start_web(folder, port, **more)
    url = f"http://127.0.0.1:{port}"
    try:
        if not processes.wait_until(lambda: answers(f"{url}/healthz"), seconds=60):
            raise RuntimeError(web.log.read_text()[-2000:])
        yield url
    finally:
        processes.stop(web)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (our own loopback address)
            return True
    except OSError:
        return False


@contextmanager
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Desk:
    """A coder with charts that wait, and their browser at some distance from the site."""

    def __init__(self, browser: Browser, url: str, charts: int, *, round_trip: int) -> None:
        with scope.service():
            self.person: User = factories.UserFactory(
                email=f"bench-{secrets.token_hex(4)}@example.com", roles=[Role.CODER]
            )
            waiting_charts(self.person, charts)
            held = take_next(by=self.person, at=timezone.now(), stages=[Stage.CODING])
            cookie = session_of(self.person, work_stage=Stage.CODING.value)
        if held is None:
            raise RuntimeError("the queue is empty")
        self.page = opened(browser, url, cookie, round_trip=round_trip)
        self.page.goto(f"{url}{reverse('coding:code', args=[held.encounter_id])}")

    def until(self, script: str, *, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not self.page.evaluate(script):
            if time.monotonic() > end:
                raise RuntimeError(f"it did not come true: {script}")
            self.page.wait_for_timeout(50)

    def accept(self, keys: str) -> None:
        """A key for each suggestion, once its words are in sight; then the checks are awaited."""
        left = len(keys)
        for key in keys:
            self.until(IN_SIGHT)
            self.page.keyboard.press(key)
            left -= 1
            self.until(f"() => ({GHOSTS})() <= {left}")

    def submit(self, shown: int) -> None:
        """Submit, with a reason if one is asked for, and wait until so many benches were shown."""
        asks = self.page.evaluate("document.querySelector('[data-check]').dataset.check !== '0'")
        self.page.keyboard.press("Control+Enter")
        if asks:
            self.until("() => document.querySelector('#checks-dialog')?.open")
            self.page.keyboard.press("1")
        self.until(f"() => bench.next.length >= {shown}")


def opened(browser: Browser, url: str, cookie: str, *, round_trip: int) -> Page:
    """A window of somebody who is signed in, so many milliseconds away from the site and back."""
    context = browser.new_context(viewport=FULL)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(MEASURED)
    network = {"offline": False, "latency": round_trip, "downloadThroughput": -1, "uploadThroughput": -1}
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", network)
    return page


def session_of(person: User, **more: Any) -> str:
    """The key of a session in which the person is signed in."""
    client = Client()
    client.force_login(person)
    session = client.session
    session.update({"signed_in_at": time.time(), "last_active": time.time(), **more})
    session.save()
    return str(session.session_key)


def earliest() -> datetime:
    """Due before anything that an earlier run has left, so that it is handed out first."""
    now = timezone.now()
    return now - 2 * (now - datetime(2020, 1, 1, tzinfo=UTC))


def waiting_charts(by: User, number: int) -> list[Encounter]:
    """So many visits that wait for coding, each with five suggestions that the pages support."""
    practice, at = fresh_practice(), timezone.now()
    found = []
    for _ in range(number):
        visit = precoded(waiting(at=at, due_at=earliest(), chart=worded_chart(practice)), by, at=at)
        suggest(visit, *FIVE)
        found.append(visit)
    return found


# -- what is measured --------------------------------------------------------------------------------------------
def next_charts(browser: Browser, url: str) -> Iterator[str]:
    """Script A over and over: with the next chart in memory, then without."""
    desk = Desk(browser, url, AHEAD + COLD + 2, round_trip=ROUND_TRIP)
    keys = []
    for done in range(1, AHEAD + COLD + 1):
        if done == AHEAD + 1:
            desk.page.route("**/ahead/", lambda route: route.abort())
        desk.page.wait_for_timeout(READS)
        before = desk.page.evaluate("bench.keys")
        desk.accept("aaaaa")
        desk.until(CHECKED)
        desk.submit(done)
        keys.append(desk.page.evaluate("bench.keys") - before)
    shown = desk.page.evaluate("bench.next")
    warm = [one["ms"] for one in shown[:AHEAD] if one["ahead"]]
    cold = [one["ms"] for one in shown if not one["ahead"]]
    yield f"Next chart, {ROUND_TRIP} ms round trip: key to two frames after it is shown"
    yield f"  in memory   {spread(warm)}   of {len(warm)}   limit p95 150 ms, goal 100"
    yield f"  hit rate    {len(warm) / AHEAD:8.0%}   of {AHEAD}"
    yield f"  not in memory {spread(cold)}   of {len(cold)}   limit p95 400 ms, goal 300"
    number, inp, longest = interactions(desk.page)
    yield f"  answer to a key (INP) {inp:6.0f} ms   of {number}   limit 200 ms   longest {longest:.0f} ms"
    clicks = desk.page.evaluate("bench.clicks")
    yield f"  script A: {max(keys)} keys (limit 8), {clicks} clicks (limit 0)"
    desk.page.context.close()


def script_b(browser: Browser, url: str) -> Iterator[str]:
    """Four accepted, one rejected, one found by ten letters, a reason for what is to be checked, submitted."""
    desk = Desk(browser, url, 3, round_trip=ROUND_TRIP)
    page = desk.page
    page.wait_for_timeout(READS)
    desk.accept("aaaxa")
    page.keyboard.press("/")
    page.keyboard.type("dermatitis", delay=60)
    desk.until("() => document.querySelectorAll('#code-hits [role=option]').length > 0")
    page.keyboard.press("Enter")
    desk.until("() => document.querySelectorAll('[data-row]').length === 5")
    desk.until(CHECKED)
    desk.submit(1)
    keys, clicks = page.evaluate("[bench.keys, bench.clicks]")
    yield f"  script B: {keys} keys (limit 22), {clicks} clicks (limit 0)"
    page.context.close()


def searches(browser: Browser, url: str) -> Iterator[str]:
    """From the last letter of a query to its results on the screen."""
    desk = Desk(browser, url, 1, round_trip=SEARCH_ROUND_TRIP)
    page = desk.page
    page.wait_for_timeout(READS)
    page.evaluate(WATCH_HITS)
    page.keyboard.press("/")
    with QUERIES.open(encoding="utf-8", newline="") as lines:
        wanted = [query.text for query in read_queries(lines) if query.system is System.ICD10CM][: SEARCHES + 2]
    for text in wanted:
        before = page.evaluate("bench.painted.length")
        page.keyboard.type(text, delay=40)
        page.wait_for_timeout(700)
        if page.evaluate("bench.painted.length") == before:
            raise RuntimeError(f"nothing was found for {text}")
        page.locator("#code-q").fill("")
    painted = page.evaluate("bench.painted")[2:]
    yield f"Code search, {SEARCH_ROUND_TRIP} ms round trip: last key to results on the screen"
    yield f"  {spread(painted)}   of {len(painted)}   limit p95 150 ms, goal 120"
    page.context.close()


def bytes_of_script(browser: Browser, url: str) -> Iterator[str]:
    """All the script that a bench loads by itself."""
    with scope.service():
        held = [*benches()]
    yield "Script of a bench, all of it, gzip -9"
    for assignment in held:
        with scope.service():
            cookie = session_of(assignment.user)
        page, answers = opened(browser, url, cookie, round_trip=0), []
        page.on("response", lambda answer, answers=answers: answers.append(answer))
        name = {"precoding": "precode", "coding": "code", "verification": "verify"}[assignment.stage]
        page.goto(f"{url}{reverse(f'coding:{name}', args=[assignment.encounter_id])}")
        page.wait_for_load_state("networkidle")
        scripts = [answer for answer in answers if "javascript" in answer.headers.get("content-type", "")]
        size = sum(len(gzip.compress(answer.body(), 9)) for answer in scripts) / 1000
        yield f"  {name:<12} {size:6.1f} KB in {len(scripts)} files   limit {SCRIPT_LIMIT} KB"
        page.context.close()


def benches() -> Iterator[Assignment]:
    """Somebody's bench at each stage."""
    practice, at = fresh_practice(), timezone.now()

    def person(role: Role) -> User:
        made: User = factories.UserFactory(email=f"bench-{secrets.token_hex(4)}@example.com", roles=[role])
        return made

    for stage in Stage:
        coder, by = person(Role.CODER), person(Role.VERIFIER if stage is Stage.VERIFICATION else Role.CODER)
        visit = waiting(at=at, due_at=earliest(), chart=worded_chart(practice))
        if stage is Stage.CODING:
            precoded(visit, coder, at=at)
        elif stage is Stage.VERIFICATION:
            submitted(visit, coder, at=at, version=coded("E119", "99213@1"))
            Encounter.objects.filter(pk=visit.pk).update(status=EncounterStatus.TO_VERIFY, finished_at=None)
        held = take_next(by=by, at=at, stages=[stage])
        if held is None:
            raise RuntimeError(f"nothing waits for {stage}")
        yield held


def spread(times: Sequence[float]) -> str:
    """The middle, and what nineteen of twenty do not exceed."""
    if len(times) < 2:
        return f"only {len(times)} measured"
    return f"p50 {statistics.median(times):6.0f} ms   p95 {statistics.quantiles(times, n=20)[18]:6.0f} ms"


def interactions(page: Page) -> tuple[int, float, float]:
    """Their number, Interaction to Next Paint and the longest of all, ms.

    As web.dev/articles/inp defines it (2025-09): the longest, one of each fifty left out.
    """
    number, longest = page.evaluate("[bench.keys, Object.values(bench.events).sort((a, b) => b - a)]")
    return number, longest[min(number // 50, len(longest) - 1)] if longest else 0, longest[0] if longest else 0
