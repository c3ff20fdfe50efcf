"""What a contract no longer keeps is destroyed with a certificate; a legal hold stops it."""

import os
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from coding.models import Encounter
from feedback.models import Comment
from portal import storage
from portal.actions import retention
from portal.actions.retention import destroy_due, due_batches
from portal.models import (
    AuditEvent,
    Chart,
    Contract,
    Destruction,
    InboxFile,
    InboxFolder,
    LegalHold,
    Manifest,
    ManifestRow,
    Page,
    Upload,
    UploadPart,
)
from portal.rules.retention import kept_until
from portal.tasks import destroy_due as task
from tests import factories, files

pytestmark = pytest.mark.django_db
DELIVERED = datetime(2024, 1, 31, 12, tzinfo=UTC)
KEPT = datetime(2024, 2, 29, 12, tzinfo=UTC)  # one month later
DUE = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("delivered", "months", "until"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 11, 30), 13, date(2025, 12, 30)),
        (date(2020, 2, 29), 84, date(2027, 2, 28)),
    ],
)
def test_the_last_day(delivered, months, until):
    assert kept_until(delivered, months=months) == until


@pytest.fixture(autouse=True)
def contract(river):
    Contract.objects.filter(practice=river).update(starts_on=date(2020, 1, 1), retention_months=1)
    return Contract.objects.get(practice=river)


@pytest.fixture(autouse=True)
def effects(django_capture_on_commit_callbacks):
    """What follows a commit follows here too."""
    return django_capture_on_commit_callbacks


def delivered(practice, name="b", content=None):
    """A delivered batch of one chart with a page, a visit and a comment."""
    batch = factories.BatchFactory(practice=practice, status="delivered", delivered_at=DELIVERED)
    kept = storage.keep_bytes(content or name.encode(), practice_id=practice.pk, folder="charts")
    image = storage.keep_bytes(files.png(), practice_id=practice.pk, folder="pages", ending=".png")
    for stored in (kept, image):
        os.utime(Path(default_storage.path(stored.name)), (1, 1))
    chart = factories.ChartFactory(batch=batch, storage_name=kept.name, sha256=kept.sha256, size=kept.size)
    factories.PageFactory(chart=chart, number=1, image_name=image.name)
    factories.EncounterFactory(chart=chart)
    factories.CommentFactory(thread=factories.ThreadFactory(batch=batch))
    return batch


def run(at, effects):
    with effects(execute=True):
        return destroy_due(at=at)


def test_a_batch_is_kept_to_its_last_day_and_destroyed_after_it(river, effects):
    batch = delivered(river)
    chart = Chart.objects.get()
    assert run(KEPT, effects) == 0
    assert default_storage.exists(chart.storage_name)
    assert run(DUE, effects) == 1
    for model in (Chart, Page, Encounter, Comment):
        assert not model.objects.exists()
    assert not list(default_storage.walk("practices"))
    row = Destruction.objects.get()
    assert (row.batch_number, row.cause, row.files) == (batch.number, "retention", 1)
    assert chart.sha256 in row.certificate
    assert AuditEvent.objects.get(action="batch.destroyed").object_id == batch.pk
    batch.refresh_from_db()
    assert batch.name == "Destroyed"
    assert run(DUE, effects) == 0, "once"


def test_what_is_not_delivered_or_another_practices_is_not_touched(river, lake, effects):
    delivered(river)
    factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    delivered(lake)  # no contract: seven years
    assert run(DUE, effects) == 1
    assert Chart.objects.filter(batch__practice=river).count() == 1
    assert Chart.objects.filter(batch__practice=lake).count() == 1


@pytest.mark.parametrize("whole", [True, False])
def test_a_hold_stops_it_until_it_is_lifted(river, ada, effects, whole):
    batch, other = delivered(river, "one"), delivered(river, "two")
    out = StringIO()
    words = ["--practice", str(river.pk), "--reason", "court", "--by", ada.email]
    call_command("legal_hold", *words, *([] if whole else ["--batch", str(batch.number)]), stdout=out)
    assert run(DUE, effects) == (0 if whole else 1)
    assert Chart.objects.filter(batch=batch).exists()
    assert Chart.objects.filter(batch=other).exists() == whole
    call_command("legal_hold", "--lift", str(LegalHold.objects.get().pk), "--by", ada.email, stdout=out)
    assert run(DUE, effects) == (2 if whole else 1)
    actions = AuditEvent.objects.filter(action__startswith="hold").order_by("at").values_list("action", flat=True)
    assert list(actions) == ["hold.placed", "hold.lifted"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--practice", "1", "--reason", "x", "--by", "nobody@example.com"], "active admin"),
        (["--practice", "99999", "--reason", "x", "--by", "ADA"], "no practice or batch"),
        (["--practice", "RIVER", "--batch", "99999", "--reason", "x", "--by", "ADA"], "no practice or batch"),
        (["--practice", "RIVER", "--reason", " ", "--by", "ADA"], "says why"),
        (["--lift", "99999", "--by", "ADA"], "No hold"),
    ],
)
def test_a_hold_that_cannot_be_placed_says_why(river, ada, words, said):
    known = {"ADA": ada.email, "RIVER": str(river.pk)}
    with pytest.raises(CommandError, match=said):
        call_command("legal_hold", *(known.get(word, word) for word in words))


