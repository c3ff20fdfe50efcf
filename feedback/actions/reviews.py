"""A result that its practice reopens is talked about in the batch's thread."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from coding.models import DeliveryReview
from feedback.actions.comments import add_comment
from feedback.actions.threads import ensure_thread
from feedback.rules.talk import BODY_LIMIT, REOPENED_WORDS, Side
from portal.models import User


@transaction.atomic
def say_reopened(*, review: DeliveryReview, by: User, at: datetime) -> None:
    """The practice's reason, as a question to the service about the encounter."""
    words = REOPENED_WORDS.format(encounter=review.encounter.label, reason=review.reason)
    add_comment(
        thread=ensure_thread(batch=review.encounter.batch, at=at),
        by=by,
        body=words[:BODY_LIMIT],
        at=at,
        encounter=review.encounter,
        needs_answer_from=Side.SERVICE,
    )
