"""Complaints: made in a thread, answered for by a manager until a time, escalated after it, ended with words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from coding.actions.moves import AlreadyMoved
from feedback.actions.comments import add_comment
from feedback.actions.inbox import end_items, post_again
from feedback.models import Comment, Complaint, InboxItem, Thread
from feedback.rules.complaints import COMPLAINT_MOVES, ComplaintStatus, Refusal, due_after, least_busy, why_not
from feedback.rules.inbox import ItemKind
from feedback.rules.talk import COMPLAINT_AGAIN, COMPLAINT_CLOSED, NoticeKind
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.actions.notices import queue_notice
from portal.models import Contract, User
from portal.rules.roles import Permission, Role

ESCALATED_AT_ONCE = 200


class MoveRefused(Exception):
    """The person may not do this to the complaint; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class NotThePractice(Exception):
    """The service does not complain to itself."""


class NotAManager(Exception):
    """Only an active manager answers for a complaint."""


@transaction.atomic
def raise_complaint(*, thread: Thread, body: str, by: User, at: datetime, **more: Any) -> Comment:
    """A comment of a practice that complains, with all that a comment may have: see add_comment. NotThePractice."""
    if by.is_service_staff:
        raise NotThePractice
    comment = add_comment(thread=thread, body=body, by=by, at=at, why=ItemKind.COMPLAINT, **more)
    complain(comment=comment, by=by, at=at)
    return comment


def complain(*, comment: Comment, by: User, at: datetime) -> Complaint:
    """Make the comment a complaint; the manager with the fewest open ones answers for it."""
    day = day_of(comment.thread.practice, at)
    contract = Contract.objects.in_force(day).filter(practice_id=comment.practice_id).first()
    complaint = Complaint.objects.create(
        practice_id=comment.practice_id,
        thread=comment.thread,
        comment=comment,
        owner_id=least_busy(busy_managers()),
        raised_by=by,
        raised_at=at,
        due_at=due_after(at, hours=contract.turnaround_hours if contract else None),
    )
    record("complaint.raised", at=at, by=by, about=complaint, owner=complaint.owner_id)
    return complaint


def managers() -> list[User]:
    return list(User.objects.filter(is_active=True, user_roles__role=Role.MANAGER).distinct().order_by("pk"))


def busy_managers() -> dict[int, int]:
    """The open complaints of each manager. A practice's own scope shows it those of its own only, which is fair too."""
    ids = [person.pk for person in managers()]
    busy = Complaint.objects.pending().filter(owner__in=ids).values_list("owner").annotate(open=Count("pk"))
    return {**dict.fromkeys(ids, 0), **dict(busy)}


@transaction.atomic
def hand_over(*, complaint: Complaint, to: User, by: User, at: datetime) -> None:
    """Another manager answers for it. MoveRefused, NotAManager; AlreadyMoved if it is closed."""
    if not by.may(Permission.MANAGE_WORK):
        raise MoveRefused(Refusal.NOT_THEIRS)
    if not (to.is_active and to.may(Permission.MANAGE_WORK)):
        raise NotAManager
    if not Complaint.objects.pending().filter(pk=complaint.pk).update(owner=to):
        raise AlreadyMoved
    post_again(comment=complaint.comment, kind=ItemKind.COMPLAINT, people=[to], at=at)
    record("complaint.handed_over", at=at, by=by, about=complaint, to=to.pk)


@transaction.atomic
def close_complaint(*, complaint: Complaint, words: str, by: User, at: datetime) -> None:
    """It is over, with words that stand in the thread. AlreadyMoved, MoveRefused."""
    words = words.strip()
    move(complaint, "close", by=by, at=at, words=words, closing=words, closed_by=by, closed_at=at)
    said = complaint.comment
    end_items(InboxItem.objects.filter(comment=said, kind=ItemKind.COMPLAINT), at=at)
    add_comment(thread=complaint.thread, by=by, body=f"{COMPLAINT_CLOSED}\n{words}", at=at, reply_to=said)


@transaction.atomic
def reopen_complaint(*, complaint: Complaint, by: User, at: datetime) -> None:
    """The practice is not content with how it ended; the clock runs anew. AlreadyMoved, MoveRefused."""
    length = complaint.due_at - complaint.raised_at
    move(
        complaint, "reopen", by=by, at=at, closing="", closed_by=None, closed_at=None, escalated_at=None,
        due_at=at + length,
    )  # fmt: skip
    add_comment(
        thread=complaint.thread, by=by, body=COMPLAINT_AGAIN, at=at, reply_to=complaint.comment, why=ItemKind.COMPLAINT
    )


def move(complaint: Complaint, name: str, *, by: User, at: datetime, words: str = "", **fields: object) -> None:
    """A person's step of the table; `complaint` then is as it now is."""
    now = Complaint.objects.select_for_update(of=("self",), no_key=True).get(pk=complaint.pk)
    step = COMPLAINT_MOVES[name]
    if now.state not in step.old:
        raise AlreadyMoved
    refusal = why_not(
        name,
        manages=by.may(Permission.MANAGE_WORK),
        is_practice=not by.is_service_staff and now.practice_id in by.practice_ids,
        words=words,
    )
    if refusal:
        raise MoveRefused(refusal)
    Complaint.objects.filter(pk=now.pk).update(status=step.new, **fields)
    complaint.refresh_from_db()
    record("complaint.moved", at=at, by=by, about=complaint, move=name, old=now.status, new=str(step.new))


@transaction.atomic
def escalate_complaints(*, at: datetime) -> int:
    """Tell all managers of what was not answered in time, once. How many. Caller opens the service's scope."""
    late = list(
        Complaint.objects.overdue(at=at)
        .select_related("comment", "thread__batch", "thread__practice")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("due_at", "pk")[:ESCALATED_AT_ONCE]
    )
    people = managers() if late else []
    for complaint in late:
        Complaint.objects.filter(pk=complaint.pk).update(status=ComplaintStatus.ESCALATED, escalated_at=at)
        post_again(comment=complaint.comment, kind=ItemKind.COMPLAINT, people=people, at=at)
        for person in people:
            queue_notice(
                kind=NoticeKind.COMPLAINT_OVERDUE,
                email=person.email,
                at=at,
                recipient=person,
                practice=complaint.thread.practice,
                batch=complaint.thread.batch,
                link=reverse("feedback:complaint", args=[complaint.pk]),
            )
        record("complaint.escalated", at=at, about=complaint, owner=complaint.owner_id)
    return len(late)
