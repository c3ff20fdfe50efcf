"""What comes into whose inbox, and what becomes of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback.actions.comments import add_comment, delete_comment, reopen_question, resolve_comment
from feedback.actions.inbox import NotThere, finish_item, snooze_item, take_up_item, turn_seen
from feedback.actions.threads import mark_read
from feedback.models import InboxItem
from feedback.rules.inbox import Shelf
from portal import scope
from portal.models import ClientRule
from portal.rules.roles import Role
from tests import factories
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def kinds_of(person):
    return list(InboxItem.objects.filter(user=person).order_by("pk").values_list("kind", flat=True))


def open_of(person, at=AT):
    return list(
        InboxItem.objects.visible_to(person).on_shelf(Shelf.OPEN, at=at).values_list("comment__body", flat=True)
    )


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


# -- what comes in ---------------------------------------------------------------------------------
def test_a_word_of_the_practice_comes_to_managers_and_those_who_worked_on_it(thread, encounter, cleo, ann, max_, bea):
    add_comment(thread=thread, by=cleo, body="Thanks.", at=AT)
    assert [kinds_of(person) for person in (ann, max_, bea, cleo)] == [["comment"], ["comment"], [], []]


def test_a_question_an_answer_and_a_mention_are_told_apart(thread, encounter, cleo, ann, max_):
    question = add_comment(thread=thread, by=ann, body="Which knee?", at=AT, needs_answer_from="practice")
    add_comment(thread=thread, by=cleo, body=f"The left. @{max_.name} knows.", at=AT, reply_to=question)
    assert (kinds_of(cleo), kinds_of(ann), kinds_of(max_)) == (["question"], ["answer"], ["mention"])
    assert open_of(cleo) == [], "who has answered is done with it"


def test_an_internal_note_comes_only_to_whom_it_mentions(thread, encounter, cleo, ann, max_):
    add_comment(thread=thread, by=max_, body=f"@{ann.name} careful.", at=AT, is_internal=True)
    assert (kinds_of(ann), kinds_of(cleo)) == (["mention"], [])
    with scope.practice(thread.practice_id):
        assert not InboxItem.objects.exists(), "the database shows the practice no trace of it"


def test_a_settled_question_waits_for_nobody_and_one_asked_again_does(thread, cleo, max_, river):
    other = factories.UserFactory(roles=[Role.PRACTICE], practice=river)
    question = add_comment(thread=thread, by=max_, body="Which knee?", at=AT, needs_answer_from="practice")
    add_comment(thread=thread, by=cleo, body="The left.", at=AT)
    resolve_comment(comment=question, by=cleo, at=AT)
    assert (open_of(cleo), open_of(other)) == ([], [])
    question.refresh_from_db()
    reopen_question(comment=question, by=max_, at=AT)
    assert open_of(other) == ["Which knee?"]


def test_what_was_taken_back_is_gone(thread, cleo, max_):
    comment = add_comment(thread=thread, by=cleo, body="Oops.", at=AT)
    delete_comment(comment=comment, by=cleo, at=AT)
    assert open_of(max_) == []
    assert not InboxItem.objects.visible_to(max_).exists()


def test_reading_the_thread_is_seeing_it_here(thread, cleo, max_):
    add_comment(thread=thread, by=cleo, body="One.", at=AT)
    add_comment(thread=thread, by=cleo, body="Two.", at=AT + timedelta(minutes=1))
    mark_read(thread=thread, by=max_, at=AT)
    unseen = InboxItem.objects.visible_to(max_).unseen(at=AT)
    assert [row.comment.body for row in unseen] == ["Two."]


def test_who_may_not_see_the_thread_any_more_sees_nothing_of_it(thread, encounter, cleo, ann, max_):
    add_comment(thread=thread, by=cleo, body="Thanks.", at=AT)
    ClientRule.objects.create(user=ann, practice=thread.practice)
    assert open_of(ann) == []


# -- what a person does ----------------------------------------------------------------------------
@pytest.fixture
def item(thread, cleo, max_):
    add_comment(thread=thread, by=cleo, body="Thanks.", at=AT)
    return InboxItem.objects.get(user=max_)


def test_done_and_open_again(item, max_):
    finish_item(item=item, by=max_, at=AT)
    with pytest.raises(NotThere):
        finish_item(item=item, by=max_, at=AT)
    assert open_of(max_) == []
    take_up_item(item=item, by=max_)
    assert open_of(max_) == ["Thanks."]
    with pytest.raises(NotThere):
        take_up_item(item=item, by=max_)


def test_put_off_it_comes_back_by_itself(item, max_):
    until = AT + timedelta(hours=17)
    snooze_item(item=item, by=max_, until=until)
    assert (open_of(max_), open_of(max_, at=until)) == ([], ["Thanks."])
    finish_item(item=item, by=max_, at=AT)
    with pytest.raises(NotThere):
        snooze_item(item=item, by=max_, until=until)


def test_unread_and_read_by_turns(item, max_):
    for unseen in (False, True):
        turn_seen(item=item, by=max_, at=AT)
        assert InboxItem.objects.visible_to(max_).unseen(at=AT).exists() is unseen


def test_nobody_moves_what_is_anothers(item, cleo, bea, as_user):
    for person in (cleo, bea):
        assert as_user(person).post(f"/threads/inbox/{item.pk}/", {"action": "done"}).status_code == 404
        with pytest.raises(NotThere):
            finish_item(item=item, by=person, at=AT)


# -- the page --------------------------------------------------------------------------------------
def test_an_empty_inbox_says_so(as_user, cleo):
    assert "You are up to date." in text(as_user(cleo).get("/threads/inbox/"))


def test_neighbours_about_one_visit_stand_under_one_heading(as_user, thread, encounter, cleo, max_):
    for word in ("One.", "Two."):
        add_comment(thread=thread, by=cleo, body=word, at=timezone.now(), encounter=encounter)
    page = text(as_user(max_).get("/threads/inbox/"))
    assert page.count('class="inbox-group"') == 1
    assert encounter.label in page
    assert page.count("data-item") == 2
    assert '>2<span class="visually-hidden"> unread' in " ".join(page.split())


def test_the_address_holds_shelf_and_kind(as_user, thread, cleo, max_):
    question = add_comment(thread=thread, by=max_, body="Which knee?", at=AT, needs_answer_from="practice")
    add_comment(thread=thread, by=max_, body="Good morning.", at=AT)
    browser = as_user(cleo)
    page = text(browser.get("/threads/inbox/?show=open&kind=question"))
    assert ("Which knee?" in page, "Good morning." in page) == (True, False)
    item = InboxItem.objects.get(user=cleo, comment=question)
    answer = browser.post(f"/threads/inbox/{item.pk}/?show=open&kind=question", {"action": "snooze"})
    assert answer["Location"] == "/threads/inbox/?show=open&kind=question"
    assert "Nothing of this kind." in text(browser.get(answer["Location"]))
    assert "Which knee?" in text(browser.get("/threads/inbox/?show=snoozed"))
    browser.post(f"/threads/inbox/{item.pk}/", {"action": "done"})
    assert "Which knee?" in text(browser.get("/threads/inbox/?show=done"))


def test_htmx_gets_the_list_with_a_way_back(as_user, item, max_):
    part = text(as_user(max_).post(f"/threads/inbox/{item.pk}/?show=open", {"action": "done"}, headers=HX))
    assert "<html" not in part
    assert "Done." in part
    assert 'data-action="undo"' in part
    assert "You are up to date." in part


def test_pages_follow_each_other_by_key(as_user, thread, cleo, max_):
    for number in range(35):
        add_comment(thread=thread, by=cleo, body=f"No. {number}.", at=AT + timedelta(minutes=number))
    browser = as_user(max_)
    first = browser.get("/threads/inbox/")
    assert text(first).count("data-item") == 30
    second = text(browser.get("/threads/inbox/" + first.context["pagination"]["next_url"]))
    assert second.count("data-item") == 5
    assert "No. 4." in second


def test_the_open_shelf_is_read_by_its_index(thread, max_):
    """However many items others have, and however many of one's own are done."""
    with CaptureQueriesContext(connection) as seen:
        list(InboxItem.objects.visible_to(max_).on_shelf(Shelf.OPEN, at=AT).order_by("-created_at", "-pk")[:31])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {seen.captured_queries[-1]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "feedback_inboxitem_open" in plan, plan
    assert "Sort" not in plan, plan
