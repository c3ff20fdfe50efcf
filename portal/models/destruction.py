"""What was destroyed for good, on whose word, and the certificate that lists it; and what must not be."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from portal.models.batch import Batch
from portal.models.people import User
from portal.models.practice import Practice
from portal.models.rows import ClientRow, choices, known, together


class Cause(StrEnum):
    OFFBOARDING = "offboarding"
    RETENTION = "retention"


class Destruction(ClientRow):
    """One destruction: of a whole practice at its end, or of one batch when its time was over."""

    plain_fields = ("at", "certificate", "sha256")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="destructions")
    batch_number = models.PositiveIntegerField(null=True, blank=True)  # the batch's rows are gone
    cause = models.CharField(max_length=12, choices=choices(Cause))
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    files = models.PositiveBigIntegerField()
    rows = models.PositiveBigIntegerField()
    certificate = models.TextField()  # hashes, sizes, counts and times; nothing of a patient
    sha256 = models.CharField(max_length=64)  # of the certificate

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("cause", Cause, name="portal_destruction_cause_known"),
            models.CheckConstraint(
                condition=models.Q(cause=Cause.RETENTION) ^ models.Q(batch_number=None),
                name="portal_destruction_of_batch_or_practice",
            ),
        ]
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"destruction {self.pk}"


class LegalHold(ClientRow):
    """While it stands, nothing of the practice, or of one batch, is destroyed."""

    plain_fields = ("reason", "at", "lifted_at")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="legal_holds")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            together("lifted_at", "lifted_by", name="portal_legalhold_lifted_by_at"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="portal_legalhold_says_why"),
        ]
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"legal hold {self.pk}"
