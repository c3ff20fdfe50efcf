"""A file in parts: nothing wrong is kept, nothing kept is lost, one writes at a time."""

import hashlib
import random
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal import scope, storage
from portal.actions import uploads
from portal.actions.batches import BatchNotOpen, NoAgreement, open_batch, send_batch
from portal.actions.charts import ReceiptOutcome
from portal.actions.uploads import (
    Arrived,
    NotAsExpected,
    NotTaken,
    UploadsUnfinished,
    abandon_unfinished,
    abandon_upload,
    append_part,
    complete_upload,
    discard_parts,
    open_upload,
    send_batch_as_expected,
    send_without_unfinished,
    sweep_uploads,
)
from portal.models import (
    AuditEvent,
    Batch,
    BusinessAssociateAgreement,
    Chart,
    Membership,
    Notice,
    Upload,
    UploadPart,
)
from portal.rules.expected_files import Difference
from portal.rules.lifecycle import BatchStatus
from portal.rules.uploads import KEPT, Trouble, UploadState
from tests import damage, factories, files

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CONTENT = files.text_pdf("Assessment: well visit.") + random.Random(1).randbytes(3000)  # noqa: S311


def sha(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def batch(river, cleo):
    return open_batch(practice=river, name="March", specialty="cardiology", by=cleo, at=NOW)


def begun(batch, by, content=CONTENT, name="scan.pdf", **more):
    return open_upload(batch=batch, name=name, size=len(content), by=by, at=NOW, **more)


def part(upload, offset, content, at=NOW, sha256=None):
    return append_part(
        upload=upload, offset=offset, arrived=Arrived(content, sha(content)), sha256=sha256 or sha(content), at=at
    )


def filled(upload, content=CONTENT, step=1000):
    for offset in range(0, len(content), step):
        part(upload, offset, content[offset : offset + step])
    return upload


def trouble(work):
    with pytest.raises(NotTaken) as refused:
        work()
    return refused.value.trouble, refused.value.offset


def test_parts_become_the_chart_that_was_sent(batch, cleo):
    upload = filled(begun(batch, cleo))
    receipt = complete_upload(upload=upload, sha256=sha(CONTENT), by=cleo, at=NOW)
    assert receipt.outcome == ReceiptOutcome.RECEIVED
    assert (receipt.chart.sha256, receipt.chart.size) == (sha(CONTENT), len(CONTENT))
    assert (receipt.chart.original_name, receipt.chart.received_by) == ("scan.pdf", cleo)
    assert b"".join(storage.blocks(receipt.chart.storage_name)) == CONTENT
    upload.refresh_from_db()
    assert (upload.state, upload.chart, upload.sha256) == (UploadState.COMPLETE, receipt.chart, sha(CONTENT))
    assert list(
        AuditEvent.objects.filter(action__startswith="upload.").order_by("at", "pk").values_list("actor", flat=True)
    ) == [cleo.pk, cleo.pk]
    assert AuditEvent.objects.filter(action="chart.received", object_id=receipt.chart.pk).count() == 1


def test_completed_again_it_gives_the_receipt_it_had(batch, cleo):
    upload = filled(begun(batch, cleo))
    first = complete_upload(upload=upload, sha256=sha(CONTENT), by=cleo, at=NOW)
    assert complete_upload(upload=upload, sha256=sha(CONTENT), by=cleo, at=NOW) == first
    assert Chart.objects.count() == 1


def test_a_file_without_content_is_kept_under_its_reason(batch, cleo):
    upload = begun(batch, cleo, b"")
    receipt = complete_upload(upload=upload, sha256=sha(b""), by=cleo, at=NOW)
    assert (receipt.outcome, receipt.chart.reason) == (ReceiptOutcome.REFUSED, "empty")


def test_a_part_with_other_bytes_than_its_hash_is_not_kept(batch, cleo):
    upload = begun(batch, cleo)
    part(upload, 0, CONTENT[:1000])
    upload.refresh_from_db()
    assert trouble(lambda: part(upload, 1000, CONTENT[1000:2000], sha256=sha(b"else"))) == (Trouble.PART_DIFFERS, 1000)
    assert [piece.offset for piece in upload.parts.all()] == [0]


def test_a_part_that_begins_elsewhere_learns_where_to_go_on(batch, cleo):
    upload = begun(batch, cleo)
    part(upload, 0, CONTENT[:1000])
    assert trouble(lambda: part(upload, 2000, CONTENT[2000:])) == (Trouble.WRONG_OFFSET, 1000)
    assert trouble(lambda: part(upload, 0, CONTENT[:999])) == (Trouble.WRONG_OFFSET, 1000)
    assert trouble(lambda: part(upload, 0, b"x" * 1000)) == (Trouble.WRONG_OFFSET, 1000)
    assert trouble(lambda: part(upload, 1000, CONTENT[1000:] + b"x")) == (Trouble.BEYOND_THE_END, 1000)
    assert upload.parts.count() == 1


def test_a_part_sent_again_is_taken_as_done(batch, cleo):
    upload = begun(batch, cleo)
    part(upload, 0, CONTENT[:1000])
    part(upload, 1000, CONTENT[1000:2000])
    assert part(upload, 1000, CONTENT[1000:2000]) == 2000
    assert part(upload, 0, CONTENT[:1000]) == 2000
    assert upload.parts.count() == 2


def test_a_file_is_complete_only_with_its_last_byte_and_its_hash(batch, cleo):
    upload = begun(batch, cleo)
    part(upload, 0, CONTENT[:1000])

    def complete(sha256=""):
        return lambda: complete_upload(upload=upload, sha256=sha256, by=cleo, at=NOW)

    assert trouble(complete()) == (Trouble.HASH_MISSING, None)
    assert trouble(complete(sha(CONTENT))) == (Trouble.UNFINISHED, 1000)
    part(upload, 1000, CONTENT[1000:])
    assert trouble(complete(sha(CONTENT + b"x"))) == (Trouble.FILE_DIFFERS, None)
    assert not Chart.objects.exists()
    upload.refresh_from_db()
    assert (upload.state, upload.parts.count()) == (UploadState.OPEN, 2)
    assert complete_upload(upload=upload, sha256=sha(CONTENT).upper(), by=cleo, at=NOW).chart.sha256 == sha(CONTENT)


def test_of_a_file_that_differs_nothing_lies_in_the_storage(batch, cleo, settings):
    upload = filled(begun(batch, cleo))
    before = stored(settings)
    assert trouble(lambda: complete_upload(upload=upload, sha256=sha(b"x"), by=cleo, at=NOW))[0] == Trouble.FILE_DIFFERS
    assert stored(settings) == before


def stored(settings):
    from pathlib import Path

    place = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    return sorted(path for path in place.rglob("*") if path.is_file())


def test_a_hash_declared_at_the_beginning_holds_to_the_end(batch, cleo):
    upload = filled(begun(batch, cleo, sha256=sha(CONTENT)))
    assert trouble(lambda: complete_upload(upload=upload, sha256=sha(b"x"), by=cleo, at=NOW))[0] == Trouble.FILE_DIFFERS
    assert complete_upload(upload=upload, by=cleo, at=NOW).outcome == ReceiptOutcome.RECEIVED


def test_a_stored_part_that_was_damaged_does_not_become_a_chart(batch, cleo, settings):
    upload = filled(begun(batch, cleo))
    victim = stored(settings)[0]
    content = victim.read_bytes()
    victim.chmod(0o600)
    victim.write_bytes(damage.flipped(content))
    with pytest.raises(Exception) as refused:  # noqa: PT011  (an encrypted storage finds it first)
        complete_upload(upload=upload, sha256=sha(CONTENT), by=cleo, at=NOW)
    assert refused.type is NotTaken or "lter" in refused.type.__name__
    assert not Chart.objects.exists()


def test_the_same_bytes_sent_before_are_a_duplicate(batch, cleo):
    first = complete_upload(upload=filled(begun(batch, cleo)), sha256=sha(CONTENT), by=cleo, at=NOW)
    again = filled(begun(batch, cleo, name="copy.pdf"))
    receipt = complete_upload(upload=again, sha256=sha(CONTENT), by=cleo, at=NOW)
    assert (receipt.outcome, receipt.chart.duplicate_of) == (ReceiptOutcome.DUPLICATE, first.chart)


def test_an_upload_that_ended_takes_nothing(batch, cleo):
    upload = begun(batch, cleo)
    part(upload, 0, CONTENT[:1000])
    abandon_upload(upload=upload, by=cleo, at=NOW)
    assert trouble(lambda: part(upload, 1000, CONTENT[1000:])) == (Trouble.ENDED, None)
    assert trouble(lambda: abandon_upload(upload=upload, by=cleo, at=NOW)) == (Trouble.ENDED, None)
    assert trouble(lambda: complete_upload(upload=upload, sha256=sha(CONTENT), by=cleo, at=NOW)) == (
        Trouble.ENDED, None,
    )  # fmt: skip


def test_the_parts_of_what_ended_are_removed_and_those_of_what_has_not_stay(batch, cleo, settings):
    done, given_up, going = (filled(begun(batch, cleo, name=f"{name}.pdf")) for name in "abc")
    complete_upload(upload=done, sha256=sha(CONTENT), by=cleo, at=NOW)
    abandon_upload(upload=given_up, by=cleo, at=NOW)
    pieces = going.parts.count()
    assert discard_parts(upload_ids=[done.pk, given_up.pk, going.pk]) == 2 * pieces
    assert UploadPart.objects.count() == pieces
    assert complete_upload(upload=going, sha256=sha(CONTENT), by=cleo, at=NOW).chart.sha256 == sha(CONTENT)


def test_a_batch_that_was_sent_takes_no_more(batch, cleo):
    upload = filled(begun(batch, cleo))
    complete_upload(upload=filled(begun(batch, cleo, name="b.pdf")), sha256=sha(CONTENT), by=cleo, at=NOW)
    send_batch(batch=batch, by=cleo, at=NOW)
    with pytest.raises(BatchNotOpen):
        complete_upload(upload=upload, sha256=sha(CONTENT), by=cleo, at=NOW)
    with pytest.raises(BatchNotOpen):
        begun(batch, cleo)


def test_without_an_agreement_nothing_begins(batch, cleo, river):
    BusinessAssociateAgreement.objects.filter(practice=river).update(ends_on=NOW.date() - timedelta(days=2))
    with pytest.raises(NoAgreement):
        begun(batch, cleo)


@pytest.mark.parametrize(
    ("limit", "value", "expected"),
    [
        ("INTAKE_FILE_LIMIT", len(CONTENT) - 1, Trouble.FILE_TOO_LARGE),
        ("INTAKE_BATCH_LIMIT", 2 * len(CONTENT) - 1, Trouble.BATCH_FULL),
        ("UPLOADS_OPEN", 1, Trouble.TOO_MANY_OPEN),
        ("UPLOADS_OPEN_BYTES", 2 * len(CONTENT) - 1, Trouble.TOO_MUCH_OPEN),
        ("UPLOADS_AN_HOUR", 1, Trouble.TOO_OFTEN),
    ],
)
def test_what_a_practice_may_begin_is_limited(batch, cleo, otto, lake, settings, limit, value, expected):
    if expected != Trouble.FILE_TOO_LARGE:
        begun(batch, cleo)
    setattr(settings, limit, value)
    assert trouble(lambda: begun(batch, cleo))[0] == expected
    if limit.startswith("UPLOADS"):  # another practice's files do not count
        other = open_batch(practice=lake, name="May", specialty="cardiology", by=otto, at=NOW)
        assert begun(other, otto).state == UploadState.OPEN


# -- the end of waiting --------------------------------------------------------------------------
def test_after_a_week_without_a_part_it_is_given_up_and_the_practice_told(batch, cleo, river, settings):
    late, going = filled(begun(batch, cleo, name="a.pdf")), filled(begun(batch, cleo, name="b.pdf"))
    quiet = factories.UserFactory(roles=["practice"], practice=river)
    Membership.objects.filter(user=quiet).update(receives_results=False)
    Upload.objects.filter(pk=going.pk).update(expires_at=NOW + KEPT + timedelta(days=1))
    assert sweep_uploads(at=NOW + KEPT - timedelta(seconds=1)) == 0
    assert sweep_uploads(at=NOW + KEPT) == 1
    late.refresh_from_db()
    assert (late.state, late.ended_at) == (UploadState.ABANDONED, NOW + KEPT)
    assert not late.parts.exists() or discard_parts(upload_ids=[late.pk])
    assert going.parts.exists()
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient, notice.words) == ("upload_unfinished", cleo, {"count": 1})
    assert AuditEvent.objects.filter(action="upload.run_out").count() == 1
    assert sweep_uploads(at=NOW + KEPT) == 0
    assert Notice.objects.count() == 1


