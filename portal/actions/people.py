"""Change what people may do, and end their access."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from portal.actions.audit import record
from portal.actions.invitations import RolesDoNotFit
from portal.actions.tokens_admin import revoke_tokens_of
from portal.models import ClientRule, Membership, Practice, Skill, User, UserRole
from portal.rules.languages import Language
from portal.rules.roles import Role, misfit
from portal.rules.specialties import Specialty
from portal.rules.stages import Stage
from portal.signals import person_deactivated


class LastAdmin(Exception):
    """Without this person nobody could administer the site."""


class NotOneself(Exception):
    """One's own access is ended or weakened by another admin."""


class AlreadyDone(Exception):
    """The person is in that state already."""


def keep_an_admin(*, without: User) -> None:
    """LastAdmin unless an active admin remains; the admins' rows are locked until the transaction ends."""
    admins = UserRole.objects.select_for_update().filter(role=Role.ADMIN, user__is_active=True)
    if all(row.user_id == without.pk for row in admins.order_by("pk")):
        raise LastAdmin


@transaction.atomic
def change_roles(
    *,
    user: User,
    roles: Iterable[Role],
    practice: Practice | None,
    by: User,
    at: datetime,
    revoke_keys: bool = False,
) -> None:
    """Make these the person's roles; a practice user belongs to exactly the practice given, others to none.

    Keys they made for a practice they leave stay with that practice unless `revoke_keys`.
    """
    wanted = frozenset(roles)
    if fault := misfit(wanted, has_practice=practice is not None):
        raise RolesDoNotFit(fault)
    held = frozenset(Role(role) for role in UserRole.objects.filter(user=user).values_list("role", flat=True))
    if Role.ADMIN in held - wanted and user.is_active:
        keep_an_admin(without=user)
    UserRole.objects.filter(user=user, role__in=held - wanted).delete()
    UserRole.objects.bulk_create(UserRole(user=user, role=role, granted_by=by) for role in sorted(wanted - held))
    for role in sorted(held - wanted):
        record("role.removed", at=at, by=by, about=user, role=role)
    for role in sorted(wanted - held):
        record("role.granted", at=at, by=by, about=user, role=role)
    change_membership(user=user, practice=practice, by=by, at=at)
    if revoke_keys:
        revoke_tokens_of(user=user, by=by, at=at, kept_for=practice)
    forget_cached(user)


def change_membership(*, user: User, practice: Practice | None, by: User, at: datetime) -> None:
    """Belong to this practice alone; part of change_roles."""
    for row in Membership.objects.filter(user=user).exclude(practice=practice):
        row.delete()
        record("membership.removed", at=at, by=by, about=user, practice_id=row.practice_id)
    if practice is not None:
        _, created = Membership.objects.get_or_create(user=user, practice=practice)
        if created:
            record("membership.added", at=at, by=by, about=user, practice_id=practice.pk)


def forget_cached(user: User) -> None:
    """The object in hand answers with the new roles."""
    for name in ("roles", "permissions", "practice_ids"):
        user.__dict__.pop(name, None)
    user._prefetched_objects_cache = {}  # type: ignore[attr-defined]


@transaction.atomic
def change_work(
    *,
    user: User,
    skills: Iterable[tuple[Specialty, Stage]],
    push_limit: int,
    by: User,
    at: datetime,
    languages: Iterable[Language] = (),
) -> None:
    """Set what a person is skilled in, specialty by stage, how many encounters are pushed to them ahead of time, and
    the languages in which they read charts (as before for none)."""
    wanted = frozenset((Specialty(specialty), Stage(stage)) for specialty, stage in skills)
    rows = {Specialty(row.specialty): row for row in Skill.objects.select_for_update().filter(user=user)}
    held = frozenset((specialty, Stage(stage)) for specialty, row in rows.items() for stage in row.stages)
    for specialty in sorted({of for of, _ in wanted ^ held}):
        stages = [stage.value for stage in Stage if (specialty, stage) in wanted]
        if not stages:
            rows[specialty].delete()
        elif specialty in rows:
            Skill.objects.filter(pk=rows[specialty].pk).update(stages=stages)
        else:
            Skill.objects.create(user=user, specialty=specialty, stages=stages, since=timezone.localdate(at))
    before, user.push_limit = user.push_limit, push_limit
    read, user.languages = user.languages, [one.value for one in languages] or user.languages
    user.save(update_fields=["push_limit", "languages"])
    record(
        "person.work_changed",
        at=at,
        by=by,
        about=user,
        added=sorted(f"{specialty}:{stage}" for specialty, stage in wanted - held),
        removed=sorted(f"{specialty}:{stage}" for specialty, stage in held - wanted),
        push_limit=[before, push_limit],
        languages=[read, user.languages],
    )


