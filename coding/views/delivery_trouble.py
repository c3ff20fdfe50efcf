"""What the manager's page shows of deliveries that do not get through."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from portal.models import Dispatch, User
from portal.rules.dispatches import ChannelKind

SHOWN = 50


def delivery_trouble(user: User) -> dict[str, Any]:
    """The dispatches in trouble, the oldest first, and how many there are; two queries."""
    rows = Dispatch.objects.visible_to(user).troubled()
    return {
        "count": rows.count(),
        "rows": [
            {
                "url": reverse("portal:dispatch", args=[row.pk]),
                "what": f"{row.delivery.batch.label} {row.delivery.format.upper()}" if row.delivery else "Test",
                "practice": row.channel.practice.name,
                "channel": row.channel.name,
                "channel_url": reverse("portal:channel", args=[row.channel_id]),
                "kind": ChannelKind(row.channel.kind).label,
                "trouble": row.get_trouble_display(),
                "since": row.trouble_since,
            }
            for row in rows.select_related("channel__practice", "delivery__batch")[:SHOWN]
        ],
    }
