"""Rows of reports and of emergency access that break one constraint each, and the makers of valid ones."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from coding.models import EmergencyAccess, Report, ReportReader, ReportSchedule
from coding.rules.reports.shape import Align, Column, Fact, ReportKind, Table
from coding.rules.reports.shape import Report as Body
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON, waiting


def manager() -> Any:
    return factories.UserFactory(roles=[Role.MANAGER])


def schedule(**fields: Any) -> ReportSchedule:
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return ReportSchedule.objects.create(**{
        "practice": practice, "kind": "month", "day": 3, "next_on": date(2026, 11, 3), "created_at": NOON,
        "created_by": manager(), **fields,
    })  # fmt: skip


def report(**fields: Any) -> Report:
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return Report.objects.create(**{
        "practice": practice, "kind": "month", "first": date(2026, 10, 1), "body": {}, "made_at": NOON,
        "made_by": manager(), **fields,
    })  # fmt: skip


def an_invoice() -> Body:
    """A body with a fact and a row."""
    rows = (Table("Visits", (Column("Visit"), Column("Pages", Align.NUMBER)), (("E-00001", 2),)),)
    month = (date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 3))
    return Body(ReportKind.INVOICE, "River Cardiology", *month, (Fact("To pay", "$4.00"),), rows)


def emergency(**fields: Any) -> EmergencyAccess:
    of = fields.pop("encounter", None) or waiting()
    return EmergencyAccess.objects.create(**{
        "practice": of.practice, "encounter": of, "user": factories.UserFactory(roles=[Role.CODER]),
        "reason": "It cannot wait.", "opened_at": NOON, "until": NOON + timedelta(minutes=30), **fields,
    })  # fmt: skip


def reviewed_by_oneself() -> None:
    own = manager()
    emergency(user=own, reviewed_by=own, reviewed_at=NOON, was_right=True)


def scheduled_twice() -> None:
    practice = factories.PracticeFactory()
    schedule(practice=practice)
    schedule(practice=practice)


def made_twice() -> None:
    of = schedule()
    report(practice=of.practice, schedule=of)
    report(practice=of.practice, schedule=of)


def told_twice() -> None:
    of, reader = schedule(), manager()
    for _ in range(2):
        ReportReader.objects.create(practice=of.practice, schedule=of, user=reader)


BROKEN_REPORTS: dict[str, Callable[[], Any]] = {
    "coding_reportschedule_kind_known": lambda: schedule(kind="gossip"),
    "coding_reportschedule_day": lambda: schedule(day=29),
    "coding_reportschedule_ended_by_at": lambda: schedule(ended_at=NOON),
    "coding_reportschedule_one_running": scheduled_twice,
    "coding_reportreader_once": told_twice,
    "coding_report_kind_known": lambda: report(kind="gossip"),
    "coding_report_from_the_first": lambda: report(first=date(2026, 10, 2)),
    "coding_report_made_by_somebody": lambda: report(made_by=None),
    "coding_report_once_a_month": made_twice,
    "coding_emergencyaccess_ends": lambda: emergency(until=NOON),
    "coding_emergencyaccess_says_why": lambda: emergency(reason=""),
    "coding_emergencyaccess_reviewed": lambda: emergency(reviewed_at=NOON),
    "coding_emergencyaccess_not_reviewed_by_oneself": reviewed_by_oneself,
}
BROKEN_REPORTS_AT_THE_END: dict[str, Callable[[], Any]] = {
    "coding_report_schedule_id_same_practice": lambda: report(schedule=schedule()),
}
