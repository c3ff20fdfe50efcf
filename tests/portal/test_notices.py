"""A notice leaves once, says nothing about patients, and its troubles are seen."""

import re
import socket
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone

from portal.actions.jobs import ATTEMPTS, JobLost, claim_job
from portal.actions.notices import queue_notice, send_notice
from portal.models import AuditEvent, Job, JobState, Notice
from portal.tasks import send_notice as task
from tests import factories

pytestmark = pytest.mark.django_db


class MailServer:
    """A mail server that keeps what it takes and answers as told: `rcpt` and `data` are the replies to come."""

    def __init__(self):
        self.messages, self.rcpt, self.data = [], [], []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  (aiosmtpd's name)
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        if self.data:
            return self.data.pop(0)
        self.messages.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def mail(settings):
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.SITE_URL, settings.SITE_HOST = "https://chartline.example", "chartline.example"
    yield handler
    controller.stop()


@pytest.fixture
def notice(cleo, river):
    batch = factories.BatchFactory(practice=river, name="Marta Quinlan 1961-03-04")  # named after a patient
    return queue_notice(
        kind="results_ready",
        email=cleo.email,
        recipient=cleo,
        practice=river,
        batch=batch,
        link="/batches/7/",
        words={"encounters": 12, "unreadable": 1, "version": 1},
        at=timezone.now(),
    )


def job_of(notice):
    return Job.objects.get(kind="portal.send_notice", object_id=notice.pk)


def due_again(job):
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_notice_is_sent_with_its_link_and_without_a_word_about_patients(notice, mail, cleo):
    task(job_id=job_of(notice).pk)
    [(receivers, message)] = mail.messages
    assert receivers == [cleo.email]
    assert message["Subject"] == f"Results of {notice.batch.label} are ready"
    assert message["Auto-Submitted"] == "auto-generated"
    bodies = [part.get_content() for part in message.walk() if not part.is_multipart()]
    assert len(bodies) == 2
    for body in bodies:
        assert "https://chartline.example/batches/7/" in body
        assert "12 encounters" in body
        assert "River Family Medicine" in body
        assert "1 file could not be read" in body
    assert "Quinlan" not in message.as_string()
    assert "1961" not in message.as_string()
    notice.refresh_from_db()
    assert notice.sent_at is not None
    assert job_of(notice).state == JobState.DONE
    assert AuditEvent.objects.filter(action="notice.sent", object_id=notice.pk).count() == 1


def test_a_doubled_message_to_the_worker_sends_one_mail(notice, mail):
    job = job_of(notice)
    task(job_id=job.pk)
    task(job_id=job.pk)
    assert len(mail.messages) == 1


def test_a_busy_server_gets_the_same_message_again_later(notice, mail):
    mail.data = ["451 4.3.0 Try again later"]
    job = job_of(notice)
    task(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.fault) == (JobState.READY, "smtp_451")
    assert job.due_at > timezone.now()
    assert mail.messages == []
    due_again(job)
    task(job_id=job.pk)
    assert job_of(notice).state == JobState.DONE
    assert len(mail.messages) == 1


def test_a_worker_that_died_after_sending_sends_the_same_message_id(notice, mail):
    first = claim_job(job_id=job_of(notice).pk, at=timezone.now(), lease=timedelta(microseconds=1))
    time.sleep(0.01)
    second = claim_job(job_id=job_of(notice).pk, at=timezone.now())
    with pytest.raises(JobLost):
        send_notice(claim=first, at=timezone.now())
    send_notice(claim=second, at=timezone.now())
    ids = [message["Message-ID"] for _, message in mail.messages]
    assert len(set(ids)) == 1
    assert re.fullmatch(rf"<notice\.{notice.pk}\.[0-9a-f]+@chartline\.example>", ids[0])


def test_an_address_that_does_not_exist_is_given_up_at_once_and_seen(notice, mail, cleo):
    mail.rcpt = ["550 5.1.1 No such user"]
    task(job_id=job_of(notice).pk)
    job = job_of(notice)
    assert (job.state, job.fault, job.attempt) == (JobState.FAILED, "smtp_550", 1)
    assert cleo.email not in job.fault
    given_up = AuditEvent.objects.get(action="notice.given_up")
    assert given_up.detail == {"fault": "smtp_550"}


def test_a_server_that_is_down_is_tried_with_growing_pauses_and_then_given_up(notice, settings, mail):
    settings.EMAIL_PORT = free_port()
    job, waits = job_of(notice), []
    for _ in range(ATTEMPTS):
        due_again(job)
        before = timezone.now()
        task(job_id=job.pk)
        job.refresh_from_db()
        waits.append(round((job.due_at - before).total_seconds()))
    assert job.state == JobState.FAILED
    assert job.fault == "mail_ConnectionRefusedError"
    assert waits == sorted(waits)
    assert waits[0] < 10
    assert waits[-1] >= 3600


def test_no_word_can_begin_a_header(river, mail):
    for address in ("a@example.com\nBcc: b@example.com", "a@example.com\r\nSubject: x", "nobody"):
        with pytest.raises(ValidationError):
            queue_notice(kind="mention", email=address, link="/x", at=timezone.now())
    assert not Notice.objects.exists()
    notice = queue_notice(
        kind="invitation",
        email="new@example.com",
        link="/join/abc/",
        words={"name": "Eve\r\nBcc: victim@example.com", "hours": 72},
        at=timezone.now(),
    )
    task(job_id=job_of(notice).pk)
    [(receivers, message)] = mail.messages
    assert receivers == ["new@example.com"]
    assert message["Bcc"] is None
    assert message["Subject"] == "Your invitation to Chartline"
    assert "Hello Eve Bcc: victim@example.com," in message.get_body(("plain",)).get_content()


def test_a_name_is_text_in_html(mail):
    notice = queue_notice(
        kind="invitation",
        email="new@example.com",
        link="/join/abc/",
        words={"name": "<b>Eve</b>", "hours": 72},
        at=timezone.now(),
    )
    task(job_id=job_of(notice).pk)
    [(_, message)] = mail.messages
    assert "&lt;b&gt;Eve" in message.get_body(("html",)).get_content()
    assert "<b>Eve" in message.get_body(("plain",)).get_content()


def test_a_withdrawn_link_and_a_reader_who_left_get_no_mail(notice, mail, cleo, ada):
    withdrawn = queue_notice(kind="invitation", email="x@example.com", link="", at=timezone.now())
    cleo.is_active, cleo.deactivated_at, cleo.deactivated_by = False, timezone.now(), ada
    cleo.save()
    for one in (withdrawn, notice):
        task(job_id=job_of(one).pk)
        assert job_of(one).state == JobState.DONE
        one.refresh_from_db()
        assert one.sent_at is None
    assert mail.messages == []


WORDS = {
    "who": "Ann",
    "encounter": "E-00001",
    "minutes": 30,
    "report": "Invoice, October 2026",
    "name": "Eve",
    "hours": 72,
    "encounters": 2,
    "unreadable": 0,
    "version": 2,
    "count": 1,
}
FRAME = {"reader": "Cleo", "batch": "B-7", "practice": "River", "address": "https://x/y", "site": "https://x"}


@pytest.mark.parametrize(
    "kind",
    [
        "invitation",
        "results_ready",
        "comment_added",
        "answer_needed",
        "mention",
        "batch_refused_files",
        "report_ready",
        "emergency_opened",
    ],
)
def test_every_kind_of_notice_has_a_subject_of_one_line_and_its_link_in_both_forms(kind):
    subject, _, text = render_to_string(f"mail/{kind}.txt", {**WORDS, **FRAME}).partition("\n")
    assert 10 < len(subject) < 70
    assert "https://x/y" in text
    assert 'href="https://x/y"' in render_to_string(f"mail/{kind}.html", {**WORDS, **FRAME})
