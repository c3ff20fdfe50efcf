"""Keys with which a practice's own systems use the API."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from portal.actions.audit import record
from portal.models import ApiToken, Practice, TokenScope, User

SECRET_PREFIX = "cl_live_"  # noqa: S105  (not a secret: lets a scanner for leaked secrets recognise ours)
SHOWN_CHARACTERS = len(SECRET_PREFIX) + 6
LONGEST = timedelta(days=366)


class TokenTooLong(Exception):
    """A key must end within a year, and after now."""


class NoScopes(Exception):
    """A key that may do nothing is of no use."""


class TokenGone(Exception):
    """The key was revoked before."""


@transaction.atomic
def create_token(
    *, practice: Practice, name: str, scopes: Iterable[TokenScope], expires_at: datetime, by: User, at: datetime
) -> tuple[ApiToken, str]:
    """Make a key; its secret is returned once, only its SHA-256 is kept."""
    wanted = sorted(set(scopes))
    if not wanted:
        raise NoScopes
    if not at < expires_at <= at + LONGEST:
        raise TokenTooLong
    secret = SECRET_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        practice=practice,
        name=name.strip(),
        prefix=secret[:SHOWN_CHARACTERS],
        token_hash=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=wanted,
        created_at=at,
        created_by=by,
        expires_at=expires_at,
    )
    record("token.created", at=at, by=by, about=token, scopes=wanted)
    return token, secret


@transaction.atomic
def revoke_tokens_of(*, user: User, by: User, at: datetime, kept_for: Practice | None = None) -> int:
    """End the working keys that a person made, but those of the practice `kept_for`; the number ended."""
    held = ApiToken.objects.visible_to(by).made_by(user).working(at=at).exclude(practice=kept_for)
    tokens = list(held.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for token in tokens:
        revoke_token(token=token, by=by, at=at)
    return len(tokens)


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, at: datetime) -> None:
    """End a key at once; TokenGone if it had ended."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        raise TokenGone
    record("token.revoked", at=at, by=by, about=token)
