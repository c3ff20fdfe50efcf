"""A chart on hold for the practice is a question to it, and its answer takes the chart up again."""

from datetime import timedelta

import pytest

from coding.actions.holds import hold
from coding.models import Assignment
from coding.rules.lifecycle import HoldReason, WhoseMove
from feedback.actions.comments import add_comment
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
    at = Assignment.objects.get(pk=work.pk).assigned_at
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


@pytest.mark.parametrize("reason", list(HoldReason))
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
