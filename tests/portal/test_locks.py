"""A file that opens with a password only: asked for in the thread, given on its page, kept nowhere."""

import io
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import File
from django.db import connection
from django.urls import reverse

from feedback.models import Comment
from portal import storage
from portal.actions.charts import receive_file
from portal.actions.jobs import claim_job
from portal.actions.locks import TRIES
from portal.actions.pages import render_chart
from portal.models import AuditEvent, Batch, Chart, Job, JobState, Page
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from tests import factories
from tests.hostile import pdfs

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PASSWORD = "Quenby Zzyzxworth 1947 "
CONTENT = pdfs.encrypted(6, user=PASSWORD)


@pytest.fixture
def chart(river):
    """A locked chart of a batch that was sent."""
    batch = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    chart = receive_file(batch=batch, file=File(io.BytesIO(CONTENT)), name="a.pdf", by=None, at=AT).chart
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.RECEIVED, received_at=AT, due_at=AT)
    walked(chart)
    assert (chart.status, chart.reason) == (ChartStatus.LOCKED, Refusal.PASSWORD_NEEDED)
    return chart


def walked(chart):
    job = Job.objects.get(object_id=chart.pk, state=JobState.READY)
    Job.objects.filter(pk=job.pk).update(due_at=AT)
    render_chart(claim=claim_job(job_id=job.pk, at=AT), at=AT)
    chart.refresh_from_db()


def post(browser, chart, password, name="portal:unlock-chart"):
    return browser.post(reverse(name, args=[chart.pk]), {"password": password})


def test_the_thread_asks_and_the_page_takes_the_password(chart, cleo, as_user, caplog):
    caplog.set_level(logging.DEBUG)
    question = Comment.objects.get(chart=chart)
    assert (question.needs_answer_from, question.author, chart.label in question.body) == ("practice", None, True)
    browser = as_user(cleo)
    thread = browser.get(reverse("feedback:batch-thread", args=[chart.batch_id])).content.decode()
    assert "Chartline" in thread
    assert "Password of the file" in browser.get(reverse("portal:chart", args=[chart.pk])).content.decode()
    assert "Give the password" in browser.get(reverse("portal:batch", args=[chart.batch_id])).content.decode()
    assert post(browser, chart, PASSWORD).status_code == 302
    walked(chart)
    assert chart.status == ChartStatus.READY
    assert Page.objects.get(chart=chart).text == "Assessment: gout"
    assert chart.steps.get(name="mend").facts["unlocked"] == 1
    question.refresh_from_db()
    assert question.resolved_by == cleo
    with storage.opened(chart.storage_name) as original:
        assert original.read() == CONTENT
    assert "Zzyzx" not in caplog.text


def test_the_password_is_in_no_table_and_no_file(chart, cleo, as_user, tmp_path):
    post(as_user(cleo), chart, PASSWORD)
    walked(chart)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table not in {"site_cache", "django_session"}:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{table}"::text LIKE %s', ["%Zzyzx%"])
                assert cursor.fetchone()[0] == 0, table
    assert not [path for path in Path(tmp_path).rglob("*") if path.is_file() and b"Zzyzx" in path.read_bytes()]


def test_a_wrong_password_says_so_and_is_counted(chart, cleo, as_user):
    browser = as_user(cleo)
    for _ in range(TRIES):
        wrong = post(browser, chart, "gout")
        assert wrong.status_code == 422
        assert "does not open with this password" in wrong.content.decode()
    assert post(browser, chart, PASSWORD).status_code == 429
    chart.refresh_from_db()
    assert chart.status == ChartStatus.LOCKED
    refused = AuditEvent.objects.filter(action="chart.unlocked", outcome="refused")
    assert refused.count() == TRIES
    assert "gout" not in str([event.detail for event in refused])


def test_the_practice_goes_on_without_the_file(chart, cleo, otto, ann, as_user):
    for stranger in (otto, ann):
        assert post(as_user(stranger), chart, PASSWORD).status_code == 404
        assert post(as_user(stranger), chart, "", "portal:give-up-chart").status_code == 404
    assert Chart.objects.undecided().exists()
    assert post(as_user(cleo), chart, "", "portal:give-up-chart").status_code == 302
    chart.refresh_from_db()
    assert (chart.status, chart.reason) == (ChartStatus.UNREADABLE, Refusal.PASSWORD_PROTECTED)
    assert not Chart.objects.undecided().exists()
    assert Comment.objects.get(chart=chart).resolved_by == cleo
    assert post(as_user(cleo), chart, PASSWORD).status_code == 302  # says that it waits no more
