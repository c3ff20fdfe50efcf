"""Who works that day, and what they do with each chart that the queue gives them."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Browser

from coding.models import Encounter
from portal.models import User
from tests.e2e.day import coding, precoding, verifying
from tests.e2e.day.charts import DayChart, Visit
from tests.e2e.day.hands import Hands, Stuck

BENCH = re.compile(r"/encounters/(\d+)/(precode|code|verify)/$")
LEFT = "(path) => location.pathname !== path"


class Worker(Hands):
    """Somebody at a bench: takes what the queue gives until it gives nothing more."""

    def __init__(
        self, browser: Browser, url: str, user: User, *, charts: Mapping[str, DayChart], pictures: Path
    ) -> None:
        super().__init__(browser, url, user, pictures=pictures)
        self.charts = charts
        self.times: dict[str, list[tuple[int, float]]] = defaultdict(list)  # stage → keys and seconds of each chart

    def visit(self, encounter: int) -> Visit:
        """What the person reads on the pages."""
        found = Encounter.objects.select_related("chart").get(pk=encounter)
        chart = self.charts[found.chart.original_name]
        first = found.placed.order_by("position").first().page.number
        return chart.visits[0] if first <= chart.counts[0] else chart.visits[1]

    def start(self) -> bool:
        """From the queue to a bench, if something is due."""
        self.until("() => document.querySelector('[data-action=\"queue.next\"]') !== null", what="the queue")
        if self.see("() => document.querySelector('.next-card h2 .code') === null"):
            return False
        self.press("n")
        self.until("() => /\\/(precode|code|verify)\\/$/.test(location.pathname)", what="a bench")
        return True

    def work(self) -> Iterator[None]:
        """A chart at a time; ends when the queue is empty."""
        while True:
            if not BENCH.search(self.path) and not self.start():
                return
            self.one()
            yield

    def one(self) -> None:
        """The chart in hand, as far as this bench goes."""
        here = self.path
        encounter, stage = BENCH.search(here).groups()  # type: ignore[union-attr]
        began, keys = time.monotonic(), self.counted()["keys"]
        self.acts[stage](self.visit(int(encounter)))
        self.until(LEFT, here, what="the next chart")
        self.times[stage].append((self.counted()["keys"] - keys, time.monotonic() - began))

    @property
    def acts(self) -> dict[str, Callable[[Visit], None]]:
        return {"precode": self.precode, "code": self.code, "verify": self.verify}

    def precode(self, visit: Visit) -> None:
        precoding.fill_in(self, visit)
        precoding.finish(self)

    def code(self, visit: Visit) -> None:
        coding.code_visit(self, visit.coded_by_the_coder())
        coding.submit(self)

    def verify(self, visit: Visit) -> None:
        verifying.verify_visit(self, visit)
        verifying.give_verdict(self)
