"""Code lists: which code means what, from when until when."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from coding.rules.codings import System
from portal.models import choices, known


class CodeQuerySet(models.QuerySet["Code"]):
    def on(self, day: date) -> CodeQuerySet:
        return self.filter(models.Q(valid_to=None) | models.Q(valid_to__gte=day), valid_from__lte=day)

    def of(self, system: System) -> CodeQuerySet:
        return self.filter(system=system)


class Code(models.Model):
    """One code of one list during its validity; `code` is stored without the dot."""

    patient_fields = ()
    plain_fields = ("code", "title", "valid_from", "valid_to", "edition")

    system = models.CharField(max_length=10, choices=choices(System))
    code = models.CharField(max_length=8)
    title = models.CharField(max_length=300)
    billable = models.BooleanField()
    # A relative weight for comparing levels of one family; null where there is none.
    weight = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    edition = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            known("system", System, name="coding_code_system_known"),
            models.UniqueConstraint(fields=["system", "code", "valid_from"], name="coding_code_once"),
        ]
        indexes = [
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="coding_code_title_words"),
            models.Index(fields=["code"], opclasses=["varchar_pattern_ops"], name="coding_code_prefix"),
        ]

    def __str__(self) -> str:
        return self.code
