"""Hours of work, absences, and the hand-over of what an absent person has in hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from coding.actions.drafts import draft_of, restore_draft
from coding.actions.leases import give_back
from coding.actions.queue import NotSuitable, give
from coding.models import Absence, Assignment, Encounter, WorkHours
from coding.rules.hours import AbsenceReason, Hours
from coding.rules.lifecycle import Stage
from portal.actions.audit import record
from portal.models import User

AT_ONCE = 100  # absences that one sweep begins


class NotStanding(Exception):
    """The absence was cancelled or is over."""


@transaction.atomic
def set_hours(*, user: User, hours: Iterable[Hours], by: User, at: datetime) -> None:
    """These are the person's hours of a week from now on; none means that nobody wrote them down."""
    wanted = set(hours)
    WorkHours.objects.filter(user=user).delete()
    WorkHours.objects.bulk_create(
        WorkHours(user=user, weekday=one.weekday, starts=one.starts, ends=one.ends) for one in sorted(wanted)
    )
    record("person.hours_set", at=at, by=by, about=user, spans=len(wanted))


@transaction.atomic
def record_absence(
    *, user: User, starts_on: date, ends_on: date, reason: AbsenceReason, hand_to: User | None, by: User, at: datetime
) -> Absence:
    """The person is away these days. Once the first has begun, their open work is handed over; else on that day."""
    absence = Absence.objects.create(
        user=user, starts_on=starts_on, ends_on=ends_on, reason=reason, hand_to=hand_to, made_at=at, made_by=by
    )
    record("person.absence_recorded", at=at, by=by, about=user, starts_on=starts_on.isoformat(),
           ends_on=ends_on.isoformat(), hand_to=hand_to.pk if hand_to else None)  # fmt: skip
    begin_absence(absence=absence, at=at)
    return absence


@transaction.atomic
def cancel_absence(*, absence: Absence, by: User, at: datetime) -> None:
    """The person is not away after all, or is back; what was handed over stays where it is. NotStanding."""
    if not Absence.objects.standing().filter(pk=absence.pk).update(cancelled_at=at, cancelled_by=by):
        raise NotStanding
    record("person.absence_cancelled", at=at, by=by, about=absence.user, absence=absence.pk)


@transaction.atomic
def begin_absence(*, absence: Absence, at: datetime) -> bool:
    """Hand the person's work over if their first day has begun and nobody did; whether it was done now."""
    today = at.astimezone(ZoneInfo(absence.user.time_zone)).date()
    if absence.starts_on > today:
        return False
    if not Absence.objects.standing().filter(pk=absence.pk, handed_at=None).update(handed_at=at):
        return False
    absence.handed_at = at
    if absence.ends_on >= today:
        hand_over(user=absence.user, to=absence.hand_to, by=absence.made_by, at=at)
    return True


def begin_absences(*, at: datetime) -> int:
    """Hand over the work of those whose absence began; how many. Caller opens the scope."""
    due = Absence.objects.to_hand_over(at=at).select_related("user", "hand_to", "made_by").order_by("starts_on", "pk")
    return sum(begin_absence(absence=absence, at=at) for absence in due[:AT_ONCE])


@transaction.atomic
def hand_over(*, user: User, to: User | None, by: User, at: datetime) -> tuple[int, int]:
    """Give what the person holds to somebody, with its drafts, or else back to the queue; how many of each.

    What `to` may not have (skills, own work, a practice kept away) is released too. What was kept for the person no
    longer is.
    """
    held = Assignment.objects.open().filter(user=user).select_related("encounter").select_for_update(of=("self",))
    given = released = 0
    for assignment in list(held.order_by("pk")):
        if to is not None and not assignment.is_ahead and pass_on(assignment, to=to, by=by, at=at):
            given += 1
        else:
            give_back(assignment=assignment, end=Assignment.End.RELEASED, by=by, at=at, reason="away")
            released += 1
    kept = Encounter.objects.waiting().filter(reserved_for=user).update(reserved_for=None)
    record("person.handed_over", at=at, by=by, about=user, to=to.pk if to else None, given=given, released=released,
           no_longer_kept=kept)  # fmt: skip
    return given, released


def pass_on(assignment: Assignment, *, to: User, by: User, at: datetime) -> bool:
    """Give one piece of work on, with the draft unless the other has one of their own; whether they may have it."""
    encounter, stage = assignment.encounter, Stage(assignment.stage)
    try:
        with transaction.atomic():
            give(encounter=encounter, to=to, by=by, at=at)
    except NotSuitable:
        return False
    draft = draft_of(encounter=encounter, stage=stage, author=assignment.user)
    if draft is not None and draft_of(encounter=encounter, stage=stage, author=to) is None:
        restore_draft(encounter=encounter, stage=stage, author=to, body=draft.body, at=at)
    return True
