"""How the steps of intake are shown: one compact line a chart, with what stopped it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from portal.models import Chart, ChartStep
from portal.rules.steps import GLYPHS, LABELS, StepName, StepResult, said

ORDER = {name: place for place, name in enumerate(StepName)}
# Told only if there is something to tell: that a file is readable stands beside, that it was hashed on its receipt.
QUIET = frozenset(
    {
        StepName.RECEIVE, StepName.HASH, StepName.DUPLICATE, StepName.TYPE, StepName.LIMITS, StepName.SAME_PAGES,
        StepName.READY,
    }
)  # fmt: skip
SPOKEN = {
    StepResult.DONE: "done",
    StepResult.NOTED: "done, with a note",
    StepResult.WAITING: "waiting",
    StepResult.STOPPED: "stopped here",
}


def step_lines(charts: Iterable[Chart]) -> dict[int, list[dict[str, Any]]]:
    """What each chart's steps found, in order, in one query."""
    lines: dict[int, list[ChartStep]] = defaultdict(list)
    for row in ChartStep.objects.filter(chart__in=list(charts)):
        lines[row.chart_id].append(row)
    return {pk: [shown(row) for row in sorted(rows, key=place) if is_told(row)] for pk, rows in lines.items()}


def place(row: ChartStep) -> int:
    """Where a step stands in the order of steps."""
    return ORDER[StepName(row.name)]


def is_told(row: ChartStep) -> bool:
    """Whether the line names the step."""
    return row.result != StepResult.DONE or StepName(row.name) not in QUIET


def shown(row: ChartStep) -> dict[str, Any]:
    """One step as a line shows it."""
    result = StepResult(row.result)
    if "unscanned" in row.facts:
        return {
            "label": LABELS[StepName(row.name)],
            "glyph": "–",
            "spoken": "not done: no scanner is set up",
            "text": "",
        }
    return {
        "label": LABELS[StepName(row.name)],
        "glyph": GLYPHS[result],
        "spoken": SPOKEN[result],
        "text": said(StepName(row.name), row.facts),
    }
