"""Emergency access: a visit that somebody opened who was not given it, for a short time, with a reason."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from coding.models.encounter import Encounter
from portal.models import ClientRow, User, together


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def live(self) -> EmergencyAccessQuerySet:
        """By the database's clock: what is visible is asked in many places that have no time in hand."""
        return self.filter(until__gt=Now())

    def unreviewed(self) -> EmergencyAccessQuerySet:
        return self.filter(reviewed_at=None)

    def newest_first(self) -> EmergencyAccessQuerySet:
        return self.order_by("-opened_at", "-pk")


class EmergencyAccess(ClientRow):
    """One opening; whoever looks after access says afterwards that it was right, or not."""

    patient_fields = ("reason",)
    plain_fields = ("opened_at", "until", "reviewed_at", "review_note")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="emergencies")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    was_right = models.BooleanField(null=True)
    review_note = models.CharField(max_length=200, blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(condition=Q(until__gt=models.F("opened_at")), name="coding_emergencyaccess_ends"),
            models.CheckConstraint(condition=~Q(reason=""), name="coding_emergencyaccess_says_why"),
            together("reviewed_at", "reviewed_by", "was_right", name="coding_emergencyaccess_reviewed"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=models.F("user")),
                name="coding_emergencyaccess_not_reviewed_by_oneself",
            ),
        ]
        indexes = [
            models.Index(fields=["encounter", "user", "until"], name="coding_emergency_live"),
            models.Index(fields=["-opened_at", "-id"], name="coding_emergency_new"),
            models.Index(fields=["opened_at"], condition=Q(reviewed_at=None), name="coding_emergency_unreviewed"),
        ]

    def __str__(self) -> str:
        return f"emergency access {self.pk}"
