"""Say something in a thread, correct it, take it back, settle a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from coding.actions.holds import QueryPending, resume
from coding.actions.moves import AlreadyMoved
from coding.models import Encounter
from coding.rules.lifecycle import EncounterStatus, HoldReason, WhoseMove
from feedback.actions.attachments import attach, checked
from feedback.actions.inbox import ask_again, drop_items, post_comment, settle_items
from feedback.actions.notices import other_side, tell_people
from feedback.actions.threads import ensure_thread
from feedback.models import Comment, CommentVersion, Mention, Thread
from feedback.rules.inbox import ItemKind
from feedback.rules.talk import BODY_LIMIT, HOLD_WORDS, LOCKED_WORDS, MENTIONS_AT_ONCE, Side, named_in
from portal.actions.audit import record
from portal.models import ApiToken, Chart, User
from portal.news import tell
from portal.rules.roles import Permission


class CannotSay(Exception):
    """The words are empty or too long."""


class NotInThread(Exception):
    """What the comment answers or is about belongs to another thread or batch."""


class NotYours(Exception):
    """Only the author may change a comment; only the author or a manager may take it back."""


class AlreadyDeleted(Exception):
    """The comment was taken back before."""


class NotAnswered(Exception):
    """The practice may not settle a question to it before it has said something."""


class IsQuery(Exception):
    """The comment is a query's question or a remark: answered, withdrawn and closed as that, and never changed."""


class NotInternal(Exception):
    """Only a person of the service writes an internal note, and asks the practice nothing by it."""


class AlreadySettled(Exception):
    """The question is settled or was none; or is open already."""


def side_of(person: User | None) -> Side:
    """For whom somebody speaks; a token (None) speaks for its practice."""
    return Side.SERVICE if person is not None and person.is_service_staff else Side.PRACTICE


def side_of_comment(comment: Comment) -> Side:
    """For whom a comment speaks; one by neither a person nor a token is the service's own."""
    return Side.SERVICE if comment.author is None and comment.token is None else side_of(comment.author)


@transaction.atomic
def add_comment(
    *,
    thread: Thread,
    body: str,
    at: datetime,
    by: User | None = None,
    token: ApiToken | None = None,
    reply_to: Comment | None = None,
    encounter: Encounter | None = None,
    chart: Chart | None = None,
    needs_answer_from: str = "",
    is_internal: bool = False,
    mentions: Iterable[User] = (),
    files: Sequence[File[Any]] = (),
    why: ItemKind | None = None,
) -> Comment:
    """Add a comment by a person, a token or the service itself, with its mentions, files, e-mails and inbox items.

    `why` is what the other side's inboxes call it if it is more than talk.
    What answers an internal note is one too. CannotSay, NotInThread, NotInternal, FileRefused or TooManyFiles leave
    nothing behind.
    """
    body = in_bounds(body)
    if reply_to is not None:
        reply_to = Comment.objects.filter(pk=reply_to.pk, thread=thread, deleted_at=None).first()
        if reply_to is None:
            raise NotInThread
        is_internal = is_internal or reply_to.is_internal
    if encounter is not None and encounter.batch_id != thread.batch_id:
        raise NotInThread
    if is_internal and (needs_answer_from or by is None or side_of(by) != Side.SERVICE):
        raise NotInternal
    good = checked(files)
    hold_thread(thread, at=at, moves=not is_internal)
    comment = Comment.objects.create(
        practice_id=thread.practice_id,
        thread=thread,
        author=by,
        token=token,
        reply_to=reply_to,
        encounter=encounter or (reply_to.encounter if reply_to is not None else None),
        chart=chart,
        body=body,
        needs_answer_from=needs_answer_from,
        is_internal=is_internal,
        created_at=at,
    )
    named = mention(comment=comment, chosen=mentions)
    attach(comment=comment, files=good, at=at)
    side = side_of_comment(comment)
    others = list(other_side(comment=comment, side=side))
    post_comment(comment=comment, side=side, others=others, mentioned=named, why=why)
    tell_people(comment=comment, others=others, side=side, mentioned=named, at=at)
    note("added", comment, by=by, at=at, token=token, thread=thread.pk, files=len(good))
    tell_of(comment)
    return comment


