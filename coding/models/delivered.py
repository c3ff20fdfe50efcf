"""What a delivery was made of, so that it can be made again byte for byte whatever changes later."""

from django.db import models

from portal.models import Batch, ClientRow


class DeliveredResult(ClientRow):
    """The contents of one version of a batch's delivery, and the templates it was written with; never changed.

    Names of people and payers may change after a delivery; here they stand as they were delivered.
    """

    patient_fields = ("contents",)
    plain_fields = ("templates", "created_at")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    contents = models.JSONField()  # as coding.rules.plain_data writes Contents
    templates = models.JSONField()  # the template of each format, written likewise
    created_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["batch", "version"], name="coding_delivered_result_once"),
        ]

    def __str__(self) -> str:
        return f"what version {self.version} of a delivery was made of"
