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

CHART_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "render": Move(frozenset({ChartStatus.RECEIVED}), ChartStatus.READY),
        "refuse": Move(frozenset({ChartStatus.RECEIVED}), ChartStatus.UNREADABLE),
        "leave_out": Move(frozenset({ChartStatus.RECEIVED, ChartStatus.READY}), ChartStatus.UNREADABLE),
        "give_way": Move(
            frozenset({ChartStatus.RECEIVED, ChartStatus.READY, ChartStatus.UNREADABLE}), ChartStatus.DUPLICATE
        ),
        "try_again": Move(frozenset({ChartStatus.UNREADABLE}), ChartStatus.RECEIVED),
    }
)
