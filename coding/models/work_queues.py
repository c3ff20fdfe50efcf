"""Queues as rules: their versions, and their conditions as filters of what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, Lower
from django.db.models.lookups import GreaterThanOrEqual

from coding.models.codes import Code
from coding.models.coding import Coding, ProcedureLine
from coding.models.encounter import Encounter, EncounterQuerySet
from coding.models.pages import EncounterPage
from coding.models.precoding import PreCoding
from coding.rules.codings import System
from coding.rules.lifecycle import WAITING, Stage
from coding.rules.work_queues import Conditions, Order, QueueState, Rules, from_data
from portal.models import User, choices, known, together

NOTHING = Q(pk__in=[])


class WorkQueueQuerySet(models.QuerySet["WorkQueue"]):
    def in_order(self) -> WorkQueueQuerySet:
        """As work is taken from them."""
        return self.order_by("position", "pk")


class WorkQueue(models.Model):
    """A named queue; what it says is in its versions. Of two that want the same work the one placed earlier has it."""

    plain_fields = ("name", "made_at")

    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = WorkQueueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="coding_workqueue_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="coding_workqueue_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkQueueVersionQuerySet(models.QuerySet["WorkQueueVersion"]):
    def live(self) -> WorkQueueVersionQuerySet:
        """Those in force, in the order in which work is taken from their queues."""
        rows = self.filter(state=QueueState.LIVE).select_related("queue")
        return rows.order_by("queue__position", "queue")

    def newest_first(self) -> WorkQueueVersionQuerySet:
        return self.order_by("-number")


class WorkQueueVersion(models.Model):
    """What a queue says or said. Only a draft is changed; what was live stays as it was."""

    plain_fields = ("rules", "found", "made_at", "tested_at", "live_at", "ended_at")

    queue = models.ForeignKey(WorkQueue, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, choices=choices(QueueState), default=QueueState.DRAFT)
    rules = models.JSONField()  # coding.rules.work_queues.as_data
    found = models.JSONField(null=True, blank=True)  # what the last test counted; no more than counts and ids
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    tested_at = models.DateTimeField(null=True, blank=True)
    tested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    live_at = models.DateTimeField(null=True, blank=True)
    live_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = WorkQueueVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            known("state", QueueState, name="coding_workqueueversion_state_known"),
            models.UniqueConstraint(fields=["queue", "number"], name="coding_workqueueversion_number_once"),
            models.UniqueConstraint(
                fields=["queue"], condition=Q(state="live"), name="coding_workqueueversion_one_live"
            ),
            models.UniqueConstraint(
                fields=["queue"], condition=Q(state__in=["draft", "tested"]), name="coding_workqueueversion_one_draft"
            ),
            together("tested_at", "tested_by", "found", name="coding_workqueueversion_tested_by_at"),
            together("live_at", "live_by", name="coding_workqueueversion_live_by_at"),
            together("ended_at", "ended_by", name="coding_workqueueversion_ended_by_at"),
            models.CheckConstraint(
                condition=Q(state="draft", tested_at=None, live_at=None, ended_at=None)
                | Q(state="tested", tested_at__isnull=False, live_at=None, ended_at=None)
                | Q(state="live", tested_at__isnull=False, live_at__isnull=False, ended_at=None)
                | Q(state="ended", ended_at__isnull=False),
                name="coding_workqueueversion_tested_before_live",
            ),
        ]

    def __str__(self) -> str:
        return f"queue {self.queue_id}, version {self.number}"

    @property
    def said(self) -> Rules:
        return from_data(self.rules)


# -- conditions as filters; a closed list, one entry each -------------------------------------------
def of_payers(names: Iterable[str]) -> Q:
    facts = PreCoding.objects.annotate(by_name=Lower("payer__name"))
    return Q(Exists(facts.filter(encounter=OuterRef("pk"), by_name__in=list(names))))


def with_page(position: int) -> Q:
    """Those that have so many pages: positions are counted from one without gaps."""
    return Q(Exists(EncounterPage.objects.filter(encounter=OuterRef("pk"), position=position)))


def value_of() -> Coalesce:
    """The relative weights of the lines of the newest coding; nothing before somebody coded."""
    weight = Code.objects.filter(system=System.PROCEDURE, code=OuterRef("code"), weight__isnull=False)
    newest = Coding.objects.filter(encounter=OuterRef(OuterRef("pk"))).order_by("-version").values("pk")[:1]
    lines = (
        ProcedureLine.objects.filter(coding=Subquery(newest))
        .order_by()
        .annotate(weight=Subquery(weight.order_by("-edition").values("weight")[:1]))
        .values("coding")
        .annotate(total=Sum(F("weight") * F("units"), output_field=models.DecimalField()))
        .values("total")
    )
    return Coalesce(Subquery(lines), Value(0), output_field=models.DecimalField())


def within(conditions: Conditions, *, at: datetime) -> Q:
    """The encounters that a queue with these conditions holds."""
    wanted = conditions
    parts: tuple[tuple[object, Callable[[], Q]], ...] = (
        (wanted.stages, lambda: Q(status__in=[WAITING[Stage(stage)] for stage in wanted.stages])),
        (wanted.specialties, lambda: Q(specialty__in=wanted.specialties)),
        (wanted.practices, lambda: Q(practice_id__in=wanted.practices)),
        (wanted.payers, lambda: of_payers(wanted.payers)),
        (wanted.languages, lambda: Q(practice__language__in=wanted.languages)),
        (wanted.pages_from, lambda: with_page(wanted.pages_from or 1)),
        (wanted.pages_to, lambda: ~with_page((wanted.pages_to or 0) + 1)),
        (wanted.hours_from, lambda: Q(created_at__lte=at - timedelta(hours=wanted.hours_from or 0))),
        (wanted.value_from, lambda: Q(at_least(value_of(), wanted.value_from))),
    )
    found = Q()
    for is_set, condition in parts:
        if is_set:
            found &= condition()
    return found or Q(pk__isnull=False)


def at_least(value: Any, least: Decimal | None) -> Any:
    """The comparison of an expression, which the stubs do not know."""
    return GreaterThanOrEqual(value, least)


def in_order(rows: EncounterQuerySet, order: Order) -> EncounterQuerySet:
    """The order in which a queue is worked off."""
    if order is Order.AGE:
        return rows.order_by("created_at", "pk")
    if order is Order.VALUE:
        return rows.order_by(OrderBy(value_of(), descending=True), "turn_at", "pk")
    if order is Order.PAGES:
        last = EncounterPage.objects.filter(encounter=OuterRef("pk")).order_by("-position").values("position")[:1]
        return rows.order_by(Coalesce(Subquery(last), Value(0)), "turn_at", "pk")
    return rows.next_first()


def first_of(wanted: list[tuple[int, Q]]) -> Case:
    """The id of the first queue that wants an encounter, None for none."""
    return Case(
        *(When(condition, then=Value(queue)) for queue, condition in wanted),
        default=Value(None),
        output_field=models.BigIntegerField(null=True),
    )


def any_of(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NOTHING)


def waiting_now() -> EncounterQuerySet:
    """All that queues are about."""
    return Encounter.objects.waiting().originals()


def counted(**parts: Q) -> dict[str, Any]:
    """How much of what waits each part holds, and since when the oldest of each waits; one query."""
    asked: dict[str, Any] = {}
    for name, condition in parts.items():
        asked[name] = models.Count("pk", filter=condition)
        asked[f"{name}_since"] = models.Min("waiting_since", filter=condition)
    return waiting_now().aggregate(**asked)
