"""The life of a query, as a table; docs/lifecycle.md is drawn from it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from portal.rules.lifecycle import Move

REMIND_AFTER = timedelta(hours=20)  # between two reminders: one each working day, not more


class QueryStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return STATUS_WORDS[self][1]

    @property
    def glyph(self) -> str:
        return STATUS_WORDS[self][0]

    @property
    def tone(self) -> str:
        return STATUS_WORDS[self][2]


_ = QueryStatus
# Glyph, words and tone, as of the status vocabulary.
STATUS_WORDS: Mapping[QueryStatus, tuple[str, str, str]] = MappingProxyType(
    {
        _.OPEN: ("?", "Open", "query"),
        _.ANSWERED: ("✓", "Answered", "plain"),
        _.EXPIRED: ("!", "No answer in time", "warn"),
        _.WITHDRAWN: ("✕", "Withdrawn", "neutral"),
        _.CLOSED: ("✕", "Closed without answer", "neutral"),
    }
)

# While a query is in one of these its encounter is on hold for it, and for nothing else.
PENDING = frozenset({_.OPEN, _.EXPIRED})

QUERY_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "answer": Move(frozenset({_.OPEN, _.EXPIRED}), _.ANSWERED),
        "withdraw": Move(frozenset({_.OPEN, _.EXPIRED}), _.WITHDRAWN),
        "expire": Move(frozenset({_.OPEN}), _.EXPIRED),
        "close": Move(frozenset({_.EXPIRED}), _.CLOSED),
    }
)


class SignerRole(StrEnum):
    """In which capacity somebody of the practice signs a reply."""

    TREATING = "treating"
    COVERING = "covering"
    ON_BEHALF = "on_behalf"

    @property
    def label(self) -> str:
        return {
            "treating": "The provider who treated the patient",
            "covering": "Another provider of the practice",
            "on_behalf": "Staff, writing down what the provider said",
        }[self.value]