def hold_thread(thread: Thread, *, at: datetime, moves: bool) -> None:
    """Hold the thread's row to the end of the transaction: its comments follow each other, and so do their e-mails.

    An internal note does not move the time of the last word: the practice sees that.
    """
    if moves:
        Thread.objects.filter(pk=thread.pk).update(last_comment_at=at)
    else:
        Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)


def note(
    what: str, comment: Comment, *, by: User | None, at: datetime, token: ApiToken | None = None, **detail: Any
) -> None:
    """An event of the trail; about an internal note it is of no practice: the export has what is of one."""
    token_id = token.pk if token is not None else None
    if comment.is_internal:
        record(f"internal_note.{what}", at=at, by=by, note=comment.pk, of=comment.practice_id, **detail)
    else:
        record(f"comment.{what}", at=at, by=by, about=comment, token_id=token_id, **detail)


@transaction.atomic
def ask_practice(*, encounter: Encounter, by: User, at: datetime, reason: HoldReason, note: str) -> None:
    """Ask the practice for what a chart on hold waits for; without a note, a question already open stands for it."""
    thread = ensure_thread(batch=encounter.batch, at=at)
    asked = Comment.objects.open_for(Side.PRACTICE).filter(thread=thread, encounter=encounter)
    if not note.strip() and asked.exists():
        return
    add_comment(
        thread=thread,
        by=by,
        body=note.strip() or HOLD_WORDS[reason],
        at=at,
        encounter=encounter,
        needs_answer_from=Side.PRACTICE,
    )


@transaction.atomic
def ask_for_password(*, chart: Chart, at: datetime) -> None:
    """Ask the practice for the password of a file, once while the question is open."""
    thread = ensure_thread(batch=chart.batch, at=at)
    if not Comment.objects.open_for(Side.PRACTICE).filter(thread=thread, chart=chart).exists():
        body = LOCKED_WORDS.format(chart=chart.label)
        add_comment(thread=thread, body=body, at=at, chart=chart, needs_answer_from=Side.PRACTICE)


@transaction.atomic
def settle_password_question(*, chart: Chart, by: User, at: datetime) -> None:
    """The practice gave the password, or goes on without the file: what was asked for it is settled."""
    asked = Comment.objects.filter(chart=chart)
    if asked.open_for(Side.PRACTICE).update(resolved_at=at, resolved_by=by):
        settle_items(asked, at=at)


def tell_of(comment: Comment) -> None:
    """Pages that show the thread look at it again."""
    tell(practice_id=comment.practice_id, batch_id=comment.thread.batch_id, thread_id=comment.thread_id)


def in_bounds(body: str) -> str:
    """The words with one kind of line end; CannotSay if there are none or too many."""
    body = body.replace("\r\n", "\n").replace("\x00", "").strip()
    if not 0 < len(body) <= BODY_LIMIT:
        raise CannotSay
    return body


def mention(*, comment: Comment, chosen: Iterable[User]) -> list[User]:
    """Note who was chosen or named as `@Full Name`, of the people who may see the comment."""
    people = {person.pk: person for person in comment.people()}
    wanted = {person.pk for person in chosen} | named_in(comment.body, {pk: one.name for pk, one in people.items()})
    named = [people[pk] for pk in sorted(wanted & people.keys() - {comment.author_id})][:MENTIONS_AT_ONCE]
    Mention.objects.bulk_create(Mention(practice_id=comment.practice_id, comment=comment, user=one) for one in named)
    return named


