"""When people work, and when they are away."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from coding.rules import hours
from coding.rules.hours import AbsenceReason
from portal.models import User, choices, known, together

ZONES_APART = timedelta(hours=14)  # no zone is further from UTC: what is to begin is looked for so much earlier


class WorkHours(models.Model):
    """A span of a weekday, in the person's own zone, in which they work."""

    plain_fields = ()

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="work_hours")
    weekday = models.PositiveSmallIntegerField()  # Monday is 0
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="coding_workhours_weekday"),
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="coding_workhours_end_later"),
            models.UniqueConstraint(fields=["user", "weekday", "starts"], name="coding_workhours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.weekday}"

    def plain(self) -> hours.Hours:
        return hours.Hours(self.weekday, self.starts, self.ends)


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def standing(self) -> AbsenceQuerySet:
        return self.filter(cancelled_at=None)

    def to_hand_over(self, *, at: datetime) -> AbsenceQuerySet:
        """Those whose day may have come, and whose work nobody handed over yet."""
        day = (at + ZONES_APART).date()
        return self.standing().filter(handed_at=None, starts_on__lte=day, user__is_active=True)


class Absence(models.Model):
    """A person is away from a day through another (of their zone), and who gets their open work."""

    plain_fields = ("starts_on", "ends_on", "made_at", "handed_at", "cancelled_at")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=8, choices=choices(AbsenceReason))
    hand_to = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            known("reason", AbsenceReason, name="coding_absence_reason_known"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="coding_absence_dates"),
            models.CheckConstraint(
                condition=Q(hand_to=None) | ~Q(hand_to=F("user")), name="coding_absence_handed_to_another"
            ),
            together("cancelled_at", "cancelled_by", name="coding_absence_cancelled_by_at"),
        ]
        indexes = [models.Index(fields=["user", "ends_on"], name="coding_absence_user")]

    def __str__(self) -> str:
        return f"{self.user_id} away from {self.starts_on}"

    def plain(self) -> hours.Away:
        return hours.Away(self.starts_on, self.ends_on)
