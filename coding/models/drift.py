"""Alarms on drift of somebody's work, and lessons given about it. Neither holds anything of a practice or a patient."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coding.rules.drift import Series, Way
from coding.rules.reasons import Reason
from portal.models import User, choices, known, together
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty


class DriftAlarmQuerySet(models.QuerySet["DriftAlarm"]):
    def visible_to(self, user: User) -> DriftAlarmQuerySet:
        """All for managers, their own for coders."""
        if Permission.MANAGE_WORK in user.permissions:
            return self.all()
        return self.filter(coder=user) if Permission.CODE in user.permissions else self.none()

    def open(self) -> DriftAlarmQuerySet:
        return self.filter(acknowledged_at=None)

    def newest_first(self) -> DriftAlarmQuerySet:
        return self.order_by(models.F("acknowledged_at").desc(nulls_first=True), "-raised_at", "-pk")


class DriftAlarm(models.Model):
    """A series of a coder's charts in a specialty left its past: since when, which way, by which figures.

    Once a manager has acknowledged it the series begins anew, with what has come since as its past.
    """

    patient_fields = ()
    plain_fields = ("begun_at", "certain_at", "raised_at", "figures", "note", "acknowledged_at")

    coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    series = models.CharField(max_length=12, choices=choices(Series))
    way = models.CharField(max_length=4, choices=choices(Way))
    begun_at = models.DateTimeField()  # of the chart with which it began
    certain_at = models.DateTimeField()  # of the chart that made it certain enough
    charts = models.PositiveIntegerField()  # that were looked at
    figures = models.CharField(max_length=120)
    raised_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)

    objects = DriftAlarmQuerySet.as_manager()

    class Meta:
        constraints = [
            known("specialty", Specialty, name="coding_driftalarm_specialty_known"),
            known("series", Series, name="coding_driftalarm_series_known"),
            known("way", Way, name="coding_driftalarm_way_known"),
            together("acknowledged_by", "acknowledged_at", name="coding_driftalarm_acknowledged_by_at"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, note="") | Q(acknowledged_at__isnull=False) & ~Q(note=""),
                name="coding_driftalarm_acknowledged_with_note",
            ),
            models.UniqueConstraint(
                fields=["coder", "specialty", "series"], condition=Q(acknowledged_at=None),
                name="coding_driftalarm_one_open",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["coder", "-raised_at"], name="coding_driftalarm_coder")]

    def __str__(self) -> str:
        return f"drift alarm {self.pk}"


class Lesson(models.Model):
    """A topic (reason and family of codes) was gone through with a coder; charts before and after are compared."""

    patient_fields = ()
    plain_fields = ("family", "note", "given_at")

    coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="lessons")
    reason = models.CharField(max_length=12, choices=choices(Reason))
    family = models.CharField(max_length=60)  # coding.rules.topics
    note = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            known("reason", Reason, name="coding_lesson_reason_known"),
            models.CheckConstraint(condition=~Q(family=""), name="coding_lesson_about_something"),
        ]
        indexes = [models.Index(fields=["coder", "-given_at"], name="coding_lesson_coder")]

    def __str__(self) -> str:
        return f"lesson {self.pk}"
