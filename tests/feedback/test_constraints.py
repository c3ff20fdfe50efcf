"""Each named constraint of the talk's tables is broken once: the database has the last word."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import UniqueConstraint
from django.utils import timezone

from feedback.models import Mention, ReadMark
from feedback.models.thread import BODY_LIMIT
from portal.actions.tokens_admin import create_token
from portal.models import TokenScope
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def comment(**fields):
    return factories.CommentFactory(**fields)


def by_two():
    thread, person = factories.ThreadFactory(), factories.UserFactory()
    token, _ = create_token(
        practice=thread.practice, name="EHR", scopes=list(TokenScope), expires_at=NOW + timedelta(days=9), by=person,
        at=NOW,
    )  # fmt: skip
    return comment(thread=thread, author=person, token=token)


def mention():
    of = comment()
    return Mention.objects.create(practice=of.practice, comment=of, user=of.author)


def read_mark():
    of = factories.ThreadFactory()
    return ReadMark.objects.create(practice=of.practice, thread=of, user=factories.UserFactory(), read_at=NOW)


def inbox_item(**fields):
    return factories.InboxItemFactory(**fields)


def complaint(**fields):
    return factories.ComplaintFactory(**fields)


def saved_answer(**fields):
    return factories.SavedAnswerFactory(**fields)


def rating(**fields):
    return factories.RatingFactory(**fields)


def again(row):
    """Write an existing row a second time, under a new id."""
    row.pk = None
    row.save(force_insert=True)


BROKEN = {
    "feedback_comment_by_one": by_two,
    "feedback_comment_answer_from": lambda: comment(needs_answer_from="nobody"),
    "feedback_comment_internal_of_person": lambda: comment(is_internal=True, needs_answer_from="practice"),
    "feedback_inboxitem_kind_known": lambda: inbox_item(kind="gossip"),
    "feedback_inboxitem_once": lambda: again(inbox_item()),
    "feedback_inboxitem_done_seen": lambda: inbox_item(done_at=NOW),
    "feedback_complaint_status_known": lambda: complaint(status="mulled"),
    "feedback_complaint_closed_by_at": lambda: complaint(status="closed", closing="Done.", closed_at=NOW),
    "feedback_complaint_due_later": lambda: complaint(due_at=NOW - timedelta(days=99)),
    "feedback_complaint_closed_with_words": lambda: complaint(closing="Done."),
    "feedback_complaint_escalated_when": lambda: complaint(status="escalated"),
    "feedback_savedanswer_title_once": lambda: again(saved_answer()),
    "feedback_savedanswer_says_something": lambda: saved_answer(body=""),
    "feedback_savedanswer_retired_by_at": lambda: saved_answer(retired_at=NOW),
    "feedback_rating_once": lambda: again(rating()),
    "feedback_rating_both": lambda: rating(turnaround=None),
    "feedback_rating_scale": lambda: rating(accuracy=6),
    "feedback_rating_dismissed_says_nothing": lambda: rating(accuracy=None, turnaround=None, words="Bad."),
    "feedback_comment_body_length": lambda: comment(body="x" * (BODY_LIMIT + 1)),
    "feedback_comment_deleted_by_at": lambda: comment(deleted_at=NOW),
    "feedback_comment_resolved_by_at": lambda: comment(resolved_at=NOW),
    "feedback_mention_once": lambda: again(mention()),
    "feedback_readmark_once": lambda: again(read_mark()),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken(name):
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        BROKEN[name]()


def test_an_empty_comment_is_none():
    with pytest.raises(IntegrityError, match='"feedback_comment_body_length"'), transaction.atomic():
        comment(body="")


def test_every_constraint_is_broken_once():
    """Uniqueness of (id, …) only serves foreign keys; the id makes it true anyway."""
    named = {
        constraint.name
        for model in apps.get_app_config("feedback").get_models()
        for constraint in model._meta.constraints
        if not (isinstance(constraint, UniqueConstraint) and constraint.fields[:1] == ("id",))
    }
    assert named == set(BROKEN)


def test_rows_that_break_nothing_are_taken():
    """The makers above are valid as they are, so that each failure is the one it names."""
    for row in (
        comment(body="x" * BODY_LIMIT),
        mention(),
        read_mark(),
        inbox_item(),
        complaint(),
        saved_answer(),
        rating(),
    ):
        assert row.pk
