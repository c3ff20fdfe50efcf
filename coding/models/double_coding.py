"""Blind double-coding: a share of the visits is coded by a second person who sees none of the first one's codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models
from django.db.models import Q

from coding.models.coding import Coding
from coding.models.encounter import Assignment, Encounter
from coding.rules.lifecycle import Stage
from coding.rules.queue import Hands
from portal.models import ClientRow, User, choices, known

KEPT_FOR = timedelta(hours=4)  # after the last save, until somebody else may take it


class SecondCodingStatus(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"


class SecondCodingQuerySet(models.QuerySet["SecondCoding"]):
    def of(self, user: User) -> SecondCodingQuerySet:
        """What this person has in hand: nobody else sees a second coding before it is counted."""
        return self.filter(coder=user, status=SecondCodingStatus.TAKEN)

    def free(self, *, at: datetime) -> SecondCodingQuerySet:
        left = Q(status=SecondCodingStatus.TAKEN, touched_at__lte=at - KEPT_FOR)
        rows = self.filter(Q(status=SecondCodingStatus.WAITING) | left)
        # Neither what its coder may still take back, nor what they took back and have not sent again.
        return rows.exclude(encounter__rests_until__gt=at).exclude(first__submissions__taken_back_at__isnull=False)

    def suiting(self, hands: Hands) -> SecondCodingQuerySet:
        """What may be given to a person: their specialties, no barred practice, and nothing whose codes they saw."""
        saw = Assignment.objects.filter(
            encounter=models.OuterRef("encounter"), user=hands.user_id, stage__in=[Stage.CODING, Stage.VERIFICATION]
        )
        named = Assignment.objects.filter(
            encounter=models.OuterRef("encounter"), user=hands.user_id, skip_reason="conflict"
        )
        wrote = Coding.objects.filter(encounter=models.OuterRef("encounter"), author=hands.user_id)
        return (
            self.filter(encounter__specialty__in=sorted(hands.specialties))
            .exclude(practice_id__in=sorted(hands.barred))
            .exclude(first_coder=hands.user_id)
            .filter(~models.Exists(saw), ~models.Exists(named), ~models.Exists(wrote))
        )

    def done(self) -> SecondCodingQuerySet:
        return self.filter(status=SecondCodingStatus.DONE)


class SecondCoding(ClientRow):
    """The second, independent coding of a visit; it is never delivered and never shown to the first coder.

    `body` is as a bench sends codes (coding.forms.coding). Seed and share say how it was drawn, to draw it again.
    """

    plain_fields = ("seed", "selected_at", "taken_at", "touched_at", "submitted_at")
    patient_fields = ("body",)

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="second_coding")
    first = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="+")
    first_coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(max_length=60)
    share = models.PositiveSmallIntegerField()
    selected_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=choices(SecondCodingStatus), default=SecondCodingStatus.WAITING)
    coder = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    body = models.JSONField(default=dict, blank=True)

    objects = SecondCodingQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("status", SecondCodingStatus, name="coding_secondcoding_status_known"),
            models.CheckConstraint(
                condition=Q(coder=None) | ~Q(coder=models.F("first_coder")), name="coding_secondcoding_by_another"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", coder=None, taken_at=None, touched_at=None)
                | Q(
                    status__in=["taken", "done"], coder__isnull=False, taken_at__isnull=False, touched_at__isnull=False
                ),
                name="coding_secondcoding_taken_by",
            ),
            models.CheckConstraint(
                condition=Q(status="done", submitted_at__isnull=False) | (~Q(status="done") & Q(submitted_at=None)),
                name="coding_secondcoding_submitted_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["selected_at", "id"],
                condition=Q(status__in=["waiting", "taken"]),
                name="coding_secondcoding_open",
            ),
        ]

    def __str__(self) -> str:
        return f"second coding {self.pk}"
