"""What a practice says of a delivered result: accepted, or to be looked at again, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coding.models.encounter import Encounter
from coding.rules.reviews import ReviewWord
from portal.models import ClientRow, User, choices, known


class DeliveryReview(ClientRow):
    """The practice's word on one encounter in one version of its batch's delivery; never changed."""

    patient_fields = ("reason",)
    plain_fields = ("at",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveSmallIntegerField()  # of portal.models.Delivery
    word = models.CharField(max_length=8, choices=choices(ReviewWord))
    reason = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["encounter", "version"], name="coding_deliveryreview_once"),
            known("word", ReviewWord, name="coding_deliveryreview_word_known"),
            models.CheckConstraint(
                condition=Q(word="accepted", reason="") | (Q(word="reopened") & ~Q(reason="")),
                name="coding_deliveryreview_reopened_why",
            ),
        ]
        ordering = ("encounter", "version")

    def __str__(self) -> str:
        return f"{self.word} {self.encounter_id}"
