"""Which fields of pre-coding a practice has typed twice, and how the two entries of each agreed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from coding.models.encounter import Encounter
from coding.rules.double_key import KEYABLE, Kept
from portal.models import ClientRow, User, choices


class DoubleKeyRule(ClientRow):
    """The fields that a practice marks as critical: each is typed a second time without seeing the first."""

    plain_fields = ("fields", "set_at")

    fields = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice"], name="coding_doublekeyrule_practice_once"),
            models.CheckConstraint(
                condition=Q(fields__contained_by=list(KEYABLE)), name="coding_doublekeyrule_fields_known"
            ),
        ]

    def __str__(self) -> str:
        return f"double key of {self.practice_id}"


class DoubleKeying(ClientRow):
    """That a field was typed twice by one person, whether the two differed, and which was kept then.

    A difference without one that was kept is one after which the person went back to the form.
    """

    plain_fields = ("field", "keyed_at")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="double_keyings")
    field = models.CharField(max_length=24)
    differed = models.BooleanField()
    kept = models.CharField(max_length=6, blank=True, choices=choices(Kept))
    keyed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    keyed_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kept="") | Q(differed=True, kept__in=[kept.value for kept in Kept]),
                name="coding_doublekeying_kept_of_two",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "keyed_at"], name="coding_doublekeying_practice"),
            models.Index(fields=["encounter"], name="coding_doublekeying_encounter"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.encounter_id}"
