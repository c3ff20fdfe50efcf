"""Practices' keys: wrapped, bound to their practice, changed without losing a file, gone when destroyed."""

import base64
import secrets
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from portal import scope, storage, vault
from portal.models import AuditEvent, PracticeKey


def master(name):
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def keep(practice, content=b"chart"):
    return storage.keep_bytes(content, practice_id=practice.pk, folder="charts").name


def read(name):
    with storage.opened(name) as file:
        return file.read()


def rotate(**options):
    out = StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue()


def destroy_elsewhere(practice):
    """As another process does it: this one is not told."""
    PracticeKey.objects.filter(practice=practice).update(wrapped=b"", destroyed_at=timezone.now())


@pytest.mark.parametrize(
    "wrong", ["", "2026", "2026:", ":" + "A" * 43 + "=", "2026:c2hvcnQ=", f"{'n' * 33}:{'A' * 43}=", "2026:***"]
)
def test_a_master_key_that_is_none_is_refused(settings, wrong):
    settings.CHARTLINE_MASTER_KEYS = wrong
    with pytest.raises(ImproperlyConfigured, match="CHARTLINE_MASTER_KEYS"):
        vault.masters()


@pytest.mark.django_db
def test_a_practices_key_is_made_once_and_its_row_does_not_hold_it_in_the_clear(river):
    key = vault.key_in_use(river.pk)
    row = PracticeKey.objects.get()
    assert (row.practice, row.number, len(key.secret)) == (river, 1, 32)
    assert key.secret not in bytes(row.wrapped)
    assert vault.key_in_use(river.pk) == key


@pytest.mark.django_db
def test_a_wrapped_key_cannot_be_moved_to_another_practice(river, lake):
    vault.key_in_use(river.pk), vault.key_in_use(lake.pk)
    stolen = PracticeKey.objects.get(practice=river)
    PracticeKey.objects.filter(practice=lake).update(wrapped=stolen.wrapped)
    with pytest.raises(vault.MasterMissing):
        vault.read_ring(lake.pk)


@pytest.mark.django_db
def test_without_the_master_key_nothing_is_read(river, settings):
    name = keep(river)
    settings.CHARTLINE_MASTER_KEYS = master("other")
    vault.forget()
    with pytest.raises(vault.MasterMissing):
        storage.opened(name)


@pytest.mark.django_db
def test_a_new_master_key_takes_over_and_the_old_one_can_go(river, lake, settings):
    names, old = [keep(river), keep(lake)], settings.CHARTLINE_MASTER_KEYS
    new = master("2027")
    settings.CHARTLINE_MASTER_KEYS = f"{new},{old}"
    assert rotate() == "2 keys are wrapped by the newest master key now.\n"
    assert rotate().startswith("0 keys")
    assert AuditEvent.objects.filter(action="keys.wrapped_again").earliest("at").detail == {
        "master": "2027", "keys": 2, "of": 2, "fhir": 0,
    }  # fmt: skip
    settings.CHARTLINE_MASTER_KEYS = new
    vault.forget()
    assert [read(name) for name in names] == [b"chart", b"chart"]


@pytest.mark.django_db
def test_a_change_that_lacks_the_old_master_key_changes_nothing(river, settings):
    name, old = keep(river), settings.CHARTLINE_MASTER_KEYS
    settings.CHARTLINE_MASTER_KEYS = master("2027")
    with pytest.raises(CommandError, match="Nothing was changed"):
        rotate()
    settings.CHARTLINE_MASTER_KEYS = old
    vault.forget()
    assert read(name) == b"chart"


@pytest.mark.django_db
def test_a_practice_gets_a_new_key_and_its_old_files_stay_readable(river):
    old = keep(river)
    assert rotate(practice=river.pk) == f"Key 2 seals what practice {river.pk} sends from now on.\n"
    new = keep(river, b"later")
    assert (read(old), read(new)) == (b"chart", b"later")
    with storage.opened(new) as file:
        assert file.number == 2
    first, second = PracticeKey.objects.order_by("number")
    assert first.retired_at is not None
    assert second.retired_at is None
    event = AuditEvent.objects.get(action="key.renewed")
    assert (event.practice, event.detail) == (river, {"old": 1, "new": 2})


@pytest.mark.django_db
def test_there_is_no_key_for_a_practice_that_does_not_exist(db):
    with pytest.raises(CommandError, match="no practice"):
        rotate(practice=12345)


@pytest.mark.django_db
def test_a_process_that_holds_an_older_ring_finds_a_key_made_since(river):
    keep(river)
    ring = vault.ring_of(river.pk)
    rotate(practice=river.pk)
    name = keep(river, b"later")
    vault._rings[river.pk] = ring
    assert read(name) == b"later"


@pytest.mark.django_db(transaction=True)
def test_after_destruction_no_process_reads_on_for_longer_than_the_lifetime(river, monkeypatch):
    with scope.service():
        name = keep(river)
    vault.forget()
    assert read(name) == b"chart"  # held from here on
    with scope.service():
        destroy_elsewhere(river)
    assert read(name) == b"chart"
    monkeypatch.setattr(vault, "LIFETIME", 0.0)
    with pytest.raises(vault.Destroyed):
        storage.opened(name)
    with pytest.raises(vault.Destroyed):
        keep(river)
    with pytest.raises(CommandError, match="destroyed"):
        rotate(practice=river.pk)
    with scope.service():
        assert PracticeKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_making_was_rolled_back_seals_nothing_afterwards(river):
    with scope.service():
        keep(river)
        transaction.set_rollback(True)
    name = keep(river)
    vault.forget()
    assert read(name) == b"chart"
