"""A query of the coders in the practice's thread: its question, its reminder, its end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from coding.models import Query, SignedAddendum
from coding.rules.queries.signing import reply_words
from coding.rules.queries.states import QueryStatus
from feedback.actions.comments import add_comment
from feedback.actions.inbox import ask_again, settle_items
from feedback.actions.notices import other_side, tell_people
from feedback.actions.threads import ensure_thread
from feedback.models import Comment, Thread
from feedback.rules.talk import QUERY_ENDED_WORDS, Side
from portal.models import User


@transaction.atomic
def ask_query(*, query: Query, at: datetime) -> None:
    """The question stands in the batch's thread until the query ends; the practice gets the mail of a question."""
    comment = add_comment(
        thread=ensure_thread(batch=query.encounter.batch, at=at),
        by=query.asked_by,
        body=f"{query.title}\n{query.question}",
        at=at,
        encounter=query.encounter,
        needs_answer_from=Side.PRACTICE,
    )
    Comment.objects.filter(pk=comment.pk).update(query=query)


@transaction.atomic
def remind_of_query(*, query: Query, at: datetime) -> None:
    """The mail of the question once more, as rarely as all mails."""
    comment = Comment.objects.select_related("thread__practice", "thread__batch").filter(query=query).first()
    if comment is not None:
        Thread.objects.select_for_update().get(pk=comment.thread_id)  # nobody is told twice at once
        others = other_side(comment=comment, side=Side.SERVICE)
        tell_people(comment=comment, others=others, side=Side.SERVICE, mentioned=(), at=at)
        ask_again(comment)


@transaction.atomic
def end_query(*, query: Query, reply: SignedAddendum | None, by: User, at: datetime) -> None:
    """The question is settled, and the thread says how: the signed reply, or that none is needed any more."""
    question = Comment.objects.select_related("thread").filter(query=query).first()
    if question is None:
        return
    body = QUERY_ENDED_WORDS[QueryStatus(query.status)]
    if reply is not None:
        body = f"{body}\n{reply_words(option=reply.option, text=reply.text)}"
    add_comment(thread=question.thread, by=by, body=body, at=at, reply_to=question)
    Comment.objects.unanswered().filter(pk=question.pk).update(resolved_at=at, resolved_by=by)
    settle_items(Comment.objects.filter(pk=question.pk), at=at)
