"""A day of the line by simulation: events in the order of their times, people who can do some kinds of work.

Checked against the closed forms of M/M/1 and M/M/c and against Little's law (tests/coding/flow/test_simulation.py).
Chance comes in as a generator, service times as a function: nothing here draws from anywhere else.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

FOREVER = float("inf")


class Kind(NamedTuple):
    """A kind of work: a stage of a specialty."""

    stage: str
    specialty: str


@dataclass(frozen=True)
class Visit:
    """One visit: when it comes (minutes), what kinds of work it needs in turn, and by when."""

    arrives: float
    route: tuple[Kind, ...]
    due: float


@dataclass(frozen=True)
class Person:
    """Somebody at work from `start` to `end`, who can do these kinds; work begun before the end is finished."""

    can: frozenset[Kind]
    start: float = 0.0
    end: float = FOREVER


@dataclass
class Tally:
    """What one kind of work saw."""

    begun: int = 0
    waited: float = 0.0  # minutes before somebody began, summed up
    busy: float = 0.0  # minutes of work, summed up
    left: int = 0  # not begun at the end


@dataclass
class Outcome:
    """What came of a run: by kind of work, and of the visits as a whole."""

    tallies: dict[Kind, Tally] = field(default_factory=dict)
    arrived: int = 0
    finished: int = 0
    late: int = 0  # finished after their time, or unfinished with it over
    inside: float = 0.0  # minutes that visits spent on the line, summed up, until the end of the run
    offered: float = 0.0  # minutes that people were there
    worked: float = 0.0

    def mean_wait(self, stage: str = "", specialty: str = "") -> float:
        """Minutes before somebody began, over the kinds of that stage and specialty."""
        rows = [one for kind, one in self.tallies.items() if matches(kind, stage, specialty)]
        begun = sum(one.begun for one in rows)
        return sum(one.waited for one in rows) / begun if begun else 0.0

    def left(self, stage: str = "", specialty: str = "") -> int:
        return sum(one.left for kind, one in self.tallies.items() if matches(kind, stage, specialty))

    @property
    def utilisation(self) -> float:
        return self.worked / self.offered if self.offered else 0.0


def matches(kind: Kind, stage: str, specialty: str) -> bool:
    return (not stage or kind.stage == stage) and (not specialty or kind.specialty == specialty)


ARRIVAL, FREE, COMES, GOES = range(4)  # what happens; at one moment in this order


def simulate(
    visits: Iterable[Visit],
    people: Sequence[Person],
    *,
    service: Callable[[Kind, Random], float],
    chance: Random,
    until: float,
) -> Outcome:
    """Run until then. What is due first is begun first; whoever has been free longest begins it."""
    return Run(people, service, chance, until).of(visits)


class Run:
    """The state of a run: what waits, who is free, what happens next."""

    def __init__(
        self, people: Sequence[Person], service: Callable[[Kind, Random], float], chance: Random, until: float
    ) -> None:
        self.people, self.service, self.chance, self.until = people, service, chance, until
        self.outcome = Outcome()
        self.events: list[tuple[float, int, int, int, int]] = []  # when, what, turn, which visit or person, its place
        self.turn = 0
        self.waiting: dict[Kind, list[tuple[float, int, float, int]]] = {}  # due, visit, since, place on its route
        self.free: dict[int, None] = {}  # people in the order in which they became free
        self.visits: list[Visit] = []
        self.doing: dict[int, tuple[int, int]] = {}  # what each person works on: visit and place on its route

    def happen(self, when: float, what: int, which: int, place: int = 0) -> None:
        self.turn += 1
        heappush(self.events, (when, what, self.turn, which, place))

    def of(self, visits: Iterable[Visit]) -> Outcome:
        for visit in visits:
            self.happen(visit.arrives, ARRIVAL, len(self.visits))
            self.visits.append(visit)
        for number, person in enumerate(self.people):
            if person.start < person.end:
                self.happen(person.start, COMES, number)
                if person.end < FOREVER:
                    self.happen(person.end, GOES, number)
            self.outcome.offered += max(0.0, min(person.end, self.until) - max(person.start, 0.0))
        while self.events and self.events[0][0] <= self.until:
            when, what, _, which, place = heappop(self.events)
            (self.arrive, self.finish, self.come, self.go)[what](when, which, place)
        self.close()
        return self.outcome

    def arrive(self, when: float, visit: int, place: int) -> None:
        """A visit comes to the next kind of work of its route: somebody free begins it, or it waits."""
        self.outcome.arrived += place == 0
        kind = self.visits[visit].route[place]
        person = next((one for one in self.free if kind in self.people[one].can), None)
        if person is None:
            heappush(self.waiting.setdefault(kind, []), (self.visits[visit].due, visit, when, place))
        else:
            del self.free[person]
            self.begin(when, person, (visit, place), since=when)

    def begin(self, when: float, person: int, piece: tuple[int, int], *, since: float) -> None:
        """A person begins a visit at a place of its route, for which it has waited since then."""
        kind = self.visits[piece[0]].route[piece[1]]
        tally = self.outcome.tallies.setdefault(kind, Tally())
        minutes = self.service(kind, self.chance)
        tally.begun += 1
        tally.waited += when - since
        worked = min(when + minutes, self.until) - when
        tally.busy += worked
        self.outcome.worked += worked
        self.doing[person] = piece
        self.happen(when + minutes, FREE, person)

    def finish(self, when: float, person: int, _place: int) -> None:
        """A person finishes: the visit goes on, and they begin what is due first of what they can do."""
        visit, place = self.doing.pop(person)
        one = self.visits[visit]
        if self.people[person].end > when:
            self.come(when, person, 0)
        if place + 1 < len(one.route):
            self.arrive(when, visit, place + 1)
        else:
            self.outcome.finished += 1
            self.outcome.late += when > one.due
            self.outcome.inside += when - one.arrives

    def come(self, when: float, person: int, _place: int) -> None:
        """A person is free: they begin what is due first, or wait for work."""
        lines = [(line[0], kind) for kind in self.people[person].can if (line := self.waiting.get(kind))]
        if not lines:
            self.free[person] = None
            return
        (_, visit, since, place), kind = min(lines)
        heappop(self.waiting[kind])
        self.begin(when, person, (visit, place), since=since)

    def go(self, _when: float, person: int, _place: int) -> None:
        self.free.pop(person, None)

    def close(self) -> None:
        """What is unfinished at the end has been there until then, and is late if its time is over."""
        still = [(visit, kind) for kind, line in self.waiting.items() for _, visit, _, _ in line]
        for _, kind in still:
            self.outcome.tallies.setdefault(kind, Tally()).left += 1
        for visit in [*(visit for visit, _ in still), *(visit for visit, _ in self.doing.values())]:
            self.outcome.late += self.visits[visit].due < self.until
            self.outcome.inside += self.until - self.visits[visit].arrives
