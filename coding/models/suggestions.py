"""Suggested codes of an encounter, whether its coder saw them, and what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coding.models.coding import Coding
from coding.models.encounter import Encounter
from coding.rules.codings import System
from coding.rules.suggested import Decision, RejectReason
from portal.models import ClientRow, choices, known


class SuggestionSet(ClientRow):
    """That suggestions were made for an encounter, once; blind ones are kept and never shown to its coder."""

    plain_fields = ("seed", "engine", "made_at")

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="suggestion_set")
    is_blind = models.BooleanField()
    share = models.PositiveSmallIntegerField()  # percent of the encounters that are blind, when this was drawn
    seed = models.CharField(max_length=40)
    engine = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(condition=Q(share__lte=100), name="coding_suggestionset_share_percent"),
        ]

    def __str__(self) -> str:
        return f"suggestions for {self.encounter_id}"


class SuggestedCode(ClientRow):
    """One suggested code; `evidence` as coding.rules.evidence writes passages."""

    patient_fields = ("code", "reason", "evidence")
    plain_fields = ("source",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="suggested")
    position = models.PositiveSmallIntegerField()
    system = models.CharField(max_length=10, choices=choices(System))
    code = models.CharField(max_length=8)
    score = models.FloatField()
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=40)
    evidence = models.JSONField(default=list, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("system", System, name="coding_suggestedcode_system_known"),
            models.UniqueConstraint(fields=["encounter", "position"], name="coding_suggestedcode_position_once"),
            models.UniqueConstraint(fields=["encounter", "system", "code"], name="coding_suggestedcode_code_once"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="coding_suggestedcode_score"),
        ]
        ordering = ("encounter", "position")

    def __str__(self) -> str:
        return f"suggestion {self.position} for {self.encounter_id}"


class SuggestionDecision(ClientRow):
    """What became of a suggestion in one version; who and when are the version's author and its time."""

    patient_fields = ("replaced_by",)

    suggested = models.ForeignKey(SuggestedCode, on_delete=models.PROTECT, related_name="decisions")
    coding = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="suggestion_decisions")
    decision = models.CharField(max_length=9, choices=choices(Decision))
    reason = models.CharField(max_length=14, blank=True, choices=choices(RejectReason))
    replaced_by = models.CharField(max_length=8, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("decision", Decision, name="coding_suggestiondecision_known"),
            models.UniqueConstraint(fields=["suggested", "coding"], name="coding_suggestiondecision_once"),
            models.CheckConstraint(
                condition=Q(reason="")
                | Q(decision=Decision.REJECTED.value, reason__in=[reason.value for reason in RejectReason]),
                name="coding_suggestiondecision_reason_of_rejection",
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.REPLACED.value) & ~Q(replaced_by="")
                | ~Q(decision=Decision.REPLACED.value) & Q(replaced_by=""),
                name="coding_suggestiondecision_replaced_by_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.suggested_id}"
