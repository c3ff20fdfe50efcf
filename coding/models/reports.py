"""Reports to practices: the figures as they were read, who may see them, and what is made every month."""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from coding.rules.reports.shape import ReportKind
from portal.models import ClientRow, User, choices, known, together
from portal.rules.roles import Permission


class ReportScheduleQuerySet(models.QuerySet["ReportSchedule"]):
    def running(self) -> ReportScheduleQuerySet:
        return self.filter(ended_at=None)

    def due(self, on: date) -> ReportScheduleQuerySet:
        """To be made on this day of the service's calendar, or before it and missed."""
        return self.running().filter(next_on__lte=on)


class ReportSchedule(ClientRow):
    """One kind of report of a practice, made each month on a day and told to its readers by e-mail, as a link."""

    plain_fields = ("next_on", "created_at", "ended_at")

    kind = models.CharField(max_length=12, choices=choices(ReportKind))
    day = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(28)])
    next_on = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReportScheduleQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("kind", ReportKind, name="coding_reportschedule_kind_known"),
            models.CheckConstraint(condition=Q(day__range=(1, 28)), name="coding_reportschedule_day"),
            together("ended_at", "ended_by", name="coding_reportschedule_ended_by_at"),
            models.UniqueConstraint(
                fields=["practice", "kind"], condition=Q(ended_at=None), name="coding_reportschedule_one_running"
            ),
        ]
        ordering = ("practice", "kind", "-pk")

    def __str__(self) -> str:
        return f"report schedule {self.pk}"


class ReportReader(ClientRow):
    """Somebody who is told when a report of a schedule is there."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["schedule", "user"], name="coding_reportreader_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} reads {self.schedule_id}"


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        """All for managers; for practice users what was shared with them."""
        if Permission.MANAGE_WORK in user.permissions:
            return self.all()
        if Permission.DOWNLOAD_RESULTS in user.permissions:
            return self.filter(practice_id__in=user.practice_ids, shared_at__isnull=False)
        return self.none()

    def newest_first(self) -> ReportQuerySet:
        return self.order_by("-made_at", "-pk")


class Report(ClientRow):
    """The figures of one month as they were read at `made_at`; its files are made of `body` and are always the same."""

    plain_fields = ("first", "body", "made_at", "shared_at")

    kind = models.CharField(max_length=12, choices=choices(ReportKind))
    first = models.DateField()  # the first day of its month
    body = models.JSONField()  # coding.rules.reports.bodies
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    schedule = models.ForeignKey(
        ReportSchedule, null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("kind", ReportKind, name="coding_report_kind_known"),
            models.CheckConstraint(condition=Q(first__day=1), name="coding_report_from_the_first"),
            models.CheckConstraint(
                condition=Q(made_by__isnull=False) | Q(schedule__isnull=False), name="coding_report_made_by_somebody"
            ),
            models.UniqueConstraint(
                fields=["schedule", "first"], condition=Q(schedule__isnull=False), name="coding_report_once_a_month"
            ),
        ]
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="coding_report_new"),
            models.Index(fields=["practice", "-made_at", "-id"], name="coding_report_practice_new"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"RP-{self.pk}"

    @property
    def title(self) -> str:
        return f"{ReportKind(self.kind).label}, {self.first:%B %Y}"
