"""What the service says again and again: kept, and taken out of use."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from coding.actions.moves import AlreadyMoved
from feedback.models import SavedAnswer
from portal.actions.audit import record
from portal.models import Practice, User


class TitleTaken(Exception):
    """Another answer in use has this title."""


@transaction.atomic
def save_answer(*, title: str, body: str, practice: Practice | None, by: User, at: datetime) -> SavedAnswer:
    """Keep an answer for all practices, or for one. TitleTaken."""
    try:
        with transaction.atomic():
            row = SavedAnswer.objects.create(
                title=title.strip(), body=body.strip(), practice=practice, created_by=by, created_at=at
            )
    except IntegrityError:
        raise TitleTaken from None
    record("saved_answer.added", at=at, by=by, about=row)
    return row


@transaction.atomic
def retire_answer(*, answer: SavedAnswer, by: User, at: datetime) -> None:
    """Nobody is offered it any more. AlreadyMoved if it was retired before."""
    if not SavedAnswer.objects.filter(pk=answer.pk, retired_at=None).update(retired_by=by, retired_at=at):
        raise AlreadyMoved
    record("saved_answer.retired", at=at, by=by, about=answer)
