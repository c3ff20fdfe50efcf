"""Credentials of people, and where one is demanded."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portal.models.people import User
from portal.models.practice import Practice
from portal.models.rows import choices, known, together
from portal.rules import credentials
from portal.rules.credentials import WARNED_BEFORE, CredentialKind
from portal.rules.specialties import Specialty


class CredentialQuerySet(models.QuerySet["Credential"]):
    def of_active(self) -> CredentialQuerySet:
        return self.filter(user__is_active=True)

    def needing_attention(self, *, on: date) -> CredentialQuerySet:
        """Those that ended or are about to, and those that nobody checked."""
        return self.of_active().filter(Q(expires_on__lte=on + WARNED_BEFORE) | Q(checked_at=None))


class Credential(models.Model):
    """A certificate of a person, as its issuer's register knows it; it counts once somebody else checked it there."""

    patient_fields = ()
    plain_fields = ("number", "expires_on", "recorded_at", "checked_at", "reminded_on")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=8, choices=choices(CredentialKind))
    number = models.CharField(max_length=40)
    expires_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reminded_on = models.DateField(null=True, blank=True)  # when its holder was last told that it ends

    objects = CredentialQuerySet.as_manager()

    class Meta:
        constraints = [
            known("kind", CredentialKind, name="portal_credential_kind_known"),
            models.UniqueConstraint(fields=["user", "kind"], name="portal_credential_once"),
            models.CheckConstraint(condition=~Q(number=""), name="portal_credential_has_a_number"),
            together("checked_at", "checked_by", name="portal_credential_checked_by_at"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("user")), name="portal_credential_checked_by_another"
            ),
        ]
        indexes = [models.Index(fields=["expires_on", "id"], name="portal_credential_ends")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"

    def plain(self) -> credentials.Held:
        return credentials.Held(CredentialKind(self.kind), self.expires_on, self.checked_at is not None)


class CredentialDemand(models.Model):
    """That coding and verifying for a practice (or any), in a specialty (or any) takes one of some credentials."""

    patient_fields = ()
    plain_fields = ("kinds", "set_at")

    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    specialty = models.CharField(max_length=24, blank=True, choices=choices(Specialty))
    kinds = ArrayField(models.CharField(max_length=8, choices=choices(CredentialKind)))
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "specialty"], name="portal_credentialdemand_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(specialty__in=["", *(one.value for one in Specialty)]),
                name="portal_credentialdemand_specialty_known",
            ),
            models.CheckConstraint(
                condition=Q(kinds__len__gt=0, kinds__contained_by=[kind.value for kind in CredentialKind]),
                name="portal_credentialdemand_kinds_known",
            ),
        ]

    def __str__(self) -> str:
        return f"credential for {self.practice_id or 'all'}, {self.specialty or 'all'}"

    def plain(self) -> credentials.Demand:
        return credentials.Demand(
            self.practice_id, self.specialty, frozenset(CredentialKind(one) for one in self.kinds)
        )
