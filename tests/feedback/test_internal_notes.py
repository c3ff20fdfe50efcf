"""What the service says to itself in a thread: the practice sees it nowhere, whichever way it tries."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.events.listeners import what_they_hear
from feedback.actions.comments import NotInternal, add_comment, delete_comment, edit_comment
from feedback.models import Attachment, Comment, CommentVersion, Mention, Thread
from feedback.rules.talk import Side
from portal import scope
from portal.actions.export import export_practice
from portal.actions.tokens_admin import create_token
from portal.models import AuditEvent, Notice, TokenScope
from portal.news import Hint
from tests import factories, files
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
WORDS = "Zzyzx: this practice argues about every code."


@pytest.fixture
def note(thread, encounter, max_, ann):
    """Max's internal note to Ann, with a file and an earlier version, after one word to the practice."""
    add_comment(thread=thread, by=max_, body="We begin today.", at=AT)
    note = add_comment(
        thread=thread, by=max_, body=f"@{ann.name} {WORDS}", at=AT + timedelta(minutes=1), is_internal=True,
        encounter=encounter, files=[SimpleUploadedFile("zzyzx.pdf", files.small_pdf(1))],
    )  # fmt: skip
    edit_comment(comment=note, by=max_, body=f"@{ann.name} {WORDS} Again.", at=AT + timedelta(minutes=2))
    return note


def text(response):
    return b"".join(response).decode() if response.streaming else response.content.decode()


# -- the database ----------------------------------------------------------------------------------
def test_the_database_shows_a_practice_no_internal_note_and_none_of_its_parts(note, river):
    parts = (Comment.objects.filter(pk=note.pk), CommentVersion.objects, Mention.objects, Attachment.objects)
    assert all(rows.exists() for rows in parts)
    with scope.practice(river.pk):
        assert Comment.objects.filter(thread=note.thread).exists(), "the word to the practice is there"
        assert [rows.exists() for rows in parts] == [False] * 4


def test_the_database_lets_no_practice_write_one(note, river, cleo):
    with pytest.raises(Exception, match="row-level security"), transaction.atomic(), scope.practice(river.pk):
        Comment.objects.create(
            practice=river, thread=note.thread, author=cleo, body="Ours.", is_internal=True, created_at=AT
        )


@pytest.mark.parametrize(
    "fields", [{"needs_answer_from": "practice"}, {"needs_answer_from": "service"}, {"author": None}]
)
def test_an_internal_note_is_by_a_person_and_is_no_question(thread, fields):
    with pytest.raises(IntegrityError, match="feedback_comment_internal_of_person"), transaction.atomic():
        factories.CommentFactory(thread=thread, is_internal=True, **fields)


# -- the actions -----------------------------------------------------------------------------------
def test_only_the_service_writes_one_and_asks_the_practice_nothing_by_it(thread, cleo, max_, river):
    token, _ = create_token(
        practice=river, name="EHR", scopes=list(TokenScope), expires_at=AT + timedelta(days=9), by=cleo, at=AT
    )
    for fields in ({"by": cleo}, {"token": token}, {}, {"by": max_, "needs_answer_from": "practice"}):
        with pytest.raises(NotInternal):
            add_comment(thread=thread, body="x", at=AT, is_internal=True, **fields)
    assert not Comment.objects.exists()


def test_what_answers_one_is_one(note, max_, ann):
    reply = add_comment(thread=note.thread, by=ann, body="I know.", at=AT, reply_to=note)
    assert reply.is_internal


def test_only_the_services_people_are_mentioned_and_told(note, cleo, ann, max_):
    add_comment(thread=note.thread, by=max_, body=f"@{cleo.name} says so.", at=AT, is_internal=True, mentions=[cleo])
    assert set(Mention.objects.values_list("user", flat=True)) == {ann.pk}
    told = Notice.objects.exclude(kind="comment_added")
    assert [(one.recipient, one.kind) for one in told] == [(ann, "mention")]


def test_it_moves_nothing_that_the_practice_sees(note, cleo):
    thread = Thread.objects.get(pk=note.thread_id)
    assert thread.last_comment_at == AT
    row = Thread.objects.visible_to(cleo).counted_for(cleo, Side.PRACTICE).get()
    assert (row.unread, row.latest_at) == (1, AT)
    assert not Thread.objects.visible_to(cleo).exclude(pk=thread.pk).exists()


def test_the_practices_part_of_the_trail_says_nothing_of_it(note, river, max_):
    delete_comment(comment=note, by=max_, at=AT)
    assert set(AuditEvent.objects.filter(practice=river).values_list("action", flat=True)) == {"comment.added"}
    events = AuditEvent.objects.filter(action__startswith="internal_note.").order_by("at", "action")
    assert {(one.action, one.detail["note"], one.detail["of"]) for one in events} == {
        ("internal_note.added", note.pk, river.pk), ("internal_note.edited", note.pk, river.pk),
        ("internal_note.deleted", note.pk, river.pk),
    }  # fmt: skip


