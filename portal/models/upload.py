"""Files that arrive in parts, before they are charts."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from portal.models.batch import Batch, Chart
from portal.models.people import User
from portal.models.practice import PracticeOwnedQuerySet
from portal.models.rows import ClientRow, choices, known
from portal.models.token import ApiToken
from portal.rules.roles import Permission
from portal.rules.uploads import UploadState


class UploadQuerySet(PracticeOwnedQuerySet["Upload"]):
    def visible_to(self, user: User) -> Self:
        """Those of the practice: any of its people and systems that send charts may finish a file."""
        if Permission.SEND_CHARTS not in user.permissions:
            return self.none()
        return self.filter(practice_id__in=user.practice_ids)

    def unfinished(self) -> Self:
        return self.filter(state=UploadState.OPEN)

    def run_out(self, *, at: datetime) -> Self:
        """Open, and nothing came for so long that it is given up."""
        return self.filter(state=UploadState.OPEN, expires_at__lte=at)


class Upload(ClientRow):
    """One file on its way into a batch: how large it will be and how far it has come.

    `offset` counts the bytes that are kept; everything below it is in the storage, in parts.
    """

    patient_fields = ("name",)  # practices name files after patients
    plain_fields = ("sha256", "created_at", "expires_at", "ended_at")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()  # bytes, as declared
    sha256 = models.CharField(max_length=64, blank=True)  # of the whole file, as declared
    offset = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=choices(UploadState), default=UploadState.OPEN)
    chart = models.ForeignKey(Chart, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey(ApiToken, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("state", UploadState, name="portal_upload_state_known"),
            models.CheckConstraint(condition=models.Q(offset__lte=models.F("size")), name="portal_upload_within_size"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^([0-9a-f]{64})?$"), name="portal_upload_hash_form"
            ),
            models.CheckConstraint(
                condition=models.Q(created_by=None, token__isnull=False)
                | models.Q(created_by__isnull=False, token=None),
                name="portal_upload_by_one",
            ),
            models.CheckConstraint(
                condition=models.Q(state=UploadState.COMPLETE, chart__isnull=False, offset=models.F("size"))
                | (~models.Q(state=UploadState.COMPLETE) & models.Q(chart=None)),
                name="portal_upload_complete_is_a_chart",
            ),
            models.CheckConstraint(
                condition=models.Q(state=UploadState.OPEN, ended_at=None)
                | (~models.Q(state=UploadState.OPEN) & models.Q(ended_at__isnull=False)),
                name="portal_upload_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["batch"], condition=models.Q(state="open"), name="portal_upload_open_batch"),
            models.Index(fields=["expires_at"], condition=models.Q(state="open"), name="portal_upload_open_until"),
            models.Index(fields=["practice", "-created_at"], name="portal_upload_practice_new"),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"upload {self.pk}"


class UploadPart(ClientRow):
    """A piece of an upload as it lies in the storage (portal.parts), until the file is whole or given up."""

    plain_fields = ("sha256", "storage_name")
    stored_files = {"storage_name": None}  # all parts may lie in one file

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["upload", "offset"], name="portal_uploadpart_offset_once"),
            models.CheckConstraint(condition=models.Q(size__gte=1), name="portal_uploadpart_not_empty"),
        ]
        ordering = ("upload", "offset")

    def __str__(self) -> str:
        return f"part of upload {self.upload_id} at {self.offset}"
