"""A query is a question in the thread, and is answered, withdrawn and closed as what it is."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from coding.actions.queries import answer_query, remind_practice, withdraw_query
from coding.models import Encounter, Query
from coding.rules.lifecycle import EncounterStatus
from coding.rules.queries.states import SignerRole
from coding.rules.queries.wording import OTHER
from feedback.actions.comments import (
    IsQuery,
    add_comment,
    delete_comment,
    edit_comment,
    reopen_question,
    resolve_comment,
)
from feedback.models import Comment
from portal.models import Notice
from tests.coding.queries.asking import ask, to_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def query(river, ann, cleo):  # cleo is told by mail
    return ask(to_code(river, ann), ann, timezone.now())


@pytest.fixture
def question(query):
    return Comment.objects.get()


def test_a_query_is_one_question_to_the_practice_and_one_mail(query, question, ann, cleo):
    assert (question.query, question.encounter, question.author) == (query, query.encounter, ann)
    assert (question.needs_answer_from, question.is_open_question) == ("practice", True)
    assert question.body == f"{query.title}\n{query.question}"
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("answer_needed", cleo)
    assert "result" not in str(list(Notice.objects.values())) + "".join(str(one.body) for one in mail.outbox)


def test_it_stands_in_the_list_of_questions_with_the_way_to_its_page(query, question, cleo, as_user):
    text = as_user(cleo).get(reverse("feedback:questions")).content.decode()
    assert query.question in text
    assert reverse("coding:query", args=[query.pk]) in text
    assert reverse("feedback:answer", args=[question.pk]) not in text
    thread = as_user(cleo).get(reverse("feedback:thread", args=[question.thread_id])).content.decode()
    assert "Answer and sign" in thread
    assert f'id="resolve-{question.pk}"' not in thread


def test_its_question_is_not_settled_changed_or_taken_back_as_a_comment(query, question, ann, cleo, max_):
    now = timezone.now()
    add_comment(thread=question.thread, by=cleo, body="It was hemolysis.", at=now, reply_to=question)
    for act in (
        lambda: resolve_comment(comment=question, by=cleo, at=now),
        lambda: delete_comment(comment=question, by=max_, at=now),
        lambda: edit_comment(comment=question, by=ann, body="Never mind.", at=now),
        lambda: reopen_question(comment=question, by=max_, at=now),
    ):
        with pytest.raises(IsQuery):
            act()
    assert Encounter.objects.get().status == EncounterStatus.HELD


@pytest.mark.parametrize("name", ["edit", "delete"])
def test_the_pages_of_a_comment_are_not_there_for_it(question, ann, as_user, name):
    assert as_user(ann).get(reverse(f"feedback:{name}", args=[question.pk])).status_code == 404


def test_an_answer_to_the_comment_leads_to_the_query(query, question, cleo, as_user):
    address = reverse("feedback:answer", args=[question.pk])
    answer = as_user(cleo).post(address, {"body": "It was hemolysis."})
    assert answer.url == reverse("coding:query", args=[query.pk])
    part = as_user(cleo).post(address, {"body": "x"}, headers={"HX-Request": "true"}).content.decode()
    assert "signed on its own page" in part
    settle = as_user(cleo).post(reverse("feedback:resolve", args=[question.pk]), follow=True)
    assert "signed on its own page" in settle.content.decode()
    assert Comment.objects.count() == 1
    assert Query.objects.get().status == "open"


def test_another_settled_question_does_not_end_the_hold(query, question, cleo, ann):
    now = timezone.now()
    other = add_comment(
        thread=question.thread, by=ann, body="Is page 4 missing?", at=now, encounter=query.encounter,
        needs_answer_from="practice",
    )  # fmt: skip
    add_comment(thread=question.thread, by=cleo, body="No.", at=now)
    assert not resolve_comment(comment=other, by=cleo, at=now)
    assert Encounter.objects.get().status == EncounterStatus.HELD


def test_the_reply_settles_it_and_is_told_in_the_thread(query, question, cleo):
    answer_query(
        query=query, by=cleo, at=timezone.now(), option=OTHER, text="It was hemolysis.", role=SignerRole.TREATING
    )
    question.refresh_from_db()
    assert (question.resolved_by, question.is_open_question) == (cleo, False)
    told = Comment.objects.get(reply_to=question)
    assert told.author == cleo
    assert told.body.endswith("It was hemolysis.")


def test_a_withdrawn_query_asks_for_nothing_any_more(query, question, ann):
    withdraw_query(query=query, by=ann, at=timezone.now())
    assert not Comment.objects.unanswered().exists()
    assert Comment.objects.get(reply_to=question).body == "We no longer need an answer to this."


def test_a_reminder_is_the_mail_again(query, ann, cleo):
    Notice.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    remind_practice(query=query, by=ann, at=timezone.now() + timedelta(days=1))
    assert [notice.kind for notice in Notice.objects.filter(recipient=cleo)] == ["answer_needed"] * 2
    assert Comment.objects.count() == 1
