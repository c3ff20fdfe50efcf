"""Files sent with a comment: checked, kept under our names, handed back to be saved."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from feedback.actions.attachments import FileRefused, TooManyFiles
from feedback.actions.comments import add_comment, delete_comment
from feedback.models import Attachment, Comment
from feedback.rules import talk
from portal import storage
from portal.models import AuditEvent
from portal.rules.intake import Refusal
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
LOCKED = PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 5 0 R")


def file(name, content):
    return SimpleUploadedFile(name, content)


GOOD = [
    ("note.PDF", PDF, "application/pdf"),
    ("scan.tiff", b"II*\0" + b"\0" * 20, "image/tiff"),
    ("photo.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
    ("shot.png", PNG, "image/png"),
]
BAD = [
    ("empty.pdf", b"", Refusal.EMPTY),
    ("page.pdf", b"<html><body>Sign in</body></html>", Refusal.NAME_DIFFERS),
    ("page.html", b"<html><body>Sign in</body></html>", Refusal.UNKNOWN_TYPE),
    ("run.exe", b"MZ" + b"\0" * 60, Refusal.UNKNOWN_TYPE),
    ("photo.html", PNG, Refusal.NAME_DIFFERS),
    ("photo.pdf", PNG, Refusal.NAME_DIFFERS),
    ("locked.pdf", LOCKED, Refusal.PASSWORD_PROTECTED),
]


@pytest.mark.parametrize(("name", "content", "media_type"), GOOD, ids=lambda value: str(value)[:12])
def test_a_good_file_is_kept_under_a_name_of_ours(thread, cleo, name, content, media_type):
    comment = add_comment(thread=thread, by=cleo, body="See the file.", at=AT, files=[file(name, content)])
    kept = comment.attachments.get()
    assert (kept.original_name, kept.media_type, kept.size) == (name, media_type, len(content))
    assert "note" not in kept.storage_name
    assert b"".join(storage.blocks(kept.storage_name)) == content


@pytest.mark.parametrize(("name", "content", "reason"), BAD, ids=lambda value: str(value)[:12])
def test_a_bad_file_is_refused_by_name_and_nothing_is_said(thread, cleo, name, content, reason):
    with pytest.raises(FileRefused) as refused:
        add_comment(thread=thread, by=cleo, body="See.", at=AT, files=[file("good.pdf", PDF), file(name, content)])
    assert (refused.value.reason, refused.value.position) == (reason, 1)
    assert not Comment.objects.exists()
    assert not Attachment.objects.exists()


def test_the_sign_of_a_lock_is_found_across_blocks(thread, cleo, monkeypatch):
    monkeypatch.setattr(storage, "BLOCK", 7)
    with pytest.raises(FileRefused) as refused:
        add_comment(thread=thread, by=cleo, body="See.", at=AT, files=[file("locked.pdf", LOCKED)])
    assert refused.value.reason == Refusal.PASSWORD_PROTECTED


def test_files_have_limits(thread, cleo, monkeypatch):
    monkeypatch.setattr("feedback.actions.attachments.FILE_LIMIT", len(PDF) - 1)
    with pytest.raises(FileRefused) as refused:
        add_comment(thread=thread, by=cleo, body="See.", at=AT, files=[file("big.pdf", PDF)])
    assert refused.value.reason == Refusal.TOO_LARGE
    with pytest.raises(TooManyFiles):
        add_comment(thread=thread, by=cleo, body="See.", at=AT, files=[file("a.png", PNG)] * (talk.FILES_AT_ONCE + 1))


def test_when_the_comment_fails_its_files_are_removed(thread, cleo, tmp_path, monkeypatch):
    class Broken(SimpleUploadedFile):
        def chunks(self, *_size):
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  (the disk's own error, whatever it says)
        add_comment(thread=thread, by=cleo, body="See.", at=AT, files=[file("a.png", PNG), Broken("b.png", PNG)])
    left = [path for path in (tmp_path / "charts").rglob("*") if path.is_file()]
    assert len(left) == 1, "only the whole one was kept; nothing names it, so the sweep takes it"


def test_the_same_file_sent_twice_is_stored_once(thread, cleo):
    for body in ("See.", "See again."):
        add_comment(thread=thread, by=cleo, body=body, at=AT, files=[file("a.png", PNG)])
    assert Attachment.objects.count() == 2
    assert len(set(Attachment.objects.values_list("storage_name", flat=True))) == 1


def test_an_attachment_is_sent_by_form_and_fetched_to_be_saved(as_user, thread, cleo, otto):
    sent = io.BytesIO(PDF)
    sent.name = "../../note.pdf"
    as_user(cleo).post(f"/threads/{thread.pk}/add/", {"body": "See.", "files": [sent]})
    kept = Attachment.objects.get()
    assert kept.original_name == "note.pdf"
    response = as_user(cleo).get(f"/threads/attachment/{kept.pk}/")
    assert b"".join(response) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="note.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    event = AuditEvent.objects.get(action="attachment.downloaded")
    assert (event.actor, event.object_id) == (cleo, kept.pk)
    assert "note.pdf" not in str(event.detail)
    assert as_user(otto).get(f"/threads/attachment/{kept.pk}/").status_code == 404


def test_the_file_of_a_comment_that_was_taken_back_is_for_managers(as_user, thread, cleo, max_):
    comment = add_comment(thread=thread, by=cleo, body="See.", at=AT, files=[file("a.png", PNG)])
    delete_comment(comment=comment, by=cleo, at=AT)
    address = f"/threads/attachment/{comment.attachments.get().pk}/"
    assert as_user(cleo).get(address).status_code == 404
    assert as_user(max_).get(address).status_code == 200


def test_a_refused_file_is_named_with_what_to_do(as_user, thread, cleo):
    sent = io.BytesIO(LOCKED)
    sent.name = "locked.pdf"
    response = as_user(cleo).post(f"/threads/{thread.pk}/add/", {"body": "My long words.", "files": [sent]})
    assert response.status_code == 422
    page = response.content.decode()
    assert "locked.pdf: The file is protected by a password." in page
    assert "My long words." in page, "what was typed stays"
