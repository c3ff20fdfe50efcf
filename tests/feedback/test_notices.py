"""Who is told by e-mail, and when: talk is gathered, a question and a mention are not held back by it."""

from datetime import timedelta

import pytest

from feedback.actions.comments import add_comment
from portal.actions.jobs import claim_job
from portal.models import Job, Notice
from portal.news import Hint
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db


def due_of(notice):
    return Job.objects.get(kind="portal.send_notice", object_id=notice.pk).due_at


def test_what_is_said_in_the_quiet_time_is_told_of_at_its_end(thread, cleo, max_):
    add_comment(thread=thread, by=cleo, body="Thanks.", at=AT)
    Notice.objects.update(sent_at=AT + timedelta(minutes=1))
    for minute in (5, 6):
        add_comment(thread=thread, by=cleo, body="One more thing.", at=AT + timedelta(minutes=minute))
    first, second = Notice.objects.order_by("pk")
    assert (due_of(first), due_of(second)) == (AT, AT + timedelta(minutes=11))
    Notice.objects.filter(pk=second.pk).update(sent_at=AT + timedelta(minutes=11))
    add_comment(thread=thread, by=cleo, body="And another.", at=AT + timedelta(minutes=15))
    assert due_of(Notice.objects.latest("pk")) == AT + timedelta(minutes=21), "quiet begins with the e-mail sent last"


@pytest.mark.parametrize(
    ("body", "asks", "kind"), [("@Cleo Cruz, look.", "", "mention"), ("Which page?", "practice", "answer_needed")]
)
def test_mere_talk_holds_no_question_and_no_mention_back(thread, cleo, max_, body, asks, kind):
    add_comment(thread=thread, by=max_, body="Thanks.", at=AT)
    Notice.objects.update(sent_at=AT)
    at = AT + timedelta(minutes=5)
    add_comment(thread=thread, by=max_, body=body, at=at, needs_answer_from=asks)
    notice = Notice.objects.latest("pk")
    assert (notice.kind, notice.recipient, due_of(notice)) == (kind, cleo, at)
    add_comment(thread=thread, by=max_, body=body, at=at + timedelta(minutes=1), needs_answer_from=asks)
    assert Notice.objects.count() == 2, "one waits and tells of both"
    Notice.objects.update(sent_at=at)
    add_comment(thread=thread, by=max_, body=body, at=at + timedelta(minutes=2), needs_answer_from=asks)
    assert due_of(Notice.objects.latest("pk")) == at + timedelta(minutes=10)


def test_a_question_takes_the_place_of_an_email_that_waits(thread, cleo, max_, django_capture_on_commit_callbacks):
    add_comment(thread=thread, by=max_, body="Thanks.", at=AT)
    Notice.objects.update(sent_at=AT)
    add_comment(thread=thread, by=max_, body="See you.", at=AT + timedelta(minutes=2))
    at = AT + timedelta(minutes=3)
    with django_capture_on_commit_callbacks() as rings:
        add_comment(thread=thread, by=max_, body="Which page?", at=at, needs_answer_from="practice")
    notice = Notice.objects.latest("pk")
    assert (Notice.objects.count(), notice.kind, due_of(notice)) == (2, "answer_needed", at)
    assert len([one for one in rings if not isinstance(one, Hint)]) == 1
    add_comment(thread=thread, by=max_, body="See you.", at=at)
    notice.refresh_from_db()
    assert (Notice.objects.count(), notice.kind) == (2, "answer_needed"), "and stays in it"


def test_an_email_on_its_way_does_not_stand_for_a_later_question(thread, cleo, max_):
    add_comment(thread=thread, by=max_, body="Thanks.", at=AT)
    claim_job(job_id=Job.objects.get().pk, at=AT)
    at = AT + timedelta(seconds=2)
    add_comment(thread=thread, by=max_, body="Which page?", at=at, needs_answer_from="practice")
    assert [row.kind for row in Notice.objects.order_by("pk")] == ["comment_added", "answer_needed"]


def test_an_email_that_was_not_taken_keeps_its_next_attempt(thread, cleo, max_):
    add_comment(thread=thread, by=max_, body="Thanks.", at=AT)
    later = AT + timedelta(minutes=30)
    Job.objects.update(attempt=3, due_at=later)
    add_comment(thread=thread, by=max_, body="Which page?", at=AT, needs_answer_from="practice")
    notice = Notice.objects.get()
    assert (notice.kind, due_of(notice)) == ("answer_needed", later)
