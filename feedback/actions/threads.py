"""Open the thread of a batch, and note how far somebody has read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from feedback.actions.inbox import see_thread
from feedback.models import ReadMark, Thread
from portal.models import Batch, User


@transaction.atomic
def ensure_thread(*, batch: Batch, at: datetime) -> Thread:
    """The thread of a batch, made when the batch was sent."""
    thread, _ = Thread.objects.get_or_create(batch=batch, defaults={"practice_id": batch.practice_id, "created_at": at})
    return thread


@transaction.atomic
def mark_read(*, thread: Thread, by: User, at: datetime) -> None:
    """Note that somebody has seen what was said until `at`; a mark never goes back."""
    mark, made = ReadMark.objects.get_or_create(
        thread=thread, user=by, defaults={"practice_id": thread.practice_id, "read_at": at}
    )
    if not made:
        ReadMark.objects.filter(pk=mark.pk, read_at__lt=at).update(read_at=at)
    see_thread(thread=thread, by=by, at=at)
