"""How near a promised time is, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(hours=4)
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class DueTag:
    """The words of the promise and its tone (docs/components.md, Tags), the time itself and in full."""

    label: str
    tone: str
    at: datetime
    exact: str


def due_tag(*, due_at: datetime, at: datetime) -> DueTag:
    """Overdue, due in some hours, or due on a day; `due_at` in the reader's zone."""
    left = due_at - at
    if left < timedelta(0):
        label, tone = f"Overdue {span(-left)}", "danger"
    elif left < DAY:
        label, tone = f"Due in {span(left)}", "warn" if left < SOON else "neutral"
    else:
        label, tone = f"Due {due_at:%a %b %-d, %H:%M}", "neutral"
    return DueTag(label=label, tone=tone, at=due_at, exact=f"{due_at:%a %b %-d, %Y, %H:%M}")


def span(length: timedelta) -> str:
    """A length of time in its largest unit, rounded down: 50 min, 3 h, 2 d."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:  # noqa: PLR2004  (minutes in an hour)
        return f"{minutes} min"
    return f"{minutes // 60} h" if length < 2 * DAY else f"{length.days} d"
