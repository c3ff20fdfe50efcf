"""A discrepancy on its way between coder, verifier and manager, as a table of moves; and what is new the next time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from coding.rules.discrepancies import Discrepancy, Kind, Part
from portal.rules.lifecycle import Move

STEP_HOURS = 48  # for each step, where the contract names no other number


class DisputeStatus(StrEnum):
    TOLD = "told"
    REBUTTED = "rebutted"
    UPHELD = "upheld"
    ESCALATED = "escalated"
    AGREED = "agreed"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    SETTLED_UPHELD = "settled_upheld"
    SETTLED_WITHDRAWN = "settled_withdrawn"

    @property
    def label(self) -> str:
        return LABELS[self]


_ = DisputeStatus

LABELS: Mapping[DisputeStatus, str] = MappingProxyType(
    {
        _.TOLD: "Waits for the coder",
        _.REBUTTED: "Rebutted, waits for the verifier",
        _.UPHELD: "Upheld by the verifier, waits for the coder",
        _.ESCALATED: "Waits for a manager",
        _.AGREED: "The coder agrees",
        _.LAPSED: "Not answered in time",
        _.WITHDRAWN: "Withdrawn by the verifier",
        _.SETTLED_UPHELD: "Upheld by a manager",
        _.SETTLED_WITHDRAWN: "Withdrawn by a manager",
    }
)


class Side(StrEnum):
    """Whose turn it is."""

    CODER = "coder"
    VERIFIER = "verifier"
    MANAGER = "manager"


TURN: Mapping[DisputeStatus, Side] = MappingProxyType(
    {_.TOLD: Side.CODER, _.REBUTTED: Side.VERIFIER, _.UPHELD: Side.CODER, _.ESCALATED: Side.MANAGER}
)
OPEN = frozenset(TURN)
SETTLED = frozenset(DisputeStatus) - OPEN
# The coder was right: the discrepancy counts in no score.
FALLEN = frozenset({_.WITHDRAWN, _.SETTLED_WITHDRAWN})

DISPUTE_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "agree": Move(frozenset({_.TOLD, _.UPHELD}), _.AGREED),
        "rebut": Move(frozenset({_.TOLD}), _.REBUTTED),
        "uphold": Move(frozenset({_.REBUTTED}), _.UPHELD),
        "withdraw": Move(frozenset({_.REBUTTED}), _.WITHDRAWN),
        "escalate": Move(frozenset({_.REBUTTED, _.UPHELD}), _.ESCALATED),
        "settle_upheld": Move(frozenset({_.ESCALATED}), _.SETTLED_UPHELD),
        "settle_withdrawn": Move(frozenset({_.ESCALATED}), _.SETTLED_WITHDRAWN),
        "take_back": Move(frozenset({_.TOLD, _.REBUTTED}), _.WITHDRAWN),
        "lapse": Move(frozenset({_.TOLD, _.UPHELD}), _.LAPSED),
    }
)
BY_THEMSELVES = frozenset({"lapse", "take_back"})  # when the time is over; when the whole verdict is taken back
COMMENTED = frozenset({"rebut", "uphold", "escalate", "settle_upheld", "settle_withdrawn"})


class Refusal(StrEnum):
    """Why a person may not make a move."""

    NOT_THEIRS = "not_theirs"
    OWN_WORK = "own_work"
    NOT_YET = "not_yet"
    COMMENT_MISSING = "comment_missing"

    @property
    def label(self) -> str:
        return {
            "not_theirs": "It is somebody else's turn.",
            "own_work": "Whoever coded or verified it does not settle it.",
            "not_yet": "The verifier still has time to decide.",
            "comment_missing": "Say why, in a sentence.",
        }[self.value]


@dataclass(frozen=True)
class Who:
    """One person towards one dispute."""

    is_coder: bool
    is_verifier: bool
    is_manager: bool


def why_not(move: str, status: DisputeStatus, who: Who, *, overdue: bool, comment: str) -> Refusal | None:
    """Why this person may not make this move now; None if they may. Whether the status allows it is the table's word.

    The coder answers, the verifier decides, somebody else settles. A rebuttal goes to a manager by its verifier, or by
    its coder once the verifier's time is over; an upheld one by its coder.
    """
    refusal = None
    if move in ("settle_upheld", "settle_withdrawn"):
        if who.is_coder or who.is_verifier:
            return Refusal.OWN_WORK
        refusal = None if who.is_manager else Refusal.NOT_THEIRS
    elif move == "escalate" and status is DisputeStatus.REBUTTED:
        if who.is_coder and not overdue:
            return Refusal.NOT_YET
        refusal = None if who.is_coder or who.is_verifier else Refusal.NOT_THEIRS
    else:
        mine = who.is_verifier if move in ("uphold", "withdraw") else who.is_coder
        refusal = None if mine else Refusal.NOT_THEIRS
    if refusal is None and move in COMMENTED and not comment.strip():
        return Refusal.COMMENT_MISSING
    return refusal


def due_after(status: DisputeStatus, *, at: datetime, hours: int = STEP_HOURS) -> datetime | None:
    """Until when the one whose turn it is should act; None if nobody has to."""
    return at + timedelta(hours=hours) if status in OPEN else None


# -- the next verification of the same encounter --------------------------------------------------------

Likeness = tuple[Kind, Part, str, str]


@dataclass(frozen=True)
class Sorted:
    """Differences of a new comparison, in their order, against those that were found before.

    `fresh` were never said; `pending` were, and are not decided; `repeated` were agreed or upheld and still stand
    there; `fallen` were withdrawn, so that saying them again would be saying the opposite of what was decided.
    """

    fresh: tuple[Discrepancy, ...]
    pending: tuple[Discrepancy, ...]
    repeated: tuple[Discrepancy, ...]
    fallen: tuple[Discrepancy, ...]


def likeness(difference: Discrepancy) -> Likeness:
    """What makes two differences the same one: not the places, which move when a line is added above."""
    return difference.kind, difference.part, difference.coder_value, difference.verifier_value


def sort_out(found: Sequence[Discrepancy], earlier: Iterable[tuple[Discrepancy, DisputeStatus]]) -> Sorted:
    """Which differences are new. `earlier` come oldest first; each answers for one like it, the last word first."""
    known: dict[Likeness, list[DisputeStatus]] = {}
    for one, status in earlier:
        known.setdefault(likeness(one), []).append(status)
    seen: Counter[Likeness] = Counter()
    heaps: tuple[list[Discrepancy], ...] = ([], [], [], [])
    for one in found:
        statuses = known.get(likeness(one), [])
        place = len(statuses) - 1 - seen[likeness(one)]
        seen[likeness(one)] += 1
        heaps[heap_of(statuses[place] if place >= 0 else None)].append(one)
    return Sorted(*(tuple(heap) for heap in heaps))


def heap_of(status: DisputeStatus | None) -> int:
    """Its place among the fields of Sorted."""
    if status is None:
        return 0
    if status in OPEN:
        return 1
    return 3 if status in FALLEN else 2
