"""What each step of intake made of a chart, written down for the people who wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from portal.models import Chart, ChartStep
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.steps import StepName, StepOutcome, StepResult
from portal.steps.walk import StepTaken

# Reasons that the name and the first bytes of a file give, in the step that finds each.
AT_RECEIPT: Mapping[str, StepName] = MappingProxyType(
    {
        Refusal.EMPTY: StepName.RECEIVE,
        Refusal.TOO_LARGE: StepName.RECEIVE,
        Refusal.UNKNOWN_TYPE: StepName.TYPE,
        Refusal.NAME_DIFFERS: StepName.TYPE,
        Refusal.NESTED_ARCHIVE: StepName.TYPE,
    }
)
FIRST = (StepName.RECEIVE, StepName.HASH, StepName.DUPLICATE, StepName.TYPE)
WALKED = (
    StepName.MALWARE, StepName.MEND, StepName.UNPACK, StepName.SET, StepName.LIMITS, StepName.RENDER,
    StepName.SAME_PAGES, StepName.READY,
)  # fmt: skip
CHANGED = ("result", "reason", "facts", "at", "took")


@transaction.atomic
def record_step(*, chart: Chart, name: StepName, outcome: StepOutcome, at: datetime, took: int = 0) -> None:
    """Say what a step found (`took` in milliseconds); what it said the last time gives way."""
    write(chart, [StepTaken(name, outcome, took)], at=at)


@transaction.atomic
def record_walk(*, chart: Chart, taken: Iterable[StepTaken], at: datetime) -> None:
    """Say what a whole walk found; nothing of an earlier walk stays."""
    ChartStep.objects.filter(chart=chart, name__in=WALKED).delete()
    write(chart, taken, at=at)


def record_receipt(*, chart: Chart, at: datetime) -> None:
    """Say what was found while a new chart was received: the last of these steps is the one that stopped it."""
    taken = []
    for name in FIRST:
        if name == StepName.DUPLICATE and chart.status == ChartStatus.DUPLICATE:
            taken.append(StepTaken(name, StepOutcome(StepResult.STOPPED, facts={"as": chart.duplicate_of.label})))  # type: ignore[union-attr]
            break
        if chart.reason and AT_RECEIPT.get(chart.reason) == name:
            taken.append(StepTaken(name, StepOutcome(StepResult.STOPPED, Refusal(chart.reason))))
            break
        taken.append(StepTaken(name, StepOutcome(facts={"type": chart.media_type} if name == StepName.TYPE else {})))
    ChartStep.objects.bulk_create(rows(chart, taken, at=at))


def write(chart: Chart, taken: Iterable[StepTaken], *, at: datetime) -> None:
    """One row a step."""
    ChartStep.objects.bulk_create(
        rows(chart, taken, at=at), update_conflicts=True, unique_fields=["chart", "name"], update_fields=CHANGED
    )


def rows(chart: Chart, taken: Iterable[StepTaken], *, at: datetime) -> list[ChartStep]:
    """The rows, not yet written."""
    return [
        ChartStep(
            practice_id=chart.practice_id,
            chart=chart,
            name=step.name,
            result=step.outcome.result,
            reason=step.outcome.reason or "",
            facts=dict(step.outcome.facts),
            at=at,
            took=step.took,
        )
        for step in taken
    ]
