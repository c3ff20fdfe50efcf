"""How much of a coder's work is verified, and the gates between one share and the next.

A new coder is verified on everything until proven (ACDIS and NAMAS practice), then on less, step by step. A gate is
judged by the Wilson interval of the charts whose payment would not have changed, and never by a bare share: the way
down is free once the interval's lower end is high enough, the way back is taken once its upper end is too low.
Between the two nothing is decided, and the window goes on.

Looking after every chart decides wrongly more often than looking once; how often is simulated in
tests/coding/plans/test_steps.py and printed in docs/verification-plans.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coding.rules.proportions import Interval, Proportion

WHOLE = 100
FEWEST = 15  # charts: no gate sends anybody back on less; 30 is the routine probe (practice of auditors), this its half
WINDOW = 2  # times the charts of a gate: what lies further back says nothing about today
STEPS_AT_MOST = 8


class BadPlan(Exception):
    """The steps contradict themselves; the text says how."""


@dataclass(frozen=True)
class Step:
    """So many percent are verified until `charts` were, and the lower end of their accuracy is `low` percent."""

    share: int
    charts: int
    low: int


@dataclass(frozen=True)
class Plan:
    """Steps from the widest to the narrowest; whose upper end is below `back` percent goes one step back."""

    steps: tuple[Step, ...]
    back: int
    floor: int  # percent of everybody's work drawn at random, whatever step they are on: nothing is unauditable

    def step(self, number: int) -> Step:
        """The step of that number (from 0); a plan that has become shorter has its last one instead."""
        return self.steps[min(number, len(self.steps) - 1)]

    def share(self, number: int) -> int:
        return max(self.step(number).share, self.floor)


# 40 of 40 have a lower end of 91.2 %, 58 of 59 of 91.0 %, 78 of 80 of 91.3 %; 39 of 40 do not reach 90. Fewer charts or
# a lower end let too many coders of 90 % through: the figures are in docs/verification-plans.md.
STANDARD = Plan(
    steps=(Step(100, 40, 90), Step(50, 40, 90), Step(10, 30, 88), Step(5, 30, 88)), back=90, floor=3
)  # fmt: skip


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"


class Cause(StrEnum):
    """Why a coder came to a step."""

    PASSED = "passed"
    FAILED = "failed"
    PLACED = "placed"

    @property
    def label(self) -> str:
        return {"passed": "Gate passed", "failed": "Gate failed", "placed": "Placed by a manager"}[self.value]


@dataclass(frozen=True)
class Gate:
    """The gate of a step as it stands: what the window holds, and what follows from it."""

    accuracy: Proportion
    outcome: Outcome
    needed: int  # charts until it can be passed

    @property
    def interval(self) -> Interval | None:
        return self.accuracy.interval


def window_of(step: Step) -> int:
    """How many charts the gate looks back on."""
    return WINDOW * step.charts


def judge(plan: Plan, number: int, charts: Sequence[bool]) -> Gate:
    """The gate of a step over the charts verified on it, oldest first: whether each would have been paid the same.

    Nobody is sent back from the first step, and nobody passes the last one.
    """
    step = plan.step(number)
    seen = charts[-window_of(step) :]
    accuracy = Proportion(sum(seen), len(seen))
    return Gate(accuracy, outcome_of(plan, number, accuracy), max(0, step.charts - len(seen)))


def outcome_of(plan: Plan, number: int, accuracy: Proportion) -> Outcome:
    interval, step = accuracy.interval, plan.step(number)
    if interval is None:
        return Outcome.OPEN
    if number > 0 and accuracy.of >= FEWEST and interval.high * WHOLE < plan.back:
        return Outcome.FAILED
    is_last = number >= len(plan.steps) - 1
    if not is_last and accuracy.of >= step.charts and interval.low * WHOLE >= step.low:
        return Outcome.PASSED
    return Outcome.OPEN


def next_step(plan: Plan, number: int, outcome: Outcome) -> int:
    """Where a gate leads: one step, never further."""
    number = min(number, len(plan.steps) - 1)
    return number + {Outcome.PASSED: 1, Outcome.FAILED: -1, Outcome.OPEN: 0}[outcome]


# -- as it is kept --------------------------------------------------------------------------------------


def as_data(plan: Plan) -> dict[str, Any]:
    """The plan as JSON."""
    steps = [{"share": one.share, "charts": one.charts, "low": one.low} for one in plan.steps]
    return {"steps": steps, "back": plan.back, "floor": plan.floor}


def from_data(data: Mapping[str, Any]) -> Plan:
    """The plan that JSON describes; BadPlan if it contradicts itself."""
    plan = Plan(
        tuple(Step(int(one["share"]), int(one["charts"]), int(one["low"])) for one in data["steps"]),
        int(data["back"]), int(data["floor"]),
    )  # fmt: skip
    refuse_nonsense(plan)
    return plan


def parse_steps(text: str) -> tuple[Step, ...]:
    """Steps as a person writes them, one a line: share, charts, lower end, as in "100 40 90"; BadPlan."""
    steps = []
    for line in text.replace("%", " ").splitlines():
        words = line.replace(",", " ").split()
        if not words:
            continue
        if len(words) != 3 or not all(word.isdecimal() and len(word) <= 4 for word in words):  # noqa: PLR2004
            raise BadPlan("Write each step as three whole numbers: share, charts, lower end. For example 100 40 90.")
        steps.append(Step(*map(int, words)))
    return tuple(steps)


def step_lines(plan: Plan) -> str:
    """The steps as `parse_steps` reads them."""
    return "\n".join(f"{one.share} {one.charts} {one.low}" for one in plan.steps)


def refuse_nonsense(plan: Plan) -> None:
    shares = [one.share for one in plan.steps]
    if not 1 <= len(shares) <= STEPS_AT_MOST:
        raise BadPlan(f"A plan has one to {STEPS_AT_MOST} steps.")
    if not all(1 <= share <= WHOLE for share in shares) or shares != sorted(set(shares), reverse=True):
        raise BadPlan("Shares are from 1 to 100 percent, and each step verifies less than the one before.")
    if not all(10 <= one.charts <= 500 for one in plan.steps):  # noqa: PLR2004
        raise BadPlan("A gate looks at 10 to 500 charts.")
    if not all(50 <= one.low <= 99 for one in plan.steps):  # noqa: PLR2004
        raise BadPlan("The lower end of a gate is from 50 to 99 percent.")
    if unreachable := [one for one in plan.steps[:-1] if not is_reachable(one)]:
        raise BadPlan(
            f"Nobody can pass {unreachable[0].low} % on {window_of(unreachable[0])} charts: even without a mistake the "
            "interval begins lower. Ask for more charts."
        )
    if not 50 <= plan.back <= 99:  # noqa: PLR2004
        raise BadPlan("A coder goes back when the upper end is below 50 to 99 percent.")
    if not 1 <= plan.floor <= shares[-1]:
        raise BadPlan("The random floor is at least 1 percent, and not more than the last step.")


def is_reachable(step: Step) -> bool:
    """Whether a window without a mistake passes the gate."""
    best = Proportion(window_of(step), window_of(step)).interval
    return best is not None and best.low * WHOLE >= step.low