# -- pages, fragments, news, files -----------------------------------------------------------------
def test_no_page_and_no_part_of_one_shows_it_to_the_practice(as_user, note, cleo, max_):
    thread = note.thread_id
    first = Comment.objects.order_by("pk")[0].pk
    paths = [
        f"/threads/{thread}/", f"/threads/{thread}/messages/", f"/threads/batch/{note.thread.batch_id}/", "/threads/",
        "/threads/questions/", f"/threads/{thread}/?reply_to={note.pk}", "/",
    ]  # fmt: skip
    for headers in ({}, HX):
        for path in paths:
            answer = as_user(cleo).get(path, headers=headers)
            assert answer.status_code == 200, path
            page = text(answer)
            assert "Zzyzx" not in page, path
            assert f"message-{note.pk}" not in page, path
            assert "nternal" not in page, path
    assert as_user(cleo).get(f"/threads/{thread}/news/?after={first}").status_code == 204
    assert as_user(max_).get(f"/threads/{thread}/").content.decode().count("Internal note") >= 2
    assert "1 new message" in text(as_user(max_).get(f"/threads/{thread}/news/?after={first}"))


def test_everything_about_it_looks_as_if_it_did_not_exist(as_user, note, cleo):
    browser, file = as_user(cleo), Attachment.objects.get()
    assert browser.get(f"/threads/attachment/{file.pk}/").status_code == 404
    for path in ("edit", "delete", "history"):
        assert browser.get(f"/threads/comment/{note.pk}/{path}/").status_code == 404
    for path in ("edit", "delete", "resolve", "answer"):
        assert browser.post(f"/threads/comment/{note.pk}/{path}/", {"body": "x"}).status_code == 404
    browser.post(f"/threads/{note.thread_id}/read/", {"seen": note.pk})
    answer = browser.post(f"/threads/{note.thread_id}/add/", {"body": "So?", "reply_to": note.pk})
    assert answer.status_code == 422
    assert "Zzyzx" not in text(answer)


def test_the_practice_cannot_ask_for_one(as_user, note, cleo, max_):
    as_user(cleo).post(f"/threads/{note.thread_id}/add/", {"body": "Ours.", "audience": "internal"})
    assert not Comment.objects.get(body="Ours.").is_internal
    as_user(max_).post(f"/threads/{note.thread_id}/add/", {"body": "Theirs.", "audience": "internal"})
    assert Comment.objects.get(body="Theirs.").is_internal


def test_a_form_says_why_it_cannot_be_internal(as_user, note, cleo, max_):
    page = text(as_user(max_).post(
        f"/threads/{note.thread_id}/add/",
        {"body": "x", "audience": "internal", "needs_answer_from": "practice", "mentions": [cleo.pk]},
    ))  # fmt: skip
    assert "The practice does not see an internal note." in page
    assert f"{cleo.name} does not see internal notes." in page


def test_no_page_of_the_practice_hears_of_it(thread, max_, cleo, ann, encounter, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as told:
        note = add_comment(thread=thread, by=max_, body=WORDS, at=AT, is_internal=True)
        edit_comment(comment=note, by=max_, body="Other.", at=AT)
        delete_comment(comment=note, by=max_, at=AT)
    hints = [one for one in told if isinstance(one, Hint)]
    assert len(set(hints)) == 1
    about = f"batch={thread.batch_id}"
    assert [what_they_hear(person, about).events_of(hints[0]) for person in (cleo, max_, ann)] == [
        set(), {"thread"}, {"thread"},
    ]  # fmt: skip
    assert what_they_hear(cleo, "").events_of(hints[0]) == set()


# -- API, e-mail, exports --------------------------------------------------------------------------
def test_the_api_neither_lists_nor_answers_it(client, note, river, cleo):
    _, secret = create_token(
        practice=river, name="EHR", scopes=list(TokenScope), expires_at=timezone.now() + timedelta(days=9), by=cleo,
        at=timezone.now(),
    )  # fmt: skip
    address = f"/api/v1/batches/{note.thread.batch_id}/comments"
    headers = {"Authorization": f"Bearer {secret}"}
    listed = client.get(address, headers=headers)
    assert [row["body"] for row in listed.json()["results"]] == ["We begin today."]
    for answered in (note.pk, 999_999):
        answer = client.post(
            address,
            {"body": "So?", "reply_to": answered},
            content_type="application/json",
            headers={**headers, "Idempotency-Key": f"answer-{answered}"},
        )
        assert answer.status_code == 400
        assert "There is no such object." in text(answer), "the same words as for none at all"


def test_the_export_that_is_handed_over_leaves_it_out(note, river, tmp_path):
    export_practice(practice=river, folder=tmp_path / "out", at=AT)
    written = "".join(path.read_text() for path in (tmp_path / "out/tables").iterdir())
    assert "We begin today." in written
    assert "Zzyzx" not in written
    assert "zzyzx.pdf" not in written
    comments = (tmp_path / "out/tables/feedback.comment.jsonl").read_text().splitlines()
    assert [json.loads(line)["is_internal"] for line in comments] == [False]
    for table in ("commentversion", "mention", "attachment"):
        assert not (tmp_path / f"out/tables/feedback.{table}.jsonl").read_text(), table
    assert not list((tmp_path / "out/files").glob("*/*"))
