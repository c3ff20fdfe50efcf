"""Files made to hurt, through receipt and steps: a named outcome in time, children small, the parent alive."""

import io
import os
import time
from datetime import UTC, datetime

import pytest
from django.core.files.base import File

from portal import children
from portal.actions.charts import receive_file
from portal.actions.jobs import claim_job
from portal.actions.pages import render_chart
from portal.models import AuditEvent, Chart, Job, JobState, Page
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus
from tests import factories, files, hostile
from tests.hostile import cuts

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FILES = hostile.every()
RARE = {f"cuts: {name}" for name in cuts.RARE}
EACH = [pytest.param(name, marks=pytest.mark.every_fault if name in RARE else ()) for name in FILES]
SECONDS = 60
MEMORY = 512 * 1024**2


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)


@pytest.fixture
def peaks(monkeypatch):
    """The most memory that each child held."""
    seen, wait = [], children.wait

    def watched(*args, **kwargs):
        ended = wait(*args, **kwargs)
        seen.append(ended.peak)
        return ended

    monkeypatch.setattr(children, "wait", watched)
    return seen


def made(one, place):
    """The file's bytes, made in a process of its own: what that held must not count as the children's memory."""
    maker = os.fork()
    if not maker:
        place.write_bytes(one.make())
        os._exit(0)
    assert os.waitpid(maker, 0)[1] == 0
    return place.read_bytes()


def taken_in(batch, content, name):
    """The chart after its receipt and its walk."""
    chart = receive_file(batch=batch, file=File(io.BytesIO(content)), name=name, by=None, at=AT).chart
    for job in Job.objects.filter(kind="portal.render_chart", object_id=chart.pk):
        render_chart(claim=claim_job(job_id=job.pk, at=AT), at=AT)
    chart.refresh_from_db()
    return chart


def test_there_are_enough_of_them():
    assert len(FILES) >= 150


@pytest.mark.django_db
@pytest.mark.parametrize("name", EACH)
def test_a_hostile_file_comes_to_a_named_end(batch, peaks, tmp_path, name):
    one = FILES[name]
    content, began = made(one, tmp_path / "made"), time.monotonic()
    chart = taken_in(batch, content, one.name)
    assert time.monotonic() - began < SECONDS
    assert (chart.reason or chart.status) in one.outcomes
    assert max(peaks, default=0) <= MEMORY
    drawing = Job.objects.filter(kind="portal.render_chart", object_id=chart.pk)
    assert not drawing.exclude(state=JobState.DONE).exists()
    steps = list(chart.steps.all())
    assert [step.reason for step in steps if step.reason] == ([chart.reason] if chart.reason else [])
    assert "evil" not in str([step.facts for step in steps])
    assert Page.objects.filter(chart=chart).count() == (chart.page_count or 0)
    assert (chart.status == ChartStatus.READY) == bool(chart.page_count)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("pdfs: script at opening", "scripts"),
        ("pdfs: script with a spelled-out name", "scripts"),
        ("pdfs: script in the names", "scripts"),
        ("pdfs: order to start a program", "launches"),
        ("pdfs: form that sends itself", "submits"),
        ("pdfs: attached program", "attachments"),
        ("pdfs: table that leads nowhere", "repaired"),
        ("archives: DOCX with macros", "scripts"),
        ("archives: DOCX with a template elsewhere", "external"),
        ("archives: DOCX with an embedded program", "attachments"),
        ("documents: RTF with an object", "attachments"),
        ("documents: RTF with a template elsewhere", "external"),
        ("documents: text in no letters of ours", "unshown"),
    ],
)
def test_what_could_act_is_told_and_never_followed(batch, name, fact):
    one = FILES[name]
    chart = taken_in(batch, one.make(), one.name)
    assert chart.status == ChartStatus.READY
    assert [step.name for step in chart.steps.all() if step.facts.get(fact)]


@pytest.mark.django_db
def test_a_cut_file_shows_every_page_or_none(batch):
    whole = files.text_pdf("a", "b", "c")
    for tenth in range(1, 10):
        chart = taken_in(batch, whole[: len(whole) * tenth // 10], f"{tenth}.pdf")
        assert chart.page_count in {None, 3}


NAMES = {
    "../../x.pdf": "x.pdf", "..\\x.pdf": "x.pdf", "/etc/x.pdf": "x.pdf", "a\x00b.pdf": "ab.pdf",
    "n" * 300 + ".pdf": "n" * 251 + ".pdf", "a\nb.pdf": "ab.pdf", "a\u202efdp.exe": "afdp.exe",
    "cafe\u0301.pdf": "caf\u00e9.pdf", "CON": "CON", "a.": "a", "😀.pdf": "😀.pdf", "-rf": "-rf", "=cmd()": "=cmd()",
}  # fmt: skip


@pytest.mark.django_db
def test_names_never_leave_their_row(batch):
    for number, (sent, shown) in enumerate(NAMES.items()):
        content = files.small_pdf(number)
        chart = receive_file(batch=batch, file=File(io.BytesIO(content)), name=sent, by=None, at=AT).chart
        assert chart.original_name == shown
        assert chart.storage_name.startswith(f"practices/{batch.practice_id}/charts/")
        assert set(chart.storage_name.rpartition("/")[2]) <= set("0123456789abcdef"), "a name of ours, by the content"
    assert Chart.objects.count() == len(NAMES)
    assert not [event for event in AuditEvent.objects.all() if "cmd" in str(event.detail)]
