"""Codings: immutable versions of an encounter's codes, and the drafts they grow from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce

from coding.models.encounter import Encounter
from coding.rules import codings, discrepancies
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import CodedEncounter, DiagnosisLine, System
from coding.rules.discrepancies import Part
from coding.rules.evidence import Passage, passage_in
from coding.rules.lifecycle import Stage
from coding.rules.reasons import Reason, Severity
from portal.models import ClientRow, User, choices, known


class Draft(ClientRow):
    """One person's unsubmitted work on an encounter at a stage; it outlives the lease."""

    patient_fields = ("body",)
    plain_fields = ("saved_at",)

    encounter = models.ForeignKey(Encounter, on_delete=models.CASCADE, related_name="drafts")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    version = models.PositiveIntegerField(default=0)
    body = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    # Saved by someone whose lease had run out: kept for them, not taken as work.
    is_late = models.BooleanField(default=False)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["encounter", "stage", "author"], name="coding_draft_once"),
            known("stage", Stage, name="coding_draft_stage_known"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class CodingQuerySet(models.QuerySet["Coding"]):
    def newest_of(self, encounters: Iterable[Encounter]) -> CodingQuerySet:
        """The last version of each encounter; of a finished one it is the version that counts."""
        rows = self.filter(encounter__in=[encounter.pk for encounter in encounters])
        return rows.order_by("encounter", "-version").distinct("encounter")

    def first_of(self, encounters: Iterable[Encounter]) -> CodingQuerySet:
        """The first version of each encounter that was not taken back."""
        rows = self.filter(encounter__in=[encounter.pk for encounter in encounters])
        rows = rows.exclude(submissions__taken_back_at__isnull=False)
        return rows.order_by("encounter", "version").distinct("encounter")

    def with_counts(self) -> CodingQuerySet:
        """With `diagnosis_count` and `procedure_count`."""
        return self.annotate(
            diagnosis_count=lines_of(Diagnosis.objects.all()), procedure_count=lines_of(ProcedureLine.objects.all())
        )


def lines_of(rows: models.QuerySet[Any]) -> Coalesce:
    """How many of the rows belong to a coding of the outer query."""
    counted = rows.filter(coding=models.OuterRef("pk")).order_by().values("coding").annotate(n=models.Count("pk"))
    return Coalesce(models.Subquery(counted.values("n")), 0)


class Coding(ClientRow):
    """One author's submitted version of the codes; never changed, only followed by another version."""

    plain_fields = ("submitted_at", "page_ids")
    patient_fields = ("comment", "date_of_service", "worksheet", "checks")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="codings")
    version = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12, choices=choices(Stage))
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="codings")
    date_of_service = models.DateField()
    submitted_at = models.DateTimeField()
    comment = models.TextField(blank=True)
    worksheet = models.JSONField(default=dict, blank=True)  # E/M: what was ticked, and where it stands
    # What was likely wrong and submitted all the same (the texts of the findings), and why.
    checks = ArrayField(models.TextField(), default=list, blank=True)
    check_reason = models.CharField(max_length=12, blank=True, choices=choices(CheckReason))
    # The pages that its author had before them, in order (ids of portal.Page): what came later is told from them.
    page_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)

    objects = CodingQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["encounter", "version"], name="coding_coding_version_once"),
            models.UniqueConstraint(fields=["id", "author"], name="coding_coding_id_author"),
            models.UniqueConstraint(fields=["id", "encounter"], name="coding_coding_id_encounter"),
            models.CheckConstraint(
                condition=models.Q(stage__in=["coding", "verification"]), name="coding_coding_stage"
            ),
            models.CheckConstraint(
                condition=models.Q(check_reason__in=["", *(reason.value for reason in CheckReason)]),
                name="coding_coding_check_reason_known",
            ),
        ]
        ordering = ("encounter", "version")

    def __str__(self) -> str:
        return f"version {self.version} of {self.encounter_id}"

    def coded(self, *, place_of_service: str = "") -> CodedEncounter:
        """This version as plain data; two queries, none with both lines prefetched."""
        return CodedEncounter(
            date_of_service=self.date_of_service,
            diagnoses=tuple(DiagnosisLine(code=row.code, evidence=passages_of(row)) for row in self.diagnoses.all()),
            procedures=tuple(
                codings.ProcedureLine(
                    code=row.code,
                    modifiers=tuple(row.modifiers),
                    units=row.units,
                    pointers=tuple(row.pointers),
                    evidence=passages_of(row),
                )
                for row in self.procedures.all()
            ),
            place_of_service=place_of_service,
        )


def passages_of(row: Diagnosis | ProcedureLine) -> tuple[Passage, ...]:
    """The evidence of a stored line."""
    return tuple(passage_in(one) for one in row.evidence)


