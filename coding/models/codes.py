"""Codes, and what the official lists say about them."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from coding.models.editions import Edition, EditionRow
from coding.rules.code_sets import LISTS_OF
from coding.rules.codings import System
from coding.rules.tables import NoteKind
from portal.models import choices, known


class CodeQuerySet(models.QuerySet["Code"]):
    def of(self, system: System) -> CodeQuerySet:
        return self.filter(system=system)

    def on(self, day: date, *, system: System) -> CodeQuerySet:
        """The codes of a system in the editions of the day."""
        editions = Edition.objects.in_force(*LISTS_OF[system], on=day).values()
        return self.of(system).filter(
            models.Q(valid_to=None) | models.Q(valid_to__gte=day),
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            edition__in=[edition.pk for edition in editions],
        )


class Code(EditionRow):
    """One code of one edition, without its dot. Dates only where the file gives them row by row (HCPCS)."""

    plain_fields = ("code", "title", "medium_title", "short_title", "valid_from", "valid_to", "coverage", "pricing")

    system = models.CharField(max_length=10, choices=choices(System))
    code = models.CharField(max_length=8)
    title = models.TextField()  # as printed; HCPCS titles reach 4,500 characters
    medium_title = models.CharField(max_length=120, blank=True)  # CPT has three lengths
    short_title = models.CharField(max_length=120, blank=True)
    billable = models.BooleanField()
    # A relative weight for comparing levels of one family where no fee schedule is loaded (the demo list's).
    weight = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    coverage = models.CharField(max_length=1, blank=True)  # HCPCS coverage code
    pricing = models.CharField(max_length=2, blank=True)  # HCPCS pricing indicator

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            known("system", System, name="coding_code_system_known"),
            models.UniqueConstraint(fields=["edition", "code"], name="coding_code_once"),
        ]
        indexes = [
            models.Index(fields=["system", "code"], opclasses=["", "varchar_pattern_ops"], name="coding_code_prefix"),
        ]

    def __str__(self) -> str:
        return self.code


class CodeGroupQuerySet(models.QuerySet["CodeGroup"]):
    def around(self, code: str) -> CodeGroupQuerySet:
        """The chapter and the blocks that a code stands in, the chapter first, in every edition that is asked."""
        return self.filter(categories__contains=[code[:3]]).order_by("edition", "position")


class CodeGroup(EditionRow):
    """A chapter or block of a tabular list: the codes from `first` to `last` (three characters each).

    `within` is the position of the group around it. `categories` lists what stands in it and in its blocks, because
    a range of letters and digits misleads: M1A stands in M05-M14, D3A does not stand in D37-D48.
    """

    plain_fields = ("label", "title", "first", "last", "categories")

    position = models.PositiveIntegerField()
    within = models.PositiveIntegerField(null=True, blank=True)
    label = models.CharField(max_length=12)  # "4" for a chapter, "E08-E13" for a block
    title = models.CharField(max_length=300)
    first = models.CharField(max_length=8)
    last = models.CharField(max_length=8)
    categories = ArrayField(models.CharField(max_length=3), default=list)

    objects = CodeGroupQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "position"], name="coding_codegroup_once")]
        ordering = ("edition", "position")

    def __str__(self) -> str:
        return self.label


class CodeNote(EditionRow):
    """One instructional note, at a code, a block or a chapter (`holder`); what is below inherits it."""

    plain_fields = ("holder", "kind", "text")

    holder = models.CharField(max_length=12)
    kind = models.CharField(max_length=20, choices=choices(NoteKind))
    position = models.PositiveIntegerField()  # within the file
    text = models.TextField()

    class Meta:
        constraints = [
            known("kind", NoteKind, name="coding_codenote_kind_known"),
            models.UniqueConstraint(fields=["edition", "position"], name="coding_codenote_once"),
        ]
        indexes = [models.Index(fields=["edition", "holder"], name="coding_codenote_holder")]
        ordering = ("edition", "position")

    def __str__(self) -> str:
        return f"{self.kind} at {self.holder}"


class IndexEntry(EditionRow):
    """One line of an alphabetic index or table: its path of terms, and the code or the reference it leads to.

    `code` is as printed without its dot, a trailing "-" says that characters are missing. In the neoplasm and drug
    tables each column is an entry of its own, named in `column`.
    """

    plain_fields = ("path", "column", "code", "see", "see_also")

    position = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    path = ArrayField(models.TextField(), default=list)
    column = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=16, blank=True)
    see = models.CharField(max_length=300, blank=True)
    see_also = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "position"], name="coding_indexentry_once")]
        indexes = [
            models.Index(fields=["edition", "code"], opclasses=["", "varchar_pattern_ops"], name="coding_index_code")
        ]
        ordering = ("edition", "position")

    def __str__(self) -> str:
        return " > ".join(self.path)


class Crosswalk(EditionRow):
    """One row of a General Equivalence Mapping: a code of one list and its counterpart in the other.

    The flags are the file's: approximate, no map, combination, scenario, choice list.
    """

    plain_fields = ("source", "target")

    position = models.PositiveIntegerField()
    source = models.CharField(max_length=8)
    target = models.CharField(max_length=8)  # "NODX" where there is no map
    approximate = models.BooleanField()
    no_map = models.BooleanField()
    combination = models.BooleanField()
    scenario = models.PositiveSmallIntegerField()
    choice_list = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "position"], name="coding_crosswalk_once")]
        indexes = [
            models.Index(fields=["edition", "source"], name="coding_crosswalk_source"),
            models.Index(fields=["edition", "target"], name="coding_crosswalk_target"),
        ]
        ordering = ("edition", "position")

    def __str__(self) -> str:
        return f"{self.source} to {self.target}"
