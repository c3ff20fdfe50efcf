"""What if two coders moved to radiology tomorrow: the same days lived through twice, with and without the change.

Days, times of work and shares are drawn from the service's own history. Each run of the changed day has the same
arrivals as its run without the change, so that their difference is the change's and not chance's.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from coding.rules.flow.ageing import age_words
from coding.rules.flow.simulation import Kind, Outcome, Person, Visit, simulate
from coding.rules.lifecycle import Stage

DAY = 1440.0  # minutes
AS_IS = 100  # percent
BUDGET, FEWEST, MOST = 40_000, 6, 30  # visits in all runs together, so that an answer takes a second or two; runs
USUAL_MINUTES = 10.0  # of work that nobody has done yet
# Student's t for two-sided 95 %, from one degree of freedom on.
T_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045,
)  # fmt: skip


@dataclass(frozen=True)
class Arrived:
    """A visit of a past day: the minute of the day at which it came, and how many minutes there were for it."""

    minute: float
    specialty: str
    allowed: float


@dataclass(frozen=True)
class Standing:
    """A visit that is on the line now: the stage it needs next, and in how many minutes of tomorrow it is due."""

    stage: Stage
    specialty: str
    due: float


@dataclass(frozen=True)
class Worker:
    """Somebody with the stages and specialties that they do."""

    stages: frozenset[Stage]
    specialties: frozenset[str]


@dataclass(frozen=True)
class History:
    """What tomorrow is drawn from."""

    days: tuple[tuple[Arrived, ...], ...]
    times: Mapping[Kind, Sequence[float]]  # minutes of finished work
    verified: float  # share of codings that go to verification
    standing: tuple[Standing, ...]
    workers: tuple[Worker, ...]


@dataclass(frozen=True)
class Change:
    """What is different: coders who do only `target` from then on, more people, other arrivals, hours at work."""

    target: str
    source: str = ""  # from whom the moved coders come: those who do this specialty; "" from all
    moved: int = 0
    added: int = 0
    arrivals: int = AS_IS  # percent of the arrivals of `target`
    start: int = 8  # o'clock
    hours: int = 8  # that everybody works, with the change and without

    @property
    def is_none(self) -> bool:
        return (self.moved, self.added, self.arrivals) == (0, 0, AS_IS)


def changed(workers: Sequence[Worker], change: Change) -> tuple[Worker, ...]:
    """The people after the change. Who has most else to choose from moves first: the change as a manager makes it."""
    only = frozenset({change.target})
    able = [
        number
        for number, one in enumerate(workers)
        if Stage.CODING in one.stages
        and one.specialties != only
        and (not change.source or change.source in one.specialties)
    ]
    moving = set(sorted(able, key=lambda number: -len(workers[number].specialties))[: change.moved])
    new = Worker(frozenset({Stage.PRECODING, Stage.CODING}), only)
    return (
        *(replace(one, specialties=only) if number in moving else one for number, one in enumerate(workers)),
        *((new,) * change.added),
    )


def visits_of(history: History, change: Change, chance: Random) -> list[Visit]:
    """A day: what stands on the line at its beginning, and the arrivals of a day drawn from the past."""
    found = [
        Visit(0.0, route_from(one.stage, one.specialty, history.verified, chance), one.due) for one in history.standing
    ]
    for one in chance.choice(history.days) if history.days else ():
        route = route_from(Stage.PRECODING, one.specialty, history.verified, chance)
        extra = chance.random()  # drawn for each, so that the days with and without the change stay the same otherwise
        times = change.arrivals / 100 if one.specialty == change.target else 1.0
        found += [Visit(one.minute, route, one.minute + one.allowed)] * (int(times) + (extra < times - int(times)))
    return found


def route_from(stage: Stage, specialty: str, verified: float, chance: Random) -> tuple[Kind, ...]:
    """The stages that a visit still needs; coded ones go to verification as often as they did."""
    sampled = chance.random() < verified
    stages = [Stage.PRECODING, Stage.CODING, *([Stage.VERIFICATION] if sampled or stage is Stage.VERIFICATION else [])]
    return tuple(Kind(one, specialty) for one in stages[stages.index(stage) :])


def service_of(times: Mapping[Kind, Sequence[float]]) -> Callable[[Kind, Random], float]:
    """Minutes of work drawn from those of its kind; of its stage where the kind was never done."""
    of_stage: dict[str, list[float]] = {}
    for kind, minutes in times.items():
        of_stage.setdefault(kind.stage, []).extend(minutes)

    def drawn(kind: Kind, chance: Random) -> float:
        known = times.get(kind) or of_stage.get(kind.stage)
        return known[int(chance.random() * len(known))] if known else USUAL_MINUTES

    return drawn


def people_of(workers: Sequence[Worker], change: Change) -> list[Person]:
    return [
        Person(
            frozenset(Kind(stage, specialty) for stage in one.stages for specialty in one.specialties),
            change.start * 60.0,
            (change.start + change.hours) * 60.0,
        )
        for one in workers
    ]


@dataclass(frozen=True)
class Compared:
    """A figure without the change and with it, and the difference with its 95 % interval."""

    label: str
    as_is: float
    then: float
    change: float
    low: float
    high: float
    unit: str = ""  # "minutes", "%" or a count

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.low > 0 or self.high < 0


def compared(label: str, pairs: Sequence[tuple[float, float]], unit: str = "") -> Compared:
    """The paired difference with Student's interval."""
    differences = [then - as_is for as_is, then in pairs]
    mean = statistics.mean(differences)
    half = 0.0
    if len(pairs) > 1:
        half = T_95[min(len(pairs) - 2, len(T_95) - 1)] * statistics.stdev(differences) / math.sqrt(len(pairs))
    as_is, then = (statistics.mean(pair[side] for pair in pairs) for side in (0, 1))
    return Compared(label, as_is, then, mean, mean - half, mean + half, unit)


