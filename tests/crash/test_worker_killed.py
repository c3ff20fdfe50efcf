"""Workers are killed and Redis forgets everything; every chart still comes to one end, by itself."""

import io
import random

import psutil
import pytest
from django.core.files.base import File
from django.db.models import Count
from django.utils import timezone

from portal import scope
from portal.actions.batches import open_batch, send_batch
from portal.actions.charts import receive_file
from portal.models import AuditEvent, Chart, Job, JobState, Page
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.specialties import Specialty
from tests import files, processes

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1500)]
SHORT_LEASE = {"JOB_LEASE_SECONDS": "5"}
every_fault = pytest.mark.every_fault


@pytest.fixture
def broker():
    """The broker, empty before and after."""
    client = processes.broker()
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


def sent(practice, contents):
    """A batch of these files, sent; the ids of the charts in order."""
    with scope.practice(practice.pk):
        batch = open_batch(practice=practice, name="Backlog", specialty=Specialty.RADIOLOGY, by=None, at=timezone.now())
        charts = [
            receive_file(batch=batch, file=File(io.BytesIO(content)), name="a.pdf", by=None, at=timezone.now()).chart.pk
            for content in contents
        ]
        send_batch(batch=batch, by=None, at=timezone.now())
    return charts


def waiting():
    return Chart.objects.filter(status=ChartStatus.RECEIVED).count()


def in_work():
    return Job.objects.filter(kind="portal.render_chart", state=JobState.RUNNING).exists()


def children_of(worker):
    return [member for member in worker.family() if name_of(member) == "draw"]


def tail(worker):
    return worker.log.read_text()[-3000:]


def name_of(member):
    try:
        return member.name()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def assert_each_ended_once(charts, pages):
    """Ready with exactly its pages, or refused by name; one end each in the trail, no job left."""
    rows = {chart.pk: chart for chart in Chart.objects.filter(pk__in=charts)}
    numbers = {}
    for chart_id, number in Page.objects.order_by("number").values_list("chart_id", "number"):
        numbers.setdefault(chart_id, []).append(number)
    for pk in charts:
        if rows[pk].status == ChartStatus.READY:
            assert numbers[pk] == list(range(1, pages[pk] + 1))
        else:
            assert rows[pk].status in {ChartStatus.UNREADABLE, ChartStatus.LOCKED}
            assert rows[pk].reason in set(Refusal)
            assert pk not in numbers
    ends = AuditEvent.objects.filter(action__in=["chart.ready", "chart.refused", "chart.locked"]).values("object_id")
    assert {row["object_id"]: row["number"] for row in ends.annotate(number=Count("pk"))} == dict.fromkeys(charts, 1)
    jobs = Job.objects.filter(kind="portal.render_chart")
    assert set(jobs.values_list("state", flat=True)) == {JobState.DONE}


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=every_fault)])
def test_a_worker_killed_again_and_again_while_drawing_loses_nothing(river, tmp_path, broker, kills):
    """Each kill falls while a child draws; the lease runs out and the sweep rings again."""
    long = [files.text_pdf(*(f"chart {n} page {page}" for page in range(40))) for n in range(6)]
    short = [files.small_pdf(n) for n in range(2 * kills)] + [files.encrypted_pdf()]
    charts = sent(river, [*long, *short])
    pages = {**dict.fromkeys(charts[:6], 40), **dict.fromkeys(charts[6:], 1)}
    chance, killed = random.Random(7), 0  # noqa: S311
    worker = processes.start_worker(tmp_path, **SHORT_LEASE)
    try:
        while killed < kills:
            if not processes.wait_until(
                lambda worker=worker: bool(children_of(worker)) or not waiting(), seconds=120, every=0.05
            ):
                raise AssertionError(tail(worker))
            if not waiting():  # all done before the last: more to draw
                more = sent(river, [files.small_pdf(1000 * (killed + 1) + n) for n in range(10)])
                charts += more
                pages.update(dict.fromkeys(more, 1))
                continue
            processes.wait_until(lambda: False, seconds=chance.random() / 2, every=0.05)
            processes.kill(worker)
            killed += 1
            worker = processes.start_worker(tmp_path, **SHORT_LEASE)
        assert processes.wait_until(lambda: not waiting() and not in_work(), seconds=600), tail(worker)
    finally:
        processes.kill(worker)
    assert_each_ended_once(charts, pages)
    locked = Chart.objects.get(status=ChartStatus.LOCKED)
    assert locked.reason == Refusal.PASSWORD_NEEDED
    assert not children_of(worker)


@pytest.mark.parametrize(("backlog", "flushes"), [(64, 4), pytest.param(200, 10, marks=every_fault)])
def test_a_backlog_survives_a_broker_that_forgets(river, tmp_path, broker, backlog, flushes):
    """FLUSHDB drops every message again and again; the rows are the truth."""
    contents = [files.small_pdf(n) for n in range(backlog - 4)] + [
        files.html(),
        files.encrypted_pdf(),
        files.text_pdf("cut")[:300],
        files.no_pages(),
    ]
    charts = sent(river, contents)
    pages = dict.fromkeys(charts, 1)
    drawn = Chart.objects.filter(pk__in=charts).exclude(reason=Refusal.NAME_DIFFERS).values_list("pk", flat=True)
    to_draw = sorted(drawn)
    broker.flushdb()
    worker = processes.start_worker(tmp_path, **SHORT_LEASE)
    try:
        for flush in range(flushes):
            left = len(to_draw) * (flushes - flush) // (flushes + 1)
            assert processes.wait_until(lambda left=left: waiting() <= left, seconds=300), tail(worker)
            broker.flushdb()
        assert processes.wait_until(lambda: not waiting() and not in_work(), seconds=600), tail(worker)
    finally:
        processes.stop(worker)
    assert_each_ended_once(to_draw, pages)
    reasons = Chart.objects.filter(status=ChartStatus.UNREADABLE).values_list("reason", flat=True)
    assert set(reasons) == {Refusal.NAME_DIFFERS, Refusal.TRUNCATED, Refusal.NO_PAGES}
    assert Chart.objects.filter(status=ChartStatus.LOCKED).count() == 1
