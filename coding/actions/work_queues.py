"""Queues as rules: written as a draft, tested against what waits, then live; what was live stays as history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from coding.models import WorkQueue, WorkQueueVersion
from coding.models.work_queues import any_of, counted, in_order, waiting_now, within
from coding.rules.work_queues import EXAMPLES, QueueState, Rules, as_data
from portal.actions.audit import record
from portal.models import User


class NameTaken(Exception):
    """Another queue has the name."""


class NotTested(Exception):
    """There is no draft, or it was changed after its test."""


class NotLive(Exception):
    """The queue is not live (any more)."""


def lock_queue(queue: WorkQueue) -> WorkQueue:
    """One change of a queue at a time."""
    return WorkQueue.objects.select_for_update().get(pk=queue.pk)


@transaction.atomic
def make_queue(*, name: str, rules: Rules, by: User, at: datetime) -> WorkQueue:
    """A new queue behind the others, as a draft. NameTaken."""
    last = WorkQueue.objects.aggregate(last=Max("position"))["last"] or 0
    try:
        with transaction.atomic():
            queue = WorkQueue.objects.create(name=name, position=last + 1, made_at=at, made_by=by)
    except IntegrityError as trouble:
        raise NameTaken from trouble
    add_version(queue, rules, by=by, at=at)
    record("queue.made", at=at, by=by, about=queue)
    return queue


@transaction.atomic
def change_queue(*, queue: WorkQueue, rules: Rules, by: User, at: datetime) -> WorkQueueVersion:
    """Change the draft, or begin one beside the live version; either has to be tested."""
    lock_queue(queue)
    drafts = queue.versions.filter(state__in=[QueueState.DRAFT, QueueState.TESTED])
    changed = drafts.update(
        rules=as_data(rules), state=QueueState.DRAFT, found=None, tested_at=None, tested_by=None, made_at=at, made_by=by
    )
    version = drafts.get() if changed else add_version(queue, rules, by=by, at=at)
    record("queue.drafted", at=at, by=by, about=queue, version=version.number)
    return version


def add_version(queue: WorkQueue, rules: Rules, *, by: User, at: datetime) -> WorkQueueVersion:
    """The next version, as a draft; inside the caller's transaction."""
    last = queue.versions.aggregate(last=Max("number"))["last"] or 0
    return WorkQueueVersion.objects.create(
        queue=queue, number=last + 1, rules=as_data(rules), made_at=at, made_by=by
    )  # fmt: skip


@transaction.atomic
def examine_queue(*, queue: WorkQueue, by: User, at: datetime) -> WorkQueueVersion:
    """Look what would be in the draft now, and keep it with the version. NotTested without a draft."""
    lock_queue(queue)
    version = queue.versions.filter(state__in=[QueueState.DRAFT, QueueState.TESTED]).first()
    if version is None:
        raise NotTested
    found = what_it_finds(version, at=at)
    queue.versions.filter(pk=version.pk).update(state=QueueState.TESTED, found=found, tested_at=at, tested_by=by)
    version.refresh_from_db()
    record("queue.tested", at=at, by=by, about=queue, version=version.number, count=found["count"])
    return version


def what_it_finds(version: WorkQueueVersion, *, at: datetime) -> dict[str, Any]:
    """Counts and ids: what the version would hold now, since when, what other queues want too, what none wants."""
    own = within(version.said.conditions, at=at)
    others = [
        (other.queue, within(other.said.conditions, at=at))
        for other in WorkQueueVersion.objects.live().exclude(queue=version.queue_id)
    ]
    parts = {f"with_{queue.pk}": own & condition for queue, condition in others}
    none = any_of([own, *(condition for _, condition in others)])
    counts = counted(count=own, nowhere=~none, **parts)
    since = counts["count_since"]
    examples = in_order(waiting_now().filter(own), version.said.order)[:EXAMPLES]
    place = (version.queue.position, version.queue.pk)
    return {
        "count": counts["count"],
        "since": since.isoformat() if since else None,
        "examples": [encounter.pk for encounter in examples],
        "overlaps": [
            {
                "queue": queue.pk,
                "name": queue.name,
                "count": counts[f"with_{queue.pk}"],
                "goes_first": (queue.position, queue.pk) < place,
            }
            for queue, _ in others
            if counts[f"with_{queue.pk}"]
        ],
        "nowhere": counts["nowhere"],
    }


@transaction.atomic
def go_live(*, queue: WorkQueue, by: User, at: datetime) -> WorkQueueVersion:
    """The tested draft is in force from now on, in place of the version before it. NotTested."""
    lock_queue(queue)
    version = queue.versions.filter(state=QueueState.TESTED).first()
    if version is None:
        raise NotTested
    queue.versions.filter(state=QueueState.LIVE).update(state=QueueState.ENDED, ended_at=at, ended_by=by)
    queue.versions.filter(pk=version.pk).update(state=QueueState.LIVE, live_at=at, live_by=by)
    version.refresh_from_db()
    record("queue.went_live", at=at, by=by, about=queue, version=version.number)
    return version


@transaction.atomic
def end_queue(*, queue: WorkQueue, by: User, at: datetime) -> None:
    """No work is taken from it any more; what was in it goes by the other queues. NotLive."""
    lock_queue(queue)
    if not queue.versions.filter(state=QueueState.LIVE).update(state=QueueState.ENDED, ended_at=at, ended_by=by):
        raise NotLive
    record("queue.ended", at=at, by=by, about=queue)


@transaction.atomic
def drop_draft(*, queue: WorkQueue, by: User, at: datetime) -> bool:
    """Throw the draft away, and with it a queue that never was anything else; whether the queue is still there."""
    lock_queue(queue)
    queue.versions.filter(state__in=[QueueState.DRAFT, QueueState.TESTED]).delete()
    record("queue.draft_dropped", at=at, by=by, about=queue)
    if queue.versions.exists():
        return True
    queue.delete()
    return False


@transaction.atomic
def place_queue(*, queue: WorkQueue, earlier: bool, by: User, at: datetime) -> None:
    """Change places with the queue before or behind; at either end nothing moves."""
    queues = list(WorkQueue.objects.in_order().select_for_update())
    place = next(number for number, one in enumerate(queues) if one.pk == queue.pk)
    other = place - 1 if earlier else place + 1
    if not 0 <= other < len(queues):
        return
    queues[place], queues[other] = queues[other], queues[place]
    for number, one in enumerate(queues, start=1):
        one.position = number
    WorkQueue.objects.bulk_update(queues, ["position"])
    record("queue.placed", at=at, by=by, about=queue, position=other + 1)
