"""The check of the stored files names what is missing or altered, and removes only what nobody needs."""

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from feedback.models import Attachment
from portal import storage, vault
from portal.actions import scrub as actions
from portal.actions.scrub import scrub, scrub_in_turn
from portal.models import AuditEvent, Damage, DamagedFile, Delivery, Outcome, PracticeKey, Scrub
from portal.tasks import scrub_storage
from tests import damage, factories, files

pytestmark = pytest.mark.django_db


def keep(practice, content, folder="charts"):
    return storage.keep_bytes(content, practice_id=practice.pk, folder=folder)


@pytest.fixture
def chart(river):
    kept = keep(river, files.small_pdf(1))
    return factories.ChartFactory(
        batch=factories.BatchFactory(practice=river), storage_name=kept.name, sha256=kept.sha256, size=kept.size
    )


@pytest.fixture
def page(chart):
    return factories.PageFactory(chart=chart, number=1, image_name=keep(chart.practice, files.png(), "pages").name)


@pytest.fixture
def attachment(river):
    kept = keep(river, b"%PDF- a letter", "attachments")
    return Attachment.objects.create(
        practice=river, comment=factories.CommentFactory(thread__batch__practice=river), original_name="a.pdf",
        media_type="application/pdf", storage_name=kept.name, sha256=kept.sha256, size=5, created_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def delivery(chart):
    kept = keep(chart.practice, b"code,units", "deliveries")
    return Delivery.objects.create(
        practice=chart.practice, batch=chart.batch, version=1, format="csv", file_name="a.csv",
        storage_name=kept.name, sha256=kept.sha256, size=10, encounter_count=1, created_at=timezone.now(),
    )  # fmt: skip


def command(**options):
    out, err = StringIO(), StringIO()
    try:
        call_command("scrub", stdout=out, stderr=err, **options)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def make_old(name):
    os.utime(Path(default_storage.path(name)), (1, 1))


def test_sound_files_pass(page, attachment, delivery):
    assert command() == (0, "4 files checked, 0 damaged; 0 without a row, 0 of them removed\n", "")
    event = AuditEvent.objects.get(action="storage.scrubbed")
    assert (event.outcome, event.detail["checked"]) == (Outcome.DONE, 4)


@pytest.mark.parametrize("which", ["chart", "page", "attachment", "delivery"])
@pytest.mark.parametrize("harm", ["missing", "altered", "cut"])
def test_each_damaged_file_is_named_marked_and_noted(request, which, harm, chart, page, attachment, delivery):
    row = request.getfixturevalue(which)
    name = row.image_name if which == "page" else row.storage_name
    kept = damage.raw(name)
    damage.lose(name)
    if harm != "missing":
        damage.overwrite(name, damage.flipped(kept) if harm == "altered" else kept[:-1])
    expected = Damage.MISSING if harm == "missing" else Damage.ALTERED
    code, out, err = command()
    assert (code, err) == (1, f"{expected.upper()} {name}\n")
    assert out.startswith("4 files checked, 1 damaged")
    mark = DamagedFile.objects.get()
    assert (mark.name, mark.damage, mark.practice) == (name, expected, row.practice)
    event = AuditEvent.objects.get(action="file.damaged")
    assert (event.object_id, event.practice, event.detail["row"]) == (mark.pk, row.practice, row.pk)
    assert AuditEvent.objects.get(action="storage.scrubbed").outcome == Outcome.REFUSED


def test_a_chart_whose_row_says_another_hash_is_found(chart):
    """The bytes are as they were sealed, and yet not those that the receipt names."""
    other = keep(chart.practice, b"other")
    row = factories.ChartFactory(batch=chart.batch, storage_name=other.name, sha256="a" * 64)
    assert scrub(at=timezone.now()).damaged == [(row.storage_name, Damage.ALTERED)]


def test_a_page_put_in_anothers_place_is_found(chart, page):
    other = keep(chart.practice, b"other", "pages")
    damage.overwrite(page.image_name, damage.raw(other.name))
    assert scrub(at=timezone.now()).damaged == [(page.image_name, Damage.ALTERED)]


def test_a_mark_stays_one_while_the_damage_lasts_and_is_closed_by_mending(chart):
    damage.lose(chart.storage_name)
    for _ in range(2):
        assert scrub(at=timezone.now()).damaged
    assert DamagedFile.objects.filter(mended_at=None).count() == 1
    assert AuditEvent.objects.filter(action="file.damaged").count() == 1
    keep(chart.practice, files.small_pdf(1))
    assert not scrub(at=timezone.now()).damaged
    assert DamagedFile.objects.get().mended_at is not None
    assert AuditEvent.objects.get(action="file.mended").practice == chart.practice


def test_files_from_before_they_were_sealed_are_checked_too(river):
    name = default_storage.save("charts/ab/0123", ContentFile(b"old"))
    chart = factories.ChartFactory(
        batch=factories.BatchFactory(practice=river), storage_name=name,
        sha256="16dd4e31e3a58c7a3b0c1f1a3f0b5d2b4f0f5a1fd0ba4e1e7d4a0f6a3a3f0b5d",
    )  # fmt: skip
    factories.PageFactory(chart=chart, number=1, image_name=default_storage.save("pages/ab/1", ContentFile(b"old")))
    assert scrub(at=timezone.now()).damaged == [(name, Damage.ALTERED)]


def test_what_no_row_names_goes_after_a_day_and_not_before(chart, page):
    forgotten, young = keep(chart.practice, b"forgotten"), keep(chart.practice, b"young")
    for name in (forgotten.name, chart.storage_name, page.image_name):
        make_old(name)
    tally = scrub(at=timezone.now())
    assert (tally.unnamed, tally.removed, tally.damaged) == (2, 1, [])
    assert not default_storage.exists(forgotten.name)
    for name in (young.name, chart.storage_name, page.image_name):
        assert default_storage.exists(name)


@pytest.mark.usefixtures("chart")
def test_what_a_killed_process_was_writing_goes_after_a_day_and_not_before():
    drafts = Path(default_storage.path(".drafts"))
    for name, seconds in (("old", 1), ("young", None)):
        (drafts / name).write_bytes(b"half a file")
        if seconds:
            os.utime(drafts / name, (seconds, seconds))
    assert scrub(at=timezone.now()).removed == 1
    assert [path.name for path in drafts.iterdir()] == ["young"]


def test_a_file_that_was_kept_again_during_the_sweep_stays(chart):
    kept = keep(chart.practice, b"needed again")
    make_old(kept.name)
    (old,) = [file for file in default_storage.walk("practices") if file.name == kept.name]
    keep(chart.practice, b"needed again")
    assert not actions.remove_forgotten(old.name, chart.practice_id, at=timezone.now())
    assert default_storage.exists(kept.name)


def test_a_file_that_was_named_during_the_sweep_stays(chart):
    make_old(chart.storage_name)
    (old,) = default_storage.walk("practices")
    assert not actions.remove_forgotten(old.name, chart.practice_id, at=timezone.now())
    assert default_storage.exists(chart.storage_name)


def test_the_same_bytes_in_two_folders_are_two_files(chart):
    copy = keep(chart.practice, files.small_pdf(1), "pages")
    make_old(copy.name)
    assert scrub(at=timezone.now()).removed == 1
    assert default_storage.exists(chart.storage_name)


def test_the_parts_together_are_the_whole(river):
    batch = factories.BatchFactory(practice=river)
    for number in range(30):
        kept = keep(river, b"%d" % number)
        factories.ChartFactory(batch=batch, storage_name=kept.name, sha256=kept.sha256)
    counts = [scrub(at=timezone.now(), part=part, of=3).checked for part in (1, 2, 3)]
    assert sum(counts) == 30
    assert all(counts)


@pytest.mark.parametrize("wrong", ["0/7", "8/7", "7", "a/b", "-1/7"])
def test_a_part_that_is_none_is_refused(wrong):
    with pytest.raises(CommandError, match="second of seven"):
        call_command("scrub", f"--part={wrong}")


def test_of_a_practice_whose_key_was_destroyed_nothing_is_expected(chart):
    PracticeKey.objects.update(wrapped=b"", destroyed_at=timezone.now())
    vault.forget()
    assert not scrub(at=timezone.now()).damaged


def test_the_weeks_check_goes_on_where_it_stopped_and_ends(chart, page, attachment, delivery, monkeypatch):
    monkeypatch.setattr(actions, "ROWS_AT_ONCE", 1)
    now, turns = timezone.now(), 0
    damage.lose(page.image_name)
    run = None
    while run is None or run.finished_at is None:
        run, turns = turn(now), turns + 1
        assert turns < 40
    assert (run.checked, run.damaged, turns) == (4, 1, 4 + len(actions.naming_tables()) + 1 + 1)
    assert scrub_in_turn(at=now + timedelta(days=6)) is None, "the next is due a week after this one began"
    assert scrub_in_turn(at=now + timedelta(days=8)).pk != run.pk
    assert AuditEvent.objects.filter(action="storage.scrubbed").count() == 2


def turn(now):
    """One step: the time is up right after it."""
    moments = iter([0.0, 0.0, 2.0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions.time, "monotonic", lambda: next(moments, 2.0))
        return scrub_in_turn(at=now, seconds=1.0)


def test_two_workers_count_a_step_once(chart):
    run = actions.run_to_go_on_with(at=timezone.now())
    other = Scrub.objects.get(pk=run.pk)
    tally = actions.Tally(checked=5)
    assert actions.write_down(run, 7, tally, at=timezone.now())
    assert not actions.write_down(other, 7, tally, at=timezone.now())
    assert Scrub.objects.get().checked == 5


def test_the_task_does_a_turn(chart):
    scrub_storage()
    assert Scrub.objects.get().checked == 1
