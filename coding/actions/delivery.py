"""A finished batch goes back: its verified codes as files, its encounters and itself marked, a notice queued."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.urls import reverse

from coding.actions.kept_results import KeptFile, collect_contents, illustrated, images_for, keep_contents, keep_files
from coding.actions.moves import move_encounter
from coding.actions.output_templates import UNFIT, templates_in_use
from coding.models import Encounter
from coding.rules.formats import FORMATS
from coding.rules.formats.table import Unfit
from coding.rules.lifecycle import EncounterStatus
from portal import scope
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.actions.deliveries import add_delivery, mark_batch_delivered
from portal.actions.dispatches import queue_dispatches
from portal.actions.jobs import Claim, finish_job, put_off_job, queue_job
from portal.actions.notices import queue_notice
from portal.children import nobody_else
from portal.failpoints import reached
from portal.models import Batch, Chart, Contract, Job, JobState, User
from portal.rules.delivery_formats import UNLESS_CHOSEN
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus

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


def deliver_batch(*, claim: Claim, at: datetime, still_ours: Callable[[], None] = nobody_else) -> None:
    """Make and keep the files of a complete batch, mark everything delivered, queue the notices, close the job.

    Files are stored between two transactions; the second compares what it sees with what was written, so
    that a batch reopened meanwhile is not delivered. A file that no row names does no harm. `still_ours` is called
    as often as a lease may have to be renewed, and raises if it was lost.
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
        templates = templates_in_use(batch.practice, formats)
        images = images_for(contents, formats)
    shown = illustrated(contents, images, still_ours=still_ours)
    rendered = {}
    try:
        for name in formats:
            rendered[name] = FORMATS[name].render(shown, templates[name].template)
            still_ours()
    except Unfit as unfit:
        wait_for_template(claim=claim, batch=batch, unfit=unfit, at=at)
        return
    files = keep_files(contents, rendered, templates, practice_id=batch.practice_id)
    reached("delivery.files_kept")
    with scope.service():
        encounters = list(Encounter.objects.originals().filter(batch=batch).select_for_update().order_by("pk"))
        if not is_complete(batch) or collect_contents(batch, formats=formats, at=at) != contents:
            put_off_job(claim=claim, fault="batch_changed", at=at)
            return
        keep_contents(batch=batch, contents=contents, templates=templates, at=at)
        hand_over(batch=batch, version=contents.version, encounters=encounters, files=files, at=at)
        finish_job(claim=claim, at=at)
        reached("delivery.written")
    reached("delivery.committed")
    logger.info("batch delivered", extra={"batch": batch.pk, "count": len(encounters)})


def wait_for_template(*, claim: Claim, batch: Batch, unfit: Unfit, at: datetime) -> None:
    """Give the delivery up where managers see it: nothing is cut. A template that fits takes it up again."""
    with scope.service():
        # In columns and places; no value stands here.
        record("delivery.unfit", at=at, about=batch, misfits=[str(one) for one in unfit.misfits])
        put_off_job(claim=claim, fault=UNFIT, at=at, final=True)


def hand_over(
    *, batch: Batch, version: int, encounters: list[Encounter], files: Iterable[KeptFile], at: datetime
) -> None:
    """Write down the deliveries and by which channels they go, move all, queue the notices; in one transaction."""
    deliveries = [
        add_delivery(
            batch=batch,
            version=version,
            kind=file.format,
            ending="",
            file_name=file.name,
            stored=file.stored,
            template=file.template,
            encounter_count=len(encounters),
            at=at,
        )
        for file in files
    ]
    queue_dispatches(deliveries=deliveries, at=at)
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
