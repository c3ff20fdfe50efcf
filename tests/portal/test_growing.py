"""A file that grows by its parts: written once, whatever breaks off, and sealed like any other when it has its name."""

import io
import os
import random
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal import growing, storage
from portal.actions.batches import open_batch
from portal.actions.export import export_practice
from portal.actions.keys import give_new_key
from portal.actions.scrub import scrub
from portal.actions.uploads import abandon_upload, complete_upload, open_upload
from portal.failpoints import Fired
from portal.growing import growing_name
from portal.models import Chart, Damage
from portal.rules.uploads import Trouble
from portal.sealing import (
    GROWN,
    HEADER,
    RANDOM,
    SEGMENT,
    TAG,
    Altered,
    SealedFile,
    file_key,
    new_header,
    sealed_end,
    sealed_part,
    start_of,
)
from portal.shelves import DurableFileStorage
from tests import damage, files
from tests.portal.test_uploads import part, sha, stored, trouble

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CONTENT = files.text_pdf("Assessment: well visit.") + random.Random(1).randbytes(9000)  # noqa: S311
SECRET, NAME = bytes(range(32)), "practices/7/charts/ab/abc"
SIZES = [1000, 1, 5000, 4096]
CLEAR = secrets.token_bytes(sum(SIZES))


# -- as it is sealed -----------------------------------------------------------------------------
def grown_bytes(sizes=SIZES, *, name=NAME, header=None):
    header = header or new_header(3, version=GROWN)
    cipher, found, offset = file_key(SECRET, header), [header], 0
    for place, size in enumerate(sizes):
        assert sum(map(len, found)) == start_of(offset, place=place)
        found.append(sealed_part(cipher, CLEAR[offset : offset + size], place=place))
        offset += size
    return b"".join([*found, sealed_end(cipher, sizes, name=name)])


def opened(kept, *, name=NAME):
    return SealedFile(io.BytesIO(kept), secret=lambda number: SECRET, name=name)


KEPT = grown_bytes()
SECOND = start_of(1000, place=1)


@given(st.integers(0, len(CLEAR) + 10), st.integers(0, len(CLEAR)))
def test_any_part_can_be_read_alone(start, wanted):
    file = opened(KEPT)
    assert (file.size, file.number, file.seek(start)) == (len(CLEAR), 3, start)
    assert file.read(wanted) == CLEAR[start : start + wanted]


@pytest.mark.parametrize(
    "harm",
    [
        lambda kept: kept[:-1],
        lambda kept: kept + b"x",
        lambda kept: kept[: HEADER.size],
        lambda kept: kept[: start_of(sum(SIZES), place=4)],  # without its end
        lambda kept: kept[:SECOND] + kept[start_of(1001, place=2) :],  # a part taken out
        lambda kept: kept[:-4] + bytes(4),
        lambda kept: kept[:-4] + b"\xff" * 4,
        lambda kept: kept[:-5] + bytes([kept[-5] ^ 1]) + kept[-4:],
        lambda kept: kept[:7] + b"\1" + kept[8:],  # of the other version
        lambda kept: kept[:12] + bytes(20) + kept[32:],  # another salt
    ],
)
def test_a_cut_or_changed_or_longer_file_does_not_open(harm):
    with pytest.raises(Altered):
        opened(harm(KEPT))


def test_in_anothers_place_it_does_not_open():
    with pytest.raises(Altered):
        opened(KEPT, name="practices/7/charts/ab/other")


@pytest.mark.parametrize("place", [HEADER.size, HEADER.size + RANDOM, SECOND - TAG, SECOND + RANDOM])
def test_a_changed_part_is_not_read(place):
    kept = bytearray(KEPT)
    kept[place] ^= 1
    with pytest.raises(Altered):
        opened(bytes(kept)).read()


def test_parts_cannot_change_places():
    kept, step = grown_bytes([1000, 1000]), start_of(1000, place=1) - HEADER.size
    first, second = kept[HEADER.size :][:step], kept[HEADER.size + step :][:step]
    with pytest.raises(Altered):
        opened(kept[: HEADER.size] + second + first + kept[HEADER.size + 2 * step :]).read()


def test_the_same_part_in_the_same_place_is_never_sealed_alike():
    """What was broken off may have been other bytes: under one nonce the two would give each other away."""
    header = new_header(3, version=GROWN)
    first, second = grown_bytes(header=header), grown_bytes(header=header)
    for place, size in enumerate(SIZES):
        start = start_of(sum(SIZES[:place]), place=place)
        assert first[start:][:RANDOM] != second[start:][:RANDOM]
        assert first[start + RANDOM :][: size + TAG] != second[start + RANDOM :][: size + TAG]


# -- as it is kept -------------------------------------------------------------------------------
@pytest.fixture
def batch(river, cleo):
    return open_batch(practice=river, name="March", specialty="cardiology", by=cleo, at=NOW)


def begun(batch, by, name="scan.pdf", content=CONTENT):
    return open_upload(batch=batch, name=name, size=len(content), by=by, at=NOW)


