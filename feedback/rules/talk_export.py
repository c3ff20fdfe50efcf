"""The talk as files: one line a comment as CSV, or everything as JSON; the same rows always make the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from portal.rules.plain_cells import plain


@dataclass(frozen=True)
class SaidRow:
    """One comment as it leaves the site; the words of one that was taken back are empty."""

    id: int
    batch: str
    encounter: str
    at: datetime
    author: str
    side: str
    kind: str  # message, question, remark, complaint or internal note
    words: str
    answers: int | None
    needs_answer_from: str
    edited_at: datetime | None
    taken_back_at: datetime | None
    settled_at: datetime | None
    settled_by: str
    mentions: str
    files: str  # names, separated by semicolons
    state: str  # of a remark or a complaint
    outcome: str  # what was found, or how it ended


COLUMNS = tuple(SaidRow.__dataclass_fields__)


def as_csv(rows: Iterable[SaidRow]) -> bytes:
    """UTF-8 with a head; times in ISO 8601; nothing that a spreadsheet runs as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([cell(value) for value in asdict(row).values()])
    return out.getvalue().encode()


def cell(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else plain(value)


def as_json(rows: Iterable[SaidRow], *, about: Mapping[str, str], ratings: Iterable[Mapping[str, Any]]) -> bytes:
    """`about` (whose talk, made when, by whom), the comments, and what people said of deliveries."""
    body = {**about, "comments": [asdict(row) for row in rows], "ratings": list(ratings)}
    return (json.dumps(body, ensure_ascii=False, indent=1, default=lambda value: value.isoformat()) + "\n").encode()
