"""Draw docs/lifecycle.md from the tables of moves; `--check` says whether it is up to date."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from coding.rules.disputes import DISPUTE_MOVES, DisputeStatus
from coding.rules.lifecycle import MOVES, EncounterStatus
from coding.rules.queries.states import QUERY_MOVES, QueryStatus
from coding.rules.remarks import REMARK_MOVES, RemarkStatus
from portal.rules.dispatches import DISPATCH_MOVES, DispatchState
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BATCH_MOVES, CHART_MOVES, BatchStatus, Move

HEAD = """# Lifecycles

Drawn from `lifecycle.py` and `dispatches.py` of portal's rules and, of coding's, `lifecycle.py`, `queries/states.py`,
`disputes.py` and `remarks.py` by `manage.py draw_lifecycle`; a test fails when they differ. Do not edit.
"""
LIVES: tuple[tuple[str, str, Iterable[str], Mapping[str, Move], Iterable[str]], ...] = (
    ("Batch", "Sent by the practice, delivered when all its work is finished.", BatchStatus, BATCH_MOVES, ["open"]),
    (
        "Chart",
        "A received file. A duplicate is known by its bytes or its pages; a file we can't read says why.",
        ChartStatus,
        CHART_MOVES,
        ["received", "duplicate"],
    ),
    (
        "Encounter",
        "One visit on its way along the line. Every move is a conditional update, an event and an audit record.",
        EncounterStatus,
        MOVES,
        ["to_precode"],
    ),
    (
        "Dispatch",
        "A result file on its way through a channel. A worker that died leaves it as being sent; it begins again.",
        DispatchState,
        DISPATCH_MOVES,
        ["waiting"],
    ),
    (
        "Query",
        "A question to the provider. Its visit is on hold while it is open or expired, and goes on when it ends.",
        QueryStatus,
        QUERY_MOVES,
        ["open"],
    ),
    (
        "Discrepancy",
        "From the verdict to its end. The coder answers, the verifier decides, a manager who is neither settles.",
        DisputeStatus,
        DISPUTE_MOVES,
        ["told"],
    ),
    (
        "Remark",
        "A practice's objection to a delivered code. Who neither coded nor verified the visit looks at it again.",
        RemarkStatus,
        REMARK_MOVES,
        ["waiting"],
    ),
)


def drawn() -> str:
    """The whole document."""
    return "\n".join([HEAD, *(section(*life) for life in LIVES)])


def section(title: str, about: str, states: Iterable[str], moves: Mapping[str, Move], births: Iterable[str]) -> str:
    """One state diagram and the table of its moves."""
    order = [str(state) for state in states]
    arrows = [f"    {old} --> {move.new}: {name}" for name, move in moves.items() for old in in_order(move.old, order)]
    left = {old for move in moves.values() for old in move.old}
    ends = [f"    {state} --> [*]" for state in order if state not in left]
    rows = [f"| `{name}` | {', '.join(in_order(move.old, order))} | {move.new} |" for name, move in moves.items()]
    return "\n".join(
        [
            f"## {title}",
            "",
            about,
            "",
            "```mermaid",
            "stateDiagram-v2",
            *(f"    [*] --> {state}" for state in births),
            *arrows,
            *ends,
            "```",
            "",
            "| move | from | to |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def in_order(states: Iterable[str], order: list[str]) -> list[str]:
    """The states in the order of their enumeration: the same drawing every time."""
    return sorted((str(state) for state in states), key=order.index)


class Command(BaseCommand):
    help = "Draw docs/lifecycle.md from the tables of moves."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; exit 1 if the drawing is out of date")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs" / "lifecycle.md")

    def handle(self, *_args: Any, check: bool, file: Path, **_options: Any) -> None:
        if not check:
            file.write_text(drawn())
            self.stdout.write(f"{file.name} drawn")
        elif not file.exists() or file.read_text() != drawn():
            raise CommandError(f"{file.name} does not show the moves as they are; run manage.py draw_lifecycle")
