"""Reports of a real month: what they count, who sees them, and those that are made by themselves."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from coding.actions.reports.making import NotBegun, collect, make_report, share_report
from coding.actions.reports.months import Month, sent_back
from coding.actions.reports.schedules import (
    AlreadyScheduled,
    end_schedule,
    make_scheduled_report,
    next_day,
    queue_due_reports,
    schedule_report,
)
from coding.models import Assignment, EncounterEvent, Report, ReportSchedule
from coding.rules.reports.bodies import from_json
from coding.rules.reports.shape import ReportKind
from portal import scope
from portal.actions.jobs import claim_job
from portal.models import AuditEvent, Contract, Delivery, Job, JobState, Notice
from tests import factories
from tests.coding.judged import told

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
NOW = datetime(2026, 11, 3, 15, tzinfo=UTC)


def at(day, hour=12):
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def sent(encounter, when, *, seconds=0, by=None):
    """The encounter went back; somebody had worked on it for so long."""
    EncounterEvent.objects.create(
        practice=encounter.practice, encounter=encounter, move="deliver", old_status="verified", new_status="delivered",
        at=when,
    )  # fmt: skip
    if seconds:
        Assignment.objects.create(
            practice=encounter.practice, encounter=encounter, stage="coding", user=by, started_at=when,
            opened_at=when - timedelta(seconds=seconds), lease_until=when, ended_at=when, end="finished",
        )  # fmt: skip


@pytest.fixture
def batch(river, ann, bea):
    """Received on the 5th, promised for the 6th, back on the 7th: two coded visits, one not billable, one bad file."""
    Contract.objects.filter(practice=river).update(
        price_per_encounter=Decimal(4), price_per_page=Decimal("0.50"), price_per_hour=Decimal(30)
    )
    batch = factories.BatchFactory(
        practice=river, number=7, status="delivered", received_at=at(5), due_at=at(6), delivered_at=at(7, 18)
    )
    for number, fields in enumerate(({}, {}, {"not_billable_reason": "not_a_visit"})):
        chart = factories.ChartFactory(batch=batch)
        for page in (1, 2):
            factories.PageFactory(chart=chart, number=page)
        visit = factories.EncounterFactory(chart=chart, status="delivered", finished_at=at(7), **fields)
        sent(visit, at(7, 18), seconds=360 if number == 0 else 0, by=ann)
    factories.ChartFactory(
        batch=batch, status="unreadable", reason="empty", ready_at=None, page_count=None, received_at=at(5)
    )
    Delivery.objects.create(
        practice=river, batch=batch, version=1, format="csv", file_name="x.csv", storage_name="x", sha256="0" * 64,
        size=1, encounter_count=3, created_at=at(7, 18),
    )  # fmt: skip
    return batch


def table(report, title):
    return next(one for one in report.tables if one.title == title)


def facts(report):
    return {fact.label: fact.value for fact in report.facts}


def test_the_invoice_charges_every_visit_that_went_back(river, batch):
    report = collect(ReportKind.INVOICE, Month(river, OCTOBER), at=NOW)
    rows = table(report, "Visits").rows
    assert [row[3:] for row in rows] == [
        (2, Decimal("0.10"), 4, 1, 3, 8, 0),
        (2, 0, 4, 1, 0, 5, 0),
        (2, 0, 0, 1, 0, 1, 0),
    ]
    assert facts(report)["To pay"] == "$14.00"
    assert table(report, "Sum").total == ("To pay", 14)


def test_what_came_late_costs_less(river, batch):
    Contract.objects.filter(practice=river).update(turnaround_hours=24, late_credit_a_day=10, late_credit_most=50)
    report = collect(ReportKind.INVOICE, Month(river, OCTOBER), at=NOW)
    assert [row[-1] for row in table(report, "Visits").rows] == [Decimal("1.60"), 1, Decimal("0.20")]
    assert facts(report)["Credit for late batches"] == "$2.80"
    assert facts(report)["To pay"] == "$11.20"


def test_a_visit_that_went_back_again_is_not_charged_again(river, batch):
    first = batch.encounters.earliest("pk")
    sent(first, at(20))
    november = datetime(2026, 11, 2, tzinfo=UTC)
    sent(first, november)
    assert sent_back(Month(river, OCTOBER))[first.pk] == at(7, 18)
    assert sent_back(Month(river, date(2026, 11, 1))) == {}


def test_the_month_is_that_of_the_practices_clock(river, batch):
    late = factories.EncounterFactory(chart__batch=batch)
    sent(late, datetime(2026, 11, 1, 3, tzinfo=UTC))  # the evening of October 31 in New York
    assert late.pk in sent_back(Month(river, OCTOBER))
    assert late.pk not in sent_back(Month(river, date(2026, 11, 1)))


def test_turnaround_says_what_was_promised_and_by_how_much_it_was_missed(river, batch):
    report = collect(ReportKind.TURNAROUND, Month(river, OCTOBER), at=NOW)
    [row] = table(report, "Batches").rows
    assert row[0] == "B-7"
    assert row[2:] == (3, "2026-10-05 08:00", "2026-10-06 08:00", "2026-10-07 14:00", Decimal(54), Decimal(30))
    assert facts(report)["Promise kept"] == "0 of 1 batches"
    assert facts(report)["Half were back within"] == "54.00 h"


def test_the_practice_month_says_what_came_what_went_and_what_could_not_be_used(river, batch):
    report = collect(ReportKind.MONTH, Month(river, OCTOBER), at=NOW)
    assert facts(report) == facts(report) | {
        "Received": "1 batches", "Sent back": "3 visits", "Not billable": "1 visits", "Queries to you": "0 asked",
        "Files we could not use": "1", "Accuracy by line": "–",
    }  # fmt: skip
    assert table(report, "Not billable").rows[0][1] == 1
    assert table(report, "Files we could not use").rows[0][1] == 1


def test_quality_counts_the_first_verdicts_of_the_month(river, ann, bea, batch):
    visit = factories.EncounterFactory(chart__batch=batch, status="verified", finished_at=at(9))
    dispute = told(visit, coder=ann, verifier=bea, at=at(9))
    report = collect(ReportKind.QUALITY, Month(river, OCTOBER), at=NOW)
    assert table(report, "What was found").total == ("Together", 1)
    assert table(report, "Disputes").rows == ((("Waits for the coder"), 1),)
    assert len(table(report, "Accuracy by month").rows) == 6
    assert dispute.practice == river


def test_a_month_that_goes_on_says_so_and_one_that_has_not_begun_has_no_report(river, max_):
    going_on = collect(ReportKind.MONTH, Month(river, OCTOBER), at=at(20))
    assert going_on.notes
    assert not collect(ReportKind.MONTH, Month(river, OCTOBER), at=NOW).notes
    with pytest.raises(NotBegun):
        make_report(practice=river, kind=ReportKind.MONTH, first=date(2026, 12, 1), by=max_, at=NOW)


@pytest.mark.parametrize("kind", ReportKind)
def test_the_figures_cost_as_many_queries_for_many_visits_as_for_few(river, batch, kind, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        collect(kind, Month(river, OCTOBER), at=NOW)
    for _ in range(12):
        visit = factories.EncounterFactory(chart__batch=batch, status="delivered", finished_at=at(7))
        sent(visit, at(8))
    with django_assert_max_num_queries(30):
        assert collect(kind, Month(river, OCTOBER), at=NOW).tables


def test_a_practice_sees_a_report_once_it_was_shared(client, river, batch, max_, cleo, otto):
    report = make_report(practice=river, kind=ReportKind.INVOICE, first=OCTOBER, by=max_, at=NOW)
    address = reverse("coding:report", args=[report.pk])
    client.force_login(cleo)
    assert client.get(address).status_code == 404
    client.force_login(max_)
    assert client.post(reverse("coding:share-report", args=[report.pk])).status_code == 302
    client.force_login(cleo)
    assert b"$14.00" in client.get(address).content
    assert report.title.encode() in client.get(reverse("coding:reports")).content
    client.force_login(otto)
    assert client.get(address).status_code == 404
    assert client.get(reverse("coding:report-file", args=[report.pk, "pdf"])).status_code == 404


def test_what_was_not_shared_is_held_back_by_the_database_too(river, batch, max_):
    make_report(practice=river, kind=ReportKind.INVOICE, first=OCTOBER, by=max_, at=NOW)
    with scope.practice(river.pk):
        assert not Report.objects.exists()
    with scope.service():
        share_report(report=Report.objects.get(), by=max_, at=NOW)
    with scope.practice(river.pk):
        assert Report.objects.count() == 1


def test_a_manager_makes_a_report_and_downloads_it_as_workbook_and_pdf(client, river, batch, max_):
    client.force_login(max_)
    month = f"{timezone.localdate():%Y-%m}"
    answer = client.post(
        reverse("coding:make-report"), {"practice": river.pk, "kind": "month", "month": month}, follow=True
    )
    report = Report.objects.get()
    assert answer.redirect_chain == [(reverse("coding:report", args=[report.pk]), 302)]
    book = client.get(reverse("coding:report-file", args=[report.pk, "xlsx"]))
    assert openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames[0] == "Summary"
    page = client.get(reverse("coding:report-file", args=[report.pk, "pdf"]))
    assert page.content.startswith(b"%PDF")
    assert f"RIVER-month-{month}-{report.label}.pdf" in page["Content-Disposition"]
    assert client.get(reverse("coding:report-file", args=[report.pk, "exe"])).status_code == 404
    assert AuditEvent.objects.filter(action="report.downloaded", object_id=report.pk).count() == 2


@pytest.mark.parametrize(
    ("day", "after", "next_one"),
    [
        (3, date(2026, 11, 2), date(2026, 11, 3)),
        (3, date(2026, 11, 3), date(2026, 12, 3)),
        (28, date(2026, 12, 31), date(2027, 1, 28)),
        (1, date(2027, 1, 31), date(2027, 2, 1)),
    ],
)
def test_the_next_day_of_a_schedule(day, after, next_one):
    assert next_day(day, after=after) == next_one


@pytest.fixture
def schedule(river, max_, cleo):
    return schedule_report(
        practice=river, kind=ReportKind.MONTH, day=3, readers=[max_.pk, cleo.pk], by=max_, at=NOW - timedelta(days=2)
    )


def run(at_time):
    queue_due_reports(at=at_time)
    for job in Job.objects.filter(kind="coding.make_scheduled_report", state=JobState.READY):
        make_scheduled_report(claim=claim_job(job_id=job.pk, at=at_time), at=at_time)


def test_a_schedule_makes_the_month_before_on_its_day_and_tells_its_readers(schedule, river, batch, cleo, max_):
    assert schedule.next_on == date(2026, 11, 3)
    run(NOW - timedelta(days=1))
    assert not Report.objects.exists()
    run(NOW)
    run(NOW)
    report = Report.objects.get()
    assert (report.first, report.shared_at) == (OCTOBER, NOW)
    assert facts(from_json(report.body))["Sent back"] == "3 visits"
    notices = Notice.objects.filter(kind="report_ready").order_by("pk")
    assert {notice.recipient for notice in notices} == {max_, cleo}
    assert notices[0].link == reverse("coding:report", args=[report.pk])
    schedule.refresh_from_db()
    assert schedule.next_on == date(2026, 12, 3)


def test_a_run_that_was_cut_off_is_made_again_once(schedule, batch):
    queue_due_reports(at=NOW)
    job = Job.objects.get(kind="coding.make_scheduled_report")
    with transaction.atomic():
        make_scheduled_report(claim=claim_job(job_id=job.pk, at=NOW), at=NOW)
        transaction.set_rollback(True)
    later = NOW + timedelta(minutes=5)
    make_scheduled_report(claim=claim_job(job_id=job.pk, at=later), at=later)
    assert Report.objects.count() == 1
    assert Notice.objects.filter(kind="report_ready").count() == 2


def test_who_left_the_practice_is_not_told(schedule, batch, cleo):
    cleo.memberships.all().delete()
    run(NOW)
    assert not Notice.objects.filter(recipient=cleo).exists()
    assert Report.objects.exists()


def test_a_kind_is_made_once_a_month_and_an_ended_one_no_more(schedule, river, max_, batch):
    with pytest.raises(AlreadyScheduled):
        schedule_report(practice=river, kind=ReportKind.MONTH, day=9, readers=[], by=max_, at=NOW)
    end_schedule(schedule=schedule, by=max_, at=NOW)
    run(NOW)
    assert not Report.objects.exists()
    assert ReportSchedule.objects.running().count() == 0


def test_the_form_offers_managers_and_the_practices_own_people_only(client, river, max_, cleo, otto, ann):
    client.force_login(max_)
    page = client.get(reverse("coding:schedule-report"), {"practice": river.pk})
    assert cleo.email.encode() in page.content
    assert max_.email.encode() in page.content
    assert otto.email.encode() not in page.content
    assert ann.email.encode() not in page.content
    sent_form = {"kind": "invoice", "day": 5, "readers": [cleo.pk]}
    address = f"{reverse('coding:schedule-report')}?practice={river.pk}"
    assert client.post(address, {**sent_form, "readers": [otto.pk]}).status_code == 200
    assert client.post(address, sent_form).status_code == 302
    assert ReportSchedule.objects.get().readers.get().user == cleo
