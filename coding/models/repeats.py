"""Blind double coding: visits drawn to be coded, or judged, once more by somebody who knows nothing of the first."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from coding.models.coding import Coding, Verification
from coding.models.encounter import Encounter
from coding.rules.lifecycle import FINISHED, Stage
from portal.models import ClientRow, choices


class RepeatQuerySet(models.QuerySet["Repeat"]):
    def of_stage(self, stage: Stage) -> RepeatQuerySet:
        return self.filter(stage=stage)

    def to_begin(self, *, at: datetime) -> RepeatQuerySet:
        """Drawn and not on the line yet. Not what its person may still take back, nor what they took back."""
        rows = self.filter(copy=None).exclude(encounter__rests_until__gt=at)
        rows = rows.exclude(coding__submissions__taken_back_at__isnull=False)
        return rows.exclude(verification__submissions__taken_back_at__isnull=False)

    def finished(self, *, since: datetime) -> RepeatQuerySet:
        """Those whose copy left the bench since then, the newest first."""
        rows = self.filter(copy__status__in=FINISHED, copy__finished_at__gte=since)
        return rows.order_by("-copy__finished_at", "-pk")


class Repeat(ClientRow):
    """That a visit is coded or judged a second time: `copy` is the visit put on the line once more, None until then.

    `coding` is the first coder's version: what is coded again, or what both verifiers judge; `verification` is the
    first verdict. Seed and share say how it was drawn, to draw it again.
    """

    plain_fields = ("seed", "selected_at")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="drawn_repeats")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    coding = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="+")
    verification = models.ForeignKey(Verification, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copy = models.OneToOneField(Encounter, null=True, blank=True, on_delete=models.PROTECT, related_name="drawn_as")
    seed = models.CharField(max_length=60)
    share = models.PositiveSmallIntegerField()
    selected_at = models.DateTimeField()

    objects = RepeatQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["encounter", "stage"], name="coding_repeat_stage_once"),
            models.CheckConstraint(condition=Q(stage__in=["coding", "verification"]), name="coding_repeat_stage_known"),
            models.CheckConstraint(
                condition=Q(stage="verification", verification__isnull=False)
                | (~Q(stage="verification") & Q(verification=None)),
                name="coding_repeat_of_what",
            ),
        ]
        indexes = [models.Index(fields=["selected_at", "id"], condition=Q(copy=None), name="coding_repeat_to_begin")]

    def __str__(self) -> str:
        return f"repeat {self.pk}"
