"""Let people in: invite, send again, take back, accept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.actions.audit import record
from portal.models import Invitation, Membership, Notice, Practice, Skill, User, UserRole
from portal.rules.roles import Role, misfit
from portal.rules.specialties import Specialty

SECRET_BYTES = 32  # 256 bits: not guessed, so the link needs no throttle
NOTICE = "invitation"


class AlreadyAPerson(Exception):
    """Somebody signs in with this address."""


class AlreadyInvited(Exception):
    """An invitation to this address is still open."""


class InvitationGone(Exception):
    """The link was used, taken back, replaced or has expired."""


class RolesDoNotFit(Exception):
    """The roles exclude each other, or lack their practice; the message says which."""


def hash_of(secret: str) -> str:
    """What is kept of a secret: SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite_person(
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    practice: Practice | None,
    specialties: Iterable[Specialty],
    by: User | None,
    at: datetime,
) -> tuple[Invitation, str]:
    """Open an invitation and mail its link; the secret is returned once and not kept."""
    email = email.strip().lower()
    wanted = sorted(set(roles))
    if fault := misfit(wanted, has_practice=practice is not None):
        raise RolesDoNotFit(fault)
    if User.objects.filter(email=email).exists():
        raise AlreadyAPerson
    earlier = Invitation.objects.select_for_update().filter(email=email, accepted_at=None, revoked_at=None).first()
    if earlier is not None:
        if earlier.expires_at > at:
            raise AlreadyInvited
        Invitation.objects.filter(pk=earlier.pk).update(revoked_at=at)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        roles=wanted,
        practice=practice,
        specialties=sorted(set(specialties)),
        token_hash=hash_of(secret),
        created_at=at,
        created_by=by,
        expires_at=at + timedelta(hours=settings.INVITATION_HOURS),
    )
    record("person.invited", at=at, by=by, about=invitation, roles=wanted)
    mail_link(invitation=invitation, secret=secret, at=at)
    return invitation, secret


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: User, at: datetime) -> str:
    """A new link for the same invitation; the old link ends. InvitationGone if it was used or taken back."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    replaced = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        token_hash=hash_of(secret), expires_at=at + timedelta(hours=settings.INVITATION_HOURS)
    )
    if not replaced:
        raise InvitationGone
    forget_links(invitation.email)
    record("invitation.resent", at=at, by=by, about=invitation)
    mail_link(invitation=invitation, secret=secret, at=at)
    return secret


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, at: datetime) -> None:
    """Take the invitation back; InvitationGone if it was used or taken back before."""
    if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=at):
        raise InvitationGone
    forget_links(invitation.email)
    record("invitation.revoked", at=at, by=by, about=invitation)


def open_invitation(secret: str, *, at: datetime) -> Invitation:
    """The invitation behind a link; InvitationGone if there is none that is open."""
    invitation = Invitation.objects.open(at=at).filter(token_hash=hash_of(secret)).select_related("practice").first()
    if invitation is None:
        raise InvitationGone
    return invitation


@transaction.atomic
def accept_invitation(*, secret: str, name: str, password: str, at: datetime) -> User:
    """Make the person with everything the invitation promised. Caller opens the service's scope.

    The row is locked, so of two people who press the button at once one gets InvitationGone.
    """
    invitation = Invitation.objects.select_for_update().open(at=at).filter(token_hash=hash_of(secret)).first()
    if invitation is None or User.objects.filter(email=invitation.email).exists():
        raise InvitationGone
    user = User.objects.create_user(invitation.email, password, name=name.strip())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    UserRole.objects.bulk_create(
        UserRole(user=user, role=role, granted_by_id=invitation.created_by_id) for role in invitation.roles
    )
    joined = timezone.localdate(at)
    Skill.objects.bulk_create(
        Skill(user=user, specialty=specialty, since=joined) for specialty in invitation.specialties
    )
    if invitation.practice_id is not None:
        Membership.objects.create(practice_id=invitation.practice_id, user=user)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=at, accepted_by=user)
    forget_links(invitation.email)
    record("invitation.accepted", at=at, by=user, about=invitation, person=user.pk)
    for role in invitation.roles:
        record(
            "role.granted", at=at, by=invitation.created_by, about=user, practice_id=invitation.practice_id, role=role
        )
    return user


def mail_link(*, invitation: Invitation, secret: str, at: datetime) -> None:
    """Put the link into the outbox."""
    from portal.actions.notices import queue_notice

    queue_notice(
        kind=NOTICE,
        recipient=None,
        email=invitation.email,
        practice=invitation.practice,
        batch=None,
        link=reverse("portal:join", args=[secret]),
        words={"name": invitation.name, "hours": settings.INVITATION_HOURS},
        at=at,
    )


def forget_links(email: str) -> None:
    """The outbox keeps no link that no longer opens anything, nor one that was used."""
    Notice.objects.filter(kind=NOTICE, email=email).exclude(link="").update(link="")
