"""How long a good chart takes behind a hundred bad ones of another practice, against how long it takes alone."""

import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import File
from django.utils import timezone

from portal import scope, storage
from portal.actions.charts import receive_file
from portal.models import Batch, Chart, Job, JobState
from portal.rules.intake import ChartStatus
from tests import files, hostile, processes
from tests.bench.practices import open_batch

BAD, GOOD = 100, 9
GOAL = 2.0
KIND = "portal.render_chart"


def report() -> Iterator[str]:
    """Lines of the report. Three worker processes, of which one practice may hold two."""
    worst = list(hostile.every().values())
    step = len(worst) // BAD
    contents = [(one.make(), one.name) for one in worst[: BAD * step : step]]
    forget_waiting()
    with tempfile.TemporaryDirectory() as folder:
        worker = processes.start_worker(
            Path(folder), concurrency=3, JOBS_AT_ONCE="2", CHART_DIR=str(storage.default_storage.location)
        )
        try:
            yield from compared(contents)
        finally:
            processes.kill(worker)
            forget_waiting()


def forget_waiting() -> None:
    """What an earlier run left would be drawn beside the next."""
    with scope.service():
        Job.objects.filter(kind=KIND).exclude(state=JobState.DONE).update(
            state=JobState.DONE, lease_until=None, finished_at=timezone.now()
        )


def compared(contents: list[tuple[bytes, str]]) -> Iterator[str]:
    """The same good charts, alone and behind the bad ones."""
    ours, theirs = open_batch(), open_batch()
    seconds(ours, 0)  # warms the worker up
    alone = [seconds(ours, number) for number in range(1, GOOD + 1)]
    with scope.service():
        for content, name in contents:
            receive_file(batch=theirs, file=File(io.BytesIO(content)), name=name, by=None, at=timezone.now())
        waiting = Job.objects.due(at=timezone.now()).filter(kind=KIND).count()
    behind = [seconds(ours, number) for number in range(GOOD + 1, 2 * GOOD + 1)]
    with scope.service():
        left = Job.objects.due(at=timezone.now()).filter(kind=KIND).count()
    ratio = statistics.median(behind) / statistics.median(alone)
    yield f"A good chart behind {waiting} bad ones of another practice ({left} of them still waiting at the end)"
    yield f"  alone {spelled(alone)}; behind them {spelled(behind)}; ratio {ratio:.2f} (goal {GOAL:.0f})"


def seconds(batch: Batch, number: int) -> float:
    """From receipt to pages that can be read."""
    content = files.small_pdf(time.time_ns() % 10**9 + number)
    began = time.monotonic()
    with scope.service():
        chart = receive_file(
            batch=batch, file=File(io.BytesIO(content)), name="good.pdf", by=None, at=timezone.now()
        ).chart
    while True:
        with scope.service():
            status = Chart.objects.values_list("status", flat=True).get(pk=chart.pk)
        if status != ChartStatus.RECEIVED:
            break
        if time.monotonic() - began > 60:
            raise RuntimeError("the good chart does not come to its end")
        time.sleep(0.01)
    if status != ChartStatus.READY:
        raise RuntimeError(status)
    return time.monotonic() - began


def spelled(taken: list[float]) -> str:
    return f"p50 {statistics.median(taken):.2f} s (max {max(taken):.2f})"
