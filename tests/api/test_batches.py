"""A practice's system sends a batch, follows it, fetches the results, talks about it."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from coding.rules.lifecycle import EncounterStatus
from feedback.actions.comments import add_comment, delete_comment
from feedback.models import Comment, Thread
from portal import storage
from portal.actions.deliveries import add_delivery
from portal.models import AuditEvent, Batch, BusinessAssociateAgreement, Chart, Download, Job
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from tests import damage, factories
from tests.api.conftest import PDF

pytestmark = pytest.mark.django_db


def code(response):
    return response.status_code, response.json()["error"]["code"]


def file_of(content=PDF, name="scan.pdf"):
    file = io.BytesIO(content)
    file.name = name
    return file


def opened(system):
    return system.post("/batches", {"name": "March notes", "specialty": "cardiology"}).json()["id"]


def test_a_batch_is_opened_filled_and_sent(system, river, token):
    made = system.post("/batches", {"name": "March notes", "specialty": "cardiology"})
    assert made.status_code == 201
    batch = made.json()
    assert (batch["status"], batch["source"], batch["label"]) == ("open", "api", "B-1")

    received = system.post(f"/batches/{batch['id']}/files", {"file": file_of()})
    assert received.status_code == 201
    receipt = received.json()
    assert receipt["outcome"] == "received"
    assert receipt["sha256"] == hashlib.sha256(PDF).hexdigest()
    chart = Chart.objects.get(pk=receipt["chart"])
    assert b"".join(storage.blocks(chart.storage_name)) == PDF
    assert Job.objects.get(kind="portal.render_chart").object_id == chart.pk

    sent = system.post(f"/batches/{batch['id']}/send")
    assert (sent.status_code, sent.json()["status"]) == (200, "received")
    assert sent.json()["due_at"] > sent.json()["received_at"]
    assert Thread.objects.get(batch_id=batch["id"]).practice == river
    for action in ("batch.opened_by_token", "chart.received_by_token", "batch.sent_by_token"):
        assert AuditEvent.objects.get(action=action).token_id == token.pk


def test_files_end_in_named_outcomes(system):
    batch = opened(system)
    system.post(f"/batches/{batch}/files", {"file": file_of()})
    twice = system.post(f"/batches/{batch}/files", {"file": file_of(name="copy.pdf")}).json()
    assert (twice["outcome"], twice["advice"]) == ("duplicate", None)
    page = system.post(f"/batches/{batch}/files", {"file": file_of(b"<html>Log in</html>")}).json()
    assert (page["outcome"], page["reason"]) == ("refused", "name_differs")
    assert page["advice"]["next_step"]
    nothing = system.post(f"/batches/{batch}/files", {"file": file_of(b"")}).json()
    assert (nothing["outcome"], nothing["reason"]) == ("refused", "empty")
    assert Chart.objects.count() == 4, "what was refused is kept too"


@pytest.mark.parametrize("where", ["field", "header"])
def test_a_declared_hash_is_checked(system, where):
    batch = opened(system)
    right, wrong = hashlib.sha256(PDF).hexdigest().upper(), "0" * 64

    def send(declared):
        fields = {"sha256": declared} if where == "field" else {}
        headers = {"X-Content-SHA256": declared} if where == "header" else {}
        return system.post(f"/batches/{batch}/files", {"file": file_of(), **fields}, headers=headers)

    assert code(send(wrong)) == (422, "sha256_differs")
    assert not Chart.objects.exists()
    assert send(right).status_code == 201


def test_a_sent_batch_takes_no_files_and_is_not_sent_twice(system):
    batch = opened(system)
    assert code(system.post(f"/batches/{batch}/send")) == (409, "batch_empty")
    system.post(f"/batches/{batch}/files", {"file": file_of()})
    assert system.post(f"/batches/{batch}/send").status_code == 200
    assert code(system.post(f"/batches/{batch}/send")) == (409, "batch_not_open")
    assert code(system.post(f"/batches/{batch}/files", {"file": file_of(PDF + b"x")})) == (409, "batch_not_open")


def test_a_full_batch_takes_no_more(system, settings):
    batch = opened(system)
    settings.INTAKE_BATCH_LIMIT = len(PDF) - 1
    assert code(system.post(f"/batches/{batch}/files", {"file": file_of()})) == (409, "batch_full")


def test_without_an_agreement_nothing_is_opened_or_sent(system, river):
    batch = opened(system)
    system.post(f"/batches/{batch}/files", {"file": file_of()})
    BusinessAssociateAgreement.objects.update(ends_on=timezone.now().date() - timedelta(days=2))
    assert code(system.post("/batches", {"name": "April", "specialty": "cardiology"})) == (409, "no_agreement")
    assert code(system.post(f"/batches/{batch}/send")) == (409, "no_agreement")


def test_what_is_wrong_is_said_by_field_and_never_repeats_what_was_sent(system, thread):
    response = system.post("/batches", {"specialty": "Marta Quill", "name": "x" * 121})
    assert code(response) == (400, "invalid")
    assert response.json()["error"]["fields"] == {
        "name": ["This is too long."],
        "specialty": ["This is not one of the known values."],
    }
    assert "Quill" not in response.content.decode()
    assert code(system.post(f"/batches/{opened(system)}/files", {"sha256": "x"}, content_type="application/json")) == (
        415, "unsupported_media_type",
    )  # fmt: skip
    comment = system.post(f"/batches/{thread.batch_id}/comments", {"body": " "})
    assert comment.json()["error"]["fields"] == {"body": ["This field may not be empty."]}
    for broken in ({}, {"body": None}, {"body": ["a"]}, {"body": "x" * 10_001}, {"body": "Hi", "reply_to": "Marta"}):
        assert code(system.post(f"/batches/{thread.batch_id}/comments", broken)) == (400, "invalid")


def test_a_batch_tells_how_far_it_is(system, river):
    batch = factories.BatchFactory(practice=river)
    for state in (EncounterStatus.TO_CODE, EncounterStatus.TO_CODE, EncounterStatus.TO_PRECODE):
        factories.EncounterFactory(chart=factories.ChartFactory(batch=batch), status=state)
    factories.ChartFactory(
        batch=batch, status=ChartStatus.UNREADABLE, reason=Refusal.TRUNCATED, ready_at=None, page_count=None
    )
    found = system.get(f"/batches/{batch.pk}").json()
    assert found["counts"]["encounters"]["to_code"] == 2
    assert set(found["counts"]["encounters"]) == {state.value for state in EncounterStatus}
    assert found["counts"]["charts"] == {**dict.fromkeys(ChartStatus, 0), "ready": 3, "unreadable": 1}
    assert [chart["advice"] is None for chart in found["charts"]] == [True, True, True, False]
    assert found["charts"][3]["reason"] == "truncated"


def test_batches_are_listed_newest_first_a_page_at_a_time(system, river, lake):
    made = [factories.BatchFactory(practice=river).pk for _ in range(52)]
    factories.BatchFactory(practice=lake)
    first = system.get("/batches").json()
    second = system.get(f"/batches?before={first['next']}").json()
    assert [row["id"] for row in first["results"] + second["results"]] == made[::-1]
    assert second["next"] is None
    assert system.get("/batches?before=x").json() == first


@pytest.fixture
def delivery(river):
    batch = factories.BatchFactory(practice=river, number=7)
    stored = storage.keep_bytes(b"code,units\r\n99213,1\r\n", practice_id=river.pk, folder="results", ending=".csv")
    return add_delivery(
        batch=batch, version=1, kind="csv", ending=".csv", stored=stored, encounter_count=1, at=timezone.now()
    )


def test_a_result_is_listed_and_fetched_with_its_hash(system, token, delivery, cleo):
    listed = system.get(f"/batches/{delivery.batch_id}/results").json()["results"]
    assert [(row["id"], row["file_name"], row["sha256"]) for row in listed] == [
        (delivery.pk, "RIVER-B-7-v1.csv", delivery.sha256)
    ]
    response = system.get(f"/results/{delivery.pk}/file")
    assert response.content == b"code,units\r\n99213,1\r\n"
    assert response["X-Content-SHA256"] == hashlib.sha256(response.content).hexdigest()
    assert response["Content-Disposition"] == 'attachment; filename="RIVER-B-7-v1.csv"'
    assert response["Cache-Control"] == "no-store"
    download = Download.objects.get()
    assert (download.token, download.user) == (token, None)


def test_a_damaged_result_is_not_handed_out(system, delivery):
    damage.lose(delivery.storage_name)
    assert code(system.get(f"/results/{delivery.pk}/file")) == (409, "result_damaged")
    assert not Download.objects.exists()


def test_a_system_reads_and_writes_comments(system, thread, token, max_):
    said = add_comment(thread=thread, by=max_, body="Which knee?", at=timezone.now(), needs_answer_from="practice")
    gone = add_comment(thread=thread, by=max_, body="Wrong batch.", at=timezone.now())
    delete_comment(comment=gone, by=max_, at=timezone.now())
    path = f"/batches/{thread.batch_id}/comments"
    made = system.post(path, {"body": "The left one.", "reply_to": said.pk})
    assert made.status_code == 201
    comment = Comment.objects.get(token=token)
    assert (comment.author, comment.reply_to, comment.body) == (None, said, "The left one.")
    rows = system.get(path).json()["results"]
    assert [(row["body"], row["author"]["side"]) for row in rows] == [
        ("Which knee?", "service"), ("", "service"), ("The left one.", "practice"),
    ]  # fmt: skip
    assert rows[2] == made.json()
    assert system.get(f"{path}?after={gone.pk}").json()["results"] == rows[2:]


def test_comments_name_only_what_belongs_to_their_batch(system, thread, lake, river):
    path = f"/batches/{thread.batch_id}/comments"
    elsewhere = factories.CommentFactory(thread=factories.ThreadFactory(batch=factories.BatchFactory(practice=river)))
    foreign = factories.EncounterFactory(chart=factories.ChartFactory(batch=factories.BatchFactory(practice=lake)))
    for wrong in ({"reply_to": elsewhere.pk}, {"reply_to": 999}, {"encounter": foreign.pk}):
        assert code(system.post(path, {"body": "Hello.", **wrong})) == (400, "invalid")
    own = factories.EncounterFactory(chart=factories.ChartFactory(batch=thread.batch))
    assert system.post(path, {"body": "Hello.", "encounter": own.pk}).json()["encounter"] == own.pk


def test_comments_open_with_the_sending(system):
    batch = opened(system)
    assert Batch.objects.get().status == BatchStatus.OPEN
    assert system.get(f"/batches/{batch}/comments").json() == {"results": [], "next": None}
    assert code(system.post(f"/batches/{batch}/comments", {"body": "Hello."})) == (409, "batch_not_sent")
