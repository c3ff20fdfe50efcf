"""A ZIP becomes its files: each a chart of the batch with its own receipt; the ZIP is kept and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum

from portal import storage
from portal.actions.audit import record
from portal.actions.charts import receive_member
from portal.actions.jobs import Claim, JobLost, finish_job
from portal.actions.steps import record_walk
from portal.models import Chart
from portal.rules.file_types import HEAD
from portal.rules.intake import ChartStatus
from portal.signals import chart_refused
from portal.steps import StepTaken
from portal.steps.document import Member


@dataclass(frozen=True)
class KeptMember:
    """One file of an archive, in storage."""

    name: str
    stored: storage.Stored
    head: bytes


class ArchiveTooLarge(Exception):
    """With the files of the archive the batch would hold more than one may."""


def keep_members(members: Sequence[Member], *, practice_id: int, still_ours: Callable[[], None]) -> list[KeptMember]:
    """Store the files of an archive; before the transaction, for it takes its time."""
    kept = []
    for member in members:
        with member.path.open("rb") as source:
            head = source.read(HEAD)
            source.seek(0)
            kept.append(
                KeptMember(member.name, storage.keep(File(source), practice_id=practice_id, folder="charts"), head)
            )
        still_ours()
    return kept


@transaction.atomic
def unpack_archive(*, claim: Claim, members: Sequence[KeptMember], taken: Sequence[StepTaken], at: datetime) -> None:
    """The charts of an archive, its own move, and the end of the job, or nothing; JobLost, ArchiveTooLarge."""
    finish_job(claim=claim, at=at)
    archive = Chart.objects.select_related("batch", "practice").get(pk=claim.object_id)
    held = Chart.objects.filter(batch=archive.batch_id).aggregate(held=Sum("size"))["held"] or 0
    if held + sum(member.stored.size for member in members) > settings.INTAKE_BATCH_LIMIT:
        raise ArchiveTooLarge
    old = archive.status
    if not Chart.objects.in_work().filter(pk=archive.pk).update(status=ChartStatus.UNPACKED, reason=""):
        raise JobLost
    for member in members:
        receive_member(archive=archive, stored=member.stored, head=member.head, name=member.name, at=at)
    record_walk(chart=archive, taken=taken, at=at)
    record("chart.unpacked", at=at, about=archive, old=old, new=ChartStatus.UNPACKED, files=len(members))
    archive.refresh_from_db()
    chart_refused.send(sender=Chart, chart=archive, at=at)
