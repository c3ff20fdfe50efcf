"""Who calls the API: a system of a practice, by its token."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NoReturn

from django.db import connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal import scope
from portal.actions.audit import record
from portal.models import ApiToken, Outcome, TokenScope, User
from portal.rules.roles import Permission

SECRET = re.compile(r"cl_live_[A-Za-z0-9_-]{20,100}")
USE_NOTED_EVERY = timedelta(minutes=1)

# What a scope lets its token see and do, in the words in which people's rights are kept.
GRANTS: Mapping[TokenScope, frozenset[Permission]] = MappingProxyType(
    {
        TokenScope.SEND: frozenset({Permission.SEND_CHARTS, Permission.SEE_BATCHES}),
        TokenScope.STATUS: frozenset({Permission.SEE_BATCHES, Permission.SEE_CHARTS}),
        TokenScope.RESULTS: frozenset({Permission.SEE_BATCHES, Permission.DOWNLOAD_RESULTS}),
        TokenScope.READ_COMMENTS: frozenset({Permission.SEE_BATCHES, Permission.DISCUSS}),
        TokenScope.WRITE_COMMENTS: frozenset({Permission.SEE_BATCHES, Permission.DISCUSS}),
    }
)


def granted(scopes: Iterable[str]) -> frozenset[Permission]:
    """Everything that the scopes grant."""
    return frozenset().union(*(GRANTS[TokenScope(word)] for word in scopes))


@dataclass(frozen=True)
class TokenUser:
    """A system of a practice as `.visible_to` sees it: rights and practices, no person behind it."""

    name: str
    practice_ids: frozenset[int]
    permissions: frozenset[Permission]
    pk: None = None
    roles: frozenset[str] = field(default=frozenset())
    is_service_staff: bool = False
    is_staff: bool = False
    is_active: bool = True
    is_authenticated: bool = True

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


class PracticeRequest(Request):
    """A request with a token. For annotations; nothing makes one."""

    user: User  # a TokenUser, which answers `.visible_to` and `record` like a person
    auth: ApiToken


class PracticeTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer cl_live_…`; on success the request goes on in the scope of the token's practice.

    The request runs in the transaction and the closed scope of config.middleware.database_scope, which
    takes back what is set here.
    """

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  (the framework's signature)
        return 'Bearer realm="Chartline"'

    def authenticate(self, request: Request) -> tuple[TokenUser, ApiToken] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        word, _, secret = header.partition(" ")
        now = timezone.now()
        if word.lower() != "bearer" or not SECRET.fullmatch(secret.strip()):
            self.refuse(request, "malformed", at=now)
        token = found_token(secret.strip())
        if token is None:
            self.refuse(request, "unknown", at=now)
        fault = why_not(token, at=now)
        if fault:
            scope.apply(["", "", ""])
            self.refuse(request, fault, at=now, token=token)
        note_use(token, at=now)
        user = TokenUser(
            name=token.name, practice_ids=frozenset({token.practice_id}), permissions=granted(token.scopes)
        )
        return user, token

    def refuse(self, request: Request, fault: str, *, at: datetime, token: ApiToken | None = None) -> NoReturn:
        """Note the attempt and answer 401; the answer does not say what was wrong."""
        record(
            "token.refused",
            at=at,
            outcome=Outcome.REFUSED,
            practice_id=token.practice_id if token is not None else None,
            token_id=token.pk if token is not None else None,
            request=request,
            fault=fault,
        )
        raise AuthenticationFailed


def found_token(secret: str) -> ApiToken | None:
    """The token of a secret, with the scope of its practice in force; None if there is none."""
    token_hash = hashlib.sha256(secret.encode()).hexdigest()
    show_token(token_hash)
    token = ApiToken.objects.filter(token_hash=token_hash).first()
    show_token("")
    if token is not None:
        scope.apply(["", str(token.practice_id), ""])
    return token


def show_token(token_hash: str) -> None:
    """Let row-level security show the one token with this hash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chartline.token', %s, true)", [token_hash])


def why_not(token: ApiToken, *, at: datetime) -> str:
    """The reason for which a known token is refused, or nothing; it belongs to the practice, not to its maker."""
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at <= at:
        return "expired"
    return "" if token.practice.is_active else "practice_inactive"


def note_use(token: ApiToken, *, at: datetime) -> None:
    """Write down that the token is in use, once a minute; a row that another request holds is left alone."""
    if token.last_used_at is not None and token.last_used_at > at - USE_NOTED_EVERY:
        return
    free = ApiToken.objects.filter(pk=token.pk).select_for_update(skip_locked=True, no_key=True)
    if free.exists():
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
