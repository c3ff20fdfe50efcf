"""Kept files: named by content, sealed, one for equal bytes, mended by a copy, apart between practices."""

import hashlib
import os
import secrets
import threading
import tracemalloc
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from portal import rendering, scope, storage, vault
from portal.children import nobody_else
from portal.models import PracticeKey
from portal.sealing import SEGMENT
from tests import damage, factories, files

pytestmark = pytest.mark.django_db
BIG = secrets.token_bytes(SEGMENT + 5)


def keep(practice, content=b"Marta Quinlan, 1961", **more):
    return storage.keep_bytes(content, practice_id=practice.pk, folder="charts", **more)


def has_its_content(name):
    with storage.opened(name) as file:
        return storage.has_its_content(name, file)


def test_a_file_comes_back_and_its_hash_is_that_of_the_content(river):
    kept = storage.keep(ContentFile(BIG), practice_id=river.pk, folder="charts")
    assert (kept.sha256, kept.size) == (hashlib.sha256(BIG).hexdigest(), len(BIG))
    assert b"".join(storage.blocks(kept.name)) == BIG
    with storage.opened(kept.name) as file:
        file.seek(SEGMENT)
        assert file.read() == BIG[SEGMENT:]


def test_on_the_disk_it_is_sealed_and_closed_to_others(river):
    kept = keep(river)
    path = Path(default_storage.path(kept.name))
    assert b"Marta" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in path.parents[:5])
    assert kept.sha256 not in kept.name


def test_equal_bytes_of_a_practice_are_one_file_and_of_two_practices_do_not_show_it(river, lake):
    first, again, other = keep(river), keep(river), keep(lake)
    assert first == again
    assert first.sha256 == other.sha256
    assert first.name.rpartition("/")[2] != other.name.rpartition("/")[2]
    assert len(list(default_storage.walk("practices"))) == 2


