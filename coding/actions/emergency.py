"""Open a visit in an emergency, which sounds an alarm; say afterwards whether it was right."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from coding.models import EmergencyAccess, Encounter
from coding.rules.emergency import LASTS, is_reason
from portal.actions.audit import record
from portal.actions.notices import queue_notice
from portal.actions.people import NotOneself
from portal.models import ClientRule, User
from portal.rules.roles import Role


class NoReason(Exception):
    """Why the chart must be opened was not said."""


class NotForThem(Exception):
    """Blind to this visit, or barred from the practice: no emergency changes that."""


class AlreadyReviewed(Exception):
    """Somebody said so before."""


@transaction.atomic
def open_in_emergency(*, encounter: Encounter, reason: str, by: User, at: datetime) -> EmergencyAccess:
    """Let the person read the visit for half an hour and tell who looks after access. NoReason; NotForThem."""
    if not is_reason(reason):
        raise NoReason
    barred = ClientRule.objects.filter(practice_id=encounter.practice_id, user=by).exists()
    if barred or encounter.is_repeat or encounter.is_repeated_by(by):
        raise NotForThem
    access = EmergencyAccess.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        user=by,
        reason=" ".join(reason.split()),
        opened_at=at,
        until=at + LASTS,
    )
    record("emergency.opened", at=at, by=by, about=encounter, access=access.pk, minutes=LASTS.seconds // 60)
    for person in User.objects.with_role(Role.MANAGER, Role.ADMIN).exclude(pk=by.pk).order_by("pk"):
        queue_notice(
            kind="emergency_opened",
            email=person.email,
            at=at,
            recipient=person,
            practice=encounter.practice,
            link=reverse("coding:emergencies"),
            words={"who": by.name, "encounter": encounter.label, "minutes": LASTS.seconds // 60},
        )
    return access


@transaction.atomic
def review_emergency(*, access: EmergencyAccess, was_right: bool, note: str, by: User, at: datetime) -> None:
    """Say whether it was right. NotOneself; AlreadyReviewed."""
    if access.user_id == by.pk:
        raise NotOneself
    if (
        not EmergencyAccess.objects.unreviewed()
        .filter(pk=access.pk)
        .update(reviewed_at=at, reviewed_by=by, was_right=was_right, review_note=note.strip())
    ):
        raise AlreadyReviewed
    record("emergency.reviewed", at=at, by=by, about=access, was_right=was_right)
