"""How the stored files were checked, and which of them are not as they should be."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from portal.models.practice import Practice
from portal.models.rows import ClientRow, choices, known


class Damage(StrEnum):
    MISSING = "missing"
    ALTERED = "altered"


class DamagedFile(ClientRow):
    """A stored file that a row names and that is gone, or not what was kept; open until it is sound again."""

    plain_fields = ("name", "found_at", "seen_at", "mended_at")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="damaged_files")
    name = models.CharField(max_length=200)  # in the storage
    damage = models.CharField(max_length=8, choices=choices(Damage))
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # when it was last found so
    mended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("damage", Damage, name="portal_damagedfile_damage_known"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(mended_at=None), name="portal_damagedfile_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"damaged file {self.pk}"


class Scrub(models.Model):
    """One check of all stored files, done in turns: how far it came, and what it found."""

    patient_fields = ()
    plain_fields = ("started_at", "finished_at", "table")

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    table = models.CharField(max_length=60, blank=True)  # where the next turn goes on, and after which of its rows
    after = models.BigIntegerField(default=0)
    checked = models.PositiveBigIntegerField(default=0)  # files named by rows
    damaged = models.PositiveBigIntegerField(default=0)
    unnamed = models.PositiveBigIntegerField(default=0)  # files that no row names
    removed = models.PositiveBigIntegerField(default=0)  # of these, the ones forgotten for a day

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=models.Q(finished_at=None),
                nulls_distinct=False,
                name="portal_scrub_one_open",
            ),
        ]
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"scrub {self.pk}"
