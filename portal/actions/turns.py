"""Whose turn it is: background work goes practice by practice; nobody waits behind another's thousand charts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portal.models import Practice
from portal.models.job import JobQuerySet
from portal.models.words import PageWordsQuerySet


def practices_in_turn(
    rows: JobQuerySet | PageWordsQuerySet, *, at: datetime, fewer_than: int | None = None
) -> QuerySet[Practice]:
    """The practices with due rows: first who has the fewest in hand, then who was served longest ago.

    Those with `fewer_than` so many in hand only, if it is given.
    """
    of_practice = rows.filter(practice=OuterRef("pk"))
    held = of_practice.in_hand(at=at).order_by().values("practice").annotate(number=Count("pk")).values("number")
    last = of_practice.filter(started_at__isnull=False).order_by("-started_at").values("started_at")[:1]
    practices = Practice.objects.filter(Exists(of_practice.due(at=at))).annotate(
        in_hand=Coalesce(Subquery(held, output_field=IntegerField()), 0), last=Subquery(last)
    )
    if fewer_than is not None:
        practices = practices.filter(in_hand__lt=fewer_than)
    return practices.order_by("in_hand", F("last").asc(nulls_first=True), "pk")
