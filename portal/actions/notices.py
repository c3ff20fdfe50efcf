"""E-mail leaves through an outbox row, written with what it tells of; a task sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string

from portal import postman, scope
from portal.actions.audit import record
from portal.actions.jobs import Claim, finish_job, put_off_job, queue_job, ring
from portal.failpoints import reached
from portal.models import Batch, Job, JobState, Notice, Practice, User

JOB = "portal.send_notice"


@transaction.atomic
def queue_notice(
    *,
    kind: str,
    email: str,
    at: datetime,
    link: str,
    recipient: User | None = None,
    practice: Practice | None = None,
    batch: Batch | None = None,
    words: Mapping[str, str | int] | None = None,
    due_at: datetime | None = None,
) -> Notice:
    """Put an e-mail into the outbox; `kind` names its template, `link` a path on this site.

    It leaves at once, or at `due_at`.

    `words` holds counts and names of our own people and practices, never what a chart or comment says.
    """
    validate_email(email)
    notice = Notice.objects.create(
        kind=kind,
        email=email,
        recipient=recipient,
        practice=practice,
        batch=batch,
        link=link,
        words={name: one_line(word) for name, word in (words or {}).items()},
        created_at=at,
    )
    queue_job(kind=JOB, object_id=notice.pk, practice=practice, at=at, due_at=due_at)
    return notice


@transaction.atomic
def hasten_notice(*, notice: Notice, kind: str, at: datetime) -> bool:
    """Give a waiting e-mail a stronger reason and send it now; False if it is on its way already.

    One that the mail server did not take keeps the time of its next attempt.
    """
    waiting = Job.objects.filter(kind=JOB, object_id=notice.pk, state=JobState.READY).select_for_update().first()
    if waiting is None:
        return False
    Notice.objects.filter(pk=notice.pk).update(kind=kind)
    if waiting.attempt == 0 and waiting.due_at > at:
        Job.objects.filter(pk=waiting.pk).update(due_at=at)
        transaction.on_commit(partial(ring, kind=JOB, job_id=waiting.pk), robust=True)
    return True


def send_notice(*, claim: Claim, at: datetime) -> None:
    """Send the notice of a job and close it; a server that does not take it puts the job off.

    The conversation with the mail server stands between two transactions. Who dies in it sends the same
    Message-ID again.
    """
    with scope.service():
        notice = Notice.objects.select_related("recipient", "practice", "batch").get(pk=claim.object_id)
        wanted = is_wanted(notice)
        subject, text, html = rendered(notice) if wanted else ("", "", "")
    if wanted:
        reached("notice.rendered")
        try:
            postman.send(to=notice.email, subject=subject, text=text, html=html, message_id=message_id(notice))
        except postman.NotTaken as trouble:
            with scope.service():
                if put_off_job(claim=claim, fault=trouble.fault, at=at, final=trouble.final):
                    record("notice.given_up", at=at, about=notice, fault=trouble.fault)
            return
        reached("notice.taken")
    with scope.service():
        if wanted:
            Notice.objects.filter(pk=notice.pk, sent_at=None).update(sent_at=at)
            record("notice.sent", at=at, about=notice, kind=notice.kind)
        finish_job(claim=claim, at=at)
        reached("notice.written")


def is_wanted(notice: Notice) -> bool:
    """Whether it still has to go: not sent, its link not withdrawn, its reader still with us."""
    reader = notice.recipient
    return notice.sent_at is None and bool(notice.link) and (reader is None or reader.is_active)


def rendered(notice: Notice) -> tuple[str, str, str]:
    """Subject, text and HTML of a notice; the subject is the first line of the text template."""
    words: dict[str, Any] = {
        **notice.words,
        "address": settings.SITE_URL + notice.link,
        "site": settings.SITE_URL,
        "reader": notice.recipient.name if notice.recipient else "",
        "practice": notice.practice.name if notice.practice else "",
        "batch": notice.batch.label if notice.batch else "",
    }
    subject, _, text = render_to_string(f"mail/{notice.kind}.txt", words).partition("\n")
    html = render_to_string(f"mail/{notice.kind}.html", words)
    return str(one_line(subject)), text.strip() + "\n", html


def one_line(word: str | int) -> str | int:
    """A word that cannot begin a new line, hence no new header."""
    return " ".join(word.split()) if isinstance(word, str) else word


def message_id(notice: Notice) -> str:
    """The Message-ID of a notice: the same at every attempt, and different from any other site's."""
    return f"<notice.{notice.pk}.{int(notice.created_at.timestamp()):x}@{settings.SITE_HOST}>"
