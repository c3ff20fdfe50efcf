"""Ada sends an official file; a worker loads it, and the page says what became of it."""

from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coding.actions import code_files
from coding.actions.code_files import JOB, load_sent_file
from coding.models import CodeFile, Edition, FileOutcome, Taxonomy
from coding.rules.code_sets import CodeSet
from coding.signals import codes_loaded
from coding.tasks import load_code_file as task
from portal.actions.jobs import ATTEMPTS, claim_job
from portal.models import AuditEvent, Job, JobState
from portal.rules.roles import Permission, Role
from tests import factories

pytestmark = pytest.mark.django_db
PAGE, REPORT = "coding:code-lists", "coding:code-file"
GOOD = "Code,Grouping,Classification,Specialization\n207Q00000X,Physicians,Family Medicine,\n"
BAD = GOOD + "207Q,Physicians,Family Medicine,\n"


@pytest.fixture
def browser(ada, as_user):
    return as_user(ada)


def send(browser, content=GOOD, name="nucc.csv", **changed):
    fields = {"code_set": "taxonomy", "edition": "26.1", "effective": "2026-07-01", "ends_on": ""}
    file = SimpleUploadedFile(name, content.encode()) if content else ""
    return browser.post(reverse(PAGE), {**fields, "file": file, **changed})


def work(django_capture_on_commit_callbacks):
    """What a worker does when the job is rung."""
    job = Job.objects.get(kind=JOB)
    with django_capture_on_commit_callbacks(execute=True):
        task(job_id=job.pk)
    job.refresh_from_db()
    return job


def test_a_file_is_kept_and_loaded_by_a_worker(browser, ada, django_capture_on_commit_callbacks):
    answer = send(browser)
    sent = CodeFile.objects.get()
    assert answer.headers["Location"] == reverse(REPORT, args=[sent.pk])
    assert not Edition.objects.exists(), "the request itself loads nothing"
    assert default_storage.exists(sent.stored)
    assert "Loading" in browser.get(answer.headers["Location"]).content.decode()

    assert work(django_capture_on_commit_callbacks).state == JobState.DONE
    edition = Edition.objects.get()
    assert (edition.name, edition.effective, edition.file_name) == ("26.1", date(2026, 7, 1), "nucc.csv")
    assert (edition.loaded_by, edition.rows) == (ada, 1)
    sent.refresh_from_db()
    assert sent.outcome == FileOutcome.LOADED
    assert not default_storage.exists(sent.stored), "the bytes are no longer needed"
    report = browser.get(reverse(REPORT, args=[sent.pk])).content.decode()
    assert "Loaded" in report
    assert "1 row" in report
    assert "hx-trigger" not in report, "nothing is waited for any more"
    assert {"codes.sent", "codes.loaded"} <= set(AuditEvent.objects.values_list("action", flat=True))


def test_refused_rows_stand_on_the_page_by_line_and_reason(browser, django_capture_on_commit_callbacks):
    send(browser, BAD)
    assert work(django_capture_on_commit_callbacks).state == JobState.DONE
    sent = CodeFile.objects.get()
    assert sent.outcome == FileOutcome.REFUSED
    page = browser.get(reverse(REPORT, args=[sent.pk]))
    assert page.context["refused"] == [{"line": 3, "reason": "'207Q' is no taxonomy code"}]
    assert "&#x27;207Q&#x27; is no taxonomy code" in page.content.decode()
    assert not Edition.objects.exists()
    assert not Taxonomy.objects.exists()
    assert not default_storage.exists(sent.stored)


def test_the_rest_is_loaded_if_the_sender_says_so(browser, django_capture_on_commit_callbacks):
    send(browser, BAD, leave_out_refused="on")
    work(django_capture_on_commit_callbacks)
    assert CodeFile.objects.get().outcome == FileOutcome.LOADED
    assert (Edition.objects.get().rows, Edition.objects.get().refused) == (1, 1)