@transaction.atomic
def add_client_rule(*, user: User, practice: Practice, reason: str, by: User, at: datetime) -> ClientRule:
    """Keep a practice's work away from a person; AlreadyDone if it is kept away."""
    rule, created = ClientRule.objects.get_or_create(user=user, practice=practice, defaults={"reason": reason.strip()})
    if not created:
        raise AlreadyDone
    record("client_rule.added", at=at, by=by, about=user, practice_id=practice.pk)
    return rule


@transaction.atomic
def remove_client_rule(*, rule: ClientRule, by: User, at: datetime) -> None:
    """Let the person have the practice's work again."""
    if ClientRule.objects.filter(pk=rule.pk).delete()[0]:
        record("client_rule.removed", at=at, by=by, about=rule.user, practice_id=rule.practice_id)


@transaction.atomic
def deactivate_person(
    *, user: User, by: User, at: datetime, hand_to: User | None = None, revoke_keys: bool = False
) -> None:
    """End the person's access at once; their open work is handed over (person_deactivated), to somebody or the queue.

    The keys they made for a practice's systems stay unless `revoke_keys`: they belong to the practice.
    """
    if user.pk == by.pk:
        raise NotOneself
    if UserRole.objects.filter(user=user, role=Role.ADMIN).exists():
        keep_an_admin(without=user)
    if not User.objects.filter(pk=user.pk, is_active=True).update(
        is_active=False, deactivated_at=at, deactivated_by=by
    ):
        raise AlreadyDone
    user.refresh_from_db()
    forget_cached(user)
    ended = end_sessions(user)
    if revoke_keys:
        revoke_tokens_of(user=user, by=by, at=at)
    record("person.deactivated", at=at, by=by, about=user, sessions=ended)
    person_deactivated.send(sender=User, user=user, to=hand_to, by=by, at=at)


@transaction.atomic
def reactivate_person(*, user: User, by: User, at: datetime) -> None:
    """Let the person sign in again, with the roles they had."""
    if not User.objects.filter(pk=user.pk, is_active=False).update(
        is_active=True, deactivated_at=None, deactivated_by=None
    ):
        raise AlreadyDone
    user.refresh_from_db()
    forget_cached(user)
    record("person.reactivated", at=at, by=by, about=user)


@transaction.atomic
def revoke_sessions(*, user: User, by: User, at: datetime) -> int:
    """Sign the person out everywhere; the number of sessions ended."""
    ended = end_sessions(user)
    record("sessions.revoked", at=at, by=by, about=user, sessions=ended)
    return ended


def end_sessions(user: User) -> int:
    """Remove the sessions of a person; the number of those that were still kept."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    UserSession.objects.filter(user=user).delete()
    return Session.objects.filter(session_key__in=keys).delete()[0]


@transaction.atomic
def reset_second_factor(*, user: User, by: User, at: datetime) -> int:
    """Remove passkeys, app and recovery codes of somebody who lost them, and sign them out everywhere."""
    if user.pk == by.pk:
        raise NotOneself
    kinds = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    Authenticator.objects.filter(user=user).delete()
    record("second_factor.reset", at=at, by=by, about=user, removed=kinds, sessions=end_sessions(user))
    return len(kinds)
