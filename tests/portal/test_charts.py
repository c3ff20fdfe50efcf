"""A file becomes a chart, and a chart its pages, or a named refusal."""

import hashlib
import io
import logging
import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal import scope, storage
from portal.actions import pages as actions
from portal.actions.charts import BatchFull, NotTryable, ReceiptOutcome, receive_file, try_chart_again
from portal.actions.jobs import ATTEMPTS, JobLost, claim_job, renew_job
from portal.actions.leases import RENEW_EVERY, lease_keeper
from portal.models import AuditEvent, Batch, Chart, Job, JobState, Outcome, Page
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.signals import chart_ready, chart_refused
from portal.tasks import render_chart
from tests import damage, factories, files

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)


@pytest.fixture
def told():
    """What the signals said, in order."""
    heard = []

    def ready(sender, chart, at, **_more):
        heard.append(("ready", sender, chart.pk, at))

    def refused(sender, chart, at, **_more):
        heard.append(("refused", sender, chart.pk, at))

    chart_ready.connect(ready)
    chart_refused.connect(refused)
    yield heard
    chart_ready.disconnect(ready)
    chart_refused.disconnect(refused)


def receive(batch, content, name="scan.pdf", by=None, **more):
    return receive_file(batch=batch, file=File(io.BytesIO(content), name=name), name=name, by=by, at=AT, **more)


def claimed(chart, at=None):
    job = Job.objects.get(kind="portal.render_chart", object_id=chart.pk, state__in=["ready", "running"])
    return claim_job(job_id=job.pk, at=at or timezone.now())


def kept(chart):
    with storage.opened(chart.storage_name) as source:
        return source.read()


# -- receipt -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_file_is_kept_under_a_name_of_ours_with_its_hash(batch, cleo):
    content = files.small_pdf(1)
    receipt = receive(batch, content, name="../Mary Jones 1961.pdf", by=cleo)
    chart = receipt.chart
    assert receipt.outcome == ReceiptOutcome.RECEIVED
    assert (chart.original_name, chart.size, chart.media_type) == (
        "Mary Jones 1961.pdf",
        len(content),
        "application/pdf",
    )
    assert chart.sha256 == hashlib.sha256(content).hexdigest()
    assert kept(chart) == content
    assert "Mary" not in chart.storage_name
    assert (chart.status, chart.received_by, chart.received_at) == (ChartStatus.RECEIVED, cleo, AT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.pdf", Refusal.EMPTY),
        (files.html(), "a.pdf", Refusal.NAME_DIFFERS),
        (b"MZ" + bytes(60), "a.exe", Refusal.UNKNOWN_TYPE),
        (b"%PDF-1.4 " + b"x" * 200, "a.pdf", Refusal.TOO_LARGE),
    ],
)
def test_a_file_that_cannot_be_taken_is_kept_with_its_reason(batch, settings, content, name, reason):
    settings.INTAKE_FILE_LIMIT = 150
    receipt = receive(batch, content, name)
    assert (receipt.outcome, receipt.chart.status, receipt.chart.reason) == ("refused", ChartStatus.UNREADABLE, reason)
    assert kept(receipt.chart) == content
    assert receipt.detail
    event = AuditEvent.objects.get(action="chart.received")
    assert (event.outcome, event.detail["reason"]) == (Outcome.REFUSED, reason)


@pytest.mark.django_db
def test_the_same_bytes_are_a_duplicate_of_the_first(batch, river):
    first = receive(batch, files.small_pdf(1)).chart
    Batch.objects.update(status=BatchStatus.RECEIVED, received_at=AT, due_at=AT)
    other = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    receipt = receive(other, files.small_pdf(1), name="other.pdf")
    assert (receipt.outcome, receipt.chart.status) == ("duplicate", ChartStatus.DUPLICATE)
    assert receipt.chart.duplicate_of == first
    assert first.label in receipt.detail
    assert kept(receipt.chart) == files.small_pdf(1)
    assert receive(other, files.small_pdf(1), name="third.pdf").chart.duplicate_of == first


@pytest.mark.django_db
def test_the_same_bytes_of_another_practice_are_no_duplicate(batch, lake):
    receive(batch, files.small_pdf(1))
    theirs = factories.BatchFactory(practice=lake, status=BatchStatus.OPEN, received_at=None, due_at=None)
    assert receive(theirs, files.small_pdf(1)).outcome == "received"


@pytest.mark.django_db
def test_two_empty_files_are_one_refusal_and_a_duplicate_of_it(batch):
    assert [receive(batch, b"", name).outcome for name in ("a.pdf", "b.pdf")] == ["refused", "duplicate"]


@pytest.mark.django_db
def test_a_repeated_request_gets_the_receipt_it_had(batch):
    first = receive(batch, files.small_pdf(1), again=True)
    second = receive(batch, files.small_pdf(1), again=True)
    assert second == first
    assert Chart.objects.count() == 1
    assert receive(batch, files.small_pdf(1), name="copy.pdf", again=True).outcome == "duplicate"