def test_nothing_is_left_of_a_file_that_could_not_be_read_to_its_end(river):
    class Broken(ContentFile):
        def chunks(self, *_size):
            yield BIG
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        storage.keep(Broken(BIG), practice_id=river.pk, folder="charts")
    assert not [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


@pytest.mark.parametrize("harm", ["changed", "cut", "gone", "emptied"])
def test_a_copy_mends_what_was_damaged(river, harm):
    kept = keep(river, BIG)
    raw = damage.raw(kept.name)
    damage.lose(kept.name)
    if harm != "gone":
        damage.overwrite(kept.name, {"changed": damage.flipped(raw, 0), "cut": raw[:-1], "emptied": b""}[harm])
    with pytest.raises(storage.Altered):
        storage.opened_unaltered(kept.name, sha256=kept.sha256)
    assert keep(river, BIG) == kept
    storage.opened_unaltered(kept.name, sha256=kept.sha256).close()


def test_a_file_put_in_anothers_place_is_not_read(river):
    one, other = keep(river, b"one"), keep(river, b"other")
    damage.overwrite(one.name, damage.raw(other.name))
    with pytest.raises(storage.Altered):
        storage.opened(one.name)


def test_a_practice_cannot_be_given_anothers_file(river, lake):
    ours, theirs = keep(river), keep(lake)
    damage.overwrite(ours.name, damage.raw(theirs.name))
    with pytest.raises(storage.Altered):
        storage.opened(ours.name)


def test_unsealed_bytes_under_a_sealed_name_are_not_read(river):
    kept = keep(river)
    damage.overwrite(kept.name, b"Marta Quinlan, 1961")
    with pytest.raises(storage.Altered):
        storage.opened(kept.name)


def test_the_content_is_checked_against_the_name(river):
    assert has_its_content(keep(river, BIG).name)
    wrong = f"practices/{river.pk}/charts/00/{'0' * 64}"
    key = vault.key_in_use(river.pk)
    pieces = storage.sealed([BIG], secret=key.secret, number=key.number, name=lambda: wrong)
    default_storage.save(wrong, ContentFile(b"".join(pieces)))
    assert not has_its_content(wrong)


def test_files_from_before_they_were_sealed_are_read_as_they_are():
    name = default_storage.save(f"charts/ab/{secrets.token_hex(16)}", ContentFile(b"old"))
    assert b"".join(storage.blocks(name)) == b"old"
    storage.opened_unaltered(name, sha256=hashlib.sha256(b"old").hexdigest()).close()
    storage.discard(name)
    with pytest.raises(FileNotFoundError):
        storage.opened(name)


def test_what_belongs_to_no_practice_lies_in_the_clear_and_is_removed_at_once():
    kept = storage.keep_for_service(ContentFile(b"A00.0"), folder="code-files")
    assert kept.name.startswith("service/code-files/")
    assert damage.raw(kept.name) == b"A00.0"
    storage.discard(kept.name)
    assert not default_storage.exists(kept.name)


def test_discarding_takes_no_file_that_another_row_may_name(river):
    kept = keep(river)
    storage.discard(keep(river).name)
    assert b"".join(storage.blocks(kept.name)) == b"Marta Quinlan, 1961"


def test_a_file_kept_again_is_as_young_as_a_new_one(river):
    path = Path(default_storage.path(keep(river).name))
    os.utime(path, (1, 1))
    keep(river)
    assert path.stat().st_mtime > 1


def test_a_large_file_is_kept_and_read_in_constant_memory(river, tmp_path):
    source = tmp_path / "large"
    with source.open("wb") as file:
        for _ in range(48):
            file.write(secrets.token_bytes(SEGMENT))
    vault.key_in_use(river.pk)
    tracemalloc.start()
    with source.open("rb") as file:
        kept = storage.keep(File(file), practice_id=river.pk, folder="charts")
    assert sum(len(block) for block in storage.blocks(kept.name)) == 48 * SEGMENT
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * SEGMENT


@pytest.mark.django_db(transaction=True)
def test_two_processes_may_keep_the_same_first_file_of_a_practice_at_once(river):
    kept, barrier = [], threading.Barrier(2)

    def send():
        from django.db import connection

        barrier.wait()
        with scope.practice(river.pk):
            kept.append(keep(river, BIG))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 2
    assert kept[0] == kept[1]
    with scope.service():
        assert PracticeKey.objects.count() == 1
    assert b"".join(storage.blocks(kept[0].name)) == BIG


def test_outside_any_scope_files_are_kept_and_read_all_the_same(river):
    with scope.opened(staff=False):
        assert b"".join(storage.blocks(keep(river).name)) == b"Marta Quinlan, 1961"
        assert not PracticeKey.objects.exists()


def test_files_of_practices_are_apart_on_the_disk(river):
    other = factories.PracticeFactory()
    assert keep(river).name.startswith(f"practices/{river.pk}/charts/")
    assert keep(other, ending=".png").name.endswith(".png")


# -- durable -------------------------------------------------------------------------------------
@pytest.fixture
def on_disk(monkeypatch):
    """What the system was asked to write down for good, in order: files and directories by the names they had then."""
    paths, fsync = [], os.fsync

    def noting(handle):
        fsync(handle)
        paths.append(str(Path(f"/proc/self/fd/{handle}").readlink()))

    monkeypatch.setattr("portal.shelves.os.fsync", noting)
    return paths


def is_durable(name, on_disk):
    """Its bytes are, and after them its name is."""
    path = default_storage.path(name)
    return path in on_disk and str(Path(path).parent) in on_disk[on_disk.index(path) :]


def test_a_kept_file_is_durable_at_once(river, on_disk):
    path = Path(default_storage.path(keep(river).name))
    draft, folder = on_disk[-2:]
    assert Path(draft).parent == path.parents[4] / ".drafts"  # under the name it was written with
    assert folder == str(path.parent)


def test_a_lot_is_durable_together(river, on_disk):
    lot = storage.Lot()
    kept = [keep(river, bytes([number]), lot=lot).name for number in range(20)]
    assert not any(is_durable(name, on_disk) for name in kept)
    lot.make_durable()
    assert all(is_durable(name, on_disk) for name in kept)
    assert not lot.names


def test_who_finds_a_file_of_a_lot_waits_for_it_himself(river, on_disk):
    name = keep(river, lot=storage.Lot()).name
    keep(river)
    assert is_durable(name, on_disk)


def test_a_page_is_durable_before_its_row(river, on_disk, tmp_path):
    (tmp_path / "source").write_bytes(files.text_pdf("One", "Two", "Three"))
    pages = rendering.draw_pages(
        tmp_path / "source", "application/pdf", tmp_path, practice_id=river.pk, still_ours=nobody_else
    )
    assert len(pages) == 3
    assert all(is_durable(name, on_disk) for page in pages for name in (page.image_name, page.thumb_name))
