"""Tokens of a practice's systems, and the answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal.models.people import User
from portal.models.practice import Practice, PracticeOwnedQuerySet
from portal.models.rows import ClientRow, choices


class TokenScope(StrEnum):
    SEND = "batches:write"
    STATUS = "batches:read"
    RESULTS = "results:read"
    READ_COMMENTS = "comments:read"
    WRITE_COMMENTS = "comments:write"

    @property
    def label(self) -> str:
        return TOKEN_SCOPE_LABELS[self]


TOKEN_SCOPE_LABELS = {
    TokenScope.SEND: "Create batches and add files",
    TokenScope.STATUS: "Read the status of batches",
    TokenScope.RESULTS: "Fetch results",
    TokenScope.READ_COMMENTS: "Read comments",
    TokenScope.WRITE_COMMENTS: "Write comments",
}


class ApiTokenQuerySet(PracticeOwnedQuerySet["ApiToken"]):
    def made_by(self, user: User) -> Self:
        return self.filter(created_by=user)

    def working(self, *, at: datetime) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class ApiToken(ClientRow):
    """A key of one system of one practice; only the hash of its secret is kept."""

    plain_fields = (
        "name", "prefix", "token_hash", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at",
    )  # fmt: skip

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=choices(TokenScope)))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [*ClientRow.Meta.constraints]
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.prefix}…"


class IdempotentRequest(ClientRow):
    """A POST of a token seen under its key: the same key gets the same answer, another body a refusal."""

    patient_fields = ("answer",)
    plain_fields = ("key", "fingerprint", "created_at")

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)  # SHA-256 over method, path and body
    status_code = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["token", "key"], name="portal_idempotentrequest_once"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"


class ApiCall(ClientRow):
    """That a token called; kept for the span of the throttle."""

    plain_fields = ("at",)

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [*ClientRow.Meta.constraints]
        indexes = [models.Index(fields=["token", "-at"], name="portal_apicall_recent")]

    def __str__(self) -> str:
        return f"call {self.pk}"
