"""A thread as its reader sees it: finished values for the templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from coding.models import Encounter, Remark
from feedback.actions.comments import side_of_comment
from feedback.actions.ratings import delivery_to_rate
from feedback.forms.comment import INTERNAL, CommentForm
from feedback.forms.complaints import RatingForm
from feedback.models import Attachment, Comment, Complaint, Mention, SavedAnswer, Thread
from feedback.models.thread import CommentQuerySet
from feedback.rules.talk import SERVICE_NAME, Side
from portal.models import User
from portal.rules.roles import Permission

SAVED = 50  # saved answers to choose from
SHOWN = 100  # messages at a time; earlier ones by a link


@dataclass(frozen=True)
class Message:
    """One comment as somebody sees it."""

    pk: int
    is_ours: bool
    author: str
    role: str
    at: datetime
    body: str
    is_new: bool
    is_first_new: bool
    is_deleted: bool
    is_edited: bool
    is_internal: bool
    encounter: str
    encounter_url: str  # only if the reader may open it
    asks: str
    may_settle: bool  # the practice only once it has said something after a question to it
    settled: str
    settled_at: datetime | None
    answers: str
    answers_pk: int | None
    mentions: str
    attachments: list[Attachment]
    may_edit: bool
    may_delete: bool
    may_see_history: bool
    may_answer: bool
    may_reopen: bool
    remark_tag: dict[str, str] | None  # of a remark on a code: how far it is
    complaint_tag: dict[str, str] | None  # of a complaint
    complaint_url: str  # where it is answered for, for those who may
    query_url: str  # where a query is answered; empty for all other messages


def side_of_reader(user: User) -> Side:
    return Side.SERVICE if user.is_service_staff else Side.PRACTICE


def author_name(comment: Comment) -> str:
    """Who said it; nobody in particular speaks for the service itself."""
    speaker = comment.author or comment.token
    return speaker.name if speaker is not None else SERVICE_NAME


def with_everything(comments: CommentQuerySet) -> CommentQuerySet:
    """Comments with all that a page shows of them, in a fixed number of queries."""
    return comments.select_related(
        "author", "token", "encounter", "remark", "resolved_by", "reply_to__author", "reply_to__token"
    ).prefetch_related(
        "author__user_roles",
        Prefetch("mentions", Mention.objects.select_related("user").order_by("pk")),
        Prefetch("attachments", Attachment.objects.order_by("pk")),
    )


def presented(comments: Iterable[Comment], *, reader: User, new_after: int | None = None) -> list[Message]:
    """The comments for one reader; those with an id above `new_after` are marked as new."""
    comments = list(comments)
    about = {comment.encounter_id for comment in comments if comment.encounter_id}
    open_to_reader = set(Encounter.objects.visible_to(reader).filter(pk__in=about).values_list("pk", flat=True))
    first_new = next((one.pk for one in comments if is_news(one, reader, new_after)), None)
    unanswered = questions_in_silence(comments) if side_of_reader(reader) == Side.PRACTICE else set()
    queries = {one.pk for one in comments if one.query_id is not None}
    complaints = {one.comment_id: one for one in Complaint.objects.filter(comment__in=[row.pk for row in comments])}
    may_answer_for = reader.may(Permission.MANAGE_WORK) or not reader.is_service_staff
    return [
        replace(
            shown,
            **complaint_parts(complaints.get(shown.pk), may_answer_for=may_answer_for),
            may_settle=bool(shown.asks) and shown.pk not in unanswered and shown.pk not in queries,
        )
        for shown in (message(one, reader, open_to_reader, new_after, first_new) for one in comments)
    ]


def complaint_parts(complaint: Complaint | None, *, may_answer_for: bool) -> dict[str, Any]:
    """The tag of a comment that complains, and where that is answered for."""
    if complaint is None:
        return {}
    state = complaint.state
    return {
        "complaint_tag": {"glyph": state.glyph, "label": state.label, "tone": state.tone},
        "complaint_url": reverse("feedback:complaint", args=[complaint.pk]) if may_answer_for else "",
    }


def questions_in_silence(comments: list[Comment]) -> set[int]:
    """The open questions to the practice after which nobody of the practice has said anything."""
    asked = [one for one in comments if is_open(one) and one.needs_answer_from == Side.PRACTICE]
    if not asked:
        return set()
    words = Comment.objects.filter(
        thread__in={one.thread_id for one in asked}, pk__gt=min(one.pk for one in asked), deleted_at=None
    )
    last_word: dict[int, int] = {}  # of the practice, by thread
    for word in words.select_related("author").prefetch_related("author__user_roles").order_by("pk"):
        if author_side(word) == Side.PRACTICE:
            last_word[word.thread_id] = word.pk
    return {one.pk for one in asked if last_word.get(one.thread_id, 0) < one.pk}


def is_open(comment: Comment) -> bool:
    return bool(comment.needs_answer_from) and comment.resolved_at is None and comment.deleted_at is None


def is_news(comment: Comment, reader: User, new_after: int | None) -> bool:
    return new_after is not None and comment.pk > new_after and comment.author_id != reader.pk


def message(
    comment: Comment, reader: User, open_to_reader: set[int], new_after: int | None, first_new: int | None
) -> Message:
    """One comment for one reader."""
    side, mine = side_of_reader(reader), comment.author_id == reader.pk
    deleted, asked = comment.deleted_at is not None, bool(comment.needs_answer_from)
    manages = reader.may(Permission.MANAGE_WORK)
    author = comment.author
    return Message(
        pk=comment.pk,
        is_ours=author_side(comment) == side,
        author=author_name(comment),
        role="" if author is None else ", ".join(author.role_labels).lower(),
        at=comment.created_at,
        body="" if deleted else comment.body,
        is_new=is_news(comment, reader, new_after),
        is_first_new=comment.pk == first_new,
        is_deleted=deleted,
        is_edited=comment.edited_at is not None and not deleted,
        is_internal=comment.is_internal,
        encounter=comment.encounter.label if comment.encounter is not None else "",
        encounter_url=encounter_url(comment) if comment.encounter_id in open_to_reader else "",
        asks=asks(comment, side) if is_open(comment) else "",
        may_settle=False,
        settled=comment.resolved_by.name if asked and comment.resolved_by is not None and not deleted else "",
        settled_at=comment.resolved_at,
        answers=author_name(comment.reply_to) if comment.reply_to is not None else "",
        answers_pk=comment.reply_to_id,
        mentions=", ".join(row.user.name for row in comment.mentions.all()) if not deleted else "",
        attachments=[] if deleted else list(comment.attachments.all()),
        may_edit=mine and not deleted and not comment.is_fixed,
        may_delete=(mine or manages) and not deleted and not comment.is_fixed,
        may_see_history=(comment.edited_at is not None and not deleted) or (deleted and manages),
        may_answer=not deleted,
        may_reopen=asked and comment.resolved_at is not None and not deleted and comment.query_id is None,
        remark_tag=remark_tag(comment.remark) if comment.remark is not None else None,
        complaint_tag=None,
        complaint_url="",
        query_url=reverse("coding:query", args=[comment.query_id])
        if comment.query_id is not None and comment.encounter_id in open_to_reader
        else "",
    )


def remark_tag(remark: Remark) -> dict[str, str]:
    """How far a remark is, as a tag."""
    return {"glyph": remark.state.glyph, "label": remark.state.label, "tone": remark.state.tone}


def encounter_url(comment: Comment) -> str:
    return reverse("coding:encounter", args=[comment.encounter_id])


def author_side(comment: Comment) -> Side:
    return side_of_comment(comment)


def asks(comment: Comment, side: Side) -> str:
    """The tag of an open question."""
    if comment.needs_answer_from == side:
        return "Needs you"
    return "Waits for the practice" if comment.needs_answer_from == Side.PRACTICE else "Waits for Chartline"


def saved_answers(thread: Thread, form: CommentForm) -> list[SavedAnswer]:
    """What the service's people may put into a message of this thread; nothing for the practice's."""
    return list(SavedAnswer.objects.for_practice(thread.practice_id)[:SAVED]) if "audience" in form.fields else []


@dataclass(frozen=True)
class Shown:
    """A stretch of a thread: its messages, the newest id, and whether there are earlier ones."""

    messages: list[Message]
    newest_pk: int
    newest_at: datetime | None
    earlier_than: int | None


def stretch(thread: Thread, *, reader: User, before: int | None = None, new_after: int | None = None) -> Shown:
    """The last messages of a thread, or the last ones before an id."""
    comments = Comment.objects.visible_to(reader).filter(thread=thread)
    if before is not None:
        comments = comments.filter(pk__lt=before)
    rows = list(with_everything(comments).order_by("-pk")[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN][::-1]
    return Shown(
        messages=presented(rows, reader=reader, new_after=new_after),
        newest_pk=rows[-1].pk if rows else 0,
        newest_at=rows[-1].created_at if rows else None,
        earlier_than=rows[0].pk if more else None,
    )


def box(thread: Thread, *, reader: User, form: CommentForm, shown: Shown | None = None) -> dict[str, object]:
    """The variables of templates/feedback/thread_box.html."""
    batch_url = reverse("portal:batch", args=[thread.batch_id]) if reader.may(Permission.SEE_BATCHES) else ""
    return {
        "shown": shown or stretch(thread, reader=reader),
        "batch_url": batch_url,
        "rating_of": delivery_to_rate(thread.batch, by=reader),
        "rating": RatingForm(),
        "live_about": f"?batch={thread.batch_id}",
        **composer(thread, form),
    }


def composer(thread: Thread, form: CommentForm, *, oob: bool = False) -> dict[str, object]:
    """The variables of templates/feedback/composer.html; with `oob` it takes the place of the one on the page."""
    question = form.answered()
    if question is not None and question.is_internal and not form.is_bound:
        form.initial["audience"] = INTERNAL
    return {
        "audience": form["audience"] if "audience" in form.fields else None,
        "complaint": form["is_complaint"] if "is_complaint" in form.fields else None,
        "saved_answers": saved_answers(thread, form),
        "thread": thread,
        "form": form,
        "oob": oob,
        "answering": author_name(question) if question is not None else "",
        "answering_question": question is not None and question.is_open_question,
        "opened": form.has_more(),
    }
