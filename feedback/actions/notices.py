"""Who is told by e-mail that something was said, and no more often than they can bear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from coding.models import Assignment
from feedback.models import Comment, Thread
from feedback.rules.talk import GATHERED, GIVEN_UP, QUIET, STRONG, NoticeKind, Side, reason_to_write
from portal.actions.notices import hasten_notice, queue_notice
from portal.models import Notice, User
from portal.rules.roles import Role


def tell_people(
    *, comment: Comment, others: Iterable[User], side: Side, mentioned: Iterable[User], at: datetime
) -> None:
    """Queue the e-mails about a comment. The caller holds the thread's row, so nobody is told twice at once."""
    thread, named = comment.thread, {person.pk for person in mentioned}
    people = {person.pk: person for person in (*others, *mentioned)}
    if comment.author_id is not None:
        people.pop(comment.author_id, None)
    earlier = earlier_notices(thread=thread, people=people, at=at)
    for person in User.objects.filter(pk__in=people).order_by("pk"):
        kind = reason_to_write(mentioned=person.pk in named, asked=comment.needs_answer_from == side.other)
        before = earlier.get(person.pk, [])
        waiting = next((notice for notice in before if notice.sent_at is None), None)
        if waiting is not None and (
            waiting.kind in STRONG or kind not in STRONG or hasten_notice(notice=waiting, kind=kind, at=at)
        ):
            continue  # one waiting e-mail leads to all that was said
        queue_notice(
            kind=kind,
            email=person.email,
            at=at,
            recipient=person,
            practice=thread.practice,
            batch=thread.batch,
            link=reverse("feedback:thread", args=[thread.pk]),
            due_at=not_before(before, kind=kind, at=at),
        )


def not_before(before: Iterable[Notice], *, kind: NoticeKind, at: datetime) -> datetime:
    """When the next e-mail may go: after the quiet time, which a question or a mention keeps only after its like."""
    sent = [notice.sent_at for notice in before if notice.sent_at and (notice.kind in STRONG or kind not in STRONG)]
    return max([at, *(moment + QUIET for moment in sent)])


def other_side(*, comment: Comment, side: Side) -> QuerySet[User]:
    """The practice's people for a word of the service; managers and those who worked on it for one of the practice.

    Nobody for an internal note: it is for whom it mentions, and is found by the others.
    """
    if comment.is_internal:
        nobody: QuerySet[User] = User.objects.none()
        return nobody
    people: QuerySet[User] = comment.thread.people()
    if side == Side.SERVICE:
        return people.filter(memberships__practice_id=comment.practice_id)
    work = Assignment.objects.filter(
        user=OuterRef("pk"), encounter__batch_id=comment.thread.batch_id, encounter__repeats=None
    )
    if comment.encounter_id is not None:
        work = work.filter(encounter_id=comment.encounter_id)
    return people.filter(Q(user_roles__role=Role.MANAGER) | Exists(work)).distinct()


def earlier_notices(*, thread: Thread, people: Iterable[int], at: datetime) -> dict[int, list[Notice]]:
    """The unsent and the fresh e-mails about this thread, by recipient."""
    rows = Notice.objects.filter(batch_id=thread.batch_id, kind__in=sorted(GATHERED), recipient__in=people)
    found: dict[int, list[Notice]] = {}
    for notice in rows.filter(Q(sent_at=None, created_at__gt=at - GIVEN_UP) | Q(sent_at__gt=at - QUIET)).order_by("pk"):
        found.setdefault(notice.recipient_id or 0, []).append(notice)
    return found
