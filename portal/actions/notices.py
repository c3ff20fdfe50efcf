"""E-mail leaves through an outbox row, written with what it tells of; a task sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from portal import postman, scope
from portal.actions.audit import record
from portal.actions.jobs import Claim, finish_job, put_off_job, queue_job, ring
from portal.actions.notice_wishes import plan_for
from portal.failpoints import reached
from portal.models import Batch, Job, JobState, Notice, Practice, User
from portal.rules.mail_times import How

JOB = "portal.send_notice"
DIGEST = "portal.make_digest"
MOST_LINES = 100  # of one digest


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

    It leaves at once, or at `due_at`; with a reader's digest, or after their quiet hours, if they wish so. What they do
    not want stays without a link and is never sent.

    `words` holds counts and names of our own people and practices, never what a chart or comment says.
    """
    validate_email(email)
    how, leaves = (How.AT_ONCE, due_at) if recipient is None else plan_for(recipient, kind, at=due_at or at)
    notice = Notice.objects.create(
        kind=kind,
        email=email,
        recipient=recipient,
        practice=practice,
        batch=batch,
        link=link if how != How.OFF else "",
        words={name: one_line(word) for name, word in (words or {}).items()},
        created_at=at,
        held_until=leaves if how == How.DIGEST else None,
    )
    if how != How.OFF:
        dispatch_notice(notice, leaves=leaves, at=at)
    return notice


def dispatch_notice(notice: Notice, *, leaves: datetime | None, at: datetime) -> None:
    """The job that sends a notice, or that makes the digest of which it will be a line."""
    if notice.held_until is not None and notice.recipient_id is not None:
        queue_job(kind=DIGEST, object_id=notice.recipient_id, practice=None, at=at, due_at=notice.held_until)
    else:
        queue_job(kind=JOB, object_id=notice.pk, practice=notice.practice, at=at, due_at=leaves)


@transaction.atomic
def hasten_notice(*, notice: Notice, kind: str, at: datetime) -> bool:
    """Give a waiting e-mail a stronger reason and send it as soon as its reader lets it; False if it is on its way.

    One that the mail server did not take keeps the time of its next attempt.
    """
    how, leaves = (How.AT_ONCE, at) if notice.recipient is None else plan_for(notice.recipient, kind, at=at)
    if take_from_digest(notice, kind, how=how, leaves=leaves, at=at):
        return True
    waiting = Job.objects.filter(kind=JOB, object_id=notice.pk, state=JobState.READY).select_for_update().first()
    if waiting is None:
        return False
    Notice.objects.filter(pk=notice.pk).update(kind=kind)
    soon = leaves or at
    if waiting.attempt == 0 and waiting.due_at > soon:
        Job.objects.filter(pk=waiting.pk).update(due_at=soon)
        if soon <= at:
            transaction.on_commit(partial(ring, kind=JOB, job_id=waiting.pk), robust=True)
    return True


def take_from_digest(notice: Notice, kind: str, *, how: How, leaves: datetime | None, at: datetime) -> bool:
    """Give what is held for a digest a stronger reason, by which it may go earlier; False if it is not held."""
    held = Notice.objects.filter(pk=notice.pk, held_until__isnull=False, digest=None, sent_at=None)
    if how == How.DIGEST:
        return bool(held.update(kind=kind))
    if not held.update(kind=kind, held_until=None):
        return False
    queue_job(kind=JOB, object_id=notice.pk, practice=notice.practice, at=at, due_at=leaves)
    return True


@transaction.atomic
def make_digest(*, claim: Claim, at: datetime) -> None:
    """Make one e-mail of all that is held for a reader's digest by now, and close the job."""
    reader = User.objects.get(pk=claim.object_id)
    held = Notice.objects.filter(recipient=reader, held_until__isnull=False, digest=None, sent_at=None)
    due = list(held.filter(held_until__lte=at).select_for_update().order_by("pk"))
    finish_job(claim=claim, at=at)
    if due and reader.is_active:
        made = Notice.objects.create(
            kind="digest",
            email=reader.email,
            recipient=reader,
            link=reverse("portal:home"),
            words={"count": len(due)},
            created_at=at,
        )
        Notice.objects.filter(pk__in=[notice.pk for notice in due]).update(digest=made)
        queue_job(kind=JOB, object_id=made.pk, practice=None, at=at)
    later = held.filter(held_until__gt=at).order_by("held_until").first()
    if later is not None:
        queue_job(kind=DIGEST, object_id=reader.pk, practice=None, at=at, due_at=later.held_until)


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
            Notice.objects.filter(Q(pk=notice.pk) | Q(digest=notice), sent_at=None).update(sent_at=at)
            record("notice.sent", at=at, about=notice, kind=notice.kind)
        finish_job(claim=claim, at=at)
        reached("notice.written")


def is_wanted(notice: Notice) -> bool:
    """Whether it still has to go: not sent, its link not withdrawn, its reader still with us."""
    reader = notice.recipient
    return notice.sent_at is None and bool(notice.link) and (reader is None or reader.is_active)


def rendered(notice: Notice) -> tuple[str, str, str]:
    """Subject, text and HTML of a notice; the subject is the first line of the text template."""
    lines: list[dict[str, str]] = []
    if notice.kind == "digest":
        told = notice.lines.select_related("recipient", "practice", "batch").order_by("pk")
        lines = [{"subject": rendered(one)[0], "address": settings.SITE_URL + one.link} for one in told[:MOST_LINES]]
    words: dict[str, Any] = {
        **notice.words,
        "lines": lines,
        "more": max(0, int(notice.words.get("count", 0)) - len(lines)) if lines else 0,
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
