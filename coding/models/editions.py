"""Editions: which official file was loaded, from when it holds. Every row of a list belongs to one."""

from __future__ import annotations

from datetime import date

from django.db import models

from coding.rules.code_sets import CodeSet, EditionFact, in_force
from portal.models import User, choices, known


class EditionQuerySet(models.QuerySet["Edition"]):
    def facts(self, *code_sets: CodeSet) -> list[EditionFact]:
        """Every loaded edition of these lists as plain data; one query."""
        rows = self.filter(code_set__in=[code_set.value for code_set in code_sets])
        return [
            EditionFact(pk, CodeSet(code_set), name, effective, ends_on)
            for pk, code_set, name, effective, ends_on in rows.values_list(
                "pk", "code_set", "name", "effective", "ends_on"
            )
        ]

    def in_force(self, *code_sets: CodeSet, on: date) -> dict[CodeSet, EditionFact]:
        """The edition of each list on the day; a list without one is absent. One query."""
        known_editions = self.facts(*code_sets)
        found = {
            code_set: in_force((edition for edition in known_editions if edition.code_set is code_set), on)
            for code_set in code_sets
        }
        return {code_set: edition for code_set, edition in found.items() if edition is not None}


class Edition(models.Model):
    """One loaded file. Its rows never change; a file that says something else is another edition."""

    patient_fields = ()
    plain_fields = ("name", "file_name", "sha256", "effective", "ends_on", "loaded_at")

    code_set = models.CharField(max_length=24, choices=choices(CodeSet))
    name = models.CharField(max_length=60)
    effective = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # only a list that ended (ICD-9-CM) has a last day
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    refused = models.PositiveIntegerField(default=0)  # rows of the file that were left out on an operator's word
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            known("code_set", CodeSet, name="coding_edition_code_set_known"),
            models.UniqueConstraint(fields=["code_set", "effective"], name="coding_edition_one_a_day"),
            models.UniqueConstraint(fields=["code_set", "name"], name="coding_edition_name_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("effective")),
                name="coding_edition_dates",
            ),
        ]
        ordering = ("code_set", "-effective")

    def __str__(self) -> str:
        return f"{self.code_set} {self.name}"


class EditionRow(models.Model):
    """What every row of a list shares.

    The key of a list begins with its edition, so an index of the edition alone would only mislead the planner: right
    after a load, before it knows how many rows there are, it takes that one and reads the whole edition.
    """

    patient_fields: tuple[str, ...] = ()
    plain_fields: tuple[str, ...] = ()

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True
