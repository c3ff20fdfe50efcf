"""A PDF that opens with a password only: asked for, used once, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import File
from django.db import transaction

from portal import children, rendering, storage
from portal.actions.audit import record
from portal.actions.charts import RENDER
from portal.actions.jobs import Claim, JobLost, finish_job, queue_job
from portal.actions.steps import record_walk
from portal.models import Chart, Outcome, User
from portal.rules.intake import ChartStatus, Refusal
from portal.signals import chart_locked, chart_refused, chart_unlocked
from portal.steps import StepTaken

TRIES = 5
TRIES_FOR = 15 * 60  # seconds in which so many may be wrong
UNLOCK_SECONDS = 20  # a person waits


class NotLocked(Exception):
    """The chart does not wait for a password."""


class WrongPassword(Exception):
    """The file does not open with it."""


class TooManyTries(Exception):
    """Too many wrong passwords for this chart; there is a pause."""


@transaction.atomic
def lock_chart(*, claim: Claim, taken: Sequence[StepTaken], at: datetime) -> None:
    """The chart waits for its password; JobLost for a stale claim."""
    finish_job(claim=claim, at=at)
    before = Chart.objects.in_work().select_for_update(of=("self",)).filter(pk=claim.object_id).first()
    if before is None:
        raise JobLost
    Chart.objects.filter(pk=before.pk).update(
        status=ChartStatus.LOCKED, reason=Refusal.PASSWORD_NEEDED, working_name="", working_sha256=""
    )
    chart = Chart.objects.select_related("batch", "practice").get(pk=claim.object_id)
    record_walk(chart=chart, taken=taken, at=at)
    record("chart.locked", at=at, about=chart, old=before.status, new=ChartStatus.LOCKED)
    chart_locked.send(sender=Chart, chart=chart, at=at)


def unlock_chart(*, chart: Chart, password: str, by: User, at: datetime) -> None:
    """Keep a copy that opens without the password and go on with it; the file as it came stays as it is.

    NotLocked, WrongPassword, TooManyTries; Refused or ChildLost if the file cannot be read for another reason.
    Not one transaction: a wrong password is an event of the audit trail.
    """
    if chart.status != ChartStatus.LOCKED:
        raise NotLocked
    count_try(chart)
    try:
        copy = opened_copy(chart, password)
    except children.Refused as refused:
        record("chart.unlocked", at=at, by=by, about=chart, outcome=Outcome.REFUSED, reason=refused.reason)
        if refused.reason == Refusal.PASSWORD_NEEDED:
            raise WrongPassword from None
        raise
    with transaction.atomic():
        if not Chart.objects.filter(pk=chart.pk, status=ChartStatus.LOCKED).update(
            status=ChartStatus.RECEIVED, reason="", working_name=copy.name, working_sha256=copy.sha256
        ):
            raise NotLocked
        queue_job(kind=RENDER, object_id=chart.pk, practice=chart.practice, at=at)
        record("chart.unlocked", at=at, by=by, about=chart, old=ChartStatus.LOCKED, new=ChartStatus.RECEIVED)
        chart_unlocked.send(sender=Chart, chart=chart, by=by, at=at)
    cache.delete(key_of(chart))


def opened_copy(chart: Chart, password: str) -> storage.Stored:
    """The copy, stored; the password goes to the child by a pipe and nowhere else."""
    with rendering.work_folder() as folder:
        source, place = folder / "source", folder / "opened"
        place.mkdir()
        rendering.fetch([chart.storage_name], chart.sha256, source)
        found = children.ask_child(
            "mend", source, place, "unlock", place=place, handed=password.encode() + b"\n",
            seconds=UNLOCK_SECONDS, page_limit=settings.INTAKE_PAGE_LIMIT,
        )  # fmt: skip
        with (place / Path(found["file"]).name).open("rb") as copy:
            return storage.keep(File(copy), practice_id=chart.practice_id, folder="working")


@transaction.atomic
def count_try(chart: Chart) -> None:
    """One more try; TooManyTries after TRIES wrong ones. The row is held, so that tries at once are counted apart."""
    Chart.objects.select_for_update(of=("self",)).get(pk=chart.pk)
    tries = cache.get(key_of(chart), 0) + 1
    if tries > TRIES:
        raise TooManyTries
    cache.set(key_of(chart), tries, TRIES_FOR)


def key_of(chart: Chart) -> str:
    """Where the tries of one chart are counted."""
    return f"unlock-tries-{chart.pk}"


@transaction.atomic
def give_up_chart(*, chart: Chart, by: User, at: datetime) -> None:
    """Go on without a locked chart; NotLocked otherwise."""
    if not Chart.objects.filter(pk=chart.pk, status=ChartStatus.LOCKED).update(
        status=ChartStatus.UNREADABLE, reason=Refusal.PASSWORD_PROTECTED
    ):
        raise NotLocked
    chart.refresh_from_db()
    record("chart.given_up", at=at, by=by, about=chart, old=ChartStatus.LOCKED, new=ChartStatus.UNREADABLE)
    chart_unlocked.send(sender=Chart, chart=chart, by=by, at=at)
    chart_refused.send(sender=Chart, chart=chart, at=at)
