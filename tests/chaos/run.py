"""Chaos at the benches: so many navigations with so many killed tabs and every other trouble, and what came of it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Browser, Error

from coding.actions.queue import give, release
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import Stage
from portal.models import User
from tests.chaos.desk import Desk, Window
from tests.chaos.line import Line, marks_in
from tests.chaos.moves import go, go_back_to_it, regain, resolve, take_it_back
from tests.chaos.typed import Work, is_settled, stored
from tests.chaos.visits import Visits
from tests.e2e.windows import journal

STAGES = {"coder": (Stage.PRECODING, Stage.CODING), "verifier": (Stage.VERIFICATION,)}
AT_ONCE = 4  # charts on one person's benches
TROUBLES = {
    "offline": 3, "offline_line": 3, "deaf": 3, "ill": 3, "slow": 3, "expired": 4, "stranger": 1, "lost_lapsed": 3,
    "lost_given": 3, "two": 5,
}  # fmt: skip
HEALS_WITHIN = 60  # s
OPENED_BY = "document.querySelector('unsent-work')?.getAttribute('person') ?? null"
HAND = (150, 400)  # ms from the last key to where the power goes


class Faults(list[str]):
    """What must not be; said as soon as it is seen."""

    def append(self, fault: str) -> None:
        print(f"FAULT {fault}", flush=True)  # noqa: T201
        super().append(fault)

    def __iadd__(self, faults: Iterable[str]) -> Faults:  # type: ignore[misc]
        for fault in faults:
            self.append(fault)
        return self


@dataclass
class Chaos:
    """A run: `faults` are what must not be; `counts` what was done."""

    browser: Browser
    site: str
    seed: int
    visits: Visits
    people: dict[str, User]
    manager: User
    faults: Faults = field(default_factory=Faults)
    counts: Counter[str] = field(default_factory=Counter)
    desks: list[Desk] = field(default_factory=list)
    heals_within: int = HEALS_WITHIN

    def __post_init__(self) -> None:
        self.begun = time.monotonic()
        self.chance = random.Random(self.seed)  # noqa: S311  (no secret)
        for number, (role, user) in enumerate(self.people.items()):
            if role in STAGES:
                line = Line(self.site, self.visits.marks, seed=self.seed + number)
                chance = random.Random(self.seed * 7 + number)  # noqa: S311
                self.desks.append(Desk(self.browser, line, user, self.visits, chance, self.faults))

    # -- the run -------------------------------------------------------------------------------------
    def run(self, *, navigations: int, kills: int) -> None:
        """Everything, until so many navigations were made and so many tabs killed; then all is mended and compared."""
        for desk, stages in zip(self.desks, STAGES.values(), strict=True):
            self.fill(desk, stages)
        while self.counts["navigations"] < navigations or self.counts["kills"] < kills:
            for desk, stages in zip(self.desks, STAGES.values(), strict=True):
                self.fill(desk, stages)
                left = max(1, navigations - self.counts["navigations"])
                self.step(desk, kill=self.chance.random() < 1.5 * (kills - self.counts["kills"]) / left)
                self.say()
        for desk in self.desks:
            self.heal(desk)
            self.leave(desk)
        self.compare()

    def step(self, desk: Desk, *, kill: bool) -> None:
        """Some acts, and a navigation."""
        self.change_weather(desk)
        window = self.window(desk)
        self.note(
            desk, f"{desk.trouble or 'all well'}; {kill=}; at {window.work.name if window.work else window.page.url}"
        )
        resolve(desk, window)
        for _ in range(self.chance.choice([0, 1, 1, 2, 3])):
            with suppress(Error):
                self.counts["acts"] += desk.act(window)
            if window.work is None:
                break
        if kill and window.work is not None:
            self.pause(window)
            desk.close(window, violently=True)
            self.counts["kills"] += 1
            window = self.window(desk)
        elif not (take_it_back(desk, window) and self.counted("taken_back")):
            if desk.trouble:
                self.pause(window)
            way = go(desk, window)
            self.note(desk, f"went by {way}")
            self.counts[f"by_{way}"] += 1
        self.counts["navigations"] += 1
        self.check(desk)

    def note(self, desk: Desk, what: str) -> None:
        """For whoever looks for the cause."""
        c, now = self.counts, time.monotonic() - self.begun
        print(f"{now:7.1f} {c['navigations']} {c['kills']} {desk.user.name}: {what}", flush=True)  # noqa: T201

    def check(self, desk: Desk) -> None:
        desk.look_for_leaks()
        desk.look_for_silence()

    def counted(self, name: str) -> bool:
        self.counts[name] += 1
        return True

    def pause(self, window: Window) -> None:
        """As long as a hand needs from the last key to the next thing."""
        with suppress(Error):
            window.page.wait_for_timeout(self.chance.randint(*HAND))

    def window(self, desk: Desk) -> Window:
        """One of the person's windows; a fresh one if there is none."""
        if desk.windows:
            return self.chance.choice(desk.windows)
        window = desk.open()
        held = desk.held()
        with suppress(Error):
            window.page.goto(desk.url_of(self.chance.choice(held)))
        desk.arrive(window, fresh=True)
        return window

    def fill(self, desk: Desk, stages: tuple[Stage, ...]) -> None:
        """There is always something on the benches, and something that waits."""
        held = Assignment.objects.live(at=timezone.now()).filter(user=desk.user, opened_at__isnull=False)
        for _ in range(AT_ONCE - held.count()):
            stage = self.chance.choice(stages)
            self.visits.hold(self.visits.waiting(stage, self.chance), stage, desk.user)
        for stage in stages:
            if Encounter.objects.waiting([stage]).count() < 2:
                self.visits.waiting(stage, self.chance)
        for encounter in Encounter.objects.exclude(pk__in=self.visits.suggested).filter(status="to_code"):
            self.visits.suggested[encounter.pk] = {row.code: row.pk for row in encounter.suggested.all()}

    # -- troubles ------------------------------------------------------------------------------------
    def change_weather(self, desk: Desk) -> None:
        if desk.trouble:
            desk.rest -= 1
            if desk.rest <= 0:
                self.heal(desk)
        elif self.chance.random() < 0.25:
            self.begin(desk, self.chance.choices(list(TROUBLES), list(TROUBLES.values()))[0])

    def begin(self, desk: Desk, trouble: str) -> None:
        """Something goes wrong for a few steps."""
        desk.trouble, desk.rest = trouble, self.chance.randint(1, 4)
        self.counts[trouble] += 1
        self.note(desk, f"begins {trouble}")
        window = self.window(desk)
        if trouble == "offline":
            desk.line.state = "down"
            desk.context.set_offline(True)
        elif trouble in {"offline_line", "deaf", "ill", "slow"}:
            desk.line.state = {"offline_line": "down"}.get(trouble, trouble)
        elif trouble == "expired":
            desk.sign_out()
        elif trouble == "stranger":
            desk.sign_in(self.people["kim"])
        elif trouble.startswith("lost") and window.work is not None:
            self.lose(window.work, given=trouble == "lost_given")
        elif trouble == "two" and window.work is not None and len(desk.windows) < 3:
            other = desk.open()
            with suppress(Error):
                other.page.goto(window.page.url)
            desk.arrive(other)
            for one in (window, other, window):
                with suppress(Error):
                    self.counts["acts"] += desk.act(one)

    def lose(self, work: Work, *, given: bool) -> None:
        """The lease runs out, or a manager gives the chart to Kim."""
        open_ = Assignment.objects.open().filter(encounter=work.encounter, user=work.author)
        open_.update(lease_until=timezone.now() - timedelta(seconds=1))
        if given:
            to = self.people["kim" if work.stage is not Stage.VERIFICATION else "vic"]
            encounter = Encounter.objects.get(pk=work.encounter)
            give(encounter=encounter, to=to, by=self.manager, at=timezone.now())

    def heal(self, desk: Desk) -> None:
        """All is well again: what waits is sent, what needs a choice is chosen."""
        self.note(desk, f"heals {desk.trouble}")
        desk.trouble, desk.line.state = "", "up"
        desk.context.set_offline(False)
        if not desk.signed_in:
            desk.sign_in()
        now = timezone.now()
        for held in Assignment.objects.open().filter(user__in=[self.people["kim"], self.people["vic"]]):
            release(assignment=held, by=held.user, at=now)
        for work in desk.works.values():
            lapsed = Assignment.objects.open().filter(encounter=work.encounter, user=work.author, lease_until__lt=now)
            if lapsed.exists() and self.chance.random() < 0.7:
                regain(work)
        self.send_all(desk)

    def send_all(self, desk: Desk) -> None:
        """Until everything typed is there; what is not by then is lost."""
        self.window(desk)
        for one in list(desk.windows):
            with suppress(Error):
                if one.page.evaluate(OPENED_BY) != desk.person:  # nobody's, or still the stranger's
                    one.page.goto("/work/")
        for turn in range(self.heals_within * 2):
            if not self.is_sent(desk, wake=turn % 4 == 0):
                self.window(desk).page.wait_for_timeout(500)
        self.note(desk, "healed")
        for work in desk.unsettled():
            if work.unsure:
                work.adopt(stored(work).body)
                continue
            self.faults.append(f"lost: {work.name}: typed {work.heads}, there {stored(work)}; said {desk.said()}")
            work.adopt(stored(work).body)
        for one in list(desk.windows):
            go_back_to_it(desk, one)

    def is_sent(self, desk: Desk, *, wake: bool) -> bool:
        """Whether nothing waits any more; what asks for a choice gets one."""
        if not desk.unsettled():
            return True
        if wake:
            desk.wake()
        for one in list(desk.windows):
            self.counts["chosen"] += resolve(desk, one)
        return False

    # -- the end -------------------------------------------------------------------------------------
    def leave(self, desk: Desk) -> None:
        """Signed out with something unsent: what lies in the browser tells nobody anything; then it is sent."""
        window = self.window(desk)
        with suppress(Error):
            desk.line.state = "ill"
            for _ in range(3):
                desk.act(window)
            window.page.wait_for_timeout(800)
        desk.sign_out()
        for one in list(desk.windows):
            desk.close(one)
        window = desk.open()
        with suppress(Error):
            window.page.goto("/work/")
            rows = journal(window.page)
            self.counts["sealed_rows"] += len(rows)
            for row in rows:
                plain = {name: value for name, value in row.items() if name != "sealed"}
                told = marks_in(bytes(row["sealed"])) | marks_in(str(plain))
                self.faults += [f"leak: {sorted(told)} lie in the journal after signing out"] if told else []
            stores = window.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
            self.faults += [f"leak: {found} in the browser's stores" for found in marks_in(stores)]
        self.heal(desk)
        desk.look_for_leaks()

    def compare(self) -> None:
        """Line by line, what was typed and what the server has; and no chart has a word of another."""
        for desk in self.desks:
            for work in desk.works.values():
                self.counts["works"] += 1
                self.counts["given_up"] += work.given_up
                self.counts["adopted"] += work.adopted
                self.counts["submitted"] += work.submitted
                there = stored(work)
                if not is_settled(work):
                    self.faults.append(f"lost at the end: {work.name}: typed {work.heads}, there {there}")
                strange = (marks_in(there.raw) | marks_in(str(there.handed_in))) - {work.mark}
                self.faults += [f"leak: {work.name} has {strange} on the server"] if strange else []
            self.counts["typed"] += desk.typed
            self.counts["carried"] += desk.line.carried

    def say(self) -> None:
        c = self.counts
        if c["navigations"] % 50 < len(self.desks):
            said = f"{c['navigations']} navigations, {c['kills']} kills, {len(self.faults)} faults"
            print(said, flush=True)  # noqa: T201

    def report(self) -> str:
        """What was done and what came of it; the figures of a run."""
        c = self.counts
        found = Counter(fault.split(" ")[0].strip(":") for fault in self.faults)
        ways = ", ".join(f"{n} {name.removeprefix('by_')}" for name, n in sorted(c.items()) if name.startswith("by_"))
        lines = (
            f"seed {self.seed}: {c['navigations']} navigations ({ways})",
            f"{c['kills']} tabs killed, {c['offline'] + c['offline_line']} offline stretches, "
            f"{c['deaf']} of lost answers, {c['ill']} of a failing server, {c['slow']} of late answers, "
            f"{c['expired']} ended sessions, {c['stranger']} of another person, {c['lost_lapsed']} leases run out, "
            f"{c['lost_given']} given away, "
            f"{c['two']} times two windows",
            f"{c['typed']} actions in {c['works']} pieces of work, {c['submitted']} handed in, {c['taken_back']} taken "
            f"back, {c['chosen']} choices between versions ({c['given_up']} versions given up by choice), "
            f"{c['adopted']} unsure",
            f"{c['carried']} requests looked through, {c['sealed_rows']} sealed rows lay in journals after signing out",
            f"{found['lost']} lost, {found['leak']} leaks, {found['silent']} silent failures, "
            f"{found['script']} script errors",
        )
        return "\n".join([*lines, *self.faults])


@contextmanager
def chaos(**given: object) -> Iterator[Chaos]:
    """A run, its browsers and lines closed afterwards."""
    one = Chaos(**given)  # type: ignore[arg-type]
    try:
        yield one
    finally:
        for desk in one.desks:
            with suppress(Error):
                desk.context.close()
            desk.line.close()
