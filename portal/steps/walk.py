"""Walk a document through the steps until one of them stops it or waits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from portal.children import Refused
from portal.rules.intake import Refusal
from portal.rules.steps import GOES_ON, StepName, StepOutcome, StepResult
from portal.steps.document import Document, Step

# Who stops a document that goes beyond its limits, whichever step noticed.
LIMIT_REASONS = frozenset(
    {Refusal.TOO_LARGE, Refusal.TOO_MANY_PAGES, Refusal.TOO_COSTLY, Refusal.NO_PAGES, Refusal.UNPACKS_TOO_LARGE}
)


@dataclass(frozen=True)
class StepTaken:
    """One step of the walk: its outcome, and how long it took in milliseconds."""

    name: StepName
    outcome: StepOutcome
    took: int = 0


def walk(document: Document, steps: Sequence[Step]) -> list[StepTaken]:
    """The steps taken, the last one being that which ended the walk; all of them went on otherwise."""
    taken: list[StepTaken] = []
    for step in steps:
        if not step.wanted(document):
            continue
        began = time.monotonic()
        name = step.name
        try:
            outcome = step.run(document)
        except Refused as refused:
            outcome = StepOutcome(StepResult.STOPPED, refused.reason)
            if refused.reason in LIMIT_REASONS:  # the step of that name may have been content with the number of pages
                name = StepName.LIMITS
                taken = [earlier for earlier in taken if earlier.name != name]
        taken.append(StepTaken(name, outcome, round(1000 * (time.monotonic() - began))))
        if outcome.result not in GOES_ON:
            break
    return taken
