"""The short official lists: modifiers, places of service, claim codes, provider taxonomy."""

from django.db import models

from coding.models.editions import EditionRow


class Modifier(EditionRow):
    plain_fields = ("code", "title")

    code = models.CharField(max_length=2)
    title = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="coding_modifier_once")]

    def __str__(self) -> str:
        return self.code


class PlaceOfService(EditionRow):
    plain_fields = ("code", "name", "description")

    code = models.CharField(max_length=2)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    is_facility = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="coding_place_once")]

    def __str__(self) -> str:
        return self.code


class ClaimCode(EditionRow):
    """A code of a remittance or claim status: `kind` is carc, rarc, group, category or status."""

    plain_fields = ("kind", "code", "text", "usage", "starts_on", "ends_on")

    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=8)
    text = models.TextField()
    usage = models.TextField(blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "kind", "code"], name="coding_claimcode_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["carc", "rarc", "group", "category", "status"]),
                name="coding_claimcode_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Taxonomy(EditionRow):
    """A provider taxonomy code (ten characters)."""

    plain_fields = ("code", "grouping", "classification", "specialization")

    code = models.CharField(max_length=10)
    grouping = models.CharField(max_length=120, blank=True)
    classification = models.CharField(max_length=120)
    specialization = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="coding_taxonomy_once")]

    def __str__(self) -> str:
        return self.code
