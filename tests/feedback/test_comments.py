"""Saying, correcting, taking back, settling."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from coding.models import Assignment, QueueRank
from coding.rules.lifecycle import EncounterStatus, HoldReason, SkipReason, Stage, WhoseMove
from feedback.actions.comments import (
    AlreadyDeleted,
    AlreadySettled,
    CannotSay,
    NotInThread,
    NotYours,
    add_comment,
    delete_comment,
    edit_comment,
    reopen_question,
    resolve_comment,
)
from feedback.actions.threads import ensure_thread, mark_read
from feedback.models import Comment, CommentVersion, Mention, ReadMark, Thread
from feedback.rules.talk import BODY_LIMIT, Side, named_in
from portal.actions.tokens_admin import create_token
from portal.models import AuditEvent, ClientRule, Notice, TokenScope
from portal.rules.roles import Role
from portal.signals import batch_sent
from tests import factories
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db


def test_a_batch_that_is_sent_gets_one_thread(river):
    batch = factories.BatchFactory(practice=river)
    batch_sent.send(sender=type(batch), batch=batch, by=None, at=AT)
    batch_sent.send(sender=type(batch), batch=batch, by=None, at=AT)
    assert Thread.objects.get(batch=batch).practice == river
    assert ensure_thread(batch=batch, at=AT) == Thread.objects.get(batch=batch)


def test_a_comment_is_kept_with_who_and_when(thread, cleo, encounter):
    said = " Is page 2 readable?\r\nIt was scanned twice. "
    comment = add_comment(thread=thread, by=cleo, body=said, at=AT, encounter=encounter)
    comment.refresh_from_db()
    assert (comment.author, comment.created_at, comment.practice) == (cleo, AT, thread.practice)
    assert comment.body == "Is page 2 readable?\nIt was scanned twice."
    thread.refresh_from_db()
    assert thread.last_comment_at == AT
    assert AuditEvent.objects.get(action="comment.added").detail == {"thread": thread.pk, "files": 0}


@pytest.mark.parametrize("body", ["", "  \n ", "\x00", "x" * (BODY_LIMIT + 1)])
def test_nothing_and_too_much_cannot_be_said(thread, cleo, body):
    with pytest.raises(CannotSay):
        add_comment(thread=thread, by=cleo, body=body, at=AT)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("body", ["", "x" * (BODY_LIMIT + 1)])
def test_the_database_refuses_empty_and_endless_comments(thread, cleo, body):
    with pytest.raises(IntegrityError, match="feedback_comment_body_length"), transaction.atomic():
        factories.CommentFactory(thread=thread, author=cleo, body=body)


def test_the_database_wants_no_comment_of_two_authors(thread, cleo, river):
    ends = AT + timedelta(days=9)
    token, _ = create_token(practice=river, name="EHR", scopes=list(TokenScope), expires_at=ends, by=cleo, at=AT)
    with pytest.raises(IntegrityError, match="feedback_comment_by_one"), transaction.atomic():
        factories.CommentFactory(thread=thread, author=cleo, token=token)


def test_the_database_wants_a_known_side_for_the_answer(thread, cleo):
    with pytest.raises(IntegrityError, match="feedback_comment_answer_from"), transaction.atomic():
        factories.CommentFactory(thread=thread, author=cleo, needs_answer_from="payer")


@pytest.mark.parametrize("pair", ["deleted", "resolved"])
def test_the_database_wants_who_and_when_together(thread, cleo, pair):
    with pytest.raises(IntegrityError, match=f"feedback_comment_{pair}_by_at"), transaction.atomic():
        factories.CommentFactory(thread=thread, author=cleo, **{f"{pair}_at": AT})


def test_an_answer_stays_in_its_thread_and_an_encounter_in_its_batch(thread, cleo, lake):
    elsewhere = factories.CommentFactory(thread=factories.ThreadFactory(batch=factories.BatchFactory(practice=lake)))
    foreign = factories.EncounterFactory(chart=factories.ChartFactory(batch=factories.BatchFactory(practice=lake)))
    with pytest.raises(NotInThread):
        add_comment(thread=thread, by=cleo, body="Yes.", at=AT, reply_to=elsewhere)
    with pytest.raises(NotInThread):
        add_comment(thread=thread, by=cleo, body="Yes.", at=AT, encounter=foreign)


def test_an_answer_is_about_the_encounter_of_its_question(thread, cleo, ann, encounter):
    question = add_comment(thread=thread, by=ann, body="Which knee?", at=AT, encounter=encounter)
    assert add_comment(thread=thread, by=cleo, body="Left.", at=AT, reply_to=question).encounter == encounter


def test_an_edit_keeps_the_earlier_words(thread, cleo, max_):
    comment = add_comment(thread=thread, by=cleo, body="Left knee.", at=AT)
    edit_comment(comment=comment, by=cleo, body="Right knee.", at=AT + timedelta(minutes=1))
    edit_comment(comment=comment, by=cleo, body="Right knee.", at=AT + timedelta(minutes=2))
    comment.refresh_from_db()
    assert (comment.body, comment.edited_at) == ("Right knee.", AT + timedelta(minutes=1))
    assert [row.body for row in CommentVersion.objects.all()] == ["Left knee."]
    with pytest.raises(NotYours):
        edit_comment(comment=comment, by=max_, body="Both.", at=AT)
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE feedback_commentversion SET body = 'never said'")


def test_who_wrote_it_or_manages_takes_a_comment_back_once(thread, cleo, max_, ann, encounter):
    own = add_comment(thread=thread, by=cleo, body="Never mind.", at=AT)
    other = add_comment(thread=thread, by=cleo, body="Wrong batch.", at=AT)
    with pytest.raises(NotYours):
        delete_comment(comment=own, by=ann, at=AT)
    delete_comment(comment=own, by=cleo, at=AT)
    delete_comment(comment=other, by=max_, at=AT)
    assert not Comment.objects.filter(deleted_at=None).exists()
    assert Comment.objects.filter(body="Never mind.").exists(), "the words are kept"
    with pytest.raises(AlreadyDeleted):
        delete_comment(comment=own, by=cleo, at=AT)
    with pytest.raises(AlreadyDeleted):
        edit_comment(comment=own, by=cleo, body="Back again.", at=AT)
    with pytest.raises(NotInThread):
        add_comment(thread=thread, by=max_, body="What?", at=AT, reply_to=own)


def test_a_question_is_settled_and_asked_again(thread, cleo, max_):
    question = add_comment(thread=thread, by=cleo, body="When is it ready?", at=AT, needs_answer_from="service")
    remark = add_comment(thread=thread, by=cleo, body="No hurry.", at=AT)
    assert list(Comment.objects.unanswered()) == [question]
    assert resolve_comment(comment=question, by=max_, at=AT) is False
    with pytest.raises(AlreadySettled):
        resolve_comment(comment=question, by=max_, at=AT)
    with pytest.raises(AlreadySettled):
        resolve_comment(comment=remark, by=max_, at=AT)
    reopen_question(comment=question, by=cleo, at=AT)
    assert list(Comment.objects.unanswered()) == [question]
    with pytest.raises(AlreadySettled):
        reopen_question(comment=question, by=cleo, at=AT)


def held(encounter, by, move=WhoseMove.PRACTICE):
    type(encounter).objects.filter(pk=encounter.pk).update(
        status=EncounterStatus.HELD,
        hold_reason=HoldReason.DOCUMENTATION_UNCLEAR,
        hold_move=move,
        hold_stage=Stage.CODING,
        hold_return_at=AT + timedelta(days=3),
        held_at=AT,
        held_by=by,
    )
    encounter.refresh_from_db()


def test_the_practices_answer_puts_a_held_chart_back_into_work(thread, cleo, ann, encounter):
    held(encounter, ann)
    question = add_comment(
        thread=thread, by=ann, body="Which knee?", at=AT, encounter=encounter, needs_answer_from="practice"
    )
    add_comment(thread=thread, by=cleo, body="Left.", at=AT, reply_to=question)
    assert resolve_comment(comment=question, by=cleo, at=AT) is True
    encounter.refresh_from_db()
    assert (encounter.status, encounter.queue_rank) == (EncounterStatus.TO_CODE, QueueRank.ANSWERED)


def test_settling_without_an_answer_of_the_practice_moves_nothing(thread, ann, max_, encounter):
    held(encounter, ann)
    question = add_comment(
        thread=thread, by=ann, body="Which knee?", at=AT, encounter=encounter, needs_answer_from="practice"
    )
    add_comment(thread=thread, by=max_, body="Found it on page 3.", at=AT, reply_to=question)
    assert resolve_comment(comment=question, by=max_, at=AT) is False
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.HELD


@pytest.mark.parametrize("move", [None, WhoseMove.SERVICE])
def test_an_answer_to_a_chart_that_waits_for_nothing_settles_the_question_only(thread, cleo, ann, encounter, move):
    if move:
        held(encounter, ann, move)
    question = add_comment(
        thread=thread, by=ann, body="Which knee?", at=AT, encounter=encounter, needs_answer_from="practice"
    )
    add_comment(thread=thread, by=cleo, body="Left.", at=AT, reply_to=question)
    before = encounter.status
    assert resolve_comment(comment=question, by=cleo, at=AT) is False
    encounter.refresh_from_db()
    question.refresh_from_db()
    assert (encounter.status, question.resolved_by) == (before, cleo)


def test_a_read_mark_never_goes_back(thread, cleo):
    mark_read(thread=thread, by=cleo, at=AT)
    mark_read(thread=thread, by=cleo, at=AT - timedelta(days=1))
    assert ReadMark.objects.get().read_at == AT
    mark_read(thread=thread, by=cleo, at=AT + timedelta(days=1))
    assert ReadMark.objects.get().read_at == AT + timedelta(days=1)


def test_unread_counts_what_others_said_since(thread, cleo, max_):
    add_comment(thread=thread, by=max_, body="Welcome.", at=AT)
    add_comment(thread=thread, by=cleo, body="Thank you.", at=AT)
    counted = Thread.objects.visible_to(cleo).counted_for(cleo, Side.PRACTICE).get()
    assert counted.unread == 1
    assert Thread.objects.unread_by(cleo).count() == Thread.objects.unread_by(max_).count() == 1
    mark_read(thread=thread, by=cleo, at=AT)
    assert Thread.objects.visible_to(cleo).counted_for(cleo, Side.PRACTICE).get().unread == 0
    assert not Thread.objects.unread_by(cleo).exists()
    mine = add_comment(thread=thread, by=max_, body="One more.", at=AT + timedelta(minutes=1))
    assert Thread.objects.unread_by(cleo).exists()
    delete_comment(comment=mine, by=max_, at=AT)
    assert not Thread.objects.unread_by(cleo).exists()


def test_only_people_of_the_thread_can_be_mentioned(thread, cleo, ann, bea, otto, max_, encounter):
    comment = add_comment(
        thread=thread,
        by=cleo,
        body="@ann ARCHER and @Otto Olsen, please look.",
        at=AT,
        mentions=[bea, otto, max_, cleo],
    )
    assert set(comment.mentions.values_list("user__name", flat=True)) == {"Ann Archer", "Max Moreau"}
    with pytest.raises(IntegrityError, match="feedback_mention_once"), transaction.atomic():
        Mention.objects.create(practice=thread.practice, comment=comment, user=ann)


def test_the_people_of_a_thread_are_those_who_see_it(thread, encounter, cleo, ann, bea, otto, max_, ada, bill):
    everybody = [cleo, ann, bea, otto, max_, ada, bill]
    see = {person for person in everybody if Thread.objects.visible_to(person).filter(pk=thread.pk).exists()}
    assert set(thread.people()) == see == {cleo, ann, max_}


@pytest.mark.parametrize("why", ["barred", "conflict", "skipped"])
def test_who_may_not_see_the_practice_or_the_chart_any_more_leaves_the_thread(thread, encounter, cleo, ann, why):
    if why == "barred":
        ClientRule.objects.create(practice=thread.practice, user=ann, reason="Related to the owner")
    else:
        skip = {"conflict": SkipReason.CONFLICT, "skipped": SkipReason.UNREADABLE}[why]
        Assignment.objects.filter(user=ann).update(end=Assignment.End.SKIPPED, skip_reason=skip, ended_at=AT)
    assert not Thread.objects.visible_to(ann).exists()
    assert set(thread.people()) == {cleo}
    comment = add_comment(thread=thread, by=cleo, body="@Ann Archer, please look.", at=AT, mentions=[ann])
    assert not comment.mentions.exists()
    assert "Ann Archer" not in told()


def test_a_conflict_of_interest_outweighs_later_work_on_the_same_chart(thread, encounter, cleo, ann):
    Assignment.objects.filter(user=ann).update(end=Assignment.End.SKIPPED, skip_reason=SkipReason.CONFLICT, ended_at=AT)
    factories.AssignmentFactory(encounter=encounter, user=ann)
    assert not Thread.objects.visible_to(ann).exists()
    assert set(thread.people()) == {cleo}


def test_of_two_names_that_begin_alike_the_longer_one_is_meant():
    names = {1: "Ann Archer", 2: "Ann Archer Smith", 3: ""}
    assert named_in("see @Ann Archer Smith", names) == {2}
    assert named_in("@ann archer and @Ann Archer Smith.", names) == {1, 2}
    assert named_in("ann archer @", names) == set()


def told(kind=None):
    rows = Notice.objects.order_by("recipient__name")
    return [row.recipient.name for row in (rows.filter(kind=kind) if kind else rows)]


def test_the_practice_is_told_of_a_word_of_the_service(thread, cleo, ann, max_, otto, encounter):
    add_comment(thread=thread, by=ann, body="Which knee?", at=AT, needs_answer_from="practice")
    assert told("answer_needed") == told() == ["Cleo Cruz"]


def test_managers_and_those_who_worked_on_it_are_told_of_a_word_of_the_practice(
    thread, cleo, ann, bea, max_, encounter
):
    other = factories.EncounterFactory(chart=factories.ChartFactory(batch=thread.batch))
    factories.AssignmentFactory(encounter=other, user=bea, stage=Stage.VERIFICATION)
    colleague = factories.UserFactory(name="Carl Cruz", roles=[Role.PRACTICE], practice=thread.practice)
    add_comment(thread=thread, by=cleo, body="It is the left knee.", at=AT, encounter=encounter, mentions=[colleague])
    assert told("comment_added") == ["Ann Archer", "Max Moreau"]
    assert told("mention") == ["Carl Cruz"]
    later = AT + timedelta(minutes=11)
    Notice.objects.update(sent_at=AT)
    add_comment(thread=thread, by=cleo, body="All of them.", at=later)
    assert set(Notice.objects.filter(created_at=later).values_list("recipient__name", flat=True)) == {
        "Ann Archer", "Bea Brandt", "Max Moreau",
    }  # fmt: skip


def test_a_person_gets_one_mail_a_thread_in_ten_minutes(thread, cleo, max_):
    for minute in (0, 5, 9):
        add_comment(thread=thread, by=cleo, body="And another thing.", at=AT + timedelta(minutes=minute))
    assert told() == ["Max Moreau"]
    add_comment(thread=thread, by=cleo, body="Unsent ones count for a day.", at=AT + timedelta(hours=2))
    assert told() == ["Max Moreau"]
    Notice.objects.update(sent_at=AT)
    add_comment(thread=thread, by=cleo, body="Still there?", at=AT + timedelta(hours=2))
    assert told() == ["Max Moreau"] * 2
    other = factories.ThreadFactory(batch=factories.BatchFactory(practice=thread.practice))
    add_comment(thread=other, by=cleo, body="Another batch.", at=AT + timedelta(hours=2))
    assert told() == ["Max Moreau"] * 3


def test_an_email_says_nothing_of_what_was_said(thread, cleo, max_):
    add_comment(thread=thread, by=cleo, body="Marta Quill, born 1961, left knee", at=AT)
    notice = Notice.objects.get()
    assert notice.words == {}
    assert notice.link == f"/threads/{thread.pk}/"
    assert "Quill" not in str(list(Notice.objects.values())) + str(list(AuditEvent.objects.values()))
