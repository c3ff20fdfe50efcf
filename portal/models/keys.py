"""The keys under which a practice's files are sealed; themselves sealed by a master key that no table holds."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from portal.models.practice import Practice
from portal.models.rows import ClientRow


class PracticeKey(ClientRow):
    """One data key of a practice: the newest seals, retired ones still open, a destroyed one is gone for ever."""

    plain_fields = ("wrapped", "master", "created_at", "retired_at", "destroyed_at")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="keys")
    number = models.PositiveIntegerField()  # stands in the header of each file it sealed
    wrapped = models.BinaryField()  # nonce, 32 bytes sealed by the master key, tag; empty once destroyed
    master = models.CharField(max_length=32)  # the name of that master key
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "number"], name="portal_practicekey_number_once"),
            models.UniqueConstraint(
                fields=["practice"],
                condition=models.Q(retired_at=None, destroyed_at=None),
                name="portal_practicekey_one_in_use",
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="portal_practicekey_from_one"),
            models.CheckConstraint(
                condition=models.Q(destroyed_at=None) ^ models.Q(wrapped=b""), name="portal_practicekey_destroyed_empty"
            ),
        ]
        ordering = ("practice", "number")

    def __str__(self) -> str:
        return f"key {self.number} of practice {self.practice_id}"
