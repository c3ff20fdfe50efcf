"""Reports that are made every month by themselves and told to their readers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from coding.actions.reports.making import make_report, share_report
from coding.actions.reports.months import before
from coding.models import Report, ReportReader, ReportSchedule
from coding.rules.reports.shape import ReportKind
from portal import scope
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.actions.jobs import Claim, finish_job, queue_job
from portal.actions.notices import queue_notice
from portal.models import Practice, User
from portal.rules.roles import Role

JOB = "coding.make_scheduled_report"


class AlreadyScheduled(Exception):
    """The practice gets this kind every month already."""


class ScheduleEnded(Exception):
    """It was ended before."""


def possible_readers(practice: Practice) -> QuerySet[User]:
    """Managers, and the people of the practice."""
    managers = User.objects.with_role(Role.MANAGER).values("pk")
    members = User.objects.of_practice(practice.pk).values("pk")
    people: QuerySet[User] = User.objects.filter(Q(pk__in=managers) | Q(pk__in=members), is_active=True)
    return people.order_by("name", "pk")


def next_day(day: int, *, after: date) -> date:
    """The next such day of a month (1 to 28), after the one given."""
    if after.day < day:
        return after.replace(day=day)
    following = after.replace(day=1) + timedelta(days=32)
    return following.replace(day=day)


@transaction.atomic
def schedule_report(
    *, practice: Practice, kind: ReportKind, day: int, readers: Iterable[int], by: User, at: datetime
) -> ReportSchedule:
    """Have a report of the month before made on a day of each month; `readers` are ids of possible readers.

    AlreadyScheduled.
    """
    Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    if ReportSchedule.objects.running().filter(practice=practice, kind=kind).exists():
        raise AlreadyScheduled
    today = day_of(practice, at)
    schedule = ReportSchedule.objects.create(
        practice=practice, kind=kind, day=day, next_on=next_day(day, after=today), created_at=at, created_by=by
    )
    wanted = set(readers)
    chosen = [one for one in possible_readers(practice) if one.pk in wanted]
    ReportReader.objects.bulk_create(ReportReader(practice=practice, schedule=schedule, user=one) for one in chosen)
    record("report.scheduled", at=at, by=by, about=schedule, kind=kind.value, day=day, readers=[p.pk for p in chosen])
    return schedule


@transaction.atomic
def end_schedule(*, schedule: ReportSchedule, by: User, at: datetime) -> None:
    """Make no more of them; what was made stays. ScheduleEnded."""
    if not ReportSchedule.objects.running().filter(pk=schedule.pk).update(ended_at=at, ended_by=by):
        raise ScheduleEnded
    record("report.schedule_ended", at=at, by=by, about=schedule)


def queue_due_reports(*, at: datetime) -> int:
    """A job for each schedule whose day has come at its practice; the number queued. Caller opens the scope."""
    tomorrow = at.date() + timedelta(days=1)  # no practice's calendar is further than that
    rows = ReportSchedule.objects.due(tomorrow).select_related("practice")
    due = [one for one in rows if one.next_on <= day_of(one.practice, at)]
    for one in due:
        queue_job(kind=JOB, object_id=one.pk, practice=one.practice, at=at)
    return len(due)


def make_scheduled_report(*, claim: Claim, at: datetime) -> None:
    """Make the report of the month before the schedule's day, share it, tell its readers; all in one transaction.

    A schedule that fell behind makes one month at a time: its next day is looked at again at the next round.
    """
    with scope.service():
        schedule = ReportSchedule.objects.select_for_update().select_related("practice").get(pk=claim.object_id)
        if schedule.ended_at is None and schedule.next_on <= day_of(schedule.practice, at):
            first = before(schedule.next_on.replace(day=1))
            if not Report.objects.filter(schedule=schedule, first=first).exists():
                report = make_report(
                    practice=schedule.practice, kind=ReportKind(schedule.kind), first=first, at=at, schedule=schedule
                )
                share_report(report=report, at=at)
                tell_readers(report, schedule, at=at)
            ReportSchedule.objects.filter(pk=schedule.pk).update(next_on=next_day(schedule.day, after=schedule.next_on))
        finish_job(claim=claim, at=at)


def tell_readers(report: Report, schedule: ReportSchedule, *, at: datetime) -> None:
    """A link by e-mail to everybody who reads it and still may."""
    may = {one.pk for one in possible_readers(schedule.practice)}
    for reader in schedule.readers.select_related("user").order_by("pk"):
        if reader.user_id in may:
            queue_notice(
                kind="report_ready",
                email=reader.user.email,
                at=at,
                recipient=reader.user,
                practice=schedule.practice,
                link=reverse("coding:report", args=[report.pk]),
                words={"report": report.title},
            )
