"""A finished batch goes back: its verified codes as files, its encounters and itself marked, a notice queued."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType, ModuleType
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet
from django.urls import reverse

from coding.actions.moves import move_encounter
from coding.models import Coding, Encounter, PreCoding, ProcedureLine, Verdict, Verification
from coding.rules.codings import ProcedureLine as Line
from coding.rules.codings import diagnosis_system
from coding.rules.formats import csv_file, xlsx_file
from coding.rules.formats.result import BatchResult, ResultRow
from coding.rules.lifecycle import EncounterStatus, NotBillableReason, Stage
from portal import scope, storage
from portal.actions.batches import day_of
from portal.actions.deliveries import add_delivery, mark_batch_delivered, next_version
from portal.actions.dispatches import queue_dispatches
from portal.actions.jobs import Claim, finish_job, put_off_job, queue_job
from portal.actions.notices import queue_notice
from portal.failpoints import reached
from portal.models import Batch, Chart, Contract, Job, JobState, User
from portal.rules.intake import ADVICE, ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.storage import Stored

logger = logging.getLogger(__name__)

JOB = "coding.deliver_batch"
FORMATS: Mapping[str, ModuleType] = MappingProxyType({"csv": csv_file, "xlsx": xlsx_file})
NOT_SAMPLED = "Not in the verification sample"


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
        result = collect_result(batch)
        formats = formats_of(batch, at=at)
    kept = {name: store(result, name, practice_id=batch.practice_id) for name in formats}
    reached("delivery.files_kept")
    with scope.service():
        encounters = list(Encounter.objects.originals().filter(batch=batch).select_for_update().order_by("pk"))
        if not is_complete(batch) or collect_result(batch) != result:
            put_off_job(claim=claim, fault="batch_changed", at=at)
            return
        hand_over(batch=batch, encounters=encounters, kept=kept, at=at)
        finish_job(claim=claim, at=at)
        reached("delivery.written")
    reached("delivery.committed")
    logger.info("batch delivered", extra={"batch": batch.pk, "count": len(encounters)})


def hand_over(*, batch: Batch, encounters: list[Encounter], kept: Mapping[str, Stored], at: datetime) -> None:
    """Write down the deliveries and by which channels they go, move all, queue the notices; in one transaction."""
    version = next_version(batch)
    deliveries = [
        add_delivery(
            batch=batch,
            version=version,
            kind=name,
            ending=FORMATS[name].ENDING,
            stored=stored,
            encounter_count=len(encounters),
            at=at,
        )
        for name, stored in kept.items()
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
    """The formats of the contract in force; all of ours if it names none that we know."""
    contract = Contract.objects.filter(practice_id=batch.practice_id).in_force(day_of(batch.practice, at)).first()
    named = [name for name in FORMATS if contract and name in contract.delivery_formats]
    return named or list(FORMATS)


def store(result: BatchResult, name: str, *, practice_id: int) -> Stored:
    """Render the result in a format and keep the bytes."""
    kept = storage.keep_bytes(
        FORMATS[name].render(result), practice_id=practice_id, folder="deliveries", ending=FORMATS[name].ENDING
    )
    reached("delivery.file_kept")
    return kept


def collect_result(batch: Batch) -> BatchResult:
    """The batch's result as plain data, in a constant number of queries."""
    precoding = PreCoding.objects.select_related("rendering_provider", "referring_provider", "payer")
    encounters = (
        Encounter.objects.originals()
        .filter(batch=batch)
        .select_related("chart")
        .with_pages()
        .prefetch_related(
            Prefetch("precoding", queryset=precoding),
            Prefetch(
                "codings",
                queryset=Coding.objects.filter(stage=Stage.CODING)
                .order_by("version")
                .prefetch_related("diagnoses", "procedures"),
            ),
            Prefetch(
                "verifications",
                queryset=Verification.objects.exclude(verdict=Verdict.RETURNED)
                .select_related("verifier_version")
                .prefetch_related("verifier_version__diagnoses", "verifier_version__procedures"),
            ),
        )
        .order_by("chart_id", "part")
    )
    rows = [(encounter.chart_id, encounter.part, encounter_row(encounter)) for encounter in encounters]
    left_over = Chart.objects.filter(
        batch=batch, status__in=[ChartStatus.UNREADABLE, ChartStatus.QUARANTINED, ChartStatus.DUPLICATE]
    )
    rows += [(chart.pk, 0, chart_row(chart)) for chart in left_over]
    rows.sort(key=lambda row: row[:2])
    return BatchResult(batch=batch.label, practice=batch.practice.name, rows=tuple(row for _, _, row in rows))


def chart_row(chart: Chart) -> ResultRow:
    """The row of a chart that yielded no work: it could not be read, or was sent before."""
    if chart.status == ChartStatus.DUPLICATE:
        return ResultRow(
            chart=chart.label,
            file_name=chart.original_name,
            status="Duplicate",
            reason=f"The same file was received as C-{chart.duplicate_of_id:04d}.",
        )
    advice = ADVICE[Refusal(chart.reason)]
    reason = f"{advice.wrong} {advice.next_step}"
    return ResultRow(
        chart=chart.label,
        file_name=chart.original_name,
        status="Not readable",
        reason=reason,
    )


def encounter_row(encounter: Encounter) -> ResultRow:
    """The row of an encounter: who and what from pre-coding, codes from the version that counts."""
    facts = patient_facts(encounter)
    common: dict[str, Any] = {
        "chart": encounter.chart.label,
        "file_name": encounter.chart.original_name,
        "encounter": encounter.label,
        "pages": encounter.page_words,
    }
    if encounter.not_billable_reason:
        reason = NotBillableReason(encounter.not_billable_reason).label
        return ResultRow(**common, **facts, status="Not billable", reason=reason)
    coding, verification = version_that_counts(encounter)
    return ResultRow(
        **common,
        **facts,
        status="Billable",
        system=diagnosis_system(coding.date_of_service),
        diagnoses=tuple(row.code for row in coding.diagnoses.all()),
        lines=tuple(as_line(row) for row in coding.procedures.all()),
        verification=verification,
    )


def as_line(row: ProcedureLine) -> Line:
    """A procedure line as plain data."""
    return Line(code=row.code, modifiers=tuple(row.modifiers), units=row.units, pointers=tuple(row.pointers))


def version_that_counts(encounter: Encounter) -> tuple[Coding, str]:
    """The verifier's version if the verdict corrected the newest coder's version, else that one; and the verdict."""
    coding = list(encounter.codings.all())[-1]
    verdicts = [one for one in encounter.verifications.all() if one.coder_version_id == coding.pk]
    if not verdicts:
        return coding, NOT_SAMPLED
    last = max(verdicts, key=lambda one: one.pk)
    return last.verifier_version or coding, Verdict(last.verdict).label


def patient_facts(encounter: Encounter) -> dict[str, Any]:
    """What pre-coding found out; nothing for a visit that was found not billable before."""
    found = getattr(encounter, "precoding", None)
    if found is None:
        return {}
    referring = found.referring_provider
    return {
        "patient": found.patient_name,
        "birth_date": found.birth_date,
        "sex": found.sex,
        "account_number": found.account_number,
        "service_from": found.date_from,
        "service_to": found.date_to,
        "rendering_provider": found.rendering_provider.name,
        "rendering_npi": found.rendering_provider.npi,
        "referring_provider": referring.name if referring else "",
        "referring_npi": referring.npi if referring else "",
        "place_of_service": found.place_of_service,
        "payer": found.payer.name if found.payer else "",
        "member_id": found.member_id,
    }
