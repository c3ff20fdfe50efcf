"""An index is built where it is missing, and anew without disturbing those who read."""

import io
import math
import shutil
import threading
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from coding.actions.code_index import KIND, build_index
from coding.code_index import build_code_index, versions
from coding.code_index.reading import Reader, reader
from coding.models import Edition
from coding.rules.code_sets import CodeSet
from coding.signals import codes_loaded
from portal.actions.jobs import claim_job
from portal.models import Job, JobState
from tests import factories
from tests.coding.search.small_list import codes, fill, more_codes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_list(db):
    fill()


@pytest.fixture(autouse=True)
def as_after_a_start() -> None:
    """Another test's failed build does not count."""
    reader.opened, reader.failed = None, -math.inf


def built() -> list[str]:
    return [path.name for path in Path(settings.CODE_INDEX_DIR).iterdir() if path.is_dir() and not path.is_symlink()]


def test_a_machine_without_an_index_builds_it_once():
    assert versions.current() is None
    assert codes("htn") == ["I10"]
    first = versions.current()
    assert codes("pneumonia") == ["J189"]
    assert versions.current() == first
    assert built() == [first]


def test_a_list_that_was_loaded_is_found_at_once():
    assert codes("pneumonia") == ["J189"]
    more_codes("J990", "Pneumonia of the year 2026")
    assert codes("pneumonia") == ["J990"]


def test_the_version_before_is_kept_and_older_ones_go():
    for _ in range(4):
        call_command("build_code_index", stdout=io.StringIO())
    out = io.StringIO()
    call_command("build_code_index", "--if-needed", stdout=out)
    assert out.getvalue() == "The code index is up to date.\n"
    assert len(built()) == 2
    assert versions.current() in built()


def test_a_build_that_fails_leaves_the_index_as_it_was(monkeypatch):
    build_code_index()
    before = versions.current()

    def broken(_path: str) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("coding.code_index.building.write_index", broken)
    with pytest.raises(OSError, match="disk full"):
        build_code_index()
    assert versions.current() == before
    assert built() == [before]


def test_while_another_process_builds_the_version_before_answers():
    assert codes("pneumonia") == ["J189"]
    with versions.build_lock(wait=True) as got:
        assert got
        more_codes("J990", "Pneumonia of the year 2026")
        assert codes("pneumonia", on=date(2026, 1, 1)) == ["J189"]
        assert codes("pneumonia") == ["J189"], "the new edition is in force, and not yet in the index"
    assert codes("pneumonia") == ["J990"]


def test_while_another_process_builds_a_list_that_was_replaced_is_still_found():
    assert codes("pneumonia") == ["J189"]
    with versions.build_lock(wait=True):
        Edition.objects.filter(code_set=CodeSet.ICD10CM).delete()
        more_codes("J990", "Pneumonia of the year 2026")
        assert codes("pneumonia") == ["J189"]
    assert codes("pneumonia") == ["J990"]


def spoil(*, name, how):
    """Do something to the files of the current version that match the name."""
    for path in (Path(settings.CODE_INDEX_DIR) / versions.current()).glob(name):
        how(path)


@pytest.mark.parametrize(
    "how", [Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"x" * 99)]
)
@pytest.mark.parametrize("name", ["meta.json", "*.store", "*.term", "*.fast", "editions.json"])
def test_a_version_that_is_not_whole_is_built_anew(name, how):
    build_code_index()
    spoiled = versions.current()
    spoil(name=name, how=how)
    assert codes("pneumonia") == ["J189"]
    assert versions.current() != spoiled


def test_a_version_that_was_removed_is_built_anew():
    build_code_index()
    shutil.rmtree(Path(settings.CODE_INDEX_DIR) / versions.current())
    assert codes("pneumonia") == ["J189"]


@pytest.mark.parametrize("put", [Path.mkdir, Path.touch, lambda path: path.symlink_to("/etc")])
def test_what_stands_where_the_link_should_is_replaced(put):
    build_code_index()
    current = Path(settings.CODE_INDEX_DIR) / "current"
    current.unlink()
    put(current)
    assert codes("pneumonia") == ["J189"]
    assert versions.current() in built()


def test_two_readers_of_a_spoiled_version_build_once():
    build_code_index()
    spoil(name="meta.json", how=Path.unlink)
    mine, theirs = Reader(), Reader()
    assert mine.newest().version == theirs.newest().version == versions.current()
    assert len(built()) == 2, "the spoiled one and one more"


@pytest.fixture
def nothing_can_be_written(monkeypatch):
    """A disk that takes no writing; root may write everywhere, so that a mode of the directory would not do."""

    def broken(_path: str) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("coding.code_index.building.write_index", broken)


def test_where_nothing_can_be_written_the_version_before_answers(request):
    build_code_index()
    request.getfixturevalue("nothing_can_be_written")
    more_codes("J990", "Pneumonia of the year 2026")
    assert codes("pneumonia") == ["J189"]


def test_where_nothing_can_be_written_a_process_has_the_index_in_its_memory(nothing_can_be_written):
    assert codes("pneumonia") == ["J189"]
    more_codes("J990", "Pneumonia of the year 2026")
    assert codes("pneumonia") == ["J990"]
    assert versions.current() is None


def test_readers_are_not_disturbed_by_builds():
    """Four readers search while the index is built ten times; none fails, and each ends on the newest version."""
    build_code_index()
    stop, troubles, readers = threading.Event(), [], [Reader() for _ in range(4)]

    def read(mine: Reader) -> None:
        from tantivy import Query

        while not stop.is_set():
            try:
                opened = mine.open_current()
                hits = opened.searcher.search(Query.all_query(), 100).hits
                assert (
                    len([opened.searcher.doc(address)["card"] for _score, address in hits]) == opened.searcher.num_docs
                )
            except Exception as trouble:  # noqa: BLE001
                troubles.append(trouble)
                return

    threads = [threading.Thread(target=read, args=(mine,)) for mine in readers]
    for thread in threads:
        thread.start()
    for number in range(10):
        more_codes(f"J99{number}", "Another pneumonia")
        build_code_index()
    stop.set()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert {mine.open_current().version for mine in readers} == {versions.current()}
    assert readers[0].open_current().searcher.num_docs == reader.newest().searcher.num_docs


def test_a_loaded_list_of_the_index_has_it_built_by_a_worker():
    edition = factories.EditionFactory()
    codes_loaded.send(sender=Edition, edition=edition, code_set=CodeSet.ICD10CM, at=timezone.now())
    codes_loaded.send(sender=Edition, edition=edition, code_set=CodeSet.GPCI, at=timezone.now())
    job = Job.objects.get(kind=KIND)
    claim = claim_job(job_id=job.pk, at=timezone.now())
    assert claim is not None
    build_index(claim=claim, at=timezone.now())
    assert versions.current() is not None
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