def test_each_part_lengthens_the_wait(batch, cleo):
    upload = begun(batch, cleo)
    part(upload, 0, CONTENT[:1000], at=NOW + timedelta(days=6))
    assert sweep_uploads(at=NOW + timedelta(days=12)) == 0
    assert sweep_uploads(at=NOW + timedelta(days=13)) == 1


def test_the_sweep_removes_parts_that_a_killed_process_left(batch, cleo):
    upload = filled(begun(batch, cleo))
    abandon_upload(upload=upload, by=cleo, at=NOW)
    assert upload.parts.exists()  # what should follow the commit did not happen in this test
    sweep_uploads(at=NOW)
    assert not upload.parts.exists()


# -- sending -------------------------------------------------------------------------------------
def received(batch, by, name="a.pdf", content=CONTENT):
    return complete_upload(
        upload=filled(begun(batch, by, content, name), content), sha256=sha(content), by=by, at=NOW
    ).chart


def test_a_batch_is_sent_if_it_holds_exactly_what_was_named(batch, cleo):
    received(batch, cleo)
    received(batch, cleo, "b.pdf", CONTENT + b"b")
    named = [("a.pdf", sha(CONTENT)), ("b.pdf", sha(CONTENT))]
    with pytest.raises(NotAsExpected) as refused:
        send_batch_as_expected(batch=batch, expected=named, by=cleo, at=NOW)
    assert refused.value.difference == Difference(different=(("b.pdf", sha(CONTENT), sha(CONTENT + b"b")),))
    assert Batch.objects.get(pk=batch.pk).status == BatchStatus.OPEN
    named[1] = ("b.pdf", sha(CONTENT + b"b"))
    send_batch_as_expected(batch=batch, expected=named, by=cleo, at=NOW)
    assert Batch.objects.get(pk=batch.pk).status == BatchStatus.RECEIVED
    with pytest.raises(BatchNotOpen):
        send_batch_as_expected(batch=batch, expected=None, by=cleo, at=NOW)


