"""How batches and charts are worded on pages."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from portal.models import Batch, Chart
from portal.rules.intake import ADVICE, Advice, ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.promise import DueTag, due_tag

Tag = dict[str, str]

BATCH_TAGS: dict[str, Tag] = {
    BatchStatus.OPEN: {"label": "Not sent", "glyph": "!", "tone": "warn"},
    BatchStatus.RECEIVED: {"label": "In progress", "glyph": "◐", "tone": "info"},
    BatchStatus.DELIVERED: {"label": "Delivered", "glyph": "✓✓", "tone": "plain"},
}
CHART_TAGS: dict[str, Tag] = {
    ChartStatus.RECEIVED: {"label": "Checking", "glyph": "○", "tone": "neutral"},
    ChartStatus.READY: {"label": "Readable", "glyph": "✓", "tone": "plain"},
    ChartStatus.UNPACKED: {"label": "Unpacked", "glyph": "✓", "tone": "plain"},
    ChartStatus.LOCKED: {"label": "Needs its password", "glyph": "!", "tone": "warn"},
    ChartStatus.QUARANTINED: {"label": "Quarantined", "glyph": "✕", "tone": "danger"},
    ChartStatus.DUPLICATE: {"label": "Duplicate", "glyph": "=", "tone": "neutral"},
    ChartStatus.UNREADABLE: {"label": "Not readable", "glyph": "✕", "tone": "danger"},
}

NOT_CHECKED: Tag = {"label": "Waits for the virus scanner", "glyph": "◐", "tone": "warn"}
LEFT_OUT: Tag = {"label": "Left out", "glyph": "‖", "tone": "neutral"}


def chart_tag(chart: Chart) -> Tag:
    """Status of a chart; what its sender took out was readable enough."""
    own = {Refusal.LEFT_OUT: LEFT_OUT, Refusal.NOT_CHECKED: NOT_CHECKED}
    return own.get(Refusal(chart.reason), CHART_TAGS[chart.status]) if chart.reason else CHART_TAGS[chart.status]


def promise(batch: Batch, *, at: datetime) -> DueTag | None:
    """The tag of the promised time of a batch in progress."""
    if batch.due_at is None or batch.status != BatchStatus.RECEIVED:
        return None
    return due_tag(due_at=timezone.localtime(batch.due_at), at=at)


def chart_advice(chart: Chart) -> Advice | None:
    """What was wrong with an unreadable chart, and what to do."""
    return ADVICE[Refusal(chart.reason)] if chart.reason else None


def plural(count: int, noun: str) -> str:
    """3 charts, 1 chart."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def megabytes(size: int) -> str:
    """A size in bytes in the unit a person would say."""
    for unit, bytes_each in (("GB", 1024**3), ("MB", 1024**2)):
        if size >= bytes_each:
            return f"{size / bytes_each:.1f}".removesuffix(".0") + f" {unit}"
    return f"{max(1, round(size / 1024))} kB" if size else "0 bytes"
