"""Sign-in, sign-out and what secures them, written into the audit trail as allauth and Django tell of it."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from portal.actions.audit import record
from portal.models import Outcome, User
from portal.signals import person_away, sign_in_throttled


def person_behind(credentials: dict[str, Any]) -> User | None:
    """Whose address was typed, if anybody's; what was typed for nobody is not kept."""
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    return User.objects.filter(email=typed).first() if typed else None


def page_of(request: HttpRequest | None) -> str:
    """The name of the page on which it happened: sign-in, unlocking, or a second look at who this is."""
    match = request.resolver_match if request else None
    return match.view_name if match else ""


@receiver(account.user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **_more: Any) -> None:
    ways = [found.get("type", found["method"]) for found in get_authentication_records(request, user)]
    record("sign_in.done", at=timezone.now(), by=user, request=request, ways=ways)


@receiver(user_login_failed)
def note_failed_sign_in(credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    person = person_behind(credentials)
    record(
        "sign_in.failed",
        at=timezone.now(),
        by=person,
        request=request,
        outcome=Outcome.REFUSED,
        known=person is not None,
        page=page_of(request),
    )


@receiver(sign_in_throttled)
def note_throttled_sign_in(request: HttpRequest, credentials: dict[str, Any], **_more: Any) -> None:
    person = person_behind(credentials)
    record(
        "sign_in.throttled",
        at=timezone.now(),
        by=person,
        request=request,
        outcome=Outcome.REFUSED,
        known=person is not None,
        page=page_of(request),
    )


@receiver(mfa.authentication_failed)
def note_failed_second_factor(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    record(
        "second_factor.failed",
        at=timezone.now(),
        by=user,
        request=request,
        outcome=Outcome.REFUSED,
        kind=authenticator.type,
        page=page_of(request),
    )


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, user: User | None, **_more: Any) -> None:
    if user is not None:
        now = timezone.now()
        record("sign_out.done", at=now, by=user, request=request)
        person_away.send(sender=User, user=user, at=now)


@receiver(mfa.authenticator_added)
def note_second_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    record("second_factor.added", at=timezone.now(), by=user, about=user, request=request, kind=authenticator.type)


@receiver(mfa.authenticator_removed)
def note_second_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    record("second_factor.removed", at=timezone.now(), by=user, about=user, request=request, kind=authenticator.type)


@receiver(mfa.authenticator_reset)
def note_recovery_codes(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    record("second_factor.renewed", at=timezone.now(), by=user, about=user, request=request, kind=authenticator.type)


@receiver(account.password_changed)
@receiver(account.password_set)
def note_password(request: HttpRequest, user: User, **_more: Any) -> None:
    record("password.changed", at=timezone.now(), by=user, about=user, request=request)


@receiver(account.password_reset)
def note_password_reset(request: HttpRequest, user: User, **_more: Any) -> None:
    record("password.reset", at=timezone.now(), by=user, about=user, request=request)
