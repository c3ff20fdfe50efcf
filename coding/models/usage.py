"""What people and practices add to the code search: favourites, own expressions, and what is often used."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from coding.models.coding import Diagnosis, ProcedureLine
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from portal.models import ClientRow, PracticeOwnedQuerySet, User, choices, known

OFTEN = 3  # verified codings from which a code is often used
FREQUENT_SHOWN = 60  # codes of a practice that are lifted


class FavouriteQuerySet(models.QuerySet["FavouriteCode"]):
    def codes_of(self, user: User, system: System) -> frozenset[str]:
        return frozenset(self.filter(user=user, system=system).values_list("code", flat=True))


class FavouriteCode(models.Model):
    """A code that a person wants found first."""

    patient_fields = ()
    plain_fields = ("code", "added_at")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="favourite_codes")
    system = models.CharField(max_length=10, choices=choices(System))
    code = models.CharField(max_length=8)
    added_at = models.DateTimeField()

    objects = FavouriteQuerySet.as_manager()

    class Meta:
        constraints = [
            known("system", System, name="coding_favouritecode_system_known"),
            models.UniqueConstraint(fields=["user", "system", "code"], name="coding_favouritecode_once"),
        ]

    def __str__(self) -> str:
        return self.code


class SearchExpression(ClientRow):
    """What one practice's papers call something: `text` as written, `means` in the words of the lists (`|` between)."""

    plain_fields = ("text", "means", "changed_at")

    text = models.CharField(max_length=60)
    means = models.CharField(max_length=300)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = PracticeOwnedQuerySet["SearchExpression"].as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "text"], name="coding_searchexpression_once"),
        ]

    def __str__(self) -> str:
        return self.text


def frequent_codes(practice_id: int, system: System, *, since: datetime) -> frozenset[str]:
    """The codes that a practice's verified codings had most often since a day, each at least three times."""
    lines = ProcedureLine.objects if system is System.PROCEDURE else Diagnosis.objects.filter(system=system)
    verified = lines.filter(practice_id=practice_id, coding__stage=Stage.VERIFICATION, coding__submitted_at__gte=since)
    counted = verified.values("code").annotate(times=models.Count("coding", distinct=True)).filter(times__gte=OFTEN)
    return frozenset(counted.order_by("-times", "code").values_list("code", flat=True)[:FREQUENT_SHOWN])