def test_a_file_that_another_batch_has_too_stays_with_it(river, effects):
    """The later batch names the same bytes: neither its rows nor the bytes go before its own time."""
    first = delivered(river, content=b"same")
    original = Chart.objects.get(batch=first)
    later = factories.BatchFactory(practice=river)
    factories.ChartFactory(
        batch=later, status="duplicate", duplicate_of=original, ready_at=None, page_count=None,
        storage_name=original.storage_name, sha256=original.sha256,
    )  # fmt: skip
    assert run(DUE, effects) == 0
    assert Chart.objects.count() == 2
    type(later).objects.filter(pk=later.pk).update(status="delivered", delivered_at=DELIVERED)
    assert run(DUE, effects) == 2
    assert not Chart.objects.exists()
    assert Destruction.objects.count() == 2
    assert not list(default_storage.walk("practices"))


def test_equal_page_images_of_a_kept_batch_stay(river, effects):
    delivered(river, "due")
    kept = delivered(river, "kept")
    type(kept).objects.filter(pk=kept.pk).update(delivered_at=DUE - timedelta(days=1))
    assert run(DUE, effects) == 1
    assert default_storage.exists(Page.objects.get().image_name)


def test_the_contract_of_the_day_of_delivery_counts(river, contract):
    batch = delivered(river)
    Contract.objects.filter(pk=contract.pk).update(ends_on=date(2024, 2, 1))
    Contract.objects.create(practice=river, starts_on=date(2024, 2, 2), retention_months=120)
    assert due_batches(river, at=DUE) == [batch]


def test_what_came_with_a_batch_goes_with_it(river, effects):
    """Its manifest, a file that was never finished, and how its files came by SFTP."""
    batch = delivered(river)
    content = b"File,Patient\na,Marta\n"
    kept = storage.keep_bytes(content, practice_id=river.pk, folder="manifests", ending=".csv")
    part = storage.keep_bytes(b"half", practice_id=river.pk, folder="uploads/1")
    for stored in (kept, part):
        os.utime(Path(default_storage.path(stored.name)), (1, 1))
    manifest = factories.ManifestFactory(batch=batch, storage_name=kept.name, sha256=kept.sha256)
    ManifestRow.objects.create(practice=river, manifest=manifest, line=2, file="a", patient="Marta")
    upload = factories.UploadFactory(batch=batch, state="abandoned", ended_at=DELIVERED)
    UploadPart.objects.create(
        practice=river, upload=upload, offset=0, size=4, sha256=part.sha256, storage_name=part.name
    )
    folder = factories.InboxFolderFactory(practice=river, batch=batch, state="sent", ended_at=DELIVERED)
    factories.InboxFileFactory(folder=folder, practice=river)
    run(DUE, effects)
    for model in (Manifest, ManifestRow, Upload, UploadPart, InboxFolder, InboxFile):
        assert not model.objects.exists(), model
    assert not default_storage.exists(kept.name)
    assert not default_storage.exists(part.name)
    certificate = Destruction.objects.get().certificate
    assert f"{kept.sha256}  {len(content)}" in certificate
    assert "Marta" not in certificate


def test_what_cannot_be_destroyed_holds_up_nothing_else(river, effects, monkeypatch, caplog):
    stuck, other = delivered(river, "a"), delivered(river, "b")
    certify = retention.certify

    def trouble(practice, batch, *, at):
        if batch == stuck:
            raise LookupError("a.pdf")
        return certify(practice, batch, at=at)

    monkeypatch.setattr(retention, "certify", trouble)
    assert run(DUE, effects) == 1
    assert list(Chart.objects.values_list("batch", flat=True)) == [stuck.pk]
    assert Destruction.objects.get().batch_number == other.number
    assert [record.practice for record in caplog.records if record.message == "batches not destroyed"] == [river.pk]
    monkeypatch.undo()
    assert run(DUE, effects) == 1


def test_the_task_destroys_what_is_due_today(river, effects):
    delivered(river)
    with effects(execute=True):
        task()
    assert not Chart.objects.exists()
    assert timezone.now() - Destruction.objects.get().at < timedelta(minutes=1)
