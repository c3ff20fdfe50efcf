"""Code lists: which code means what, from when until when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models.functions import Length

from coding.rules.code_search import Wanted
from coding.rules.codings import System
from portal.models import choices, known

WEIGHED = 1000  # hits that are put in order


@models.CharField.register_lookup
class HasWord(models.Lookup):
    """ILIKE %word%: what a trigram index answers; Django's icontains compares UPPER(), which it can't."""

    lookup_name = "has_word"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        word = re.sub(r"([\\%_])", r"\\\1", str(self.rhs))
        return f"{column} ILIKE %s", [*params, f"%{word}%"]


@contextmanager
def by_index() -> Iterator[None]:
    """Search with the trigram index, also for a common word, where reading the whole table looks cheaper but is not.

    ILIKE costs ten times what the planner thinks, and the search wants only the first hits.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


class CodeQuerySet(models.QuerySet["Code"]):
    def on(self, day: date) -> CodeQuerySet:
        return self.filter(models.Q(valid_to=None) | models.Q(valid_to__gte=day), valid_from__lte=day)

    def of(self, system: System) -> CodeQuerySet:
        return self.filter(system=system)

    def matching(self, wanted: Wanted) -> CodeQuerySet:
        """Codes that begin so, or else titles with all the words; billable ones first, then the plainest title."""
        if wanted.prefix and (found := self.filter(code__startswith=wanted.prefix)).exists():
            return found.order_by("-billable", "code")
        if not wanted.words:
            return self.none()
        rows = self
        for word in wanted.words:
            rows = rows.filter(title__has_word=word)
        # A word that stands in a third of the list says little: the plainest of the first hits will do.
        return self.filter(pk__in=rows.values("pk")[:WEIGHED]).order_by("-billable", Length("title"), "code")


class Code(models.Model):
    """One code of one list during its validity; `code` is stored without the dot."""

    patient_fields = ()
    plain_fields = ("code", "title", "valid_from", "valid_to", "edition")

    system = models.CharField(max_length=10, choices=choices(System))
    code = models.CharField(max_length=8)
    title = models.CharField(max_length=300)
    billable = models.BooleanField()
    # A relative weight for comparing levels of one family; null where there is none.
    weight = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    edition = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            known("system", System, name="coding_code_system_known"),
            models.UniqueConstraint(fields=["system", "code", "valid_from"], name="coding_code_once"),
        ]
        indexes = [
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="coding_code_title_words"),
            models.Index(fields=["code"], opclasses=["varchar_pattern_ops"], name="coding_code_prefix"),
        ]

    def __str__(self) -> str:
        return self.code
