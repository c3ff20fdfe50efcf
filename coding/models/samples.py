"""Why a coding was verified, and what a verifier had coded before they saw it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coding.models.coding import Coding
from coding.models.encounter import Encounter
from coding.models.plans import FocusedAudit, VerificationPlan
from coding.rules.sampling import CHOSEN, Sampled, Source
from portal.models import ClientRow, User, choices, known

CHOSEN_WORDS = sorted(source.value for source in CHOSEN)


class Sample(ClientRow):
    """Why a coder's version goes to verification; seed and share are kept so that it can be drawn again."""

    plain_fields = ("seed", "selected_at", "focus")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="samples")
    coding = models.OneToOneField(Coding, on_delete=models.PROTECT, related_name="sample")
    source = models.CharField(max_length=8, choices=choices(Source))
    seed = models.CharField(max_length=60, blank=True)
    share = models.PositiveSmallIntegerField(null=True, blank=True)
    focus = models.CharField(max_length=40, blank=True)
    plan = models.ForeignKey(VerificationPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="samples")
    audit = models.ForeignKey(FocusedAudit, null=True, blank=True, on_delete=models.PROTECT, related_name="samples")
    selected_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("source", Source, name="coding_sample_source_known"),
            models.CheckConstraint(
                condition=~Q(source="random") | (Q(share__isnull=False) & ~Q(seed="")), name="coding_sample_drawn"
            ),
            models.CheckConstraint(
                condition=Q(source__in=CHOSEN_WORDS) & ~Q(focus="") | ~Q(source__in=CHOSEN_WORDS) & Q(focus=""),
                name="coding_sample_focused",
            ),
            models.CheckConstraint(
                condition=Q(source="audit", audit__isnull=False) | ~Q(source="audit") & Q(audit=None),
                name="coding_sample_audited",
            ),
        ]

    def __str__(self) -> str:
        return f"sample {self.pk}"

    def sampled(self) -> Sampled:
        return Sampled(Source(self.source), self.seed, self.share, self.focus, self.plan_id, self.audit_id)


class Reveal(ClientRow):
    """A verifier coded a visit without seeing the coder's version, and then saw it; `body` is what they had by then."""

    plain_fields = ("at",)
    patient_fields = ("body",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="reveals")
    coding = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="reveals")
    verifier = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["coding", "verifier"], name="coding_reveal_once"),
        ]

    def __str__(self) -> str:
        return f"reveal {self.pk}"