@pytest.mark.django_db(transaction=True)
def test_of_two_equal_files_at_once_one_is_the_duplicate(batch, river):
    outcomes, start = [], threading.Barrier(2)

    def work(name):
        try:
            with scope.practice(river.pk):
                start.wait()
                outcomes.append(receive(batch, files.small_pdf(1), name).outcome)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[f"{n}.pdf"]) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["duplicate", "received"]
    assert Chart.objects.filter(duplicate_of=None).count() == 1
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_the_database_refuses_the_same_bytes_twice(batch):
    chart = receive(batch, files.small_pdf(1)).chart
    with pytest.raises(IntegrityError, match="portal_chart_bytes_once"), transaction.atomic():
        factories.ChartFactory(batch=batch, sha256=chart.sha256)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": ChartStatus.UNREADABLE, "ready_at": None}, "portal_chart_refused_for_what"),
        ({"status": ChartStatus.RECEIVED, "reason": "empty", "ready_at": None}, "portal_chart_refused_for_what"),
        ({"status": ChartStatus.DUPLICATE, "ready_at": None}, "portal_chart_duplicate_of_what"),
        ({"page_count": 0}, "portal_chart_ready_has_pages"),
        ({"ready_at": None}, "portal_chart_ready_has_pages"),
        ({"sha256": "ABC"}, "portal_chart_sha256_form"),
    ],
)
def test_the_database_refuses_a_chart_in_no_one_state(batch, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factories.ChartFactory(batch=batch, **fields)


@pytest.mark.django_db
def test_a_full_batch_takes_nothing_and_keeps_nothing(batch, settings):
    settings.INTAKE_BATCH_LIMIT = len(files.small_pdf(1)) + 10
    receive(batch, files.small_pdf(1))
    with pytest.raises(BatchFull):
        receive(batch, files.small_pdf(2))
    assert Chart.objects.count() == 1


# -- pages ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_chart_gets_its_pages_and_the_news_goes_out(batch, told):
    chart = receive(batch, files.text_pdf("Plan: rest", "Signed")).chart
    actions.render_chart(claim=claimed(chart), at=AT)
    chart.refresh_from_db()
    assert (chart.status, chart.page_count) == (ChartStatus.READY, 2)
    assert AT <= chart.ready_at < AT + timedelta(minutes=2)
    rows = Page.objects.filter(chart=chart).order_by("number")
    assert [(page.number, page.text, page.text_source) for page in rows] == [
        (1, "Plan: rest", "layer"),
        (2, "Signed", "layer"),
    ]
    assert told == [("ready", Chart, chart.pk, chart.ready_at)]
    assert Job.objects.get(object_id=chart.pk, kind="portal.render_chart").state == JobState.DONE
    assert AuditEvent.objects.get(action="chart.ready").detail == {"old": "received", "new": "ready", "pages": 2}


@pytest.mark.django_db
def test_a_scan_says_that_it_has_no_text_layer(batch):
    chart = receive(batch, files.fax_tiff(1), "fax.tif").chart
    actions.render_chart(claim=claimed(chart), at=AT)
    assert Page.objects.get(chart=chart).text_source == Page.TextSource.NONE


@pytest.mark.django_db
def test_a_bad_file_is_refused_by_name_and_the_good_one_behind_it_is_drawn(batch, told):
    bad, good = receive(batch, files.no_pages()).chart, receive(batch, files.small_pdf(1)).chart
    for chart in (bad, good):
        actions.render_chart(claim=claimed(chart), at=AT)
        chart.refresh_from_db()
    assert (bad.status, bad.reason) == (ChartStatus.UNREADABLE, Refusal.NO_PAGES)
    assert good.status == ChartStatus.READY
    assert [word for word, *_ in told] == ["refused", "ready"]
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}


@pytest.mark.django_db
def test_bytes_that_changed_are_not_drawn_and_a_new_copy_mends_the_chart(batch):
    chart = receive(batch, files.small_pdf(1)).chart
    damage.overwrite(chart.storage_name, files.small_pdf(2))
    actions.render_chart(claim=claimed(chart), at=AT)
    chart.refresh_from_db()
    assert chart.reason == Refusal.CHANGED_AFTER_RECEIPT
    copy = receive(batch, files.small_pdf(1), "again.pdf").chart
    actions.render_chart(claim=claimed(chart), at=AT)
    chart.refresh_from_db()
    assert chart.status == ChartStatus.READY
    assert copy.duplicate_of == chart


