"""Verification plans: how much of whose work is verified, where each coder stands, focused audits, drawn samples."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from coding.rules.plans import steps
from coding.rules.plans.draws import Drawn, Strata, Unit
from coding.rules.plans.risks import Limits, Risk
from coding.rules.plans.steps import Cause
from portal.models import ClientRow, User, choices, known, together
from portal.rules.specialties import Specialty


class VerificationPlanQuerySet(models.QuerySet["VerificationPlan"]):
    def in_force(self, on: date) -> VerificationPlanQuerySet:
        """The newest word first, among those that have begun."""
        return self.filter(starts_on__lte=on).order_by("-starts_on", "-version")


class VerificationPlan(ClientRow):
    """What is verified of a practice's work from a day on; later plans follow, none is changed.

    The seed makes every draw of the plan again. Whoever knows it knows which visit will be drawn: managers see it.
    """

    plain_fields = ("starts_on", "plan", "risks", "seed", "set_at")

    version = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    plan = models.JSONField()  # coding.rules.plans.steps
    risks = models.JSONField(default=dict)  # percent by coding.rules.plans.risks.Risk
    high_value = models.DecimalField(max_digits=7, decimal_places=2)  # RVUs
    ruling_days = models.PositiveSmallIntegerField(validators=[MaxValueValidator(365)])
    seed = models.CharField(max_length=64)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = VerificationPlanQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "version"], name="coding_verificationplan_version_once"),
            models.CheckConstraint(condition=Q(seed__regex=r"^[0-9a-f]{64}$"), name="coding_verificationplan_seed"),
            models.CheckConstraint(
                condition=Q(ruling_days__lte=365, high_value__gte=0), name="coding_verificationplan_limits"
            ),
        ]
        ordering = ("practice", "-version")

    def __str__(self) -> str:
        return f"verification plan {self.pk}"

    def steps(self) -> steps.Plan:
        return steps.from_data(self.plan)

    def shares(self) -> dict[Risk, int]:
        return {risk: int(self.risks.get(risk.value, 0)) for risk in Risk}

    def limits(self) -> Limits:
        return Limits(self.high_value, self.ruling_days)


class StandingQuerySet(models.QuerySet["Standing"]):
    def newest(self) -> StandingQuerySet:
        """Where each coder stands in each specialty of a practice; who has no row stands on the first step."""
        columns = ("practice", "coder", "specialty")
        return self.order_by(*columns, "-number").distinct(*columns)


class Standing(ClientRow):
    """A coder came to a step (from 0) of the practice's plan in a specialty, on these charts; only added."""

    plain_fields = ("at", "note")

    coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    number = models.PositiveSmallIntegerField()
    plan = models.ForeignKey(VerificationPlan, on_delete=models.PROTECT, related_name="standings")
    step = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=6, choices=choices(Cause))
    right = models.PositiveSmallIntegerField(default=0)  # charts of the gate's window that would be paid the same
    charts = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)  # a manager's, about the coder's work
    at = models.DateTimeField()

    objects = StandingQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["practice", "coder", "specialty", "number"], name="coding_standing_number_once"
            ),
            known("specialty", Specialty, name="coding_standing_specialty_known"),
            known("cause", Cause, name="coding_standing_cause_known"),
            models.CheckConstraint(condition=Q(right__lte=models.F("charts")), name="coding_standing_right"),
            models.CheckConstraint(
                condition=Q(cause="placed", by__isnull=False) & ~Q(note="") | ~Q(cause="placed") & Q(by=None, note=""),
                name="coding_standing_placed_by",
            ),
        ]

    def __str__(self) -> str:
        return f"standing {self.pk}"


class FocusedAuditQuerySet(models.QuerySet["FocusedAudit"]):
    def open_on(self, on: date) -> FocusedAuditQuerySet:
        """Begun, not over, not ended; whether its number of charts is reached is the caller's to count."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on, ended_at=None)


class FocusedAudit(ClientRow):
    """All of something is verified for a while: of a coder or everybody, of codes or everything."""

    plain_fields = ("focus", "reason", "starts_on", "ends_on", "opened_at", "ended_at")

    coder = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    focus = models.CharField(max_length=200, blank=True)  # coding.rules.sampling.clean_focus
    reason = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    charts = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FocusedAuditQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__isnull=False) | Q(charts__isnull=False), name="coding_focusedaudit_ends"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="coding_focusedaudit_dates"
            ),
            models.CheckConstraint(condition=Q(charts=None) | Q(charts__gte=1), name="coding_focusedaudit_charts"),
            models.CheckConstraint(condition=~Q(reason=""), name="coding_focusedaudit_says_why"),
            together("ended_by", "ended_at", name="coding_focusedaudit_ended_by_at"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"A-{self.pk:03d}"


class AuditDraw(ClientRow):
    """A sample of finished visits drawn from a frame, with what it takes to draw it again; never changed or removed.

    `frame` lists [visit, stratum] in the order of places, `drawn` [place, order in its stratum, is it a spare].
    """

    plain_fields = ("title", "from_on", "to_on", "seed", "frame", "frame_hash", "drawn", "made_at")

    title = models.CharField(max_length=80)  # of what was asked, never about a patient
    from_on = models.DateField()
    to_on = models.DateField()
    coder = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    strata = models.CharField(max_length=9, choices=choices(Strata))
    size = models.PositiveSmallIntegerField()
    spares = models.PositiveSmallIntegerField(default=0)  # for each stratum
    seed = models.CharField(max_length=64)
    frame = models.JSONField()
    frame_size = models.PositiveIntegerField()
    frame_hash = models.CharField(max_length=64)
    drawn = models.JSONField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("strata", Strata, name="coding_auditdraw_strata_known"),
            models.CheckConstraint(condition=Q(to_on__gte=models.F("from_on")), name="coding_auditdraw_dates"),
            models.CheckConstraint(
                condition=Q(size__gte=1, frame_size__gte=models.F("size")), name="coding_auditdraw_size"
            ),
            models.CheckConstraint(condition=Q(seed__regex=r"^[0-9a-f]{64}$"), name="coding_auditdraw_seed"),
        ]
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"S-{self.pk:04d}"

    def units(self) -> list[Unit]:
        return [Unit(place, int(number), stratum) for place, (number, stratum) in enumerate(self.frame, start=1)]

    def sample(self) -> tuple[Drawn, ...]:
        """What was drawn, as it was kept."""
        units = self.units()
        return tuple(Drawn(order, units[place - 1], is_spare=spare) for place, order, spare in self.drawn)


def as_frame(units: list[Unit]) -> list[Any]:
    """A frame as it is kept."""
    return [[unit.number, unit.stratum] for unit in units]


def as_drawn(drawn: tuple[Drawn, ...]) -> list[Any]:
    """A sample as it is kept."""
    return [[one.unit.place, one.order, one.is_spare] for one in drawn]