def filled(upload, *, content=CONTENT, start=0, step=3000):
    for offset in range(start, len(content), step):
        part(upload, offset, content[offset : offset + step])
    return upload


def completed(upload, by, content=CONTENT):
    return complete_upload(upload=upload, sha256=sha(content), by=by, at=NOW)


def path_of(upload):
    return Path(default_storage.path(growing_name(upload.practice_id, upload.pk)))


def charts(settings):
    return [path for path in stored(settings) if "charts" in path.parts[-3:]]


@pytest.fixture
def failing(settings, tmp_path):
    """Let the code fail at a place, once."""

    def at(place):
        settings.FAILPOINTS = str(tmp_path)
        (tmp_path / place).write_text("raise 1")

    return at


def test_each_byte_is_written_once(batch, cleo):
    upload = filled(begun(batch, cleo))
    grew = path_of(upload).stat()
    receipt = completed(upload, cleo)
    kept = Path(default_storage.path(receipt.chart.storage_name)).stat()
    assert kept.st_ino == grew.st_ino
    assert kept.st_size - grew.st_size == RANDOM + TAG + 4 * (upload.parts.count() + 1)
    with storage.opened(receipt.chart.storage_name) as file:
        assert storage.has_its_content(receipt.chart.storage_name, file)


@pytest.mark.parametrize("size", [SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT + 9])
def test_a_part_of_any_size_is_kept(batch, cleo, size):
    content = b"%PDF-1.7 " + secrets.token_bytes(3 * size)
    upload = filled(begun(batch, cleo, content=content), content=content, step=size)
    with storage.opened(completed(upload, cleo, content).chart.storage_name) as file:
        assert max(file.sizes) <= SEGMENT
        file.seek(size)
        assert file.read() == content[size:]


def test_nothing_of_it_can_be_read_on_the_disk_and_nobody_else_may(batch, cleo):
    content = b"%PDF-1.7 Marta Quinlan " * 500
    upload = filled(begun(batch, cleo, content=content), content=content)
    assert b"Marta" not in path_of(upload).read_bytes()
    assert path_of(upload).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("others", [b"x" * 4000, b"x" * 2000, CONTENT[3000:6000]])
def test_a_write_that_no_row_came_to_name_is_written_over(batch, cleo, failing, others):
    upload = filled(begun(batch, cleo), content=CONTENT[:3000])
    failing("upload.part_kept")
    with pytest.raises(Fired):
        part(upload, 3000, others)
    assert path_of(upload).stat().st_size > start_of(3000, place=1)
    filled(upload, start=3000)
    assert b"".join(storage.blocks(completed(upload, cleo).chart.storage_name)) == CONTENT


def test_so_is_a_first_part_and_pieces_of_others_and_what_lies_behind_the_last(batch, cleo, failing):
    upload = begun(batch, cleo)
    failing("upload.part_kept")
    with pytest.raises(Fired):
        part(upload, 0, b"x" * 8000)
    part(upload, 0, CONTENT[:3000])
    with path_of(upload).open("ab") as file:
        file.write(bytes(77))
    filled(upload, start=3000)
    with path_of(upload).open("ab") as file:
        file.write(bytes(77))
    assert b"".join(storage.blocks(completed(upload, cleo).chart.storage_name)) == CONTENT


@pytest.mark.parametrize("place", ["storage.drafted", "storage.kept", "intake.blob_kept", "upload.completed"])
def test_a_completion_that_broke_off_can_be_asked_for_again(
    batch, cleo, failing, settings, place, django_capture_on_commit_callbacks
):
    upload = filled(begun(batch, cleo))
    failing(place)
    with pytest.raises(Fired):
        completed(upload, cleo)
    assert not Chart.objects.exists()
    assert len(charts(settings)) == (0 if place == "storage.drafted" else 1)
    with django_capture_on_commit_callbacks(execute=True):
        receipt = completed(upload, cleo)
    assert b"".join(storage.blocks(receipt.chart.storage_name)) == CONTENT
    assert stored(settings) == charts(settings)
    assert len(stored(settings)) == 1


def test_if_its_sender_gives_up_instead_the_bytes_go_after_a_day(
    batch, cleo, failing, settings, django_capture_on_commit_callbacks
):
    upload = filled(begun(batch, cleo))
    failing("intake.blob_kept")
    with pytest.raises(Fired):
        completed(upload, cleo)
    with django_capture_on_commit_callbacks(execute=True):
        abandon_upload(upload=upload, by=cleo, at=NOW)
    assert scrub(at=timezone.now() + timedelta(days=2)).removed == 1
    assert not stored(settings)


def test_of_a_file_that_is_another_nothing_gets_a_name_and_it_can_be_sent_again(batch, cleo, settings):
    upload = filled(begun(batch, cleo))
    assert trouble(lambda: completed(upload, cleo, b"else"))[0] == Trouble.FILE_DIFFERS
    assert not charts(settings)
    abandon_upload(upload=upload, by=cleo, at=NOW)
    assert completed(filled(begun(batch, cleo)), cleo).chart.sha256 == sha(CONTENT)


