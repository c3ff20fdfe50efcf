"""Who works that day, and what they do with each chart that the queue gives them."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser

from coding.models import Encounter
from portal.models import User
from tests.e2e.day import asides, coding, precoding, verifying
from tests.e2e.day.charts import DayChart, Event, Slip, Visit
from tests.e2e.day.hands import Hands

BENCH = re.compile(r"/encounters/(\d+)/(precode|code|verify)/$")
LEFT = "(path) => location.pathname !== path"


class Worker(Hands):
    """Somebody at a bench: takes what the queue gives until it gives nothing more."""

    def __init__(
        self, browser: Browser, url: str, user: User, *, charts: Mapping[str, DayChart], pictures: Path,
        takes_over: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(browser, url, user, pictures=pictures)
        self.charts = charts
        self.takes_over = takes_over
        self.happened: set[tuple[Event, str]] = set()
        self.times: dict[str, list[tuple[int, float]]] = defaultdict(list)  # stage → keys and seconds of each chart

    def charts_of(self, encounter: int) -> DayChart:
        return self.charts[Encounter.objects.values_list("chart__original_name", flat=True).get(pk=encounter)]

    def visit(self, encounter: int) -> Visit:
        """What the person reads on the pages."""
        chart = self.charts_of(encounter)
        first = Encounter.objects.get(pk=encounter).pages().earliest("number").number
        return chart.visits[0] if first <= chart.counts[0] else chart.visits[1]

    def start(self) -> bool:
        """From the queue to a bench, if something is due."""
        if not self.path.endswith("/work/"):
            self.press("g", "q")
        self.until("() => document.querySelector('[data-action=\"queue.next\"]') !== null", what="the queue")
        before = self.see("performance.timeOrigin")
        self.press("n")  # starts what is next; where nothing is, looks again
        self.until("(before) => performance.timeOrigin !== before && document.readyState === 'complete'", before)
        return BENCH.search(self.path) is not None

    def step(self) -> bool:
        """A chart, if the queue has one for the person."""
        if not BENCH.search(self.path) and not self.start():
            return False
        self.one()
        return True

    def one(self) -> None:
        """The chart in hand, as far as this bench goes."""
        here = self.path
        encounter, stage = BENCH.search(here).groups()  # type: ignore[union-attr]
        visit = self.visit(int(encounter))
        began, keys = time.monotonic(), self.counted()["keys"]
        self.acts[stage](int(encounter), visit)
        self.until(LEFT, here, what="the next chart")
        self.times[stage].append((self.counted()["keys"] - keys, time.monotonic() - began))
        if self.first_time(Event.UNDONE, visit) and stage == "code":
            self.take_back(int(encounter), visit)

    def first_time(self, event: Event, visit: Visit) -> bool:
        """Whether the visit is one to which this happens, and it has not happened yet."""
        return visit.event is event and (event, visit.account) not in self.happened

    @property
    def acts(self) -> dict[str, Callable[[int, Visit], None]]:
        return {"precode": self.precode, "code": self.code, "verify": self.verify}

    def precode(self, encounter: int, visit: Visit) -> None:
        here = self.path
        if self.first_time(Event.SPLIT, visit):
            self.note(Event.SPLIT, visit)
            precoding.split_at(self, self.charts_of(encounter).counts[0] + 1)
        precoding.fill_in(self, visit)
        self.press("Control+Enter")
        self.until(LEFT, here, what="the next chart, or the second entry")
        if self.path.endswith("/again/"):
            mistyped = self.first_time(Event.MISTYPED, visit)
            precoding.type_again(self, visit, mistyped=mistyped)
            self.note(Event.MISTYPED, visit)
            self.until(LEFT, f"{here}again/", what="the next chart")

    def code(self, encounter: int, visit: Visit) -> None:
        if self.first_time(Event.SKIPPED, visit) and not self.takes_over:
            self.note(Event.SKIPPED, visit)
            return asides.skip(self)
        if self.first_time(Event.HELD, visit):
            self.note(Event.HELD, visit)
            return asides.put_on_hold(self)
        if self.first_time(Event.ASKED, visit):
            self.note(Event.ASKED, visit)
            return asides.ask(self, self.charts_of(encounter).counts[0])
        again = (Event.RETURNED, visit.account) in self.happened
        coding.code_visit(self, visit if again else visit.coded_by_the_coder())
        if visit.event is Event.RETURNED:
            self.note(Event.RETURNED, visit)
        return coding.submit(self)

    def take_back(self, encounter: int, visit: Visit) -> None:
        """The coder thinks better of what they just sent, looks, and sends it again."""
        self.note(Event.UNDONE, visit)
        asides.take_back(self, Encounter.objects.get(pk=encounter).label)

    def verify(self, _encounter: int, visit: Visit) -> None:
        if self.first_time(Event.RETURNED, visit):
            self.note(Event.RETURNED, visit)
            verifying.verify_visit(self, visit)
            return verifying.send_back(self, "The last diagnosis of the plan is missing.")
        corrected = replace(visit, slip=Slip.NONE) if visit.event is Event.RETURNED else visit
        verifying.verify_visit(self, corrected)
        return verifying.give_verdict(self)

    def note(self, event: Event, visit: Visit) -> None:
        self.happened.add((event, visit.account))
