"""A practice opens a batch, describes it, and sends it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from portal.actions.audit import record
from portal.failpoints import reached
from portal.models import Batch, BusinessAssociateAgreement, Chart, Contract, Practice, User
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.specialties import Specialty
from portal.signals import batch_sent

# What may become work: a ZIP by its files, a locked chart once the practice gives its password.
WORKABLE = (
    ChartStatus.RECEIVED, ChartStatus.READY, ChartStatus.UNPACKED, ChartStatus.LOCKED, ChartStatus.QUARANTINED,
)  # fmt: skip


class NoAgreement(Exception):
    """The practice has no business associate agreement, or no contract, in force on this day."""


class BatchNotOpen(Exception):
    """The batch was sent; it takes no more files and cannot be sent again."""


class NothingToSend(Exception):
    """No file of the batch can become work: there is none, or all are refused or duplicates."""


def day_of(practice: Practice, at: datetime) -> date:
    """The calendar day at the practice."""
    return at.astimezone(zoneinfo.ZoneInfo(practice.time_zone)).date()


def contract_in_force(practice: Practice, *, at: datetime) -> Contract:
    """The contract under which charts are taken now; NoAgreement without it or without the agreement."""
    if not practice.is_active:
        raise NoAgreement
    on = day_of(practice, at)
    contract: Contract | None = Contract.objects.filter(practice=practice).in_force(on).order_by("-starts_on").first()
    if contract is None or not BusinessAssociateAgreement.objects.filter(practice=practice).in_force(on).exists():
        raise NoAgreement
    return contract


def ready_by(practice: Practice, *, at: datetime) -> datetime:
    """When a batch that is sent now would be back; NoAgreement if none may be sent."""
    return at + timedelta(hours=contract_in_force(practice, at=at).turnaround_hours)


@transaction.atomic
def open_batch(
    *, practice: Practice, name: str, specialty: str, by: User | None, at: datetime, source: str = Batch.Source.WEB
) -> Batch:
    """A new batch under the practice's next number; NoAgreement if nothing may be received."""
    contract_in_force(practice, at=at)
    Practice.objects.filter(pk=practice.pk).update(batches_sent=F("batches_sent") + 1)  # locks the row: no number twice
    batch = Batch.objects.create(
        practice=practice,
        number=Practice.objects.values_list("batches_sent", flat=True).get(pk=practice.pk),
        name=name,
        specialty=Specialty(specialty),
        source=source,
        created_at=at,
        created_by=by,
    )
    record("batch.opened", at=at, by=by, about=batch, source=source)
    return batch


@transaction.atomic
def describe_batch(*, batch: Batch, name: str, specialty: str, by: User | None, at: datetime) -> None:
    """Change what an open batch is called and what kind of work it holds; BatchNotOpen otherwise."""
    if not Batch.objects.filter(pk=batch.pk, status=BatchStatus.OPEN).update(name=name, specialty=Specialty(specialty)):
        raise BatchNotOpen
    batch.name, batch.specialty = name, Specialty(specialty)
    record("batch.described", at=at, by=by, about=batch)


@transaction.atomic
def leave_out(*, batch: Batch, keep: Collection[int], by: User | None, at: datetime) -> int:
    """Take the good charts that are not to be sent out of the work, and say how many; BatchNotOpen.

    They stay where they were received, under a reason of their own; the same file sent again brings one back.
    """
    if not Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, status=BatchStatus.OPEN).exists():
        raise BatchNotOpen
    dropped = Chart.objects.filter(batch=batch, status__in=WORKABLE).exclude(pk__in=keep)
    dropped = dropped.exclude(archive__in=keep).exclude(reason=Refusal.INFECTED)  # who keeps a ZIP keeps its files
    charts = list(dropped.select_for_update(of=("self",)))
    Chart.objects.filter(pk__in=[chart.pk for chart in charts]).update(
        status=ChartStatus.UNREADABLE, reason=Refusal.LEFT_OUT, ready_at=None
    )
    for chart in charts:
        record("chart.left_out", at=at, by=by, about=chart, old=chart.status, new=ChartStatus.UNREADABLE)
    return len(charts)


@transaction.atomic
def send_batch(*, batch: Batch, by: User | None, at: datetime) -> None:
    """Hand the batch over; its due time counts from now. BatchNotOpen, NothingToSend or NoAgreement otherwise."""
    contract = contract_in_force(batch.practice, at=at)
    due_at = at + timedelta(hours=contract.turnaround_hours)
    # The row is locked from here on, so no file is added between the count and the sending.
    if not Batch.objects.filter(pk=batch.pk, status=BatchStatus.OPEN).update(
        status=BatchStatus.RECEIVED, received_at=at, due_at=due_at
    ):
        raise BatchNotOpen
    charts = Chart.objects.filter(batch=batch, status__in=WORKABLE).exclude(reason=Refusal.INFECTED).count()
    if not charts:
        raise NothingToSend
    batch.status, batch.received_at, batch.due_at = BatchStatus.RECEIVED, at, due_at
    record("batch.sent", at=at, by=by, about=batch, old=BatchStatus.OPEN, new=BatchStatus.RECEIVED, charts=charts)
    batch_sent.send(sender=Batch, batch=batch, by=by, at=at)
    reached("batch.sent")
