"""A practice's complaint: who answers for it, until when, and how it ends, as a table of moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from portal.rules.lifecycle import Move

HOURS = 24  # to answer a complaint, where no contract is in force
CLOSING_LIMIT = 2000  # characters


class ComplaintStatus(StrEnum):
    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"

    @property
    def glyph(self) -> str:
        return STATUS_WORDS[self][0]

    @property
    def label(self) -> str:
        return STATUS_WORDS[self][1]

    @property
    def tone(self) -> str:
        return STATUS_WORDS[self][2]


_ = ComplaintStatus
# Glyph, words and tone, as of the status vocabulary.
STATUS_WORDS: Mapping[ComplaintStatus, tuple[str, str, str]] = MappingProxyType(
    {
        _.OPEN: ("!", "Complaint", "warn"),
        _.ESCALATED: ("!", "Complaint, overdue", "danger"),
        _.CLOSED: ("✓", "Complaint closed", "plain"),
    }
)
PENDING = frozenset({_.OPEN, _.ESCALATED})

COMPLAINT_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "escalate": Move(frozenset({_.OPEN}), _.ESCALATED),
        "close": Move(frozenset({_.OPEN, _.ESCALATED}), _.CLOSED),
        "reopen": Move(frozenset({_.CLOSED}), _.OPEN),
    }
)
BY_THEMSELVES = frozenset({"escalate"})  # when the time is over


class Refusal(StrEnum):
    """Why a person may not make a move."""

    NOT_THEIRS = "not_theirs"
    WORDS_MISSING = "words_missing"

    @property
    def label(self) -> str:
        return {
            "not_theirs": "A manager answers for a complaint; its practice opens it again.",
            "words_missing": "Say what was done about it, in words that the practice can read.",
        }[self.value]


def why_not(move: str, *, manages: bool, is_practice: bool, words: str = "") -> Refusal | None:
    """Why a person may not make this move; None if they may. Managers close it, with words; its practice reopens it."""
    if not (is_practice if move == "reopen" else manages):
        return Refusal.NOT_THEIRS
    return Refusal.WORDS_MISSING if move == "close" and not words.strip() else None


def due_after(at: datetime, *, hours: int | None) -> datetime:
    """Until when it is to be answered: the contract's hours from receipt to result, counted from the complaint."""
    return at + timedelta(hours=hours or HOURS)


def least_busy(managers: Mapping[int, int]) -> int | None:
    """Of managers with their numbers of open complaints, who answers for the next one; None if there is nobody."""
    return min(managers, key=lambda pk: (managers[pk], pk), default=None)