@pytest.mark.django_db
def test_a_stale_claim_writes_nothing(batch, told, settings):
    chart = receive(batch, files.small_pdf(1)).chart
    old = claimed(chart)
    new = claimed(chart, at=timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1))
    assert (old.attempt, new.attempt) == (1, 2)
    with pytest.raises(JobLost):
        actions.finish_rendering(claim=old, pages=[], at=AT)
    with pytest.raises(JobLost):
        actions.refuse_chart(claim=old, reason=Refusal.TRUNCATED, at=AT)
    actions.render_chart(claim=new, at=AT)
    with pytest.raises(JobLost):
        actions.finish_rendering(claim=old, pages=[], at=AT)
    chart.refresh_from_db()
    assert (chart.status, chart.pages.count(), len(told)) == (ChartStatus.READY, 1, 1)


@pytest.mark.django_db
def test_pages_of_an_earlier_attempt_are_replaced(batch):
    chart = receive(batch, files.small_pdf(1)).chart
    factories.PageFactory(chart=chart, number=1, text="half done")
    factories.PageFactory(chart=chart, number=2)
    actions.render_chart(claim=claimed(chart), at=AT)
    assert [page.text.split("\n")[0] for page in chart.pages.all()] == ["Visit number 1."]


@pytest.mark.django_db
def test_a_chart_that_is_done_is_not_drawn_again(batch, told):
    chart = receive(batch, files.small_pdf(1)).chart
    claim = claimed(chart)
    Chart.objects.filter(pk=chart.pk).update(status=ChartStatus.READY, page_count=1, ready_at=AT)
    actions.render_chart(claim=claim, at=AT)
    assert Job.objects.get(object_id=chart.pk, kind="portal.render_chart").state == JobState.DONE
    assert not told


@pytest.mark.django_db
def test_the_lease_is_renewed_while_the_child_works(batch):
    chart = receive(batch, files.small_pdf(1)).chart
    claim = claimed(chart)
    before = Job.objects.get(pk=claim.job_id).lease_until
    keep = lease_keeper(partial(renew_job, claim=claim), lambda: timezone.now() + timedelta(minutes=5))
    keep()
    assert Job.objects.get(pk=claim.job_id).lease_until == before  # not more often than every second
    threading.Event().wait(RENEW_EVERY)
    keep()
    assert Job.objects.get(pk=claim.job_id).lease_until > before


@pytest.mark.django_db
def test_a_fault_of_ours_is_tried_again_and_in_the_end_has_a_name(batch, told):
    chart = receive(batch, files.small_pdf(1)).chart
    damage.lose(chart.storage_name)
    job, at = Job.objects.get(object_id=chart.pk), timezone.now()
    for attempt in range(1, ATTEMPTS + 1):
        Job.objects.filter(pk=job.pk).update(due_at=at)
        render_chart(job_id=job.pk)
        chart.refresh_from_db()
        assert chart.status == (ChartStatus.RECEIVED if attempt < ATTEMPTS else ChartStatus.UNREADABLE)
    job.refresh_from_db()
    assert (chart.reason, job.state, job.fault) == (Refusal.SERVICE_FAULT, JobState.FAILED, "FileNotFoundError")
    assert [word for word, *_ in told] == ["refused"]


@pytest.mark.django_db
def test_a_chart_that_always_kills_its_worker_is_given_up(batch):
    chart = receive(batch, files.small_pdf(1)).chart
    Job.objects.filter(object_id=chart.pk).update(attempt=actions.STARTS)
    actions.render_chart(claim=claimed(chart), at=AT)
    chart.refresh_from_db()
    assert chart.reason == Refusal.SERVICE_FAULT


@pytest.mark.django_db
def test_a_manager_has_a_chart_drawn_again(batch, max_):
    chart = receive(batch, files.small_pdf(1)).chart
    Job.objects.update(state=JobState.FAILED, finished_at=AT)
    Chart.objects.filter(pk=chart.pk).update(status=ChartStatus.UNREADABLE, reason=Refusal.SERVICE_FAULT)
    try_chart_again(chart=chart, by=max_, at=AT)
    actions.render_chart(claim=claimed(chart), at=AT)
    chart.refresh_from_db()
    assert chart.status == ChartStatus.READY
    with pytest.raises(NotTryable):
        try_chart_again(chart=chart, by=max_, at=AT)


@pytest.mark.django_db
def test_what_is_wrong_with_the_file_itself_is_not_tried_again(batch, max_):
    chart = receive(batch, b"").chart
    with pytest.raises(NotTryable):
        try_chart_again(chart=chart, by=max_, at=AT)


@pytest.mark.django_db
def test_no_file_name_reaches_a_log(batch, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    chart = receive(batch, files.encrypted_pdf(), name="Mary Jones 1961.pdf").chart
    other = receive(batch, files.small_pdf(1), name="Mary Jones 1962.pdf").chart
    actions.render_chart(claim=claimed(chart), at=AT)
    damage.lose(other.storage_name)
    render_chart(job_id=Job.objects.get(object_id=other.pk).pk)
    assert "Mary" not in caplog.text
    assert caplog.records
    assert not [event for event in AuditEvent.objects.all() if "Mary" in str(event.detail)]
