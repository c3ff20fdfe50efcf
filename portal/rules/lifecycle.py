"""The moves of a batch and of a chart, as tables; docs/lifecycle.md is drawn from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from portal.rules.intake import ChartStatus


class BatchStatus(StrEnum):
    OPEN = "open"
    RECEIVED = "received"
    DELIVERED = "delivered"


@dataclass(frozen=True)
class Move:
    """One legal move: from any of the old states to the new one."""

    old: frozenset[str]
    new: str


BATCH_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "send": Move(frozenset({BatchStatus.OPEN}), BatchStatus.RECEIVED),
        "deliver": Move(frozenset({BatchStatus.RECEIVED}), BatchStatus.DELIVERED),
        "reopen": Move(frozenset({BatchStatus.DELIVERED}), BatchStatus.RECEIVED),
    }
)

IN_WORK = frozenset({ChartStatus.RECEIVED, ChartStatus.QUARANTINED})  # quarantined: until the scanner answers
AT_HAND = IN_WORK | {ChartStatus.READY, ChartStatus.UNPACKED, ChartStatus.LOCKED}

CHART_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "render": Move(IN_WORK, ChartStatus.READY),
        "unpack": Move(IN_WORK, ChartStatus.UNPACKED),
        "refuse": Move(IN_WORK, ChartStatus.UNREADABLE),
        "quarantine": Move(IN_WORK, ChartStatus.QUARANTINED),
        "lock": Move(IN_WORK, ChartStatus.LOCKED),
        "same_pages": Move(IN_WORK, ChartStatus.DUPLICATE),
        "unlock": Move(frozenset({ChartStatus.LOCKED}), ChartStatus.RECEIVED),
        "give_up": Move(frozenset({ChartStatus.LOCKED}), ChartStatus.UNREADABLE),
        "work_anyway": Move(frozenset({ChartStatus.DUPLICATE}), ChartStatus.READY),
        "leave_out": Move(AT_HAND, ChartStatus.UNREADABLE),
        "give_way": Move(AT_HAND | {ChartStatus.UNREADABLE}, ChartStatus.DUPLICATE),
        "try_again": Move(frozenset({ChartStatus.UNREADABLE, ChartStatus.QUARANTINED}), ChartStatus.RECEIVED),
    }
)
