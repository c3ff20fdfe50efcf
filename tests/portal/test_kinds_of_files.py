"""Each type of file becomes pages with words; a ZIP becomes its files; the same pages are seen to be the same."""

import io
import random
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import File
from django.urls import reverse
from PIL import Image

from portal.actions.charts import receive_file
from portal.actions.jobs import claim_job
from portal.actions.pages import render_chart
from portal.models import Chart, Job, JobState, Page
from portal.rules.file_types import DOCX
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from tests import factories, files
from tests.hostile import archives, documents, images

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)


def received(batch, content, name):
    return receive_file(batch=batch, file=File(io.BytesIO(content)), name=name, by=None, at=AT).chart


def all_walked(at=LATER):
    for job in Job.objects.filter(kind="portal.render_chart", state=JobState.READY).order_by("pk"):
        render_chart(claim=claim_job(job_id=job.pk, at=at), at=at)


def words_of(batch, content, name):
    """The text of the pages that a file becomes, words with single spaces."""
    chart = received(batch, content, name)
    all_walked()
    chart.refresh_from_db()
    assert (chart.status, chart.reason) == (ChartStatus.READY, "")
    return [" ".join(page.text.split()) for page in Page.objects.filter(chart=chart).order_by("number")]


HEADER = """<recordTarget><patientRole><id extension="MRN-7"/><patient><name><given>Mary</given><family>Jones</family>
</name><birthTime value="19610402"/><administrativeGenderCode displayName="Female"/></patient></patientRole>
</recordTarget>
<effectiveTime value="20260302143000"/>"""
NARRATIVE = """Loose words<list><item>Rest</item><item>Ice<br/>twice daily</item></list><table><thead><tr><th>Drug</th>
<th>Dose</th></tr></thead><tbody><tr><td>Colchicine</td><td>0.6 mg</td></tr></tbody></table>"""


def test_a_clinical_document_shows_its_patient_and_its_sections(batch):
    [page] = words_of(batch, documents.cda(NARRATIVE, extra=HEADER), "a.xml")
    for words in (
        "Visit note", "Mary Jones", "1961-04-02", "Female", "MRN-7", "2026-03-02 14:30", "Loose words", "Rest",
        "Ice", "twice daily", "Drug Dose Colchicine 0.6 mg",
    ):  # fmt: skip
        assert words in page


def test_a_clinical_document_around_a_pdf_is_that_pdf(batch):
    content = documents.unstructured("application/pdf", files.text_pdf("Plan: rest", "Signed"))
    assert words_of(batch, content, "a.xml") == ["Plan: rest", "Signed"]


TRACKED = (
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Assessment</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>No </w:t></w:r><w:ins><w:r><w:t>acute </w:t></w:r></w:ins>"
    "<w:del><w:r><w:delText>chronic </w:delText></w:r></w:del><w:r><w:t>distress</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Pulse</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>72</w:t></w:r></w:p></w:tc>"
    "</w:tr></w:tbl><w:p><w:r><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:r></w:p>"
    '<w:p><w:r><w:br w:type="page"/><w:t>Second page</w:t></w:r></w:p>'
)


def test_a_word_document_shows_what_a_reader_sees(batch):
    header = archives.body("<w:p><w:r><w:t>Mary Jones, MRN 7</w:t></w:r></w:p>")
    content = archives.with_relations(
        ("header", "header1.xml", False), inner=TRACKED, **{"word/header1.xml": header.replace(b"w:document", b"w:hdr")}
    )
    first, second = words_of(batch, content, "a.docx")
    for words in ("Mary Jones, MRN 7", "Assessment", "No acute distress", "Pulse 72", "In a box"):
        assert words in first
    assert second == "Second page"
    assert Chart.objects.get().media_type == DOCX


def test_a_picture_in_a_word_document_is_on_its_page(batch):
    dark = files.encoded(images.SMALL.point(lambda _: 0).resize((600, 600)), "PNG")
    content = archives.with_relations(("image", "media/i.png", False), **{"word/media/i.png": dark})
    words_of(batch, content, "a.docx")
    assert Page.objects.get().pixels
    assert "pictures_left_out" not in Chart.objects.get().steps.get(name="set").facts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encoding_it_has(batch, encoding):
    [page] = words_of(batch, "Señora López: 38,5 °C – gut".encode(encoding), "a.txt")
    assert page == "Señora López: 38,5 °C – gut"


def test_typed_columns_stay_below_each_other(batch):
    [page] = words_of(batch, b"Drug            Dose\nColchicine      0.6 mg\n", "a.txt")
    assert page == "Drug Dose Colchicine 0.6 mg"


def test_rtf_gives_its_words(batch):
    [page] = words_of(batch, documents.rtf("{\\b Plan:} rest and \\'fcben\\par Sign\\u233?"), "a.rtf")
    assert page == "Plan: rest and üben Signé"


def test_a_photograph_of_a_telephone_is_drawn(batch):
    words_of(batch, images.heic(1200, 900), "a.heic")
    page = Page.objects.get()
    assert (page.width, page.height) == (1200, 900)


