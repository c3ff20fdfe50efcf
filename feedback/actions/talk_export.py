"""The talk of a batch, or of all batches that somebody may see, as a file that leaves the site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from feedback.actions.comments import side_of_comment
from feedback.models import Attachment, Comment, Mention, Rating, Thread
from feedback.models.thread import CommentQuerySet
from feedback.rules.talk import SERVICE_NAME
from feedback.rules.talk_export import SaidRow, as_csv, as_json
from portal.actions.audit import record
from portal.models import Practice, User

MOST = 50_000  # comments in one file
FORMATS = ("csv", "json")


class TooMuch(Exception):
    """More comments than one file holds: export by batch, or by practice."""


def export_talk(
    *, by: User, at: datetime, form: str, thread: Thread | None = None, practice: int | None = None
) -> bytes:
    """The file in one of FORMATS, of a thread or of all that the person may see; an event of the trail. TooMuch."""
    comments = Comment.objects.visible_to(by)
    ratings = Rating.objects.filter(accuracy__isnull=False, practice_id__in=practices_of(by))
    if thread is not None:
        comments, ratings = comments.filter(thread=thread), ratings.filter(batch=thread.batch_id)
    if practice is not None:
        comments, ratings = comments.filter(practice=practice), ratings.filter(practice=practice)
    if comments[: MOST + 1].count() > MOST:
        raise TooMuch
    rows = list(rows_of(comments))
    record(
        "talk.exported", at=at, by=by, about=thread, practice_id=practice if thread is None else None, form=form,
        comments=len(rows),
    )  # fmt: skip
    if form == "csv":
        return as_csv(rows)
    about = {"site": SERVICE_NAME, "made_at": at.isoformat(), "made_by": by.name}
    return as_json(rows, about=about, ratings=rated(ratings))


def practices_of(user: User) -> QuerySet[Practice, Any]:
    """The practices whose ratings somebody may export: their own; all for managers, none for other staff."""
    return Practice.objects.visible_to(user).values("pk")


def rows_of(comments: CommentQuerySet) -> Iterator[SaidRow]:
    """Each comment in the order in which they were made."""
    rows = comments.select_related(
        "author", "token", "encounter", "thread__batch", "resolved_by", "remark", "complaint"
    ).prefetch_related(
        "author__user_roles",
        Prefetch("mentions", Mention.objects.select_related("user").order_by("pk")),
        Prefetch("attachments", Attachment.objects.order_by("pk")),
    )
    for comment in rows.order_by("pk").iterator(chunk_size=500):
        yield row_of(comment)


def row_of(comment: Comment) -> SaidRow:
    gone = comment.deleted_at is not None
    complaint = getattr(comment, "complaint", None)
    told = comment.remark or complaint
    speaker = comment.author or comment.token
    return SaidRow(
        id=comment.pk,
        batch=comment.thread.batch.label,
        encounter=comment.encounter.label if comment.encounter is not None else "",
        at=local(comment.created_at),
        author=speaker.name if speaker is not None else SERVICE_NAME,
        side=side_of_comment(comment).value,
        kind=kind_of(comment, complains=complaint is not None),
        words="" if gone else comment.body,
        answers=comment.reply_to_id,
        needs_answer_from=comment.needs_answer_from,
        edited_at=local(comment.edited_at) if comment.edited_at else None,
        taken_back_at=local(comment.deleted_at) if comment.deleted_at else None,
        settled_at=local(comment.resolved_at) if comment.resolved_at else None,
        settled_by=comment.resolved_by.name if comment.resolved_by is not None else "",
        mentions="" if gone else "; ".join(row.user.name for row in comment.mentions.all()),
        files="" if gone else "; ".join(row.original_name for row in comment.attachments.all()),
        state=told.state.label if told is not None else "",
        outcome=comment.remark.outcome if comment.remark else complaint.closing if complaint is not None else "",
    )


def kind_of(comment: Comment, *, complains: bool) -> str:
    """What a comment is, in one word or two."""
    if comment.is_internal:
        return "internal note"
    if comment.remark_id is not None:
        return "remark"
    if complains:
        return "complaint"
    return "question" if comment.needs_answer_from else "message"


def local(at: datetime) -> datetime:
    """In the zone in which pages show times."""
    return timezone.localtime(at)


def rated(ratings: QuerySet[Rating]) -> list[dict[str, Any]]:
    """What people said of deliveries."""
    return [
        {
            "batch": row.batch.label,
            "delivery": row.version,
            "by": row.user.name,
            "at": local(row.at),
            "accuracy": row.accuracy,
            "turnaround": row.turnaround,
            "words": row.words,
        }
        for row in ratings.select_related("batch", "user").order_by("pk")
    ]
