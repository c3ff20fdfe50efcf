"""Who is told by e-mail that something was said, and no more often than they can bear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from coding.models import Assignment
from feedback.models import Comment, Thread
from feedback.rules.talk import GIVEN_UP, QUIET, NoticeKind, Side, reason_to_write
from portal.actions.notices import queue_notice
from portal.models import Notice, User
from portal.rules.roles import Role


def tell_people(*, comment: Comment, side: Side, mentioned: Iterable[User], at: datetime) -> None:
    """Queue the e-mails about a comment. The caller holds the thread's row, so nobody is told twice at once."""
    thread, named = comment.thread, {person.pk for person in mentioned}
    people = {person.pk: person for person in (*other_side(comment=comment, side=side), *mentioned)}
    if comment.author_id is not None:
        people.pop(comment.author_id, None)
    for person in User.objects.filter(pk__in=people).exclude(pk__in=told_just_now(thread=thread, at=at)).order_by("pk"):
        queue_notice(
            kind=reason_to_write(mentioned=person.pk in named, asked=comment.needs_answer_from == side.other),
            email=person.email,
            at=at,
            recipient=person,
            practice=thread.practice,
            batch=thread.batch,
            link=reverse("feedback:thread", args=[thread.pk]),
        )


def other_side(*, comment: Comment, side: Side) -> Iterable[User]:
    """The practice's people for a word of the service; managers and those who worked on it for one of the practice."""
    people = comment.thread.people()
    if side == Side.SERVICE:
        return people.filter(memberships__practice_id=comment.practice_id)
    work = Assignment.objects.filter(user=OuterRef("pk"), encounter__batch_id=comment.thread.batch_id)
    if comment.encounter_id is not None:
        work = work.filter(encounter_id=comment.encounter_id)
    return people.filter(Q(user_roles__role=Role.MANAGER) | Exists(work)).distinct()


def told_just_now(*, thread: Thread, at: datetime) -> Iterable[int]:
    """Ids of the people who have an unsent or a fresh e-mail about this thread."""
    notices = Notice.objects.filter(batch_id=thread.batch_id, kind__in=list(NoticeKind), recipient__isnull=False)
    waiting = Q(sent_at=None, created_at__gt=at - GIVEN_UP)
    return notices.filter(waiting | Q(created_at__gt=at - QUIET)).values_list("recipient_id", flat=True)
