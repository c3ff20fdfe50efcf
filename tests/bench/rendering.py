"""Intake whole, from receipt to pages that can be read, against bare pdfium drawing the same files in this process."""

import io
from collections.abc import Callable
from datetime import timedelta

import pypdfium2
from django.core.files.base import File
from django.utils import timezone

from config.demo import scans
from portal import scope
from portal.actions.charts import receive_file
from portal.actions.jobs import claim_job
from portal.actions.pages import render_chart
from portal.models import Batch, Chart, Job
from portal.rules.intake import ChartStatus
from tests import files
from tests.bench.practices import open_batch

SCANNED = (1, 2, 3, 5, 10, 25)  # pages of each scanned file
WRITTEN = (1, 4, 20)  # pages of each file with a text layer
SIZES = (1, 5, 25, 100)  # pages of the charts measured each for itself
WIDTH = 1275  # pixels


def contents() -> list[bytes]:
    """The files of one batch."""
    images = [scans.as_pdf([scanned(seed * 100 + page) for page in range(n)]) for seed, n in enumerate(SCANNED)]
    words = [
        files.text_pdf(*(f"Page {page} of {n}\n" + "Words of a visit. \n" * 40 for page in range(n))) for n in WRITTEN
    ]
    return [*images, *words]


def scanned(seed: int) -> scans.Image.Image:
    pages = scans.pages(
        letterhead="Bench", facts=[], title=f"Scanned page {seed}", body="Words.\n" * 30, signed="", seed=seed
    )
    return pages[0]


def report(compare: Callable[..., None]) -> None:
    """A mixed batch against drawing alone, and against the shortest program that leaves page images; then by size.

    A chart costs some 60 ms however few pages it has: receipt, two processes, rows. Its pages come beside each other.
    """
    batch = contents()
    name = f"Intake: {len(batch)} PDFs of {sum((*SCANNED, *WRITTEN))} pages"

    def ours() -> int:
        fresh = open_batch()
        return sum(drawn(fresh, content) for content in batch)

    compare(name, "pages", ours, "bare pdfium", lambda: bare(batch, keep=False))
    compare(name, "pages", ours, "pdfium to JPEG", lambda: bare(batch, keep=True))
    for size in SIZES:
        one = [scans.as_pdf([scanned(size * 1000 + page) for page in range(size)])]
        compare(
            f"Intake: a scanned PDF of {size}", "pages",
            lambda one=one: drawn(open_batch(), one[0]), "bare pdfium", lambda one=one: bare(one, keep=False),
        )  # fmt: skip


def bare(batch: list[bytes], *, keep: bool) -> int:
    """The pages drawn, and each written as JPEG in memory if `keep`; how many."""
    number = 0
    for content in batch:
        with pypdfium2.PdfDocument(content) as document:
            for page in document:
                image = page.render(scale=WIDTH / page.get_width(), rev_byteorder=True).to_pil()
                if keep:
                    image.save(io.BytesIO(), "JPEG", quality=60)
                number += 1
    return number


def drawn(batch: Batch, content: bytes) -> int:
    """Received, walked through the steps, its pages stored and readable: how many pages."""
    now = timezone.now()
    with scope.service():
        chart = receive_file(batch=batch, file=File(io.BytesIO(content)), name="a.pdf", by=None, at=now).chart
        claim = claim_job(job_id=Job.objects.get(kind="portal.render_chart", object_id=chart.pk).pk, at=now)
    if claim is None:
        raise RuntimeError("the job is not there")
    render_chart(claim=claim, at=now + timedelta(seconds=1))
    with scope.service():
        chart = Chart.objects.get(pk=chart.pk)
    if chart.status != ChartStatus.READY:
        raise RuntimeError(chart.status)
    return chart.page_count or 0
