"""How near a promised time is, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(hours=4)
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class DueTag:
    """The words of the promise and its tone (docs/components.md, Tags)."""

    label: str
    tone: str


def due_tag(*, due_at: datetime, at: datetime) -> DueTag:
    """Overdue, due in some hours, or due on a day; `due_at` in the reader's zone."""
    left = due_at - at
    if left < timedelta(0):
        return DueTag(f"Overdue {span(-left)}", "danger")
    if left < DAY:
        return DueTag(f"Due in {span(left)}", "warn" if left < SOON else "neutral")
    return DueTag(f"Due {due_at:%a %b %-d, %H:%M}", "neutral")


def span(length: timedelta) -> str:
    """A length of time in its largest unit, rounded down."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"  # noqa: PLR2004
