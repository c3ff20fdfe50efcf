"""The history of an encounter: its moves, and what else was done to it."""

from __future__ import annotations

from django.db import models

from coding.models.encounter import Encounter
from coding.rules.lifecycle import EncounterStatus
from portal.models import ClientRow, User, choices, known


class EncounterEvent(ClientRow):
    """One move of an encounter: which, from where to where, by whom, when."""

    plain_fields = ("move", "reason", "at")
    patient_fields = ("comment",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="events")
    move = models.CharField(max_length=24)
    old_status = models.CharField(max_length=14, choices=choices(EncounterStatus), blank=True)
    new_status = models.CharField(max_length=14, choices=choices(EncounterStatus))
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, blank=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(old_status__in=["", *(status.value for status in EncounterStatus)]),
                name="coding_encounterevent_old_status_known",
            ),
            known("new_status", EncounterStatus, name="coding_encounterevent_new_status_known"),
        ]
        indexes = [
            models.Index(fields=["encounter", "at"], name="coding_event_encounter"),
            models.Index(fields=["move", "at"], name="coding_event_move_at"),
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.encounter_id}"
