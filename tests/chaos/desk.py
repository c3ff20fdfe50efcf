"""A person at the benches: a browser with windows, the line to the site, and all that they have typed."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Error, Page

from coding.models import Assignment, Encounter
from coding.rules.lifecycle import Stage
from portal.journal_keys import journal_keys
from portal.models import User
from tests.chaos.benches import ACTS, SEEN, Hands
from tests.chaos.line import Line, marks_in
from tests.chaos.typed import Body, Work, is_settled, of_fields, seen, stored
from tests.chaos.visits import Visits
from tests.e2e.windows import kill

BENCH = {Stage.PRECODING: "coding:precode", Stage.CODING: "coding:code", Stage.VERIFICATION: "coding:verify"}
SHOWN = """() => ({
  text: document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea, select")].map(({ value }) => value).join(" "),
  encounter: document.querySelector("next-chart, draft-keeper")?.getAttribute("encounter") ?? /encounters\\/(\\d+)\\//.exec(location.pathname)?.[1],
  pages: [...document.querySelectorAll("#main figure[data-page-id]")].map(({ dataset }) => dataset.pageId),
})"""  # noqa: E501  (JavaScript)
UNSENT = """() => ({
  person: document.querySelector("unsent-work")?.getAttribute("person"),
  encounter: document.querySelector("draft-keeper")?.getAttribute("encounter"), stage: document.querySelector("draft-keeper")?.getAttribute("stage"),
  state: document.querySelector("[data-save-state]")?.className ?? "",
  said: [...document.querySelectorAll("#shell-alerts .banner")].map((one) => one.innerText),
})"""  # noqa: E501  (JavaScript)

COME = """() => {
  window.dispatchEvent(new Event("focus"));
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SETTLES = 20  # looks at a window until it shows what was on its way when it came
WAITING = re.compile("not sent yet|not submitted|leave this page open")


@dataclass
class Window:
    """One window: the work that it shows, and what its person has in it."""

    page: Page
    work: Work | None = None
    body: Body | None = None
    hands: Hands | None = None

    @property
    def alive(self) -> bool:
        return not self.page.is_closed()


@dataclass
class Desk:
    """`trouble` is what is wrong at the moment ("" for nothing), `rest` for how many more steps."""

    browser: Browser
    line: Line
    user: User
    visits: Visits
    chance: random.Random
    faults: list[str]
    windows: list[Window] = field(default_factory=list)
    works: dict[tuple[int, Stage], Work] = field(default_factory=dict)
    trouble: str = ""
    rest: int = 0
    signed_in: bool = True
    typed: int = 0

    @cached_property
    def person(self) -> str:
        """By which name their journal is sealed: a page that somebody else has opened can say nothing of their work."""
        return journal_keys(self.user)[0].name

    def __post_init__(self) -> None:
        options = {"base_url": self.line.url, "bypass_csp": True, "viewport": {"width": 1440, "height": 900}}
        self.context = self.browser.new_context(**options)
        self.context.set_default_timeout(15_000)
        self.sign_in()

    # -- signing in and out --------------------------------------------------------------------------
    def sign_in(self, user: User | None = None) -> None:
        client = Client()
        client.force_login(user or self.user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.line.url}])
        self.session = value
        self.signed_in = user is None

    def sign_out(self) -> None:
        """The session ends: nobody is signed in at this browser any more."""
        Session.objects.filter(session_key=self.session).delete()
        self.signed_in = False

    @property
    def is_online(self) -> bool:
        return self.line.state in {"up", "slow"} and self.signed_in and not self.trouble.startswith("offline")

    # -- windows -------------------------------------------------------------------------------------
    def open(self) -> Window:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        window = Window(page)
        self.windows.append(window)
        return window

    def close(self, window: Window, *, violently: bool = False) -> None:
        if violently:
            kill(window.page)
        else:
            with suppress(Error):
                window.page.close()
        self.windows.remove(window)
        self.wake()

    def wake(self) -> None:
        """Whoever goes on in another window comes to it."""
        for one in self.windows:
            with suppress(Error):
                one.page.evaluate(COME)

    def arrive(self, window: Window, *, fresh: bool = False) -> None:
        """See where the window is, and that it shows what was typed there and nothing else.

        It comes to show the newest, what is still on its way included; one that is not `fresh`, that could not ask, or
        beside which another shows the same, may stay older than what was saved since.
        """
        window.work = window.body = None
        shown = self.see(window)
        if not shown or not shown["live"] or not shown.get("stage"):
            return
        work = self.work_of(int(shown["encounter"]), shown["stage"])
        alone = not any(one.work is work for one in self.windows)
        body = self.read(window, work, shown, fresh=fresh and alone and self.is_online)
        if body is not None:
            window.work, window.body = work, deepcopy(body)
            window.hands = Hands(window.page, self.chance, work, self.visits.suggested.get(work.encounter, {}))

    def read(self, window: Window, work: Work, shown: dict, *, fresh: bool) -> Body | None:
        """What of the person's own is shown, once what was brought back is; None for a fault, or if it went on."""
        body = None
        for turn in range(60):
            body = self.known(work, shown)
            is_old = body not in work.heads and (turn < SETTLES or (fresh and is_settled(work)))
            if body is not None and not is_old:
                return body
            window.page.wait_for_timeout(150)
            shown = self.see(window) or shown
            if not shown["live"] or (shown["encounter"], shown["stage"]) != (str(work.encounter), work.stage.value):
                return None
        if work.unsure:
            work.adopt(stored(work).body)
        elif body is None:
            self.faults.append(f"lost: {work.name} shows what nobody typed: {shown}; typed: {work.heads}")
        else:
            self.faults.append(f"lost: {work.name} shows old work although all is saved: {shown}")
        return None

    def see(self, window: Window) -> dict | None:
        try:
            window.page.wait_for_load_state()
            window.page.wait_for_function(
                "() => !document.querySelector('draft-keeper:not([lost])') || (customElements.get('draft-keeper')"
                " && (!document.querySelector('code-list') || customElements.get('code-list'))"
                " && (!document.querySelector('precode-form') || customElements.get('precode-form')))",
                timeout=10_000,
            )
            return window.page.evaluate(SEEN)
        except Error:
            return None

    def known(self, work: Work, shown: dict) -> Body | None:
        """The body among those that were ever typed that looks like what is shown; the newest first."""
        if not work.history:
            work.begin(self.first_sight(work, shown))
        looks = of_fields(shown["fields"]) if "fields" in shown else {n: shown.get(n) for n in ("dx", "px", "comment")}
        for body in [*reversed(work.heads), *reversed(work.history)]:
            if seen(body) == looks:
                return body
        return None

    def first_sight(self, work: Work, shown: dict) -> Body:
        """What a bench begins with: the facts that are known, the coder's version, or nothing."""
        if work.stage is Stage.PRECODING:
            return of_fields(shown["fields"])
        empty: Body = {"dx": [], "px": [], "comment": "", "rejected": [], "judged": {}, "viewed": []}
        if work.stage is Stage.CODING:
            return empty
        coder = Encounter.objects.get(pk=work.encounter).codings.filter(stage=Stage.CODING).latest("version").coded()
        dx = [line.code for line in coder.diagnoses]
        px = [
            {
                "code": line.code, "modifiers": list(line.modifiers), "units": line.units,
                "pointers": [dx[place - 1] for place in line.pointers],
            }
            for line in coder.procedures
        ]  # fmt: skip
        return {**empty, "dx": dx, "px": px}

    def work_of(self, encounter: int, stage: str) -> Work:
        key = encounter, Stage(stage)
        if key not in self.works:
            label = Encounter.objects.get(pk=encounter).label
            self.works[key] = Work(encounter, Stage(stage), self.user.pk, label, self.visits.marks[encounter])
        return self.works[key]

    # -- acting --------------------------------------------------------------------------------------
    def act(self, window: Window) -> bool:
        """One thing done at the window's bench; whether something was."""
        work, hands, before = window.work, window.hands, window.body
        if work is None or hands is None or before is None or (len(work.heads) > 1 and before not in work.heads):
            return False
        if not self.see_live(window):
            return False
        hands.is_online = self.is_online
        act = self.chance.choice(ACTS[work.stage])
        if self.is_online:
            with suppress(Error):
                window.page.wait_for_function("() => !document.querySelector('verify-table[aria-busy]')", timeout=5000)
        try:
            after = act(hands, before)
        except (Error, AssertionError) as trouble:
            if isinstance(trouble, AssertionError) and self.see_live(window):
                self.faults.append(f"silent: {act.__name__} at {work.name} had no effect: {str(trouble)[:300]}")
            print(f"        {work.name}: {act.__name__} is unsure: {str(trouble)[:80]!r}", flush=True)  # noqa: T201
            work.unsure = work.dirty = True  # the page went while the hand was on it
            window.work = None
            return False
        if after is None:
            return False
        if after != before:
            work.act(before, after)
            self.typed += 1
        window.body = after
        print(f"        {work.name}: {act.__name__} in window {self.windows.index(window)}", flush=True)  # noqa: T201
        self.look(window, f"after {act.__name__}")
        return True

    def see_live(self, window: Window) -> bool:
        shown = self.see(window)
        work = window.work
        if not shown or not work or not shown["live"] or shown["encounter"] != str(work.encounter):
            window.work = None
            return False
        return True

    def look(self, window: Window, when: str) -> None:
        """The window shows what was typed into it."""
        assert window.work is not None
        assert window.body is not None
        shown: dict = {}
        for _ in range(20):
            shown = self.see(window) or {}
            looks = (
                of_fields(shown["fields"]) if "fields" in shown else {n: shown.get(n) for n in ("dx", "px", "comment")}
            )
            if not shown.get("live") or shown["encounter"] != str(window.work.encounter):
                window.work.unsure = True  # it may have closed under the hand
                window.work = None
                return
            if looks == seen(window.body):
                return
            window.page.wait_for_timeout(100)
        self.faults.append(f"silent: {window.work.name} {when} shows {shown}, typed was {seen(window.body)}")
        window.work = None

    # -- what must hold --------------------------------------------------------------------------------
    def look_for_leaks(self) -> None:
        """Each window shows one encounter's marks and pages."""
        for window in self.windows:
            try:
                shown = window.page.evaluate(SHOWN)
            except Error:
                continue
            owner = self.visits.marks.get(int(shown["encounter"])) if shown["encounter"] else None
            strange = marks_in(shown["text"]) - {owner}
            if strange:
                where = shown["text"].lower().index(next(iter(strange)))
                around = shown["text"][max(0, where - 80) : where + 60]
                self.faults.append(f"leak: a window of {owner} shows {strange}: {around!r}")
            if shown["pages"] and owner:
                own = {
                    str(pk)
                    for pk in Encounter.objects.get(pk=int(shown["encounter"])).pages().values_list("pk", flat=True)
                }
                if not set(shown["pages"]) <= own:
                    self.faults.append(f"leak: a window of {owner} shows pages {set(shown['pages']) - own}")
        self.faults += [f"leak: {one}" for one in self.line.leaks]
        self.line.leaks.clear()

    def look_for_silence(self, *, seconds: float = 25) -> None:
        """What was typed is on the server, or a window says that it is not."""
        silent: list[Work] = []
        for turn in range(int(seconds * 4)):
            silent = self.silent()
            if not silent or not self.windows or self.windows[0].page.is_closed():
                break
            if turn % 8 == 0:
                self.wake()  # a person looks at each window from time to time
            self.windows[0].page.wait_for_timeout(250)
        for work in silent:
            if not work.unsure:
                self.faults.append(
                    f"silent: {work.name} is neither saved nor said to wait; trouble {self.trouble or 'none'}, "
                    f"typed {work.heads}, there {stored(work)}, said {self.said()}"
                )
            work.adopt(stored(work).body)
            for window in self.windows:  # what was taken from the server is what they are to hold
                if window.work is work:
                    self.arrive(window)

    def silent(self) -> list[Work]:
        """What is not on the server and of which no window speaks, while one of the person's own is open."""
        left = self.unsettled()
        said = self.said() if left else None
        return [work for work in left if said is not None and not self.is_said(work, said)]

    def unsettled(self) -> list[Work]:
        left = []
        for work in self.works.values():
            if work.dirty:
                if is_settled(work):
                    work.dirty = work.unsure = False
                else:
                    left.append(work)
        return left

    def said(self) -> list[dict] | None:
        """What the windows say of unsent work; None if no page of the site is open."""
        found = []
        for window in self.windows:
            with suppress(Error):
                found.append(window.page.evaluate(UNSENT))
        ours = [one for one in found if one["person"] == self.person]
        return ours or None

    @staticmethod
    def is_said(work: Work, said: list[dict]) -> bool:
        here = (str(work.encounter), work.stage.value)
        return any(
            any(work.label in text and WAITING.search(text) for text in one["said"])
            or ((one["encounter"], one["stage"]) == here and ("failed" in one["state"] or "pending" in one["state"]))
            for one in said
        )

    # -- what there is to do -------------------------------------------------------------------------
    def held(self) -> list[Assignment]:
        """What the person has on their benches now, opened by them."""
        mine = Assignment.objects.open().filter(user=self.user, opened_at__isnull=False)
        return list(mine.select_related("encounter").order_by("pk"))

    def url_of(self, assignment: Assignment) -> str:
        return reverse(BENCH[Stage(assignment.stage)], args=[assignment.encounter_id])
