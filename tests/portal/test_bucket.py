"""The same storage in a bucket: a real S3 server (moto's) over HTTP."""

import hashlib
import io
import secrets
from datetime import timedelta

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from moto.server import ThreadedMotoServer

from portal import storage
from portal.actions import scrub as actions
from portal.actions.batches import open_batch
from portal.actions.scrub import scrub
from portal.actions.uploads import complete_upload
from portal.models import Damage
from portal.sealing import SEGMENT
from portal.shelves import BucketFile
from tests import damage, factories, files
from tests.portal.test_page_links import active, address
from tests.portal.test_uploads import begun, filled

pytestmark = pytest.mark.django_db
BIG = secrets.token_bytes(9 * SEGMENT + 77)  # above boto's threshold for uploads in parts


@pytest.fixture(scope="module")
def server():
    one = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    one.start()
    host, port = one.get_host_and_port()
    yield f"http://{host}:{port}"
    one.stop()


@pytest.fixture(autouse=True)
def bucket(server, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "portal.shelves.BucketStorage",
            "OPTIONS": {
                "bucket_name": f"charts-{secrets.token_hex(4)}",
                "endpoint_url": server,
                "region_name": "us-east-1",
                "access_key": "test",
                "secret_key": "test",
                "file_overwrite": True,
                "default_acl": None,
            },
        },
    }
    default_storage.connection.create_bucket(Bucket=default_storage.bucket_name)
    return default_storage.bucket


def keep(practice, content, folder="charts"):
    return storage.keep(ContentFile(content), practice_id=practice.pk, folder=folder)


@pytest.mark.parametrize("size", [0, 1, 100_000, SEGMENT, len(BIG)])
def test_what_was_kept_comes_back(river, size):
    kept = keep(river, BIG[:size])
    assert (kept.sha256, kept.size) == (hashlib.sha256(BIG[:size]).hexdigest(), size)
    assert b"".join(storage.blocks(kept.name)) == BIG[:size]


def test_in_the_bucket_it_is_sealed_and_one_object_for_equal_bytes(river, lake, bucket):
    kept = keep(river, b"Marta Quinlan" * 100)
    assert keep(river, b"Marta Quinlan" * 100) == kept
    keep(lake, b"Marta Quinlan" * 100)
    objects = list(bucket.objects.all())
    assert len(objects) == 2
    assert all(b"Marta" not in entry.get()["Body"].read() for entry in objects)


def test_parts_are_read_in_ranges(river):
    kept = keep(river, BIG)
    with storage.opened(kept.name) as file:
        for start in (5 * SEGMENT + 3, 0, len(BIG) - 9):
            file.seek(start)
            assert file.read(10) == BIG[start : start + 10]
        file.seek(-4, io.SEEK_END)
        assert file.read() == BIG[-4:]
    pdf = keep(river, files.small_pdf(1))
    with pikepdf.open(storage.opened(pdf.name)) as document:
        assert len(document.pages) == 1


def test_a_page_image_costs_one_request_of_the_bucket(river, monkeypatch):
    kept = keep(river, BIG[:200_000], "pages")
    asked, fetch = [], BucketFile.fetch
    monkeypatch.setattr(BucketFile, "fetch", lambda self, start: (asked.append(start), fetch(self, start)))
    with storage.opened(kept.name) as file:
        assert len(file.read()) == 200_000
    assert asked == [0]


@pytest.mark.parametrize("harm", ["gone", "cut", "changed", "other"])
def test_what_is_damaged_is_found_and_a_copy_mends_it(river, harm):
    kept, other = keep(river, BIG), keep(river, b"other")
    chart = factories.ChartFactory(
        batch=factories.BatchFactory(practice=river), storage_name=kept.name, sha256=kept.sha256, size=kept.size
    )
    raw = damage.raw(kept.name)
    damage.lose(kept.name)
    if harm != "gone":
        content = {"cut": raw[:-1], "changed": damage.flipped(raw, 99), "other": damage.raw(other.name)}[harm]
        damage.overwrite(kept.name, content)
    assert scrub(at=timezone.now()).damaged == [
        (chart.storage_name, Damage.MISSING if harm == "gone" else Damage.ALTERED)
    ]
    assert keep(river, BIG) == kept
    assert not scrub(at=timezone.now()).damaged


def test_a_file_in_parts_is_put_together_from_objects(river, cleo, bucket, django_capture_on_commit_callbacks):
    batch = open_batch(practice=river, name="March", specialty="cardiology", by=cleo, at=timezone.now())
    content = files.text_pdf("Assessment: well visit.") + BIG[:SEGMENT]
    upload = filled(begun(batch, cleo, content), content, step=400_000)
    assert upload.parts.count() == len(list(bucket.objects.all())) == 3
    with django_capture_on_commit_callbacks(execute=True):
        receipt = complete_upload(upload=upload, sha256=hashlib.sha256(content).hexdigest(), by=cleo, at=timezone.now())
    assert b"".join(storage.blocks(receipt.chart.storage_name)) == content
    assert [entry.key for entry in bucket.objects.all()] == [receipt.chart.storage_name]


def test_what_no_row_names_goes_after_a_day(river, bucket):
    kept, named = keep(river, b"forgotten"), keep(river, b"named")
    factories.ChartFactory(batch=factories.BatchFactory(practice=river), storage_name=named.name, sha256=named.sha256)
    assert scrub(at=timezone.now()).removed == 0
    tally = scrub(at=timezone.now() + timedelta(days=2))
    assert (tally.unnamed, tally.removed) == (1, 1)
    assert [entry.key for entry in bucket.objects.all()] == [named.name]
    with pytest.raises(FileNotFoundError):
        storage.opened(kept.name)


def test_a_file_kept_again_is_young_again(river):
    keep(river, b"again")
    (found,) = default_storage.walk("practices")
    later = found.kept_at + actions.FORGOTTEN + timedelta(seconds=30)
    default_storage.touch(found.name)
    (touched,) = default_storage.walk("practices")
    assert touched.kept_at >= found.kept_at
    assert later > touched.kept_at
    assert b"".join(storage.blocks(found.name)) == b"again"


def test_a_page_is_shown_by_its_signed_link(river, cleo, as_user):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    kept = storage.keep_bytes(files.png(), practice_id=river.pk, folder="pages", ending=".png")
    page = factories.PageFactory(chart=chart, number=1, image_name=kept.name)
    browser = active(as_user(cleo))
    assert browser.get(address(browser, page)).content == files.png()


def test_the_site_is_ready_with_a_bucket(client):
    storage.probe()
    assert client.get("/readyz").json()["storage"] == "ok"
