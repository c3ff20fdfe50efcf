"""How channels, dispatches and attempts are worded on pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.actions.dispatches import JOB
from portal.models import Attempt, Channel, Dispatch, Job, JobState
from portal.rules.dispatches import AttemptOutcome, ChannelKind, DispatchState, Pause, Trouble, fault_words
from portal.views.tags import Tag

DISPATCH_TAGS: dict[str, Tag] = {
    DispatchState.WAITING: {"label": "Waiting", "glyph": "○", "tone": "neutral"},
    DispatchState.SENDING: {"label": "Sending", "glyph": "◐", "tone": "info"},
    DispatchState.SENT: {"label": "Sent, not yet accepted", "glyph": "✓", "tone": "plain"},
    DispatchState.ACCEPTED: {"label": "Accepted", "glyph": "✓✓", "tone": "plain"},
    DispatchState.REJECTED: {"label": "Rejected", "glyph": "✕", "tone": "danger"},
    DispatchState.FAILED: {"label": "Given up", "glyph": "✕", "tone": "danger"},
    DispatchState.REPLACED: {"label": "Sent again", "glyph": "=", "tone": "neutral"},
}
OUTCOME_TAGS: dict[str, Tag] = {
    "": {"label": "Going on", "glyph": "◐", "tone": "info"},
    AttemptOutcome.ACCEPTED: {"label": "Accepted", "glyph": "✓✓", "tone": "plain"},
    AttemptOutcome.SENT: {"label": "Received, not yet accepted", "glyph": "✓", "tone": "plain"},
    AttemptOutcome.REJECTED: {"label": "Rejected", "glyph": "✕", "tone": "danger"},
    AttemptOutcome.FAILED: {"label": "Failed", "glyph": "!", "tone": "warn"},
    AttemptOutcome.CUT: {"label": "Broken off", "glyph": "!", "tone": "warn"},
}
WORKS: Tag = {"label": "Works", "glyph": "✓", "tone": "plain"}
NEW: Tag = {"label": "Nothing sent yet", "glyph": "○", "tone": "neutral"}
ENDED: Tag = {"label": "Ended", "glyph": "✕", "tone": "neutral"}
PAUSED: Tag = {"label": "Paused", "glyph": "‖", "tone": "warn"}
STOPPED: Tag = {"label": "Paused itself", "glyph": "‖", "tone": "danger"}
UNCONFIRMED: Tag = {"label": "Host key to confirm", "glyph": "!", "tone": "warn"}
IN_TROUBLE: Tag = {"label": "In trouble", "glyph": "✕", "tone": "danger"}


def channel_tag(channel: Channel, *, troubled: int, arrived: int) -> Tag:
    """The worst that is to be said of a channel."""
    if channel.ended_at is not None:
        return ENDED
    if channel.pause:
        return PAUSED if channel.pause == Pause.PERSON else STOPPED
    if not channel.sends:
        return UNCONFIRMED
    return IN_TROUBLE if troubled else WORKS if arrived else NEW


def where_words(channel: Channel) -> str:
    """Where a channel leads, in one line."""
    if channel.url:
        return channel.url
    folder = f"/{channel.path}" if channel.path else ""
    scheme = {ChannelKind.SFTP: "sftp", ChannelKind.MLLP: "mllps" if channel.tls else "mllp"}[ChannelKind(channel.kind)]
    user = f"{channel.user}@" if channel.user else ""
    return f"{scheme}://{user}{channel.host}:{channel.port}{folder}"


def dispatch_rows(rows: Iterable[Dispatch]) -> list[dict[str, Any]]:
    """What a log shows of each dispatch; two queries whatever their number."""
    page = list(rows)
    pks = [row.pk for row in page]
    last: dict[int, Attempt] = {}
    for one in Attempt.objects.filter(dispatch__in=pks).order_by("number"):
        last[one.dispatch_id] = one
    due = dict(Job.objects.filter(kind=JOB, object_id__in=pks, state=JobState.READY).values_list("object_id", "due_at"))
    return [dispatch_row(row, last.get(row.pk), due.get(row.pk)) for row in page]


def dispatch_row(row: Dispatch, last: Attempt | None, due_at: Any) -> dict[str, Any]:
    delivery = row.delivery
    return {
        "pk": row.pk,
        "what": f"{delivery.batch.label} {delivery.format.upper()} v{delivery.version}" if delivery else "Test",
        "batch_pk": delivery.batch_id if delivery else None,
        "file_name": delivery.file_name if delivery else "",
        "channel": row.channel.name,
        "channel_pk": row.channel_id,
        "kind": ChannelKind(row.channel.kind).label,
        "status": DISPATCH_TAGS[row.state],
        "trouble": Trouble(row.trouble).label if row.trouble else "",
        "made_at": row.made_at,
        "ended_at": row.ended_at,
        "attempts": last.number if last else 0,
        "said": fault_words(last.fault, last.code) if last else "",
        "next_at": due_at if row.state == DispatchState.WAITING else None,
    }
