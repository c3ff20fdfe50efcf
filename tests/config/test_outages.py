"""When the database or the storage is away or full: a clear answer of the right kind, and nothing half kept."""

import errno
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from portal import scope
from portal.actions.batches import open_batch
from portal.actions.tokens_admin import create_token
from portal.models import AuditEvent, Chart, Job, Practice, TokenScope
from portal.outages import DATABASE_AWAY, STORAGE_AWAY, STORAGE_FULL, TOO_EARLY, outage_of
from portal.rules.specialties import Specialty
from tests import files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def batch(river, cleo):
    return open_batch(practice=river, name="Notes", specialty=Specialty.RADIOLOGY, by=cleo, at=timezone.now())


@pytest.fixture
def full(settings, tmp_path):
    """A disk that is full at the next file."""
    settings.FAILPOINTS = str(tmp_path)
    (tmp_path / "storage.drafted").write_text("full 1")


@pytest.fixture
def away():
    """A database that ends our connection in the middle of the next statement on charts."""

    def cut(execute, sql, params, many, context):
        if "portal_batch" in sql:
            connection.connection.close()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cut):
        yield
    connection.close()


def pdf():
    return SimpleUploadedFile("a.pdf", files.small_pdf(1), content_type="application/pdf")


def stored(settings):
    place = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    return [path for path in place.rglob("*") if path.is_file()] if place.exists() else []


def browser(as_user, user):
    found = as_user(user)
    found.raise_request_exception = False
    return found


def test_a_full_storage_is_said_beside_the_file_and_keeps_nothing(batch, cleo, as_user, full, settings):
    sender = browser(as_user, cleo)
    events = AuditEvent.objects.count()
    answer = sender.post(
        reverse("portal:batch-file", args=[batch.pk]), {"file": pdf()}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 507
    assert answer["Retry-After"] == "5"
    assert (answer.json()["outcome"], answer.json()["detail"]) == ("refused", STORAGE_FULL.text)
    assert (Chart.objects.count(), Job.objects.count(), stored(settings)) == (0, 0, [])
    assert AuditEvent.objects.count() == events
    again = sender.post(reverse("portal:batch-file", args=[batch.pk]), {"file": pdf()})
    assert again.json()["outcome"] == "received"


def test_a_form_gets_a_page(batch, cleo, as_user, full):
    answer = browser(as_user, cleo).post(
        reverse("portal:send-batch", args=[batch.pk]),
        {"name": "Notes", "specialty": "radiology", "files": pdf()},
        headers={"Sec-Fetch-Mode": "navigate"},
    )
    assert answer.status_code == 507
    assert "There is no room for this at the moment" in answer.text
    assert "nothing of your last step was kept" in answer.text
    batch.refresh_from_db()
    assert (batch.status, Chart.objects.count()) == ("open", 0)


@pytest.fixture
def api(river, cleo, client):
    _, secret = create_token(
        practice=river, name="EHR", scopes=list(TokenScope), by=cleo, at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=30),
    )  # fmt: skip
    client.raise_request_exception = False

    def send(batch, key):
        return client.post(
            f"/api/v1/batches/{batch.pk}/files",
            {"file": pdf()},
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": key},
        )

    return send


def test_the_api_says_so_in_its_shape_and_the_same_key_does_it_later(batch, api, full):
    answer = api(batch, "one")
    assert (answer.status_code, answer["Retry-After"]) == (507, "5")
    assert answer.json() == {"error": {"code": "storage_full", "message": STORAGE_FULL.text, "fields": {}}}
    assert Chart.objects.count() == 0
    assert api(batch, "one").status_code == 201
    assert Chart.objects.count() == 1


def test_a_database_that_ends_the_connection_is_503(batch, cleo, as_user, api, away):
    sender = browser(as_user, cleo)
    page = sender.get(reverse("portal:batch", args=[batch.pk]))
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "The site is interrupted for a moment" in page.text
    assert page["Cache-Control"] == "no-store"
    connection.close()
    answer = api(batch, "one")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["error"]["code"] == "unavailable"


def test_a_database_that_is_not_there_is_503_everywhere(batch, cleo, as_user, api, monkeypatch):
    """The connection fails before any view is reached; the API still answers in its shape."""
    sender = browser(as_user, cleo)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    page = sender.get("/")
    assert page.status_code == 503
    assert "Our database does not answer" in page.text
    answer = api(batch, "one")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    script = sender.get("/", headers={"HX-Request": "true"})
    assert json.loads(script.text)["error"] == DATABASE_AWAY.text
    monkeypatch.undo()
    connection.close()
    assert sender.get("/").status_code == 200


def test_what_is_an_outage():
    class ClientError(Exception):
        pass

    ClientError.__module__ = "botocore.exceptions"
    assert outage_of(ClientError()) is STORAGE_AWAY
    assert outage_of(OSError(errno.EDQUOT, "")) is STORAGE_FULL
    assert outage_of(OSError(errno.EACCES, "")) is None
    assert outage_of(ZeroDivisionError()) is None
    wrapped = RuntimeError()
    wrapped.__cause__ = OperationalError()
    assert outage_of(wrapped) is DATABASE_AWAY


def test_a_deadlock_is_no_outage_of_the_database(river, lake):
    """Two transactions take the same two rows in opposite order; PostgreSQL ends one of them."""
    from django.db import connections

    first, second = threading.Barrier(2, timeout=20), []

    def take(order):
        try:
            with scope.service():
                for practice in order:
                    Practice.objects.filter(pk=practice.pk).update(batches_sent=0)
                    if practice is order[0]:
                        first.wait()
        except OperationalError as fault:
            second.append(outage_of(fault))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[order]) for order in ([river, lake], [lake, river])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert second == [TOO_EARLY]
