"""How satisfied a person was with a delivery: asked once, answered or waved away."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from feedback.models import Rating
from portal.actions.audit import record
from portal.models import Batch, Delivery, User
from portal.rules.lifecycle import BatchStatus


class AlreadyRated(Exception):
    """The person was asked about this delivery, and said something or nothing."""


def delivery_to_rate(batch: Batch, *, by: User) -> int | None:
    """The version of the last delivery, if this person of the practice was not asked about it yet."""
    if by.is_service_staff or batch.status != BatchStatus.DELIVERED:
        return None
    version: int | None = Delivery.objects.filter(batch=batch).aggregate(last=Max("version"))["last"]
    if version is None or Rating.objects.filter(batch=batch, version=version, user=by).exists():
        return None
    return version


@transaction.atomic
def rate_delivery(
    *, batch: Batch, version: int, accuracy: int | None, turnaround: int | None, words: str, by: User, at: datetime
) -> Rating:
    """Keep the two answers, or with None that the person does not want to say. AlreadyRated."""
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                practice_id=batch.practice_id, batch=batch, version=version, user=by, accuracy=accuracy,
                turnaround=turnaround, words=words.strip(), at=at,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyRated from None
    record("delivery.rated", at=at, by=by, about=rating, batch=batch.pk, answered=accuracy is not None)
    return rating
