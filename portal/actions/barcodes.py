"""The barcodes of a chart's pages: read after it is ready, by a job of its own; they only help to propose cuts."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from portal import scope, separators
from portal.actions.jobs import Claim, finish_job, queue_job, renew_job
from portal.actions.leases import clock_from, lease_keeper
from portal.children import Refused
from portal.models import Chart, Job, Page

BARCODES = "portal.read_barcodes"


def queue_barcodes(*, chart: Chart, at: datetime) -> Job | None:
    """A chart of one page is one visit: only longer ones are looked at."""
    if (chart.page_count or 1) < 2:  # noqa: PLR2004
        return None
    return queue_job(kind=BARCODES, object_id=chart.pk, practice=chart.practice, at=at)


def read_barcodes(*, claim: Claim, at: datetime) -> None:
    """Read what is not read yet and write it down; opens its own scopes.

    Pages that the child could not read count as read, without values: proposals go by their words.
    """
    clock = clock_from(at)
    with scope.service():
        rows = Page.objects.filter(chart=claim.object_id, barcodes=None).order_by("number")
        images = dict(rows.values_list("number", "image_name"))
    try:
        found = separators.barcodes_of(images, still_ours=lease_keeper(partial(renew_job, claim=claim), clock))
    except Refused:
        found = {}
    with scope.service():
        keep_barcodes(claim=claim, found={number: found.get(number, ()) for number in images}, at=clock())


@transaction.atomic
def keep_barcodes(*, claim: Claim, found: dict[int, tuple[str, ...]], at: datetime) -> None:
    """The values and the end of the job, or nothing; JobLost for a stale claim."""
    finish_job(claim=claim, at=at)
    for number, values in found.items():
        Page.objects.filter(chart=claim.object_id, number=number).update(barcodes=list(values))
