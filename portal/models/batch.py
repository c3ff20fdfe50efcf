"""Batches, the charts in them and their pages."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal.models.people import User
from portal.models.practice import Practice
from portal.models.rows import ClientRow, choices, known, together
from portal.rules.intake import REASONS_OF, ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.marks import is_blank
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty
from portal.rules.steps import StepName, StepResult


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: User) -> BatchQuerySet:
        if Permission.SEE_BATCHES not in user.permissions:
            return self.none()
        if user.is_service_staff:
            return self.all()
        return self.filter(practice_id__in=user.practice_ids)

    def in_progress(self) -> BatchQuerySet:
        return self.filter(status=BatchStatus.RECEIVED)

    def newest_first(self) -> BatchQuerySet:
        return self.order_by("-created_at", "-pk")


class Batch(ClientRow):
    """What a practice sends in one go; owns a thread, a due time and a delivery."""

    class Source(models.TextChoices):
        WEB = "web", "Web"
        API = "api", "API"
        SFTP = "sftp", "SFTP"
        FHIR = "fhir", "FHIR"

    plain_fields = ("name", "created_at", "received_at", "due_at", "delivered_at")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.WEB)
    status = models.CharField(max_length=12, choices=choices(BatchStatus), default=BatchStatus.OPEN)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "number"], name="portal_batch_number_once"),
            known("status", BatchStatus, name="portal_batch_status_known"),
            known("specialty", Specialty, name="portal_batch_specialty_known"),
            models.CheckConstraint(
                condition=models.Q(source__in=["web", "api", "sftp", "fhir"]), name="portal_batch_source_known"
            ),
            together("received_at", "due_at", name="portal_batch_received_due"),
            models.CheckConstraint(
                condition=models.Q(status=BatchStatus.OPEN) | models.Q(received_at__isnull=False),
                name="portal_batch_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-created_at"], name="portal_batch_practice_new"),
            models.Index(fields=["-created_at", "-id"], name="portal_batch_new"),  # of all practices, for staff
            models.Index(
                fields=["due_at"], condition=models.Q(status=BatchStatus.RECEIVED), name="portal_batch_in_progress"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"B-{self.number}"


class ChartQuerySet(models.QuerySet["Chart"]):
    def visible_to(self, user: User) -> ChartQuerySet:
        """Charts of visible batches. What a coder may open is decided by their encounters, in `coding`."""
        if user.is_service_staff:
            return self.all() if user.permissions & {Permission.MANAGE_WORK, Permission.SEE_CLAIMS} else self.none()
        if Permission.SEE_CHARTS not in user.permissions:
            return self.none()
        return self.filter(practice_id__in=user.practice_ids)

    def in_order(self) -> ChartQuerySet:
        return self.order_by("pk")

    def in_work(self) -> ChartQuerySet:
        """Charts that the steps of intake are to bring to an end."""
        return self.filter(models.Q(status=ChartStatus.RECEIVED) | models.Q(reason=Refusal.NOT_CHECKED))

    def undecided(self) -> ChartQuerySet:
        """Charts of which it is not yet known whether they become work."""
        return self.in_work() | self.filter(status=ChartStatus.LOCKED)


def refused_for_what() -> models.Q:
    """Each state that has a reason has one of its own reasons; the others have none."""
    condition = ~models.Q(status__in=sorted(REASONS_OF)) & models.Q(reason="")
    for status, reasons in REASONS_OF.items():
        condition |= models.Q(status=status, reason__in=sorted(reasons))
    return condition


class Chart(ClientRow):
    """One received file of a batch; its bytes never change."""

    patient_fields = ("original_name",)  # practices name files after patients
    plain_fields = (
        "sha256", "media_type", "storage_name", "working_name", "working_sha256", "reason", "received_at", "ready_at",
    )  # fmt: skip
    stored_files = {"storage_name": "sha256", "working_name": "working_sha256"}

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="charts")
    original_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100, blank=True)
    storage_name = models.CharField(max_length=200)  # equal bytes of a practice share it
    # A copy that opens without the password, beside the file as it came; the password itself is kept nowhere.
    working_name = models.CharField(max_length=200, blank=True)
    working_sha256 = models.CharField(max_length=64, blank=True)
    archive = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    status = models.CharField(max_length=12, choices=choices(ChartStatus), default=ChartStatus.RECEIVED)
    reason = models.CharField(max_length=24, blank=True, choices=choices(Refusal))
    page_count = models.PositiveIntegerField(null=True, blank=True)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = ChartQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("status", ChartStatus, name="portal_chart_status_known"),
            models.UniqueConstraint(
                fields=["practice", "sha256"],
                condition=models.Q(duplicate_of=None),
                name="portal_chart_bytes_once",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="portal_chart_sha256_form"
            ),
            models.CheckConstraint(
                condition=models.Q(status=ChartStatus.DUPLICATE, duplicate_of__isnull=False)
                | (~models.Q(status=ChartStatus.DUPLICATE) & models.Q(duplicate_of=None)),
                name="portal_chart_duplicate_of_what",
            ),
            models.CheckConstraint(condition=refused_for_what(), name="portal_chart_refused_for_what"),
            models.CheckConstraint(
                condition=models.Q(working_name="", working_sha256="")
                | (~models.Q(working_name="") & models.Q(working_sha256__regex=r"^[0-9a-f]{64}$")),
                name="portal_chart_working_copy_hashed",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ChartStatus.READY, ready_at__isnull=False, page_count__gte=1)
                | (~models.Q(status=ChartStatus.READY) & models.Q(ready_at=None)),
                name="portal_chart_ready_has_pages",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"C-{self.pk:04d}"

    @property
    def rests_for_same_pages(self) -> bool:
        """Whether it is a duplicate by its pages, not by its bytes: those were drawn."""
        return self.duplicate_of is not None and self.duplicate_of.sha256 != self.sha256


class Page(ClientRow):
    """One rendered page of a chart: image, and the words of its text layer."""

    patient_fields = ("text", "barcodes")  # labels carry patients' numbers
    plain_fields = ("image_name", "thumb_name", "pixels")
    stored_files = {"image_name": None, "thumb_name": None}

    class TextSource(models.TextChoices):
        LAYER = "layer", "Text layer"
        OCR = "ocr", "Read from the image"
        NONE = "none", "None"

    chart = models.ForeignKey(Chart, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    width = models.PositiveIntegerField()  # pixels
    height = models.PositiveIntegerField()
    image_name = models.CharField(max_length=200)
    thumb_name = models.CharField(max_length=200, blank=True, db_default="")
    ink = models.PositiveSmallIntegerField(null=True, blank=True)  # ten-thousandths of the page
    pixels = models.CharField(max_length=64, blank=True)  # SHA-256 of the image; none of a page of one colour
    # The values of the barcodes on it; null until they are read.
    barcodes = ArrayField(models.CharField(max_length=100), null=True, blank=True)
    text = models.TextField(blank=True)
    text_source = models.CharField(max_length=8, choices=TextSource.choices, default=TextSource.NONE)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["chart", "number"], name="portal_page_number_once"),
            models.UniqueConstraint(fields=["id", "chart"], name="portal_page_id_chart"),  # a visit's pages point to it
            models.CheckConstraint(condition=models.Q(number__gte=1), name="portal_page_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(text_source__in=["layer", "ocr", "none"]), name="portal_page_source_known"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "pixels"], condition=~models.Q(pixels=""), name="portal_page_pixels")
        ]
        ordering = ("chart", "number")

    def __str__(self) -> str:
        return f"page {self.number} of {self.chart_id}"

    @property
    def is_blank(self) -> bool:
        """Whether it shows nothing; such a page is marked, and never dropped."""
        return self.ink is not None and is_blank(ink=self.ink, words=len(self.text.split()))


class ChartStep(ClientRow):
    """What one step of intake made of a chart, the last time it looked."""

    plain_fields = ("facts", "at")

    chart = models.ForeignKey(Chart, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=12, choices=choices(StepName))
    result = models.CharField(max_length=8, choices=choices(StepResult))
    reason = models.CharField(max_length=24, blank=True, choices=choices(Refusal))
    facts = models.JSONField(default=dict)  # counts and words of our own
    at = models.DateTimeField()
    took = models.PositiveIntegerField(default=0)  # milliseconds

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["chart", "name"], name="portal_chartstep_once"),
            known("name", StepName, name="portal_chartstep_name_known"),
            known("result", StepResult, name="portal_chartstep_result_known"),
            models.CheckConstraint(
                condition=models.Q(reason__in=["", *(reason.value for reason in Refusal)]),
                name="portal_chartstep_reason_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.chart_id}"
