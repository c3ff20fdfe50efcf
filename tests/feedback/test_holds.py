"""A chart on hold for the practice is a question to it, and its answer takes the chart up again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.holds import hold
from coding.rules.lifecycle import EncounterStatus, HoldReason, WhoseMove
from feedback.actions.comments import NotAnswered, add_comment, delete_comment, resolve_comment
from feedback.models import Comment, Thread
from feedback.rules.talk import HOLD_WORDS
from portal.models import AuditEvent, Notice
from tests.coding import benches
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(river, ann):
    return benches.to_precode(river, ann)


def on_hold(work, by, **more):
    at = timezone.now()
    return hold(**{
        "assignment": work, "by": by, "at": at, "reason": HoldReason.MISSING_PAGE,
        "whose_move": WhoseMove.PRACTICE, "return_at": at + timedelta(days=3), **more,
    })  # fmt: skip


def test_a_hold_for_the_practice_asks_it_in_the_thread_and_by_mail(work, ann, cleo):
    Thread.objects.all().delete()
    encounter = on_hold(work, ann, comment=" Page 2 is missing. ")
    question = Comment.objects.get()
    assert (question.body, question.author, question.encounter) == ("Page 2 is missing.", ann, encounter)
    assert (question.thread.batch, question.is_open_question) == (encounter.batch, True)
    assert question.needs_answer_from == "practice"
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("answer_needed", cleo)
    assert "Page 2" not in str(list(Notice.objects.values())) + str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("reason", list(HOLD_WORDS))
def test_without_a_note_the_reason_is_said_in_plain_words(work, ann, reason):
    on_hold(work, ann, reason=reason)
    assert Comment.objects.get().body == HOLD_WORDS[reason]


def test_a_question_that_is_open_already_is_not_asked_twice_unless_there_is_a_note(work, ann, river):
    encounter = work.encounter
    add_comment(
        thread=Thread.objects.get_or_create(batch=encounter.batch, practice=river, defaults={"created_at": AT})[0],
        by=ann, body="Where is page 2?", at=AT, encounter=encounter, needs_answer_from="practice",
    )  # fmt: skip
    on_hold(work, ann)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("move", [WhoseMove.SERVICE, WhoseMove.PAYER])
def test_a_hold_for_somebody_else_asks_the_practice_nothing(work, ann, cleo, move):
    on_hold(work, ann, whose_move=move, comment="We look it up.")
    assert not Comment.objects.exists()
    assert not Notice.objects.exists()


def test_the_practice_does_not_settle_its_question_in_silence(work, ann, cleo, as_user):
    encounter = on_hold(work, ann)
    question = Comment.objects.get()
    add_comment(thread=question.thread, body="Please, today.", at=timezone.now(), by=ann)
    with pytest.raises(NotAnswered):
        resolve_comment(comment=question, by=cleo, at=timezone.now())
    url = reverse("feedback:resolve", args=[question.pk])
    answer = as_user(cleo).post(url, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Not settled: answer the question first."]
    part = as_user(cleo).post(url, headers={"HX-Request": "true"}).content.decode()
    assert part.count("answer the question first") == 1, "a part of the page says so too"
    question.refresh_from_db()
    encounter.refresh_from_db()
    assert (question.resolved_at, encounter.status) == (None, EncounterStatus.HELD)
    assert not AuditEvent.objects.filter(action="comment.resolved").exists()


@pytest.mark.parametrize("who", ["cleo", "ann"])
def test_any_later_word_of_the_practice_is_an_answer_whoever_settles(work, ann, cleo, as_user, who):
    encounter = on_hold(work, ann)
    question = Comment.objects.get()
    add_comment(thread=question.thread, body="Here it is.", at=timezone.now(), by=cleo)
    url = reverse("feedback:resolve", args=[question.pk])
    answer = as_user({"cleo": cleo, "ann": ann}[who]).post(url, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Answered. The chart goes back into work."]
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.TO_PRECODE


def test_the_practice_is_offered_to_settle_only_what_it_has_answered(work, ann, cleo, as_user):
    on_hold(work, ann)
    question = Comment.objects.get()
    url = reverse("feedback:thread", args=[question.thread_id])
    offer = f'id="resolve-{question.pk}"'
    assert offer not in as_user(cleo).get(url).content.decode()
    assert offer in as_user(ann).get(url).content.decode()
    add_comment(thread=question.thread, body="Please, today.", at=timezone.now(), by=ann)
    assert offer not in as_user(cleo).get(url).content.decode(), "a word of the service is no answer"
    add_comment(thread=question.thread, body="Here it is.", at=timezone.now(), by=cleo)
    assert offer in as_user(cleo).get(url).content.decode()


def test_a_word_before_the_question_or_taken_back_is_no_answer(work, ann, cleo, river):
    now = timezone.now()
    thread = Thread.objects.get_or_create(
        batch=work.encounter.batch, defaults={"practice": river, "created_at": now}
    )[0]  # fmt: skip
    add_comment(thread=thread, body="Good morning.", at=now, by=cleo)
    on_hold(work, ann)
    question = Comment.objects.get(author=ann)
    delete_comment(comment=add_comment(thread=thread, body="Oops.", at=now, by=cleo), by=cleo, at=now)
    with pytest.raises(NotAnswered):
        resolve_comment(comment=question, by=cleo, at=now)


def test_who_settles_for_the_service_without_an_answer_hears_that_the_chart_stays(work, ann, as_user):
    encounter = on_hold(work, ann)
    url = reverse("feedback:resolve", args=[Comment.objects.get().pk])
    answer = as_user(ann).post(url, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Settled without an answer of the practice. The chart stays on hold."
    ]
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.HELD
