"""The day as it goes: two people at the benches in turn, a colleague who takes over, the practice, the manager."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from coding.models import Dispute, Encounter, Query
from coding.rules.lifecycle import FINISHED, EncounterStatus
from tests.e2e.day import arguing, asides
from tests.e2e.day.charts import DayChart, Event
from tests.e2e.day.hands import Hands, Stuck
from tests.e2e.day.people import Worker

STAGES = {"precode": "pre-coding", "code": "coding", "verify": "verification"}


@dataclass
class Day:
    """Everybody at their desks; `said` counts the words on discrepancies by the state they led to."""

    ann: Worker
    bea: Worker
    kim: Worker
    max: Worker
    cleo: Hands
    charts: Mapping[str, DayChart]
    said: Counter[str] = field(default_factory=Counter)
    argued: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0

    @property
    def people(self) -> Sequence[Hands]:
        return (self.ann, self.bea, self.kim, self.max, self.cleo)

    def go(self, *, patience: float) -> None:
        """Until every visit is finished and every discrepancy has its last word; Stuck if that takes longer."""
        began = time.monotonic()
        while Encounter.objects.exclude(status__in=FINISHED).exists():
            if time.monotonic() - began > patience:
                raise Stuck(f"left: {Counter(Encounter.objects.values_list('status', flat=True))}")
            coded, verified = self.ann.step(), self.has_to_verify and self.bea.step()
            if not coded and not verified and not self.deal_with_the_rest():
                self.ann.page.wait_for_timeout(500)  # what was just submitted rests with its coder
        while self.argue():
            pass
        self.seconds = time.monotonic() - began

    def deal_with_the_rest(self) -> bool:
        """What no queue brings by itself: a question of the provider's, a hold, what the coder has skipped."""
        if Query.objects.filter(ended_at=None).exists():
            asides.answer_query(self.cleo)
            return True
        self.ann.look("empty-queue")
        if self.ann.see("() => document.querySelector('[data-action=\"queue.resume\"]') !== null"):
            asides.resume(self.ann)
            return True
        return self.has_skipped and self.kim.step()

    @property
    def has_to_verify(self) -> bool:
        return Encounter.objects.filter(status__in=(EncounterStatus.TO_VERIFY, EncounterStatus.VERIFYING)).exists()

    @property
    def has_skipped(self) -> bool:
        return any(event is Event.SKIPPED for event, _ in self.ann.happened)

    def argue(self) -> int:
        """Coder, verifier and manager say all that waits for their word; how much it was."""
        steps = 0
        for person in (self.ann, self.bea, self.max):
            if not Dispute.objects.waiting_for(person.person.user).exists():
                continue
            began, keys = time.monotonic(), person.counted()["keys"]
            done = arguing.say_their_word(person, self.ann.visit, self.said)
            steps += done
            figures = self.argued.setdefault(person.name, [0, 0, 0])
            for place, figure in enumerate((done, person.counted()["keys"] - keys, time.monotonic() - began)):
                figures[place] += figure
        return steps

    # -- what is told of it ------------------------------------------------------------------------------------
    def report(self) -> Iterator[str]:
        counted = [person.counted() for person in self.people]
        yield f"{len(self.charts)} charts, {Encounter.objects.count()} visits in {self.seconds / 60:.1f} minutes"
        yield f"  {os.cpu_count()} cores, load {' '.join(f'{figure:.1f}' for figure in os.getloadavg())}"
        yield "                charts   keys: p50   p95    seconds: p50   p95"
        for stage, name in STAGES.items():
            rows = [row for worker in (self.ann, self.bea, self.kim) for row in worker.times[stage]]
            keys, seconds = ([row[place] for row in rows] for place in (0, 1))
            yield f"  {name:<14}{len(rows):6}   {spread(keys, 0):>17}   {spread(seconds, 1):>20}"
        for name, (steps, keys, seconds) in self.argued.items():
            yield f"  word of {name:<6}{steps:6} discrepancies, {keys:.0f} keys, {seconds:.1f} s"
        yield "  Next chart, key to two frames after it is shown, ms"
        for how in ("in memory", "asked for", "new page"):
            times = [one["ms"] for person in counted for one in person["next"] if one["how"] == how and one["from"]]
            yield f"    {how:<10}{len(times):6}   {spread(times, 0):>17}"
        yield f"  Longest answer to a key (INP, worst) {max(one['slowest'] for one in counted):.0f} ms"
        yield f"  Beside the usual: {self.happened()}"
        yield f"  Words on discrepancies: {', '.join(f'{n} {what}' for what, n in sorted(self.said.items()))}"
        yield (
            f"  {sum(one['keys'] for one in counted)} keys, {sum(one['clicks'] for one in counted)} clicks, "
            f"{sum(len(one['unknown']) for one in counted)} keys that no page told of"
        )

    def happened(self) -> str:
        events = Counter(event for worker in (self.ann, self.bea) for event, _ in worker.happened)
        return ", ".join(f"{number} {event}" for event, number in sorted(events.items()))


def spread(figures: Sequence[Any], places: int) -> str:
    """The middle, and what nineteen of twenty do not exceed."""
    if not figures:
        return "none"
    most = quantiles(figures, n=20)[18] if len(figures) > 1 else figures[0]
    return f"{median(figures):10.{places}f} {most:6.{places}f}"
