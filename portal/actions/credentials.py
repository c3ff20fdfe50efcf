"""Keep the register of credentials, and say where one is demanded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from portal.actions.audit import record
from portal.actions.notices import queue_notice
from portal.actions.people import NotOneself
from portal.models import Credential, CredentialDemand, Practice, User
from portal.rules.credentials import WARNED_BEFORE, CredentialKind, reminder_due


class Unchanged(Exception):
    """It is recorded like that already."""


class Gone(Exception):
    """Somebody changed or removed it meanwhile."""


@transaction.atomic
def record_credential(
    *, user: User, kind: CredentialKind, number: str, expires_on: date, by: User, at: datetime
) -> Credential:
    """Note a credential of a person, or its renewal; it counts once it is checked. Unchanged if nothing is new."""
    found = Credential.objects.select_for_update().filter(user=user, kind=kind).first()
    if found is not None and (found.number, found.expires_on) == (number, expires_on):
        raise Unchanged
    credential, _ = Credential.objects.update_or_create(
        user=user, kind=kind,
        defaults={
            "number": number, "expires_on": expires_on, "recorded_at": at, "recorded_by": by,
            "checked_at": None, "checked_by": None, "reminded_on": None,
        },
    )  # fmt: skip
    record("credential.recorded", at=at, by=by, about=user, kind=kind.value, expires_on=expires_on.isoformat())
    return credential


@transaction.atomic
def check_credential(*, credential: Credential, by: User, at: datetime) -> None:
    """Say that the issuer's register has it like that; from now on it counts. NotOneself; Gone if it changed."""
    if credential.user_id == by.pk:
        raise NotOneself
    same = Credential.objects.filter(
        pk=credential.pk, number=credential.number, expires_on=credential.expires_on, checked_at=None
    )
    if not same.update(checked_at=at, checked_by=by):
        raise Gone
    credential.refresh_from_db()
    record("credential.checked", at=at, by=by, about=credential.user, kind=credential.kind)


@transaction.atomic
def remind_of_ending(*, at: datetime) -> int:
    """Tell the holders of credentials that end soon; how many were told. Caller opens the scope."""
    rows = Credential.objects.of_active().filter(expires_on__range=(at.date(), at.date() + WARNED_BEFORE))
    found = rows.select_related("user").select_for_update(of=("self",), skip_locked=True).order_by("pk")
    due = [one for one in found if reminder_due(one.expires_on, reminded_on=one.reminded_on, on=at.date())]
    for credential in due:
        queue_notice(
            kind="credential_ending",
            email=credential.user.email,
            at=at,
            recipient=credential.user,
            link=reverse("portal:security"),
            words={
                "credential": CredentialKind(credential.kind).label, "ends": f"{credential.expires_on:%B %-d, %Y}",
            },
        )  # fmt: skip
    Credential.objects.filter(pk__in=[one.pk for one in due]).update(reminded_on=at.date())
    return len(due)


@transaction.atomic
def remove_credential(*, credential: Credential, by: User, at: datetime) -> None:
    """Take a credential out of the register; what it gated is no longer handed out. Gone if it is not there."""
    if not Credential.objects.filter(pk=credential.pk).delete()[0]:
        raise Gone
    record("credential.removed", at=at, by=by, about=credential.user, kind=credential.kind)


@transaction.atomic
def demand_credential(
    *, practice: Practice | None, specialty: str, kinds: Iterable[CredentialKind], by: User, at: datetime
) -> CredentialDemand:
    """Demand one of the kinds for coding and verifying there; it holds for what is handed out from now on."""
    wanted = sorted(kind.value for kind in set(kinds))
    demand, _ = CredentialDemand.objects.update_or_create(
        practice=practice, specialty=specialty, defaults={"kinds": wanted, "set_at": at, "set_by": by}
    )
    record("credential.demanded", at=at, by=by, about=demand, kinds=wanted, specialty=specialty)
    return demand


@transaction.atomic
def drop_demand(*, demand: CredentialDemand, by: User, at: datetime) -> None:
    """Demand it no longer. Gone if it is not there."""
    if not CredentialDemand.objects.filter(pk=demand.pk).delete()[0]:
        raise Gone
    record("credential.demand_dropped", at=at, by=by, about=demand, practice_id=demand.practice_id,
           specialty=demand.specialty)  # fmt: skip
