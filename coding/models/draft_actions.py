"""Every action of a bench that the server has taken: the trail from which lost and doubled ones would be told."""

from __future__ import annotations

from django.db import models

from coding.models.encounter import Encounter
from coding.rules.draft_actions import Taken
from coding.rules.lifecycle import Stage
from portal.models import ClientRow, User, choices, known


class DraftAction(ClientRow):
    """One action, never changed: its place in its series, and the version of the draft that holds it.

    `version` of what was given up is the one that was chosen instead. `digest` is the SHA-256 of the body as it was
    sent, in hex; contained actions were not sent.
    """

    patient_fields = ("digest",)
    plain_fields = ("at",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="draft_actions")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    series = models.UUIDField()
    place = models.PositiveIntegerField()
    taken = models.CharField(max_length=10, choices=choices(Taken))
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("stage", Stage, name="coding_draftaction_stage_known"),
            known("taken", Taken, name="coding_draftaction_taken_known"),
            models.UniqueConstraint(fields=["author", "series", "place"], name="coding_draftaction_once"),
            models.UniqueConstraint(
                fields=["encounter", "stage", "author", "version"],
                condition=models.Q(taken__in=["saved", "late"]),
                name="coding_draftaction_version_once",
            ),
            models.CheckConstraint(condition=models.Q(place__gte=1), name="coding_draftaction_place"),
        ]

    def __str__(self) -> str:
        return f"{self.taken} {self.series}/{self.place}"
