"""NCCI: which services are bundled, how many units a day are likely, which add-on needs which primary."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from coding.models.editions import EditionRow


class BundledPairQuerySet(models.QuerySet["BundledPair"]):
    AMONG = """
        SELECT pair.* FROM unnest(%(codes)s::text[]) AS one(code) CROSS JOIN LATERAL (
            SELECT * FROM coding_bundledpair
            WHERE edition_id = %(edition)s AND column_one = one.code AND column_two = ANY(%(codes)s)
            OFFSET 0
        ) AS pair ORDER BY pair.effective, pair.id
    """

    def among(self, codes: Iterable[str], *, edition: int) -> models.query.RawQuerySet[BundledPair]:
        """Every dated row of an edition for two of these codes, oldest first.

        One probe of the key for each code of column one. As two lists in a WHERE it takes seconds on 2,500,000 rows
        whenever the planner's figures are older than the load; OFFSET keeps it from joining the probes to such a one.
        """
        return self.raw(self.AMONG, {"codes": sorted(codes), "edition": edition})


class BundledPair(EditionRow):
    """One dated row of a procedure-to-procedure table; a pair can have several."""

    plain_fields = ("column_one", "column_two", "effective", "deleted_on", "indicator", "rationale")

    column_one = models.CharField(max_length=5)
    column_two = models.CharField(max_length=5)
    effective = models.DateField()
    deleted_on = models.DateField(null=True, blank=True)
    before_1996 = models.BooleanField(default=False)
    indicator = models.CharField(max_length=1)
    rationale = models.CharField(max_length=120)

    objects = BundledPairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(indicator__in=["0", "1", "9"]), name="coding_bundledpair_indicator"
            ),
            models.UniqueConstraint(
                fields=["edition", "column_one", "column_two", "effective"], name="coding_bundledpair_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column_one}/{self.column_two}"


class UnitLimit(EditionRow):
    """A medically unlikely edit: units of a code; `adjudication` is the MAI."""

    plain_fields = ("code", "rationale")

    code = models.CharField(max_length=5)
    units = models.PositiveIntegerField()
    adjudication = models.PositiveSmallIntegerField()
    rationale = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="coding_unitlimit_once"),
            models.CheckConstraint(
                condition=models.Q(adjudication__in=[1, 2, 3]), name="coding_unitlimit_adjudication"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AddOnPair(EditionRow):
    """An add-on code and one primary ("CCCCC": the contractor decides), with the dates of the row."""

    plain_fields = ("add_on", "primary", "effective", "deleted_on", "instructions")

    add_on = models.CharField(max_length=5)
    primary = models.CharField(max_length=5)
    kind = models.PositiveSmallIntegerField()
    effective = models.DateField(null=True, blank=True)
    deleted_on = models.DateField(null=True, blank=True)
    instructions = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "add_on", "primary", "effective"], name="coding_addonpair_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(kind__in=[1, 2, 3]), name="coding_addonpair_kind"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.add_on} with {self.primary}"


class CoverageDocument(EditionRow):
    """A line of the list of local coverage documents: an LCD or article, its contractor and dates."""

    plain_fields = ("number", "kind", "title", "contractor", "version", "effective", "retired_on", "address")

    number = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=400)
    contractor = models.TextField()
    version = models.CharField(max_length=12, blank=True)
    effective = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number", "contractor", "version"], name="coding_coveragedocument_once"
            )
        ]

    def __str__(self) -> str:
        return self.number


class CoverageGroup(EditionRow):
    """One group of a coverage article: procedures, and the diagnoses that support them or do not."""

    plain_fields = ("article", "title", "procedures", "covered", "not_covered")

    article = models.CharField(max_length=12)
    title = models.CharField(max_length=400)
    group = models.PositiveSmallIntegerField()
    procedures = ArrayField(models.CharField(max_length=5))
    covered = ArrayField(models.CharField(max_length=8), default=list)
    not_covered = ArrayField(models.CharField(max_length=8), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "article", "group"], name="coding_coveragegroup_once")
        ]
        indexes = [GinIndex(fields=["procedures"], name="coding_coveragegroup_codes")]

    def __str__(self) -> str:
        return f"{self.article} group {self.group}"
