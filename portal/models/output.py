"""How a practice wants its results, format by format; each change is a version, and deliveries name theirs."""

from django.db import models

from portal.models.people import User
from portal.models.practice import PracticeOwnedQuerySet
from portal.models.rows import ClientRow
from portal.rules.delivery_formats import LONGEST_FORMAT


class OutputTemplateQuerySet(PracticeOwnedQuerySet["OutputTemplateVersion"]):
    def newest(self) -> "OutputTemplateQuerySet":
        """The version in use of each practice and format."""
        return self.order_by("practice", "format", "-version").distinct("practice", "format")


class OutputTemplateVersion(ClientRow):
    """A practice's template of one format; never changed, only followed by another version."""

    plain_fields = ("format", "body", "created_at")

    format = models.CharField(max_length=LONGEST_FORMAT)
    version = models.PositiveSmallIntegerField()
    body = models.JSONField()  # as coding.rules.plain_data writes an OutputTemplate
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OutputTemplateQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "format", "version"], name="portal_output_template_once"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="portal_output_template_from_one"),
        ]
        ordering = ("practice", "format", "-version")

    def __str__(self) -> str:
        return f"{self.format} template, version {self.version}"