def test_with_files_on_their_way_a_batch_is_not_sent_unless_they_are_given_up(batch, cleo):
    received(batch, cleo)
    upload = begun(batch, cleo, name="b.pdf")
    with pytest.raises(UploadsUnfinished) as refused:
        send_batch_as_expected(batch=batch, expected=None, by=cleo, at=NOW)
    assert refused.value.uploads == (upload.pk,)
    assert abandon_unfinished(batch=batch, by=cleo, at=NOW) == 1
    send_batch_as_expected(batch=batch, expected=None, by=cleo, at=NOW)


def test_a_file_begun_while_its_batch_is_sent_is_given_up_too(batch, cleo, monkeypatch):
    """It would stay open for a week in a batch that takes nothing any more."""
    received(batch, cleo)
    begun(batch, cleo, name="b.pdf")

    def slow(**facts):
        begun(batch, cleo, name="c.pdf")
        send_batch(**facts)

    monkeypatch.setattr(uploads, "send_batch", slow)
    assert send_without_unfinished(batch=batch, by=cleo, at=NOW) == 2
    assert not Upload.objects.unfinished().exists()


# -- two at once ---------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_second_writer_is_told_to_wait(batch, cleo, monkeypatch):
    upload = begun(batch, cleo)
    entered, go_on, found = threading.Event(), threading.Event(), []
    keep_part = uploads.keep_part

    def slow(*args, **kwargs):
        entered.set()
        go_on.wait(10)
        return keep_part(*args, **kwargs)

    def first():
        with scope.service():
            found.append(part(upload, 0, CONTENT[:1000]))
        connection.close()

    monkeypatch.setattr(uploads, "keep_part", slow)
    writer = threading.Thread(target=first)
    writer.start()
    assert entered.wait(10)
    with scope.service():
        assert trouble(lambda: part(upload, 0, CONTENT[:1000])) == (Trouble.BUSY, None)
        assert trouble(lambda: abandon_upload(upload=upload, by=cleo, at=NOW)) == (Trouble.BUSY, None)
    go_on.set()
    writer.join()
    with scope.service():
        assert found == [1000]
        assert part(upload, 0, CONTENT[:1000]) == 1000
        assert UploadPart.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_writers_of_one_file_make_it_once(batch, cleo):
    upload = begun(batch, cleo)
    troubles = []

    def write():
        offset = 0
        while offset < len(CONTENT):
            try:
                with scope.service():
                    offset = part(upload, offset, CONTENT[offset : offset + 500])
            except NotTaken as refused:
                troubles.append(refused.trouble)
                offset = refused.offset if refused.offset is not None else offset
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert set(troubles) <= {Trouble.BUSY, Trouble.WRONG_OFFSET}
    with scope.service(), transaction.atomic():
        receipt = complete_upload(upload=upload, sha256=sha(CONTENT), by=cleo, at=NOW)
    assert receipt.chart.sha256 == sha(CONTENT)
