"""Where each fact of a pre-coding is from, and who stands for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coding.models.precoding import PreCoding
from coding.rules.fact_origins import How
from coding.rules.visit_facts import Source
from portal.models import ClientRow, User, choices, known


class FactOrigin(ClientRow):
    """Where one field of a pre-coding is from; `passages` as coding.rules.evidence writes them.

    `source` is empty for what a person typed. `offered` is what was filled in or offered first, where they wrote
    something else.
    """

    patient_fields = ("said", "passages", "offered")
    plain_fields = ("field", "confirmed_at")

    precoding = models.ForeignKey(PreCoding, on_delete=models.CASCADE, related_name="origins")
    field = models.CharField(max_length=24)
    how = models.CharField(max_length=10, choices=choices(How))
    source = models.CharField(max_length=8, blank=True, choices=choices(Source))
    said = models.CharField(max_length=200, blank=True)
    passages = models.JSONField(default=list, blank=True)
    offered = models.CharField(max_length=200, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["precoding", "field"], name="coding_factorigin_field_once"),
            known("how", How, name="coding_factorigin_how_known"),
            models.CheckConstraint(
                condition=Q(source__in=["", *(source.value for source in Source)]),
                name="coding_factorigin_source_known",
            ),
            # What was read, chosen or taken says where from; what was typed, or changed by hand, may say nothing.
            models.CheckConstraint(
                condition=Q(how__in=[How.TYPED.value, How.CHANGED.value]) | ~Q(source=""),
                name="coding_factorigin_read_from_where",
            ),
        ]
        ordering = ("precoding", "pk")

    def __str__(self) -> str:
        return f"{self.field} of {self.precoding_id}"
