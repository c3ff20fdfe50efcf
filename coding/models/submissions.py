"""Work that left a person's hands: how it was before, and until when they may take it back."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from coding.models.assignment import Assignment
from coding.models.coding import Coding, Verification
from coding.models.encounter import Encounter, QueueRank
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.models import ClientRow, User, choices, known


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def undoable_by(self, user: User, *, at: datetime) -> SubmissionQuerySet:
        """Which the person may still take back, as far as the clock goes."""
        return self.filter(user=user, until__gt=at, taken_back_at=None)

    def taken_back(self) -> SubmissionQuerySet:
        return self.filter(taken_back_at__isnull=False)


class Submission(ClientRow):
    """That a person finished a stage of an encounter; taken back, its version stays and counts no more.

    `draft` is what they had sent, in the shape of their draft; it is kept only as long as it can be taken back.
    """

    plain_fields = ("submitted_at", "until", "taken_back_at", "old_waiting_since")
    patient_fields = ("draft",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="submissions")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="submissions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="submissions")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    status = models.CharField(max_length=14, choices=choices(EncounterStatus))  # which it left the encounter in
    submitted_at = models.DateTimeField()
    until = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    draft = models.JSONField(null=True, blank=True)
    coding = models.ForeignKey(Coding, null=True, blank=True, on_delete=models.PROTECT, related_name="submissions")
    verification = models.ForeignKey(
        Verification, null=True, blank=True, on_delete=models.PROTECT, related_name="submissions"
    )
    # The encounter's place in the queue and its people, as they were before.
    old_rank = models.SmallIntegerField(choices=QueueRank.choices)
    old_waiting_since = models.DateTimeField()
    old_reserved_for = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    old_coded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = SubmissionQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("stage", Stage, name="coding_submission_stage_known"),
            known("status", EncounterStatus, name="coding_submission_status_known"),
            models.CheckConstraint(condition=Q(old_rank__in=QueueRank.values), name="coding_submission_old_rank_known"),
            models.CheckConstraint(condition=Q(until__gte=F("submitted_at")), name="coding_submission_until_later"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(draft__isnull=True),
                name="coding_submission_taken_back_has_no_draft",
            ),
            models.UniqueConstraint(fields=["coding"], name="coding_submission_coding_once"),
            models.UniqueConstraint(fields=["verification"], name="coding_submission_verification_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-submitted_at"], name="coding_submission_recent"),
            models.Index(fields=["until"], condition=Q(draft__isnull=False), name="coding_submission_drafts"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.encounter_id} submitted"
