"""A practice's remark on a code that was delivered: a second look by somebody new, as a table of moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from portal.rules.lifecycle import Move

WORDS_LIMIT = 2000  # characters of a remark and of its answer


class RemarkStatus(StrEnum):
    WAITING = "waiting"
    LOOKED_AT = "looked_at"
    UPHELD = "upheld"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def glyph(self) -> str:
        return STATUS_WORDS[self][0]

    @property
    def label(self) -> str:
        return STATUS_WORDS[self][1]

    @property
    def tone(self) -> str:
        return STATUS_WORDS[self][2]


_ = RemarkStatus
# Glyph, words and tone, as of the status vocabulary.
STATUS_WORDS: Mapping[RemarkStatus, tuple[str, str, str]] = MappingProxyType(
    {
        _.WAITING: ("?", "Waits for a second look", "query"),
        _.LOOKED_AT: ("◇", "Being verified again", "audit"),
        _.UPHELD: ("✓", "Upheld, the code changes", "plain"),
        _.DECLINED: ("=", "Not upheld, the code stands", "neutral"),
        _.WITHDRAWN: ("✕", "Withdrawn", "neutral"),
    }
)
PENDING = frozenset({_.WAITING, _.LOOKED_AT})
DECIDED = frozenset({_.UPHELD, _.DECLINED})

REMARK_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "take": Move(frozenset({_.WAITING}), _.LOOKED_AT),
        "give_back": Move(frozenset({_.LOOKED_AT}), _.WAITING),
        "uphold": Move(frozenset({_.LOOKED_AT}), _.UPHELD),
        "decline": Move(frozenset({_.LOOKED_AT}), _.DECLINED),
        "withdraw": Move(frozenset({_.WAITING, _.LOOKED_AT}), _.WITHDRAWN),
    }
)
EXPLAINED = frozenset({"uphold", "decline"})


class Refusal(StrEnum):
    """Why a person may not make a move."""

    NOT_THEIRS = "not_theirs"
    OWN_WORK = "own_work"
    WORDS_MISSING = "words_missing"

    @property
    def label(self) -> str:
        return {
            "not_theirs": "Somebody else has it.",
            "own_work": "Whoever coded or verified the visit does not look at it again.",
            "words_missing": "Say why, in a sentence the practice can read.",
        }[self.value]


@dataclass(frozen=True)
class Who:
    """One person towards one remark."""

    is_practice: bool  # of the practice that made it
    verifies: bool  # verifies or manages
    worked_on_it: bool  # authored a version or gave a verdict
    is_reviewer: bool  # has it in hand


def why_not(move: str, who: Who, *, words: str = "") -> Refusal | None:
    """Why this person may not make this move; None if they may. Whether the status allows it is the table's word.

    The practice withdraws; who verifies and had no hand in the visit takes it; who took it decides or gives it back.
    """
    if move == "withdraw":
        return None if who.is_practice else Refusal.NOT_THEIRS
    if not who.verifies:
        return Refusal.NOT_THEIRS
    if move == "take":
        return Refusal.OWN_WORK if who.worked_on_it else None
    if not who.is_reviewer:
        return Refusal.NOT_THEIRS
    return Refusal.WORDS_MISSING if move in EXPLAINED and not words.strip() else None
