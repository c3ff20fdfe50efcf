"""What this app does when it is told of something below it."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from feedback.actions.threads import ensure_thread
from portal.models import Batch
from portal.signals import batch_sent


@receiver(batch_sent)
def open_thread(sender: object, *, batch: Batch, at: datetime, **_more: Any) -> None:  # noqa: ARG001
    """A batch that was sent can be talked about."""
    ensure_thread(batch=batch, at=at)
