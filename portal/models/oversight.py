"""Looking after people's access: look-ups in exclusion lists, and reviews of who may do what."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal.models.people import User
from portal.models.rows import choices, known, together
from portal.rules.oversight import Decision, ExclusionList, Outcome
from portal.rules.roles import Role


class ExclusionCheck(models.Model):
    """That a person was looked up in a list of people excluded from federal health programs (42 USC 1320a-7)."""

    patient_fields = ()
    plain_fields = ("checked_on", "note", "at")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exclusion_checks")
    list = models.CharField(max_length=8, choices=choices(ExclusionList))
    outcome = models.CharField(max_length=8, choices=choices(Outcome))
    checked_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            known("list", ExclusionList, name="portal_exclusioncheck_list_known"),
            known("outcome", Outcome, name="portal_exclusioncheck_outcome_known"),
            models.CheckConstraint(
                condition=~models.Q(user=models.F("by")), name="portal_exclusioncheck_not_of_oneself"
            ),
        ]
        indexes = [models.Index(fields=["user", "list", "-checked_on"], name="portal_exclusion_newest")]

    def __str__(self) -> str:
        return f"exclusion check {self.pk}"


class AccessReviewQuerySet(models.QuerySet["AccessReview"]):
    def open(self) -> AccessReviewQuerySet:
        return self.filter(closed_at=None)


class AccessReview(models.Model):
    """One look at everybody's access (45 CFR 164.308(a)(4)); closed once each person was decided on."""

    patient_fields = ()
    plain_fields = ("started_at", "closed_at")

    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AccessReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            together("closed_at", "closed_by", name="portal_accessreview_closed_by_at"),
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(closed_at=None), name="portal_accessreview_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"AR-{self.pk}"


class ReviewedAccess(models.Model):
    """One person in a review as they were when it began, and what was decided."""

    patient_fields = ()
    plain_fields = ("name", "email", "roles", "practice_name", "remarks", "last_sign_in", "note", "decided_at")

    review = models.ForeignKey(AccessReview, on_delete=models.CASCADE, related_name="rows")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    roles = ArrayField(models.CharField(max_length=12, choices=choices(Role)))
    practice_name = models.CharField(max_length=120, blank=True)
    last_sign_in = models.DateTimeField(null=True, blank=True)
    remarks = ArrayField(models.CharField(max_length=200), default=list)
    decision = models.CharField(max_length=8, blank=True, choices=choices(Decision))
    note = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="portal_reviewedaccess_once"),
            together("decided_at", "decided_by", name="portal_reviewedaccess_decided_by_at"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at=None)
                | models.Q(decision__in=[one.value for one in Decision], decided_at__isnull=False),
                name="portal_reviewedaccess_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("user")),
                name="portal_reviewedaccess_not_of_oneself",
            ),
        ]
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return f"{self.user_id} in review {self.review_id}"
