"""Files that an operator sent through the site to be loaded, and what became of each."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from coding.rules.code_sets import CodeSet
from portal.models import User, choices, known


class FileOutcome(StrEnum):
    WAITING = "waiting"
    LOADED = "loaded"
    UNCHANGED = "unchanged"  # the same file is loaded
    REFUSED = "refused"  # rows cannot be taken; nothing was loaded
    WRONG_FILE = "wrong_file"  # of another layout, or its edition is not clear; nothing was loaded
    FAULT = "fault"  # our own; nothing was loaded


class CodeFile(models.Model):
    """One file with what its sender says of it. `report` is what coding.actions.code_files.report_of makes."""

    patient_fields = ()
    plain_fields = (
        "edition", "effective", "ends_on", "file_name", "stored", "sha256", "sent_at", "finished_at", "report",
    )  # fmt: skip

    code_set = models.CharField(max_length=24, choices=choices(CodeSet))
    edition = models.CharField(max_length=60)
    effective = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    leave_out_refused = models.BooleanField(default=False)
    file_name = models.CharField(max_length=200)
    stored = models.CharField(max_length=200)  # its name in the storage; removed from there once it is finished
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=choices(FileOutcome), default=FileOutcome.WAITING)
    report = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            known("code_set", CodeSet, name="coding_codefile_code_set_known"),
            known("outcome", FileOutcome, name="coding_codefile_outcome_known"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("effective")),
                name="coding_codefile_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=FileOutcome.WAITING) ^ models.Q(finished_at__isnull=False),
                name="coding_codefile_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code_set} {self.edition}"
