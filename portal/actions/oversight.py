"""Look people up in exclusion lists; review who has access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from portal.actions.audit import record
from portal.actions.people import NotOneself
from portal.models import AccessReview, ExclusionCheck, ReviewedAccess, User
from portal.rules.oversight import Decision, Due, ExclusionList, Outcome, exclusion_due, remarks


class InTheFuture(Exception):
    """Nobody was looked up on a day that has not come."""


class ReviewOpen(Exception):
    """Another review is not closed yet."""


class ReviewClosed(Exception):
    """What was decided in a closed review stays."""


class NotDecided(Exception):
    """Somebody in the review was not decided on; the message says how many."""


@transaction.atomic
def note_exclusion_check(
    *, user: User, where: ExclusionList, outcome: Outcome, checked_on: date, note: str, by: User, at: datetime
) -> ExclusionCheck:
    """Note that the person was looked up. InTheFuture; NotOneself."""
    if user.pk == by.pk:
        raise NotOneself
    if checked_on > at.date():
        raise InTheFuture
    check = ExclusionCheck.objects.create(
        user=user, list=where, outcome=outcome, checked_on=checked_on, note=note.strip(), by=by, at=at
    )
    record(
        "exclusion.checked",
        at=at,
        by=by,
        about=user,
        list=where.value,
        result=outcome.value,
        on=f"{checked_on:%Y-%m-%d}",
    )
    return check


def newest_checks(people: Iterable[User]) -> dict[int, dict[ExclusionList, ExclusionCheck]]:
    """By person the last look-up in each list; one query."""
    rows = (
        ExclusionCheck.objects.filter(user__in=[person.pk for person in people])
        .order_by("user", "list", "-checked_on", "-pk")
        .distinct("user", "list")
    )
    found: dict[int, dict[ExclusionList, ExclusionCheck]] = {}
    for row in rows:
        found.setdefault(row.user_id, {})[ExclusionList(row.list)] = row
    return found


def due_of(person: User, checks: Mapping[ExclusionList, ExclusionCheck], *, on: date) -> Due | None:
    """When the person must be looked up again."""
    return exclusion_due({where: check.checked_on for where, check in checks.items()}, person.roles, on=on)


@transaction.atomic
def start_review(*, by: User, at: datetime) -> AccessReview:
    """A row for everybody who may sign in, as they are now. ReviewOpen."""
    try:
        with transaction.atomic():
            review = AccessReview.objects.create(started_at=at, started_by=by)
    except IntegrityError:
        raise ReviewOpen from None
    people = list(User.objects.filter(is_active=True).by_name().prefetch_related("user_roles", "memberships__practice"))
    checks = newest_checks(people)
    with_factor = set(
        Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values_list("user_id", flat=True)
    )
    ReviewedAccess.objects.bulk_create(
        ReviewedAccess(
            review=review,
            user=person,
            name=person.name,
            email=person.email,
            roles=sorted(person.roles),
            practice_name=", ".join(row.practice.name for row in person.memberships.all()),
            last_sign_in=person.last_login,
            remarks=remarks(
                person.roles,
                last_sign_in=person.last_login,
                has_factor=person.pk in with_factor,
                exclusion=due_of(person, checks.get(person.pk, {}), on=at.date()),
                at=at,
            ),
        )
        for person in people
    )
    record("access_review.started", at=at, by=by, about=review, people=len(people))
    return review


@transaction.atomic
def decide_access(
    *, review: AccessReview, rows: Iterable[int], decision: Decision, note: str, by: User, at: datetime
) -> int:
    """Say of these rows (ids) what becomes of them; one's own is left to another admin. The number decided.

    It is written down and changes nothing by itself: whoever must go or change is named, and done on their page.
    """
    if AccessReview.objects.select_for_update().get(pk=review.pk).closed_at is not None:
        raise ReviewClosed
    decided = (
        ReviewedAccess.objects.filter(review=review, pk__in=set(rows))
        .exclude(user=by)
        .update(decision=decision, note=note.strip(), decided_by=by, decided_at=at)
    )
    record("access_review.decided", at=at, by=by, about=review, decision=decision.value, people=decided)
    return decided


@transaction.atomic
def close_review(*, review: AccessReview, by: User, at: datetime) -> None:
    """Close it for good. NotDecided while somebody is left; ReviewClosed."""
    AccessReview.objects.select_for_update().get(pk=review.pk)
    left = ReviewedAccess.objects.filter(review=review, decision="").count()
    if left:
        raise NotDecided(left)
    if not AccessReview.objects.open().filter(pk=review.pk).update(closed_at=at, closed_by=by):
        raise ReviewClosed
    record("access_review.closed", at=at, by=by, about=review)