@dataclass(frozen=True)
class Answer:
    """The figures, over how many days they were taken, and how many visits such a day has."""

    rows: tuple[Compared, ...]
    runs: int
    visits: float

    def row(self, label: str) -> Compared:
        return next(one for one in self.rows if one.label == label)


LATE, WAIT_THERE, WAIT_ELSEWHERE = "Late at midnight", "Wait for coding there", "Wait for coding elsewhere"


def what_if(history: History, change: Change, *, seed: int = 1) -> Answer:
    """Tomorrow many times over, each time without the change and with it; the same answer for the same question."""
    size = len(history.standing) + sum(len(day) for day in history.days) / max(len(history.days), 1)
    runs = int(min(MOST, max(FEWEST, BUDGET / (2 * max(size, 1)))))
    service, same = service_of(history.times), replace(change, moved=0, added=0, arrivals=AS_IS)
    pairs: list[tuple[Outcome, Outcome]] = []
    for number in range(runs):
        pair = [
            simulate(
                visits_of(history, one, seeded(f"{seed} day {number}")),
                people_of(changed(history.workers, one), one),
                service=service,
                chance=seeded(f"{seed} work {number}"),
                until=DAY,
            )
            for one in (same, change)
        ]
        pairs.append((pair[0], pair[1]))

    def figure(label: str, of: Callable[[Outcome], float], unit: str = "") -> Compared:
        return compared(label, [(of(as_is), of(then)) for as_is, then in pairs], unit)

    coding = Stage.CODING.value
    return Answer(
        rows=(
            figure(LATE, lambda one: one.late),
            figure("Finished", lambda one: one.finished),
            figure("Left on the line at midnight", lambda one: one.arrived - one.finished),
            figure(WAIT_THERE, lambda one: one.mean_wait(coding, change.target), "minutes"),
            figure(WAIT_ELSEWHERE, lambda one: wait_elsewhere(one, change.target), "minutes"),
            figure("Not begun there at midnight", lambda one: one.left(coding, change.target)),
            figure("People at work on something", lambda one: one.utilisation * 100, "%"),
        ),
        runs=runs,
        visits=size,
    )


def seeded(words: str) -> Random:
    return Random(words)  # noqa: S311  (a simulation, not a secret)


def wait_elsewhere(one: Outcome, target: str) -> float:
    """Minutes that coding of all other specialties waited."""
    rows = [
        tally for kind, tally in one.tallies.items() if kind.stage == Stage.CODING.value and kind.specialty != target
    ]
    begun = sum(tally.begun for tally in rows)
    return sum(tally.waited for tally in rows) / begun if begun else 0.0


def answer_words(answer: Answer, label: str) -> str:
    """One sentence for a manager: what the change does to promises, there and elsewhere. `label` names the target."""
    late = answer.row(LATE)
    if late.is_sure:
        much = f"{abs(late.change):.0f} {'fewer' if late.change < 0 else 'more'} are late at midnight"
        said = f"{much} ({sorted_words(late)}, 95 %)"
    else:
        between = f" (between {signed(late.low)} and {signed(late.high)}, 95 %)" if round(late.high - late.low) else ""
        said = f"as many are late at midnight as without it{between}"
    there, elsewhere = answer.row(WAIT_THERE), answer.row(WAIT_ELSEWHERE)
    return (
        f"With the change {said}; coding in {label} waits {value_words(there.then, 'minutes')} instead of "
        f"{value_words(there.as_is, 'minutes')}, elsewhere {value_words(elsewhere.then, 'minutes')} instead of "
        f"{value_words(elsewhere.as_is, 'minutes')}."
    )


def sorted_words(row: Compared) -> str:
    """Both ends of an interval of one sign, without it: "9 to 19"."""
    low, high = sorted((abs(row.low), abs(row.high)))
    return f"{low:.0f} to {high:.0f}"


def value_words(value: float, unit: str) -> str:
    if unit == "minutes":
        return f"{value:.0f} min" if value < 60 else age_words(value / 60)  # noqa: PLR2004
    return f"{value:.0f} %" if unit == "%" else f"{value:,.0f}"


def change_words(row: Compared) -> str:
    """The difference with its interval: "−12 (−19 to −5)"."""
    unit = {"minutes": " min", "%": " points"}.get(row.unit, "")
    return f"{signed(row.change)}{unit} ({signed(row.low)} to {signed(row.high)})"


def signed(value: float) -> str:
    """A whole number with its sign; what rounds to nothing is 0."""
    whole = round(value)
    return f"{'+' if whole > 0 else '−' if whole else ''}{abs(whole):,}"