def test_equal_files_are_one(batch, cleo, settings, django_capture_on_commit_callbacks):
    first, second = filled(begun(batch, cleo)), filled(begun(batch, cleo, name="copy.pdf"), step=1700)
    with django_capture_on_commit_callbacks(execute=True):
        one, other = completed(first, cleo).chart, completed(second, cleo).chart
    assert (other.duplicate_of, other.storage_name) == (one, one.storage_name)
    assert len(stored(settings)) == 1
    assert b"".join(storage.blocks(one.storage_name)) == CONTENT


@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_a_copy_in_parts_mends_what_was_damaged(batch, cleo, harm):
    name = completed(filled(begun(batch, cleo)), cleo).chart.storage_name
    raw = damage.raw(name)
    damage.lose(name)
    if harm != "gone":
        damage.overwrite(name, {"changed": raw[:99] + bytes([raw[99] ^ 1]) + raw[100:], "cut": raw[:-1]}[harm])
    assert completed(filled(begun(batch, cleo, name="copy.pdf")), cleo).chart.storage_name == name
    storage.opened_unaltered(name, sha256=sha(CONTENT)).close()


@pytest.mark.parametrize("length", [0, 3000])
def test_of_what_was_given_up_no_bytes_are_left(
    batch, cleo, settings, failing, length, django_capture_on_commit_callbacks
):
    upload = filled(begun(batch, cleo), content=CONTENT[:length])
    failing("upload.part_kept")
    with pytest.raises(Fired):
        part(upload, length, CONTENT[length:])
    assert stored(settings)
    with django_capture_on_commit_callbacks(execute=True):
        abandon_upload(upload=upload, by=cleo, at=NOW)
    assert not stored(settings)


def test_a_late_writer_is_kept_away(batch, cleo):
    """One whose database went away does not hold the row any more, but it may be writing yet."""
    upload = filled(begun(batch, cleo), content=CONTENT[:3000])
    before = path_of(upload).read_bytes()
    with growing.grown(growing_name(upload.practice_id, upload.pk), practice_id=upload.practice_id):
        assert trouble(lambda: part(upload, 3000, CONTENT[3000:]))[0] == Trouble.BUSY
    assert path_of(upload).read_bytes() == before
    filled(upload, start=3000)
    with growing.grown(growing_name(upload.practice_id, upload.pk), practice_id=upload.practice_id):
        assert trouble(lambda: completed(upload, cleo))[0] == Trouble.BUSY
    assert completed(upload, cleo).chart.sha256 == sha(CONTENT)


def test_what_was_lost_is_said_and_nothing_made_up(batch, cleo):
    upload = filled(begun(batch, cleo), content=CONTENT[:6000])
    os.truncate(path_of(upload), start_of(3000, place=1))
    assert trouble(lambda: part(upload, 6000, CONTENT[6000:]))[0] == Trouble.FILE_DIFFERS
    path_of(upload).unlink()
    filled(upload, start=6000)
    assert trouble(lambda: completed(upload, cleo))[0] == Trouble.FILE_DIFFERS
    assert not Chart.objects.exists()


def test_under_a_new_key_it_is_sealed_anew(batch, cleo, river):
    upload = filled(begun(batch, cleo), content=CONTENT[:3000])
    new = give_new_key(practice=river, at=NOW)
    filled(upload, start=3000)
    with storage.opened(completed(upload, cleo).chart.storage_name) as file:
        assert (file.number, file.read()) == (new.number, CONTENT)


def test_parts_that_lie_as_objects_are_gone_on_with(batch, cleo, monkeypatch):
    upload = begun(batch, cleo)
    with monkeypatch.context() as bucket:
        bucket.setattr(DurableFileStorage, "grows", False)
        part(upload, 0, CONTENT[:3000])
    filled(upload, start=3000)
    assert completed(upload, cleo).chart.sha256 == sha(CONTENT)


# -- with the checks -----------------------------------------------------------------------------
def test_the_scrub_leaves_it_alone_and_says_if_it_is_gone(batch, cleo, monkeypatch):
    upload = filled(begun(batch, cleo))
    monkeypatch.delattr(storage, "opened")  # each part's row would have the whole of it read
    os.utime(path_of(upload), (1, 1))
    tally = scrub(at=timezone.now())
    assert (tally.damaged, tally.unnamed, tally.removed) == ([], 0, 0)
    name = growing_name(upload.practice_id, upload.pk)
    path_of(upload).unlink()
    assert set(scrub(at=timezone.now()).damaged) == {(name, Damage.MISSING)}


def test_what_no_row_names_goes_after_a_day(batch, cleo, failing, settings):
    failing("upload.part_kept")
    with pytest.raises(Fired):
        part(begun(batch, cleo), 0, CONTENT)
    assert scrub(at=timezone.now()).removed == 0
    assert scrub(at=timezone.now() + timedelta(days=2)).removed == 1
    assert not stored(settings)


def test_an_export_does_not_take_what_is_not_whole_for_damaged(batch, cleo, river, tmp_path):
    filled(begun(batch, cleo))
    export = export_practice(practice=river, folder=tmp_path / "export", at=NOW)
    assert (export.damaged, export.files) == ([], {})