@transaction.atomic
def edit_comment(*, comment: Comment, by: User, body: str, at: datetime) -> None:
    """Change the author's words and keep the earlier ones."""
    body = in_bounds(body)
    now = Comment.objects.select_for_update(of=("self",), no_key=True).get(pk=comment.pk)
    if now.is_fixed:
        raise IsQuery
    if now.author_id != by.pk:
        raise NotYours
    if now.deleted_at is not None:
        raise AlreadyDeleted
    if now.body == body:
        return
    CommentVersion.objects.create(practice_id=now.practice_id, comment=now, body=now.body, replaced_at=at)
    Comment.objects.filter(pk=now.pk).update(body=body, edited_at=at)
    note("edited", now, by=by, at=at)
    tell_of(now)


@transaction.atomic
def delete_comment(*, comment: Comment, by: User, at: datetime) -> None:
    """Take a comment out of sight; its words and their history stay in the database."""
    if comment.is_fixed:
        raise IsQuery
    if comment.author_id != by.pk and not by.may(Permission.MANAGE_WORK):
        raise NotYours
    if not Comment.objects.filter(pk=comment.pk, deleted_at=None).update(deleted_at=at, deleted_by=by):
        raise AlreadyDeleted
    drop_items(comment, at=at)
    note("deleted", comment, by=by, at=at)
    tell_of(comment)


@transaction.atomic
def resolve_comment(*, comment: Comment, by: User, at: datetime) -> bool:
    """Settle a question; whether the encounter it held went back into work.

    It does when the practice has answered and the encounter still waits for it. One that has moved on
    meanwhile stays where it is. NotAnswered if the practice settles its own question in silence; IsQuery.
    """
    if comment.query_id is not None:
        raise IsQuery
    open_now = Comment.objects.unanswered().filter(pk=comment.pk)
    if not open_now.update(resolved_at=at, resolved_by=by):
        raise AlreadySettled
    if comment.needs_answer_from == side_of(by) == Side.PRACTICE and not answered_by_practice(comment):
        raise NotAnswered
    settle_items(Comment.objects.filter(pk=comment.pk), at=at)
    record("comment.resolved", at=at, by=by, about=comment)
    tell_of(comment)
    return resume_work(question=comment, by=by, at=at)


def resume_work(*, question: Comment, by: User, at: datetime) -> bool:
    """Put the encounter of an answered question back into its queue."""
    encounter = question.encounter
    if encounter is None or question.needs_answer_from != Side.PRACTICE or not answered_by_practice(question):
        return False
    encounter.refresh_from_db()
    if not waits_for_practice(encounter):
        return False
    try:
        with transaction.atomic():
            resume(encounter=encounter, by=by, at=at, answered=True)
    except (AlreadyMoved, QueryPending):
        return False
    return True


def waits_for_practice(encounter: Encounter | None) -> bool:
    """Whether the encounter is on hold until its practice answers."""
    return (
        encounter is not None and encounter.status == EncounterStatus.HELD and encounter.hold_move == WhoseMove.PRACTICE
    )


def answered_by_practice(question: Comment) -> bool:
    """Whether the practice has said anything in the thread after the question; a reply need not name it."""
    later = Comment.objects.filter(thread_id=question.thread_id, pk__gt=question.pk, deleted_at=None)
    if later.filter(token__isnull=False).exists():  # a token speaks for its practice
        return True
    authors = User.objects.filter(pk__in=later.values("author")).prefetch_related("user_roles")
    return any(side_of(author) == Side.PRACTICE for author in authors)


@transaction.atomic
def reopen_question(*, comment: Comment, by: User, at: datetime) -> None:
    """Ask again: the question waits for its answer as before. A query that has ended is asked anew as another."""
    if comment.query_id is not None:
        raise IsQuery
    settled = Comment.objects.filter(pk=comment.pk, deleted_at=None, resolved_at__isnull=False)
    if not settled.exclude(needs_answer_from="").update(resolved_at=None, resolved_by=None):
        raise AlreadySettled
    ask_again(comment)
    record("comment.reopened", at=at, by=by, about=comment)
    tell_of(comment)