class Diagnosis(ClientRow):
    """One diagnosis of a coding; `position` (1 to 12) is what procedure lines point to."""

    patient_fields = ("code", "evidence")

    coding = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="diagnoses")
    position = models.PositiveSmallIntegerField()
    system = models.CharField(max_length=10, choices=choices(System))
    code = models.CharField(max_length=8)
    evidence = models.JSONField(default=list, blank=True)  # passages as coding.rules.evidence writes them

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["coding", "position"], name="coding_diagnosis_position_once"),
            models.CheckConstraint(condition=models.Q(position__range=(1, 12)), name="coding_diagnosis_position"),
            models.CheckConstraint(
                condition=models.Q(system__in=["icd9cm", "icd10cm"]), name="coding_diagnosis_system"
            ),
        ]
        ordering = ("coding", "position")

    def __str__(self) -> str:
        return f"diagnosis {self.position} of {self.coding_id}"


class ProcedureLine(ClientRow):
    """One service line of a coding: code, up to four modifiers, units, up to four pointers."""

    patient_fields = ("code", "modifiers", "pointers", "evidence")

    coding = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="procedures")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8)
    modifiers = ArrayField(models.CharField(max_length=2), default=list, size=4)
    units = models.PositiveSmallIntegerField(default=1)
    pointers = ArrayField(models.PositiveSmallIntegerField(), default=list, size=4)
    evidence = models.JSONField(default=list, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["coding", "position"], name="coding_procedureline_position_once"),
            models.CheckConstraint(condition=models.Q(units__gte=1), name="coding_procedureline_units"),
            models.CheckConstraint(
                condition=models.Q(modifiers__len__lte=4, pointers__len__lte=4), name="coding_procedureline_limits"
            ),
        ]
        ordering = ("coding", "position")

    def __str__(self) -> str:
        return f"line {self.position} of {self.coding_id}"


class Verdict(models.TextChoices):
    VERIFIED = "verified", "Verified"
    CORRECTED = "corrected", "Verified with corrections"
    RETURNED = "returned", "Returned to the coder"


class Verification(ClientRow):
    """A verifier's word on a coder's version. `coder` is tied to the version's author, so it can't be the verifier."""

    plain_fields = ("at",)
    patient_fields = ("comment",)

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="verifications")
    coder_version = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="verifications")
    verifier_version = models.ForeignKey(Coding, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verifier = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=~models.Q(coder=models.F("verifier")), name="coding_verification_not_by_author"
            ),
            models.UniqueConstraint(fields=["id", "coder", "verifier"], name="coding_verification_id_people"),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["verified", "corrected", "returned"]),
                name="coding_verification_verdict_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.encounter_id}"


class Discrepancy(ClientRow):
    """One computed difference between the coder's and the verifier's version, and the verifier's word on it.

    `part` and the places (1-based, None where a side has no line) are as coding.rules.discrepancies has them; they and
    `reason` and `severity` are blank in rows older than these fields.
    """

    plain_fields = ("kind",)
    patient_fields = ("coder_value", "verifier_value", "note")

    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="discrepancies")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    part = models.CharField(max_length=10, blank=True, db_default="", choices=choices(Part))
    coder_value = models.CharField(max_length=60, blank=True)
    verifier_value = models.CharField(max_length=60, blank=True)
    coder_place = models.PositiveSmallIntegerField(null=True, blank=True)
    verifier_place = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=12, blank=True, db_default="", choices=choices(Reason))
    severity = models.CharField(max_length=8, blank=True, db_default="", choices=choices(Severity))
    note = models.TextField(blank=True, db_default="")  # the verifier's, to the coder

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["verification", "position"], name="coding_discrepancy_position_once"),
            models.UniqueConstraint(fields=["id", "verification"], name="coding_discrepancy_id_verification"),
            models.CheckConstraint(
                condition=models.Q(part__in=["", *(part.value for part in Part)]), name="coding_discrepancy_part_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=["", *(reason.value for reason in Reason)]),
                name="coding_discrepancy_reason_known",
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=["", *(severity.value for severity in Severity)]),
                name="coding_discrepancy_severity_known",
            ),
        ]
        ordering = ("verification", "position")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def difference(self) -> discrepancies.Discrepancy:
        """This difference as plain data; of a row older than `part`, only what differs is known."""
        return discrepancies.Discrepancy(
            kind=discrepancies.Kind(self.kind),
            part=Part(self.part or Part.DIAGNOSIS),
            coder_value=self.coder_value,
            verifier_value=self.verifier_value,
            coder_place=self.coder_place,
            verifier_place=self.verifier_place,
        )