def test_the_same_file_again_is_said_to_be_loaded_before(browser, django_capture_on_commit_callbacks):
    for _ in range(2):
        send(browser)
        work(django_capture_on_commit_callbacks)
        Job.objects.all().delete()
    assert list(CodeFile.objects.order_by("pk").values_list("outcome", flat=True)) == ["loaded", "unchanged"]
    assert Edition.objects.count() == 1


def test_another_kind_of_file_is_named_as_such(browser, django_capture_on_commit_callbacks):
    send(browser, "one,two\n1,2\n")
    work(django_capture_on_commit_callbacks)
    sent = CodeFile.objects.get()
    assert sent.outcome == FileOutcome.WRONG_FILE
    assert "No heading row of the taxonomy" in browser.get(reverse(REPORT, args=[sent.pk])).content.decode()


def test_a_fault_of_ours_is_tried_again_and_then_admitted(browser):
    send(browser)
    sent = CodeFile.objects.get()
    default_storage.delete(sent.stored)  # the storage has lost it
    job = Job.objects.get(kind=JOB)
    task(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.fault) == (JobState.READY, "FileNotFoundError")
    assert CodeFile.objects.get().outcome == FileOutcome.WAITING
    Job.objects.update(attempt=ATTEMPTS - 1, due_at=timezone.now())
    task(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert CodeFile.objects.get().outcome == FileOutcome.FAULT


def test_a_worker_that_lost_the_job_leaves_no_edition_behind(browser):
    send(browser)
    job = Job.objects.get(kind=JOB)
    claim = claim_job(job_id=job.pk, at=timezone.now())
    Job.objects.update(attempt=claim.attempt + 1)  # the lease ran out and somebody else took it
    with pytest.raises(code_files.JobLost):
        load_sent_file(claim=claim, at=timezone.now())
    assert not Edition.objects.exists()
    assert CodeFile.objects.get().outcome == FileOutcome.WAITING


def test_a_load_holds_its_job_as_long_as_a_task_may_run(browser, django_capture_on_commit_callbacks):
    leases = []

    def look(**_more):
        leases.append(Job.objects.get(kind=JOB).lease_until)

    send(browser)
    before = timezone.now()
    codes_loaded.connect(look)
    try:
        work(django_capture_on_commit_callbacks)
    finally:
        codes_loaded.disconnect(look)
    assert (leases[0] - before).total_seconds() >= 15 * 60


def test_what_the_form_lacks_is_said(browser):
    answer = send(browser, "", code_set="", edition="", effective="", ends_on="")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"code_set", "edition", "effective", "file"}
    assert send(browser, ends_on="2026-06-30").context["form"].errors == {
        "ends_on": ["The last day is before the first."]
    }
    assert send(browser, code_set="nothing").status_code == 422
    assert not CodeFile.objects.exists()


def test_every_list_with_a_layout_can_be_chosen(browser):
    choices = dict(browser.get(reverse(PAGE)).context["form"].fields["code_set"].choices)
    assert choices["ptp_practitioner"] == "NCCI pairs, practitioner"
    assert CodeSet.RELATIVE_VALUES in choices


def test_the_editions_stand_with_who_loaded_them_in_constant_queries(browser, ada):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            page = browser.get(reverse(PAGE))
        return len(seen), page

    factories.EditionFactory(code_set="taxonomy", name="26.0", rows=1234, refused=3, loaded_by=ada)
    queries()  # the first request of a session also writes the session
    few, page = queries()
    assert "1,234" in page.content.decode()
    assert page.context["editions"][0]["by"] == ada.name
    for year in range(2000, 2030):
        factories.EditionFactory(code_set="gpci", effective=date(year, 1, 1), loaded_by=ada)
    many, page = queries()
    assert many == few
    assert len(page.context["editions"]) == 31


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_admins_come_here(role, river, as_user):
    person = factories.UserFactory(roles=[role], practice=river if role is Role.PRACTICE else None)
    assert not person.may(Permission.MANAGE_CODE_LISTS)
    assert as_user(person).get(reverse(PAGE)).status_code == 404
