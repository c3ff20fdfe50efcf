"""The order of a bench's actions: each is taken once, after those before it, on the version it grew from.

One open bench numbers its actions from 1; its `series` tells it from every other. An action carries a whole body, so
that the newest of several that are not sent yet contains the others: it comes with the first place that it contains.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

CONTAINED_LIMIT = 2000  # actions that one request may bring


class Taken(StrEnum):
    """What became of an action."""

    SAVED = "saved"
    LATE = "late"  # the lease was lost: kept for its author
    CONTAINED = "contained"  # a later action of its series brought it along
    GIVEN_UP = "given_up"  # its author chose what was stored


@dataclass(frozen=True)
class Step:
    """An action's place in its series, from 1, and the first place that its body contains and nobody may have sent."""

    series: UUID
    place: int
    since: int

    def is_possible(self) -> bool:
        return 1 <= self.since <= self.place < self.since + CONTAINED_LIMIT


@dataclass(frozen=True)
class Last:
    """The last action of a series that was taken, and the version of the draft after it."""

    place: int
    version: int


def misses(step: Step, last: Last | None) -> bool:
    """Whether actions between the last that was taken and the first that comes now are nowhere."""
    return step.since > (last.place if last else 0) + 1


def grown_from(step: Step, last: Last | None, version: int) -> int:
    """The version that a body grew from: what its bench last heard, or what contained actions made unheard."""
    return max(version, last.version) if last and last.place >= step.since else version
