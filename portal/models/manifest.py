"""What a practice says its files are about, before anybody has read them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal.models.batch import Batch
from portal.models.people import User
from portal.models.practice import PracticeOwnedQuerySet
from portal.models.rows import ClientRow
from portal.models.token import ApiToken


class Manifest(ClientRow):
    """The table that came with a batch; a later one takes its place. Its rows are suggestions, never facts."""

    patient_fields = ("headings",)  # a file without headings has a patient in its first line
    plain_fields = ("storage_name", "sha256", "columns", "created_at")
    stored_files = {"storage_name": "sha256"}

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="manifest")
    storage_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    headings = ArrayField(models.CharField(max_length=500))
    columns = ArrayField(models.CharField(max_length=16, blank=True))  # what each column holds; "" for none of ours
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey(ApiToken, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PracticeOwnedQuerySet["Manifest"].as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(created_by=None, token__isnull=False)
                | models.Q(created_by__isnull=False, token=None),
                name="portal_manifest_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"manifest of {self.batch_id}"


class ManifestRow(ClientRow):
    """One line of a manifest, as it was understood."""

    patient_fields = (
        "file", "file_key", "patient", "birth_date", "mrn", "service_date", "provider", "payer", "notes",
    )  # fmt: skip
    plain_fields = ("problems",)

    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    file = models.CharField(max_length=500, blank=True)
    file_key = models.CharField(max_length=500, blank=True)  # by what the file is found, see rules.manifest
    patient = models.CharField(max_length=1002, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    mrn = models.CharField(max_length=500, blank=True)
    service_date = models.DateField(null=True, blank=True)
    provider = models.CharField(max_length=500, blank=True)
    payer = models.CharField(max_length=500, blank=True)
    notes = models.CharField(max_length=500, blank=True)
    problems = ArrayField(models.CharField(max_length=120), default=list)

    objects = PracticeOwnedQuerySet["ManifestRow"].as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["manifest", "line"], name="portal_manifestrow_line_once"),
        ]
        ordering = ("manifest", "line")

    def __str__(self) -> str:
        return f"line {self.line} of manifest {self.manifest_id}"
