"""Put things into people's inboxes, and what people do with them there.

What a person does with their own list is a mark of theirs like a read mark, and no event of the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from feedback.models import Comment, InboxItem, Thread
from feedback.rules.inbox import ItemKind, kind_of
from feedback.rules.talk import Side
from portal.models import User
from portal.rules.roles import Role


class NotThere(Exception):
    """The item is done, or is not done: there is nothing to change about it."""


def post_comment(
    *, comment: Comment, side: Side, others: Iterable[User], mentioned: Iterable[User], why: ItemKind | None = None
) -> None:
    """An item for everybody whom a comment concerns; what its author thereby answered is done for them."""
    named = {person.pk for person in mentioned}
    people = {person.pk for person in others} | named
    answered = comment.reply_to
    InboxItem.objects.bulk_create(
        [
            InboxItem(
                practice_id=comment.practice_id,
                user_id=pk,
                kind=kind_of(
                    mentioned=pk in named,
                    asked=comment.needs_answer_from == side.other,
                    answered=answered is not None and (answered.author_id == pk or answers_question(comment, side)),
                    why=why,
                ),
                batch_id=comment.thread.batch_id,
                encounter_id=comment.encounter_id,
                comment=comment,
                created_at=comment.created_at,
            )
            for pk in sorted(people - {comment.author_id})
        ]
    )
    if answered is not None and comment.author_id is not None:
        end_items(InboxItem.objects.filter(user=comment.author_id, comment=answered), at=comment.created_at)


def post_to_managers(*, comment: Comment, kind: ItemKind, but: User) -> None:
    """An item for each manager: only they can do what a comment suggests."""
    managers = User.objects.filter(is_active=True, user_roles__role=Role.MANAGER).exclude(pk=but.pk).distinct()
    post_again(comment=comment, kind=kind, people=managers.order_by("pk"), at=comment.created_at)


def post_again(*, comment: Comment, kind: ItemKind, people: Iterable[User], at: datetime) -> None:
    """A comment is in people's way for another reason than when it was said; who has it already has it anew, on top."""
    InboxItem.objects.bulk_create(
        [
            InboxItem(
                practice_id=comment.practice_id,
                user=person,
                kind=kind,
                batch_id=comment.thread.batch_id,
                encounter_id=comment.encounter_id,
                comment=comment,
                created_at=at,
            )
            for person in people
        ],
        update_conflicts=True,
        unique_fields=["user", "comment"],
        update_fields=["kind", "created_at", "seen_at", "snoozed_until", "done_at"],
    )


def answers_question(comment: Comment, side: Side) -> bool:
    """Whether it answers what the other side asked this one."""
    return comment.reply_to is not None and comment.reply_to.needs_answer_from == side


def end_items(items: QuerySet[InboxItem], *, at: datetime) -> int:
    """What they were about is over."""
    return items.filter(done_at=None).update(done_at=at, seen_at=Coalesce("seen_at", at), snoozed_until=None)


def settle_items(comments: QuerySet[Comment], *, at: datetime) -> None:
    """The questions are settled: nobody has to answer them any more."""
    end_items(InboxItem.objects.filter(comment__in=comments, kind=ItemKind.QUESTION), at=at)


def drop_items(comment: Comment, *, at: datetime) -> None:
    """The comment was taken back: it waits for nobody."""
    end_items(InboxItem.objects.filter(comment=comment), at=at)


def ask_again(comment: Comment) -> None:
    """The question waits once more, for everybody whom it was put to."""
    InboxItem.objects.filter(comment=comment, kind=ItemKind.QUESTION).update(
        done_at=None, seen_at=None, snoozed_until=None
    )


def see_thread(*, thread: Thread, by: User, at: datetime) -> None:
    """Somebody has read a thread until `at`."""
    InboxItem.objects.filter(
        Q(comment__thread=thread, comment__created_at__lte=at), user=by, done_at=None, seen_at=None
    ).update(seen_at=at)


# -- what a person does in their own list -----------------------------------------------------------
@transaction.atomic
def finish_item(*, item: InboxItem, by: User, at: datetime) -> None:
    """Done. NotThere if it was done before."""
    if not end_items(InboxItem.objects.filter(pk=item.pk, user=by), at=at):
        raise NotThere


@transaction.atomic
def take_up_item(*, item: InboxItem, by: User) -> None:
    """Open again: not done, not put off. NotThere if it is open."""
    rows = InboxItem.objects.filter(pk=item.pk, user=by)
    if not rows.filter(Q(done_at__isnull=False) | Q(snoozed_until__isnull=False)).update(
        done_at=None, snoozed_until=None
    ):
        raise NotThere


@transaction.atomic
def snooze_item(*, item: InboxItem, by: User, until: datetime) -> None:
    """Out of the way until a moment. NotThere if it is done."""
    if not InboxItem.objects.filter(pk=item.pk, user=by, done_at=None).update(snoozed_until=until):
        raise NotThere


@transaction.atomic
def turn_seen(*, item: InboxItem, by: User, at: datetime) -> None:
    """Unread again, or read if it was unread. NotThere if it is done."""
    rows = InboxItem.objects.filter(pk=item.pk, user=by, done_at=None)
    if not rows.filter(seen_at=None).update(seen_at=at) and not rows.update(seen_at=None):
        raise NotThere