def test_each_file_of_a_zip_is_a_chart_with_its_own_receipt(batch, cleo, as_user):
    members = {
        "monday/a.pdf": files.small_pdf(1), "monday/again.pdf": files.small_pdf(1), "b.txt": b"Plan: rest",
        "c.exe": b"MZ" + bytes(50), "d.zip": archives.zipped({"e.pdf": files.small_pdf(2)}), "__MACOSX/._a.pdf": b"x",
    }  # fmt: skip
    archive = received(batch, archives.zipped(members), "charts.zip")
    all_walked()
    all_walked(at=LATER + timedelta(hours=1))  # the charts that came out of it
    archive.refresh_from_db()
    assert (archive.status, archive.steps.get(name="unpack").facts["left_aside"]) == (ChartStatus.UNPACKED, 1)
    found = {chart.original_name: chart for chart in Chart.objects.filter(archive=archive)}
    assert {name: chart.reason or chart.status for name, chart in found.items()} == {
        "a.pdf": "ready", "again.pdf": "duplicate", "b.txt": "ready", "c.exe": Refusal.UNKNOWN_TYPE,
        "d.zip": Refusal.NESTED_ARCHIVE,
    }  # fmt: skip
    shown = as_user(cleo).get(reverse("portal:chart", args=[found["a.pdf"].pk])).content.decode()
    assert archive.label in shown
    of_the_zip = as_user(cleo).get(reverse("portal:chart", args=[archive.pk])).content.decode()
    assert all(chart.label in of_the_zip for chart in found.values())


def test_a_zip_that_would_overfill_its_batch_is_refused_and_leaves_no_charts(batch, settings):
    content = archives.zipped({"a.txt": b"Plan: rest\n" * 2000})
    settings.INTAKE_BATCH_LIMIT = len(content) + 100
    archive = received(batch, content, "a.zip")
    all_walked()
    archive.refresh_from_db()
    assert archive.reason == Refusal.UNPACKS_TOO_LARGE
    assert Chart.objects.count() == 1


def test_the_same_pages_in_another_file_are_seen(batch, cleo, otto, as_user):
    first = received(batch, files.text_pdf("Visit one", "Visit two"), "a.pdf")
    same = received(batch, files.text_pdf("Visit one", "Visit two") + b"\n", "b.pdf")
    part = received(batch, files.text_pdf("Visit one", "Visit three"), "c.pdf")
    blank = received(batch, files.text_pdf("", ""), "d.pdf")
    other_blank = received(batch, files.text_pdf("", "", ""), "e.pdf")
    all_walked()
    for chart in (first, same, part, blank, other_blank):
        chart.refresh_from_db()
    assert [chart.status for chart in (first, part, blank, other_blank)] == ["ready"] * 4
    assert (same.status, same.duplicate_of, same.rests_for_same_pages) == (ChartStatus.DUPLICATE, first, True)
    assert part.steps.get(name="same_pages").facts == {"same_pages": 1, "as": first.label}
    shown = as_user(cleo).get(reverse("portal:chart", args=[part.pk])).content.decode()
    assert f"1 page the same as in {first.label}" in shown
    browser = as_user(cleo)
    assert "Same pages as" in browser.get(reverse("portal:batch", args=[batch.pk])).content.decode()
    address = reverse("portal:work-anyway", args=[same.pk])
    assert as_user(otto).post(address).status_code == 404
    assert browser.post(address).status_code == 302
    same.refresh_from_db()
    assert (same.status, same.duplicate_of, same.pages.count()) == (ChartStatus.READY, None, 2)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_two_empty_pages_whose_paper_differs_by_a_breath_are_no_duplicates(batch, mode):
    """The greys that are kept are sixteen: grain that no eye sees does not make two scans the same."""
    chance = random.Random(4)  # noqa: S311
    papers = [bytes(chance.choices((252, 253, 254, 255), (1, 1, 1, 9), k=480_000)) for _ in range(2)]
    for number, paper in enumerate(papers):
        scan = Image.frombytes("L", (600, 800), paper).convert(mode)
        received(batch, files.encoded(scan, "PNG"), f"{number}.png")
    all_walked()
    assert [chart.status for chart in Chart.objects.all()] == ["ready"] * 2


def test_the_steps_of_a_chart_stand_on_its_page(batch, cleo, as_user):
    chart = received(batch, files.text_pdf("Plan", "Signed"), "a.pdf")
    all_walked()
    names = [step.name for step in chart.steps.order_by("pk")]
    assert names == [
        "receive", "hash", "duplicate", "type", "malware", "mend", "limits", "render", "same_pages", "ready",
    ]  # fmt: skip
    shown = " ".join(as_user(cleo).get(reverse("portal:chart", args=[chart.pk])).content.decode().split())
    assert 'Drawn <span aria-hidden="true">✓</span><span class="visually-hidden"> done</span> 2 pages' in shown
