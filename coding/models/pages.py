"""Which pages document a visit, in which order and turned how; and documents that came later."""

from __future__ import annotations

from django.db import models

from coding.models.encounter import Encounter
from coding.rules.addenda import AddendumSource
from coding.rules.arranging import TURNS
from portal.models import Chart, ClientRow, Page, User, choices, known


class Addendum(ClientRow):
    """A chart that came later and documents a visit of another chart."""

    plain_fields = ("attached_at",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="addenda")
    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="addendum_to")
    source = models.CharField(max_length=8, choices=choices(AddendumSource))
    attached_at = models.DateTimeField()
    attached_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("source", AddendumSource, name="coding_addendum_source_known"),
            models.UniqueConstraint(fields=["encounter", "chart"], name="coding_addendum_once"),
            # What the pages of an addendum point to: see migrations/0003.
            models.UniqueConstraint(fields=["id", "encounter", "chart"], name="coding_addendum_id_encounter_chart"),
        ]

    def __str__(self) -> str:
        return f"chart {self.chart_id} added to {self.encounter_id}"


class EncounterPage(ClientRow):
    """One page of a visit: its place among the others, and how far it is turned for reading (degrees clockwise).

    The page is one of the visit's own chart or, with `addendum`, of the chart that was added.
    """

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="placed")
    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="placed")
    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="+")
    addendum = models.ForeignKey(Addendum, null=True, blank=True, on_delete=models.PROTECT, related_name="placed")
    position = models.PositiveIntegerField()  # from 1
    turn = models.PositiveSmallIntegerField(default=0, choices=[(turn, f"{turn}°") for turn in TURNS])

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["encounter", "position"], name="coding_encounterpage_position_once"),
            models.UniqueConstraint(fields=["encounter", "page"], name="coding_encounterpage_page_once"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="coding_encounterpage_position_from_one"),
            models.CheckConstraint(condition=models.Q(turn__in=TURNS), name="coding_encounterpage_turn_known"),
        ]
        ordering = ("encounter", "position")

    def __str__(self) -> str:
        return f"place {self.position} of {self.encounter_id}"
