"""What goes back to the practice, and who fetched it."""

from django.db import models

from portal.models.batch import Batch
from portal.models.people import User
from portal.models.rows import ClientRow
from portal.rules.delivery_formats import LONGEST_FORMAT
from portal.rules.roles import Permission


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> "DeliveryQuerySet":
        if Permission.DOWNLOAD_RESULTS not in user.permissions:
            return self.none()
        if user.is_service_staff:
            return self.all()
        return self.filter(practice_id__in=user.practice_ids)


class Delivery(ClientRow):
    """One artifact of one batch, stored and hashed; a reopened batch gets a new version."""

    plain_fields = ("format", "file_name", "storage_name", "sha256", "created_at")
    stored_files = {"storage_name": "sha256"}

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="deliveries")
    version = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=LONGEST_FORMAT)  # portal.rules.delivery_formats
    file_name = models.CharField(max_length=120)
    storage_name = models.CharField(max_length=200)  # equal bytes of a practice share it
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()  # bytes
    # The practice's template it was written with; none if it had composed none for this format.
    template = models.ForeignKey(
        "portal.OutputTemplateVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    encounter_count = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    objects = DeliveryQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["batch", "version", "format"], name="portal_delivery_once"),
            models.UniqueConstraint(fields=["batch", "file_name"], name="portal_delivery_name_once"),
        ]
        ordering = ("-version", "format")

    def __str__(self) -> str:
        return self.file_name


class Download(ClientRow):
    """One fetch of a delivery: by a person, by a token, or by an SFTP account."""

    plain_fields = ("at",)

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="downloads")
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey("portal.ApiToken", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("portal.SftpAccount", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, token=None, account=None)
                | models.Q(user=None, token__isnull=False, account=None)
                | models.Q(user=None, token=None, account__isnull=False),
                name="portal_download_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"download {self.pk}"
