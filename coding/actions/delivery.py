"""A finished batch goes back: its verified codes as files, its encounters and itself marked, a notice queued."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.urls import reverse

from coding.actions.moves import move_encounter
from coding.actions.results import collect_evidence, collect_result
from coding.models import Encounter
from coding.rules.formats import FORMATS
from coding.rules.formats.contents import Contents
from coding.rules.lifecycle import EncounterStatus
from portal import scope, storage
from portal.actions.batches import day_of
from portal.actions.deliveries import add_delivery, mark_batch_delivered, next_version
from portal.actions.jobs import Claim, finish_job, put_off_job, queue_job
from portal.actions.notices import queue_notice
from portal.failpoints import reached
from portal.models import Batch, Chart, Contract, Job, JobState, User
from portal.rules.delivery_formats import UNLESS_CHOSEN
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus
from portal.storage import Stored

logger = logging.getLogger(__name__)

JOB = "coding.deliver_batch"


@transaction.atomic
def queue_delivery_if_complete(*, batch: Batch, at: datetime) -> Job | None:
    """Queue the delivery once nothing of the batch is left to do; None while something is.

    The lock makes the last two encounters, finished at the same moment, see each other.
    """
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if not is_complete(batch):
        return None
    rest = rest_of(batch, at=at)
    job = queue_job(kind=JOB, object_id=batch.pk, practice=batch.practice, at=at, due_at=rest)
    if rest is not None:  # one that was queued before waits too
        Job.objects.filter(pk=job.pk, state=JobState.READY, due_at__lt=rest).update(due_at=rest)
    return job


def rest_of(batch: Batch, *, at: datetime) -> datetime | None:
    """Until when something of the batch may still be taken back by who submitted it; None if nothing can be."""
    until: datetime | None = (
        Encounter.objects.originals().filter(batch=batch).resting(at=at).aggregate(u=Max("rests_until"))["u"]
    )
    return until


def is_complete(batch: Batch) -> bool:
    """Whether the batch is in progress, every chart has come to an end and every encounter is finished."""
    charts = Chart.objects.filter(batch=batch)
    without_work = ~Exists(Encounter.objects.originals().filter(chart=OuterRef("pk")))
    return (
        Batch.objects.filter(pk=batch.pk, status=BatchStatus.RECEIVED).exists()
        and charts.exists()
        and not charts.undecided().exists()
        and not charts.filter(without_work, status=ChartStatus.READY).exists()
        and not Encounter.objects.originals().filter(batch=batch).unfinished().exists()
    )


def deliver_batch(*, claim: Claim, at: datetime) -> None:
    """Make and keep the files of a complete batch, mark everything delivered, queue the notices, close the job.

    Files are stored between two transactions; the second compares what it sees with what was written, so
    that a batch reopened meanwhile is not delivered. A file that no row names does no harm.
    """
    with scope.service():
        # Locked, so that an encounter that finishes now either is seen here or finds this job closed.
        batch = (
            Batch.objects.select_for_update(no_key=True, of=("self",))
            .select_related("practice")
            .get(pk=claim.object_id)
        )
        if not is_complete(batch):
            finish_job(claim=claim, at=at)  # taken up again; its last encounter queues it anew
            return
        if rest_of(batch, at=at) is not None:
            finish_job(claim=claim, at=at)
            queue_delivery_if_complete(batch=batch, at=at)
            return
        formats = formats_of(batch, at=at)
        contents = collect_contents(batch, formats=formats, at=at)
    kept = {name: store(contents, name, practice_id=batch.practice_id) for name in formats}
    reached("delivery.files_kept")
    with scope.service():
        encounters = list(Encounter.objects.originals().filter(batch=batch).select_for_update().order_by("pk"))
        if not is_complete(batch) or collect_contents(batch, formats=formats, at=at) != contents:
            put_off_job(claim=claim, fault="batch_changed", at=at)
            return
        hand_over(batch=batch, version=contents.version, encounters=encounters, kept=kept, at=at)
        finish_job(claim=claim, at=at)
        reached("delivery.written")
    reached("delivery.committed")
    logger.info("batch delivered", extra={"batch": batch.pk, "count": len(encounters)})


def hand_over(
    *, batch: Batch, version: int, encounters: list[Encounter], kept: Mapping[str, Stored], at: datetime
) -> None:
    """Write down the deliveries, move the encounters and the batch, queue the notices; in one transaction."""
    for name, stored in kept.items():
        add_delivery(
            batch=batch,
            version=version,
            kind=name,
            ending=FORMATS[name].ENDING,
            stored=stored,
            encounter_count=len(encounters),
            at=at,
        )
    for encounter in encounters:
        if encounter.status != EncounterStatus.DELIVERED:
            move_encounter(encounter=encounter, move="deliver", by=None, at=at)
    mark_batch_delivered(batch=batch, at=at)
    unreadable = Chart.objects.filter(batch=batch, status__in=[ChartStatus.UNREADABLE, ChartStatus.QUARANTINED]).count()
    for person in readers(batch):
        queue_notice(
            kind="results_ready",
            email=person.email,
            at=at,
            recipient=person,
            practice=batch.practice,
            batch=batch,
            link=reverse("portal:batch", args=[batch.pk]),
            words={"encounters": len(encounters), "unreadable": unreadable, "version": version},
        )


def readers(batch: Batch) -> Iterable[User]:
    """The practice's people who get the e-mail when results are ready."""
    people: QuerySet[User] = User.objects.filter(
        is_active=True, memberships__practice_id=batch.practice_id, memberships__receives_results=True
    )
    return people.order_by("pk")


def formats_of(batch: Batch, *, at: datetime) -> list[str]:
    """The formats of the contract in force; the usual ones if it names none that we know."""
    contract = Contract.objects.filter(practice_id=batch.practice_id).in_force(day_of(batch.practice, at)).first()
    named = [name for name in FORMATS if contract and name in contract.delivery_formats]
    return named or list(UNLESS_CHOSEN)


def collect_contents(batch: Batch, *, formats: Iterable[str], at: datetime) -> Contents:
    """What the formats are made of, with evidence if one of them needs it; a constant number of queries."""
    result = collect_result(batch)
    return Contents(
        result=result,
        practice_code=batch.practice.code,
        version=next_version(batch),
        made_at=at.astimezone(ZoneInfo(batch.practice.time_zone)),
        evidence=collect_evidence(result) if any(FORMATS[name].NEEDS_EVIDENCE for name in formats) else None,
    )


def store(contents: Contents, name: str, *, practice_id: int) -> Stored:
    """Render the contents in a format and keep the bytes."""
    form = FORMATS[name]
    kept = storage.keep_bytes(
        form.render(contents, form.TEMPLATE), practice_id=practice_id, folder="deliveries", ending=form.ENDING
    )
    reached("delivery.file_kept")
    return kept
