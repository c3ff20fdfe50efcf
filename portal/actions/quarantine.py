"""A file that the virus scanner warned of, or could not look at, is kept and opened by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from portal.actions.audit import record
from portal.actions.charts import RENDER
from portal.actions.jobs import Claim, JobLost, finish_job, queue_job
from portal.actions.steps import record_walk
from portal.models import Chart, Outcome
from portal.rules.intake import ChartStatus, Refusal
from portal.signals import chart_refused
from portal.steps import StepTaken

ASK_AGAIN = timedelta(seconds=60)  # while the scanner is away; a question costs one connection


@transaction.atomic
def quarantine_chart(*, claim: Claim, reason: Refusal, taken: Sequence[StepTaken], at: datetime) -> None:
    """Put the chart away; one that could not be looked at is looked at again by a job of its own. JobLost."""
    finish_job(claim=claim, at=at)
    before = Chart.objects.in_work().select_for_update(of=("self",)).filter(pk=claim.object_id).first()
    if before is None:
        raise JobLost
    Chart.objects.filter(pk=before.pk).update(status=ChartStatus.QUARANTINED, reason=reason)
    chart = Chart.objects.select_related("practice").get(pk=before.pk)
    record_walk(chart=chart, taken=taken, at=at)
    if before.reason != reason:
        record(
            "chart.quarantined", at=at, about=chart, outcome=Outcome.REFUSED,
            old=before.status, new=chart.status, reason=reason,
        )  # fmt: skip
    if reason == Refusal.NOT_CHECKED:
        queue_job(kind=RENDER, object_id=chart.pk, practice=chart.practice, at=at, due_at=at + ASK_AGAIN)
    else:
        chart_refused.send(sender=Chart, chart=chart, at=at)
