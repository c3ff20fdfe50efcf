"""Assignments: one person's lease on one encounter at one stage."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from coding.rules.lifecycle import Stage
from portal.models import ClientRow, User, choices, known


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def open(self) -> AssignmentQuerySet:
        return self.filter(ended_at=None)

    def live(self, *, at: datetime) -> AssignmentQuerySet:
        return self.open().filter(lease_until__gt=at)

    def expired(self, *, at: datetime) -> AssignmentQuerySet:
        return self.open().filter(lease_until__lte=at)

    def ahead(self) -> AssignmentQuerySet:
        """Held ahead of a person's need, and not opened."""
        return self.filter(how=Assignment.How.PREFETCHED, opened_at=None)

    def in_turn(self) -> AssignmentQuerySet:
        """The order in which a person gets what they hold: opened, assigned or given, held ahead by rank."""
        late = models.Case(
            models.When(how=Assignment.How.PREFETCHED, then=models.F("encounter__queue_rank") + 1), default=0
        )
        return self.order_by(models.F("opened_at").asc(nulls_last=True), late, "started_at", "pk")


class Assignment(ClientRow):
    """One person's lease on one encounter at one stage; its id is the fence a late save is checked against."""

    class How(models.TextChoices):
        PULLED = "pulled", "Taken"
        PUSHED = "pushed", "Assigned by the queue"
        GIVEN = "given", "Given by a manager"
        PREFETCHED = "prefetched", "Held ahead"

    class End(models.TextChoices):
        FINISHED = "finished", "Finished"
        SKIPPED = "skipped", "Skipped"
        RELEASED = "released", "Released"
        EXPIRED = "expired", "Expired"

    plain_fields = ("started_at", "opened_at", "lease_until", "ended_at", "skip_reason")

    encounter = models.ForeignKey("coding.Encounter", on_delete=models.PROTECT, related_name="assignments")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    how = models.CharField(max_length=10, choices=How.choices, default=How.PULLED)
    # Of the queue it was taken from; not a reference, for a practice's rows may go where that queue is not.
    queue_number = models.BigIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)  # null while it was only assigned or held ahead
    lease_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, choices=End.choices, blank=True)
    skip_reason = models.CharField(max_length=24, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["encounter"], condition=models.Q(ended_at=None), name="coding_assignment_one_open"
            ),
            known("stage", Stage, name="coding_assignment_stage_known"),
            models.CheckConstraint(
                condition=models.Q(how__in=["pulled", "pushed", "given", "prefetched"]),
                name="coding_assignment_how_known",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end="")
                | models.Q(ended_at__isnull=False, end__in=["finished", "skipped", "released", "expired"]),
                name="coding_assignment_end_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "ended_at"], name="coding_assignment_user"),
            # What a person skipped is asked for each time something is handed to them.
            models.Index(fields=["user"], condition=Q(end="skipped"), name="coding_assignment_skipped"),
            models.Index(fields=["lease_until"], condition=models.Q(ended_at=None), name="coding_assignment_leases"),
            models.Index(fields=["stage", "-ended_at"], condition=Q(end="finished"), name="coding_assignment_done"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.encounter_id}"

    @property
    def is_ahead(self) -> bool:
        """Whether it is only held ahead: nobody has seen it yet."""
        return self.how == self.How.PREFETCHED and self.opened_at is None


# Held ahead, and given back before anybody saw it: no reason to see it later.
NEVER_SHOWN = Q(how=Assignment.How.PREFETCHED, opened_at=None, ended_at__isnull=False)
