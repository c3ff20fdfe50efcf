"""Separator sheets: ours is read after printing, scanning and faxing; barcodes are read in a process of their own."""

import io

import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageFilter

from portal import separators, storage
from portal.actions.barcodes import BARCODES, queue_barcodes, read_barcodes
from portal.actions.jobs import claim_job
from portal.models import Job, JobState, Page
from portal.rules.separators import NEW_VISIT
from tests import factories
from tests.coding.benches import drawn

pytestmark = pytest.mark.django_db


def printed():
    """Our sheet as a page at reading size."""
    with pypdfium2.PdfDocument(separators.sheet()) as document:
        return document[0].render(scale=150 / 72).to_pil().convert("L")


def png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def labelled(text, kind=zxingcpp.BarcodeFormat.Code39):
    """A page with a barcode on it as a practice system prints one."""
    page = Image.open(io.BytesIO(drawn(["Patient label"]))).convert("L")
    bars = Image.open(io.BytesIO(bars_of(text, kind)))
    page.paste(bars, (120, 300))
    return page


def bars_of(text, kind):
    import numpy as np

    return png(Image.fromarray(np.array(zxingcpp.create_barcode(text, kind).to_image(scale=2, add_quiet_zones=True))))


def chart_of(practice, *images):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice), page_count=len(images))
    for number, image in enumerate(images, start=1):
        name = storage.keep_bytes(png(image), practice_id=practice.pk, folder="pages", ending=".png").name
        factories.PageFactory(chart=chart, number=number, image_name=name)
    return chart


SCANS = {
    "as printed": lambda page: page,
    "turned by one degree": lambda page: page.rotate(1.2, fillcolor=255),
    "upside down": lambda page: page.rotate(180),
    "blurred": lambda page: page.filter(ImageFilter.GaussianBlur(1.2)),
    "faxed": lambda page: page.resize((867, 1122)).point(lambda value: 255 if value > 140 else 0),
}


@pytest.mark.parametrize("how", SCANS)
def test_our_sheet_is_read(river, how):
    chart = chart_of(river, SCANS[how](printed()))
    found = separators.barcodes_of(dict(chart.pages.values_list("number", "image_name")))
    assert found == {1: (NEW_VISIT,)}


@pytest.mark.parametrize("kind", [zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.Code128])
def test_labels_and_patch_sheets_are_read_and_notes_have_none(river, kind):
    note = Image.open(io.BytesIO(drawn(["Type 2 diabetes", "Hypertension"])))
    chart = chart_of(river, labelled("PATCHT", kind), note, labelled("MRN40017", kind))
    found = separators.barcodes_of(dict(chart.pages.values_list("number", "image_name")))
    assert found == {1: ("PATCHT",), 2: (), 3: ("MRN40017",)}


def test_the_job_writes_what_it_read_and_does_it_once(river):
    chart = chart_of(river, printed(), labelled("A1B2"))
    job = queue_barcodes(chart=chart, at=timezone.now())
    read_barcodes(claim=claim_job(job_id=job.pk, at=timezone.now()), at=timezone.now())
    rows = Page._default_manager.filter(chart=chart).order_by("number")
    assert list(rows.values_list("barcodes", flat=True)) == [[NEW_VISIT], ["A1B2"]]
    job.refresh_from_db()
    assert job.state == JobState.DONE
    Page._default_manager.filter(chart=chart, number=1).update(barcodes=["kept"])
    again = queue_barcodes(chart=chart, at=timezone.now())
    read_barcodes(claim=claim_job(job_id=again.pk, at=timezone.now()), at=timezone.now())
    assert rows.first().barcodes == ["kept"]


def test_a_page_that_breaks_the_reader_counts_as_read(river):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river), page_count=2)
    name = storage.keep_bytes(b"\x89PNG\r\n\x1a\nbroken", practice_id=river.pk, folder="pages", ending=".png").name
    factories.PageFactory(chart=chart, number=1, image_name=name)
    job = queue_barcodes(chart=chart, at=timezone.now())
    read_barcodes(claim=claim_job(job_id=job.pk, at=timezone.now()), at=timezone.now())
    assert chart.pages.get().barcodes == []


def test_one_page_is_not_looked_at(river):
    assert queue_barcodes(chart=chart_of(river, printed()), at=timezone.now()) is None
    assert not Job.objects.filter(kind=BARCODES).exists()


def test_a_practice_prints_the_sheet(cleo, ann, as_user):
    answer = as_user(cleo).get(reverse("portal:separator-sheet"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    with pypdfium2.PdfDocument(answer.content) as document:
        assert "Separator sheet" in document[0].get_textpage().get_text_range()
    assert reverse("portal:separator-sheet") in as_user(cleo).get(reverse("portal:upload")).content.decode()
    assert as_user(ann).get(reverse("portal:separator-sheet")).status_code == 404
