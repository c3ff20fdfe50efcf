"""A POST is done once: new, repeated, other body, at the same time, after a crash, after a week."""

import io
import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from config import embedded
from feedback.models import Comment
from portal.actions.batches import open_batch
from portal.models import Batch, Chart, IdempotentRequest
from tests.api.conftest import PDF, RIVER_SECRET, System

pytestmark = pytest.mark.django_db

NEW = {"name": "March notes", "specialty": "cardiology"}


def code(response):
    return response.status_code, response.json()["error"]["code"]


def pdf(content=PDF, name="scan.pdf"):
    file = io.BytesIO(content)
    file.name = name
    return file


def test_a_new_key_does_the_work(system):
    response = system.post("/batches", NEW, key="first")
    assert response.status_code == 201
    assert "Idempotent-Replay" not in response
    assert Batch.objects.count() == IdempotentRequest.objects.count() == 1


def test_a_repeated_request_gets_the_same_answer_and_does_nothing(system):
    first = system.post("/batches", NEW, key="again")
    second = system.post("/batches", NEW, key="again")
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second["Idempotent-Replay"] == "true"
    assert Batch.objects.count() == 1


def test_a_repeated_refusal_stays_a_refusal(system, thread):
    first = system.post("/batches", {"name": ""}, key="bad")
    second = system.post("/batches", {"name": ""}, key="bad")
    assert (first.status_code, first.content) == (400, second.content)
    assert second["Idempotent-Replay"] == "true"
    sent = f"/batches/{thread.batch_id}/send"
    assert code(system.post(sent, key="late")) == code(system.post(sent, key="late")) == (409, "batch_not_open")


def test_the_same_key_with_another_body_is_refused(system):
    system.post("/batches", NEW, key="one")
    assert code(system.post("/batches", {**NEW, "name": "April notes"}, key="one")) == (422, "key_reused")
    assert Batch.objects.count() == 1


def test_the_same_key_at_another_address_is_refused(system, thread):
    system.post("/batches", NEW, key="one")
    response = system.post(f"/batches/{thread.batch_id}/comments", {"body": "Hello."}, key="one")
    assert code(response) == (422, "key_reused")


def test_another_key_does_the_work_again(system):
    system.post("/batches", NEW, key="one")
    system.post("/batches", NEW, key="two")
    assert Batch.objects.count() == 2


def test_two_practices_may_choose_the_same_key(system, lake_system):
    assert system.post("/batches", NEW, key="one").status_code == 201
    assert lake_system.post("/batches", {**NEW, "name": "Other"}, key="one").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "with space", "ü", "x" * 101])
def test_without_a_proper_key_nothing_is_done(system, key):
    response = system.post("/batches", NEW, headers={"Idempotency-Key": key})
    assert code(response) == (400, "idempotency_key_required")
    assert not Batch.objects.exists()
    assert not IdempotentRequest.objects.exists()


def test_the_database_keeps_one_answer_a_key(system, token):
    system.post("/batches", NEW, key="one")
    with pytest.raises(IntegrityError, match="portal_idempotentrequest_once"), transaction.atomic():
        IdempotentRequest.objects.create(
            practice=token.practice, token=token, key="one", fingerprint="", created_at=timezone.now()
        )


def test_an_answer_is_kept_for_a_week(system):
    system.post("/batches", NEW, key="old")
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(days=6, hours=23))
    assert system.post("/batches", NEW, key="old")["Idempotent-Replay"] == "true"
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(days=7, seconds=1))
    assert "Idempotent-Replay" not in system.post("/batches", {**NEW, "name": "Another year"}, key="old")
    assert Batch.objects.count() == 2
    assert IdempotentRequest.objects.count() == 1


@pytest.fixture
def one_open(river, cleo):
    return open_batch(practice=river, name="Scans", specialty="cardiology", by=cleo, at=timezone.now())


def test_a_repeated_file_is_kept_once_and_another_file_under_its_key_is_refused(system, one_open):
    path = f"/batches/{one_open.pk}/files"
    first = system.post(path, {"file": pdf()}, key="file")
    second = system.post(path, {"file": pdf()}, key="file")
    assert first.status_code == 201
    assert (second.content, second["Idempotent-Replay"]) == (first.content, "true")
    assert Chart.objects.count() == 1
    assert code(system.post(path, {"file": pdf(PDF + b"more")}, key="file")) == (422, "key_reused")
    assert code(system.post(path, {"file": pdf(name="other.pdf")}, key="file")) == (422, "key_reused")
    assert code(system.post(path, {"file": pdf(), "sha256": "0" * 64}, key="file")) == (422, "key_reused")


@pytest.mark.django_db(transaction=True)
def test_after_a_server_error_the_same_key_does_the_work(system, monkeypatch, river):
    system.raise_request_exception = False
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"]), autocommit=True) as server:
        server.execute("ALTER TABLE portal_batch ADD CONSTRAINT broken CHECK (name <> 'March notes')")
        try:
            broken = system.post("/batches", NEW, key="crash")
        finally:
            server.execute("ALTER TABLE portal_batch DROP CONSTRAINT broken")
    assert code(broken) == (500, "server_error")
    river.refresh_from_db()
    assert river.batches_sent == 0, "what was done before the fault is undone"
    assert not IdempotentRequest.objects.exists()
    assert system.post("/batches", NEW, key="crash").status_code == 201
    assert Batch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_do_the_work_once(system, thread):
    """The first is stopped inside its work by a lock on the thread's row; the second comes meanwhile."""
    path, said = f"/batches/{thread.batch_id}/comments", {"body": "Once only."}
    answers = []

    def first():
        try:
            answers.append(System(RIVER_SECRET).post(path, said, key="twin"))
        finally:
            connections.close_all()

    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"])) as server:
        server.execute("SELECT FROM feedback_thread WHERE id = %s FOR UPDATE", [thread.pk])
        worker = threading.Thread(target=first)
        worker.start()
        wait_for_lock(server)
        meanwhile = system.post(path, said, key="twin")
        other = system.get("/batches")
        server.rollback()
        worker.join(30)
    assert code(meanwhile) == (409, "in_progress")
    assert other.status_code == 200, "other requests of the key do not wait"
    assert answers[0].status_code == 201
    afterwards = system.post(path, said, key="twin")
    assert (afterwards.content, afterwards["Idempotent-Replay"]) == (answers[0].content, "true")
    assert Comment.objects.count() == 1


def wait_for_lock(server):
    """Until some connection waits for a lock."""
    for _ in range(600):
        waiting = server.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()[0]
        if waiting:
            return
        server.execute("SELECT pg_sleep(0.05), pg_stat_clear_snapshot()")
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_eight_at_the_same_time_leave_one_batch(system):
    start, codes = threading.Barrier(8), []

    def ask():
        try:
            client = System(RIVER_SECRET)
            start.wait(30)
            codes.append(client.post("/batches", NEW, key="crowd").status_code)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=ask) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert set(codes) <= {201, 409}
    assert 201 in codes
    assert Batch.objects.count() == 1


def test_a_body_over_the_limit_is_refused_before_it_is_read(system, one_open, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    settings.INTAKE_FILE_LIMIT = -(1024**2) + 100
    assert code(system.post("/batches", {**NEW, "name": "x" * 2000})) == (413, "too_large")
    assert code(system.post(f"/batches/{one_open.pk}/files", {"file": pdf()})) == (413, "too_large")
