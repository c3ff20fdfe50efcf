"""How due times and places in the queue are worded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from coding.models import Encounter

SOON = timedelta(hours=4)
DAY = timedelta(hours=24)


def due_tag(due_at: datetime, *, at: datetime) -> dict[str, Any]:
    """The tag of a promise: its words, its tone, the exact time for `title` and `datetime`."""
    left = due_at - at
    local = timezone.localtime(due_at)
    if left < timedelta():
        label, tone = f"Overdue {span(-left)}", "danger"
    elif left < DAY:
        label, tone = f"Due in {span(left)}", "warn" if left < SOON else "neutral"
    else:
        label, tone = f"Due {local:%a %b %-d, %H:%M}", "neutral"
    return {"label": label, "tone": tone, "at": due_at, "exact": f"{local:%a %b %-d, %Y, %H:%M}"}


def span(length: timedelta) -> str:
    """A length of time in its largest unit: 50 min, 3 h, 2 d."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:  # noqa: PLR2004  (minutes in an hour)
        return f"{minutes} min"
    return f"{minutes // 60} h" if length < 2 * DAY else f"{length.days} d"


def status_tag(encounter: Encounter) -> dict[str, str]:
    """What components/status_tag.html shows."""
    state = encounter.state
    return {"label": state.label, "glyph": state.glyph, "tone": state.tone}


def clock(at: datetime) -> str:
    """A time of day to the second, in the person's zone."""
    return f"{timezone.localtime(at):%H:%M:%S}"
