"""Inbox, thread and questions as people use them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.rules.lifecycle import EncounterStatus
from feedback.actions.comments import add_comment, delete_comment, edit_comment
from feedback.models import Comment, ReadMark, Thread
from portal.models import AuditEvent
from portal.rules.lifecycle import BatchStatus
from tests import factories
from tests.feedback.conftest import AT
from tests.feedback.test_comments import held

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def text(response, status=200):
    assert response.status_code == status, response.status_code
    return response.content.decode()


def test_a_thread_opens_for_its_practice_managers_and_those_who_work_on_it(
    as_user, thread, encounter, cleo, ann, max_, bea, otto, ada, bill
):
    for person in (cleo, ann, max_):
        assert as_user(person).get(f"/threads/{thread.pk}/").status_code == 200
        assert as_user(person).get(f"/threads/batch/{thread.batch_id}/").status_code == 200
    for person in (bea, otto, ada, bill):
        assert as_user(person).get(f"/threads/{thread.pk}/").status_code == 404
        assert as_user(person).get(f"/threads/batch/{thread.batch_id}/").status_code == 404
    assert AuditEvent.objects.filter(action="access.refused").count() == 8


def test_outsiders_can_do_nothing_to_a_comment(as_user, thread, encounter, cleo, otto, bea):
    comment = add_comment(thread=thread, by=cleo, body="Ours.", at=AT, needs_answer_from="service")
    for person in (otto, bea):
        browser = as_user(person)
        for path in ("messages", "news"):
            assert browser.get(f"/threads/{thread.pk}/{path}/").status_code == 404
        for path in ("add", "read"):
            assert browser.post(f"/threads/{thread.pk}/{path}/", {"body": "x", "seen": comment.pk}).status_code == 404
        for path in ("edit", "delete", "history"):
            assert browser.get(f"/threads/comment/{comment.pk}/{path}/").status_code == 404
        for path in ("edit", "delete", "resolve", "answer"):
            assert browser.post(f"/threads/comment/{comment.pk}/{path}/", {"body": "x"}).status_code == 404
    comment.refresh_from_db()
    assert (comment.body, comment.deleted_at, comment.resolved_at) == ("Ours.", None, None)
    assert Comment.objects.count() == 1


def test_words_are_shown_as_they_were_typed_and_never_as_markup(as_user, thread, cleo):
    as_user(cleo).post(f"/threads/{thread.pk}/add/", {"body": "<b>Page 2</b>\nsecond line\n\nnew paragraph"})
    page = text(as_user(cleo).get(f"/threads/{thread.pk}/"))
    assert "<p>&lt;b&gt;Page 2&lt;/b&gt;<br>second line</p>" in page
    assert "<p>new paragraph</p>" in page


def test_sending_returns_to_the_thread_and_htmx_gets_its_part(as_user, thread, cleo):
    response = as_user(cleo).post(f"/threads/{thread.pk}/add/", {"body": "Hello."})
    comment = Comment.objects.get()
    assert response["Location"] == f"/threads/{thread.pk}/#message-{comment.pk}"
    part = text(as_user(cleo).post(f"/threads/{thread.pk}/add/", {"body": "Again."}, headers=HX))
    assert "<html" not in part
    assert "Again." in part
    assert 'hx-swap-oob="outerHTML"' in part, "the composer is emptied"


def test_an_empty_message_comes_back_with_an_error_and_what_was_chosen(as_user, thread, cleo, max_):
    data = {"body": " ", "needs_answer_from": "service", "mentions": [max_.pk]}
    page = text(as_user(cleo).post(f"/threads/{thread.pk}/add/", data), 422)
    assert "Write a message." in page
    assert "Error: Messages about" in page
    response = as_user(cleo).post(f"/threads/{thread.pk}/add/", data, headers=HX)
    assert response["HX-Retarget"] == f"#thread-{thread.pk}-composer"
    part = text(response, 422)
    assert "<html" not in part
    assert '<option value="service" selected>' in part
    assert not Comment.objects.exists()


def test_mentions_and_encounters_are_chosen_among_those_of_the_thread(
    as_user, thread, encounter, cleo, otto, max_, lake
):
    foreign = factories.EncounterFactory(chart=factories.ChartFactory(batch=factories.BatchFactory(practice=lake)))
    for wrong in ({"mentions": [otto.pk]}, {"encounter": foreign.pk}):
        text(as_user(cleo).post(f"/threads/{thread.pk}/add/", {"body": "Look.", **wrong}), 422)
    as_user(cleo).post(
        f"/threads/{thread.pk}/add/", {"body": "Look.", "mentions": [max_.pk], "encounter": encounter.pk}
    )
    comment = Comment.objects.get()
    assert comment.encounter == encounter
    assert [row.user for row in comment.mentions.all()] == [max_]


def test_a_link_to_an_encounter_is_shown_to_those_who_may_open_it(as_user, thread, encounter, cleo, bea, max_):
    other = factories.EncounterFactory(chart=factories.ChartFactory(batch=thread.batch))
    factories.AssignmentFactory(encounter=other, user=bea, stage="verification")
    add_comment(thread=thread, by=cleo, body="This one.", at=AT, encounter=encounter)
    address = f'href="{reverse("coding:encounter", args=[encounter.pk])}"'
    assert address in text(as_user(max_).get(f"/threads/{thread.pk}/"))
    page = text(as_user(bea).get(f"/threads/{thread.pk}/"))
    assert address not in page
    assert encounter.label in page


def test_opening_a_thread_is_the_read_receipt(as_user, thread, cleo, max_):
    add_comment(thread=thread, by=max_, body="Hello.", at=AT)
    browser = as_user(cleo)
    browser.get(f"/threads/{thread.pk}/messages/")
    browser.get(f"/threads/{thread.pk}/news/?after=0")
    browser.get(f"/threads/batch/{thread.batch_id}/", headers=HX)
    assert not ReadMark.objects.exists(), "a part of a page that loads by itself is not yet read"
    browser.get(f"/threads/{thread.pk}/")
    assert ReadMark.objects.get().read_at == AT


def test_the_page_tells_which_message_was_seen(as_user, thread, cleo, max_):
    seen = add_comment(thread=thread, by=max_, body="One.", at=AT)
    add_comment(thread=thread, by=max_, body="Two.", at=AT + timedelta(minutes=1))
    foreign = factories.CommentFactory(body="Elsewhere.")
    for value in (str(seen.pk), "x", "", str(foreign.pk), "9" * 40):
        assert as_user(cleo).post(f"/threads/{thread.pk}/read/", {"seen": value}).status_code == 204
    assert ReadMark.objects.get().read_at == AT
    assert Thread.objects.unread_by(cleo).exists()


def test_new_messages_are_counted_and_marked_when_asked_for(as_user, thread, cleo, max_):
    first = add_comment(thread=thread, by=max_, body="One.", at=AT)
    browser = as_user(cleo)
    assert browser.get(f"/threads/{thread.pk}/news/?after={first.pk}").status_code == 204
    for body in ("Two.", "Three."):
        add_comment(thread=thread, by=max_, body=body, at=AT)
    assert "2 new messages" in text(browser.get(f"/threads/{thread.pk}/news/?after={first.pk}"))
    part = text(browser.get(f"/threads/{thread.pk}/messages/?after={first.pk}"))
    assert part.count("theirs new") == 2
    assert part.count("data-focus") == 1


def test_a_long_thread_shows_its_end_and_the_rest_by_a_link(as_user, thread, cleo):
    for n in range(102):
        factories.CommentFactory(thread=thread, body=f"Message {n}.")
    page = text(as_user(cleo).get(f"/threads/{thread.pk}/"))
    assert "Message 101." in page
    assert "Message 1.<" not in page
    earlier = Comment.objects.order_by("pk")[2].pk
    assert f"?before={earlier}" in page
    page = text(as_user(cleo).get(f"/threads/{thread.pk}/?before={earlier}"))
    assert "Message 1.<" in page
    assert "Message 2.<" not in page


def test_a_comment_is_edited_by_its_author_and_its_history_is_read_by_all(as_user, thread, cleo, max_):
    comment = add_comment(thread=thread, by=cleo, body="Left knee.", at=timezone.now())
    address = f"/threads/comment/{comment.pk}/edit/"
    assert "Left knee." in text(as_user(cleo).get(address))
    assert as_user(max_).get(address).status_code == as_user(max_).post(address, {"body": "x"}).status_code == 404
    text(as_user(cleo).post(address, {"body": ""}), 422)
    assert as_user(cleo).post(address, {"body": "Right knee."}).status_code == 302
    page = text(as_user(max_).get(f"/threads/comment/{comment.pk}/history/"))
    assert "Left knee." in page
    assert "Right knee." in page
    assert AuditEvent.objects.filter(action="comment.history_viewed").count() == 1


def test_a_comment_taken_back_leaves_a_mark_and_its_words_are_for_managers(as_user, thread, cleo, max_):
    comment = add_comment(thread=thread, by=cleo, body="Secret words.", at=AT)
    edit_comment(comment=comment, by=cleo, body="Other words.", at=AT)
    assert "Other words." in text(as_user(cleo).get(f"/threads/comment/{comment.pk}/delete/"))
    as_user(cleo).post(f"/threads/comment/{comment.pk}/delete/")
    page = text(as_user(cleo).get(f"/threads/{thread.pk}/"))
    assert "This message was taken back." in page
    assert "Other words." not in page
    assert as_user(cleo).get(f"/threads/comment/{comment.pk}/history/").status_code == 404
    assert as_user(cleo).get(f"/threads/comment/{comment.pk}/edit/").status_code == 404
    assert "Secret words." in text(as_user(max_).get(f"/threads/comment/{comment.pk}/history/"))


def test_a_question_is_settled_and_asked_again_in_the_thread(as_user, thread, cleo, max_):
    question = add_comment(thread=thread, by=cleo, body="When?", at=AT, needs_answer_from="service")
    assert "Needs you" in text(as_user(max_).get(f"/threads/{thread.pk}/"))
    assert "Waits for Chartline" in text(as_user(cleo).get(f"/threads/{thread.pk}/"))
    as_user(max_).post(f"/threads/comment/{question.pk}/resolve/", {"action": "resolve"})
    assert "Settled by Max Moreau" in text(as_user(cleo).get(f"/threads/{thread.pk}/"))
    again = text(as_user(max_).post(f"/threads/comment/{question.pk}/resolve/", {"action": "resolve"}, follow=True))
    assert "settled before" in again
    part = text(as_user(cleo).post(f"/threads/comment/{question.pk}/resolve/", {"action": "reopen"}, headers=HX))
    assert "Waits for Chartline" in part


def test_an_answer_in_the_thread_settles_its_question_if_wished(as_user, thread, encounter, cleo, ann):
    held(encounter, ann)
    question = add_comment(
        thread=thread, by=ann, body="Which knee?", at=AT, encounter=encounter, needs_answer_from="practice"
    )
    page = text(as_user(cleo).get(f"/threads/{thread.pk}/?reply_to={question.pk}"))
    assert "This settles the question" in page
    page = text(
        as_user(cleo).post(
            f"/threads/{thread.pk}/add/", {"body": "Left.", "reply_to": question.pk, "settle": "1"}, follow=True
        )
    )
    assert "The chart goes back into work." in page
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.TO_CODE


def test_open_questions_are_answered_where_they_are_listed(as_user, thread, encounter, cleo, ann, otto):
    held(encounter, ann)
    later = add_comment(thread=thread, by=ann, body="And when?", at=AT + timedelta(1), needs_answer_from="practice")
    question = add_comment(
        thread=thread, by=ann, body="Which knee?", at=AT, encounter=encounter, needs_answer_from="practice"
    )
    part = text(as_user(cleo).get("/threads/questions/", headers=HX))
    assert part.index("Which knee?") < part.index("And when?"), "oldest first"
    assert "No open questions." in text(as_user(otto).get("/threads/questions/"))
    address = f"/threads/comment/{question.pk}/answer/"
    refused = text(as_user(cleo).post(address, {"body": ""}, headers=HX), 422)
    assert "Write an answer." in refused
    part = text(as_user(cleo).post(address, {"body": "Left."}, headers=HX))
    assert "Which knee?" not in part
    assert later.body in part
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.TO_CODE
    assert as_user(cleo).post(address, {"body": "Left, still."}).status_code == 302


def test_the_threads_begin_with_the_questions_to_the_reader(as_user, river, cleo, max_):
    quiet, unread, asked = (
        factories.ThreadFactory(batch=factories.BatchFactory(practice=river, number=n)) for n in (101, 102, 103)
    )
    add_comment(thread=quiet, by=cleo, body="Mine.", at=AT + timedelta(days=2))
    add_comment(thread=unread, by=max_, body="News.", at=AT)
    add_comment(thread=asked, by=max_, body="Which?", at=AT + timedelta(days=1), needs_answer_from="practice")
    for address in ("/threads/", "/threads/?show=us"):
        only = text(as_user(cleo).get(address))
        assert "B-103" in only
        assert "B-102" not in only
    for address in ("/threads/?show=all", "/threads/?show=all&after=spoilt"):
        page = text(as_user(cleo).get(address))
        assert page.index("B-101") < page.index("B-103") < page.index("B-102")
    assert "B-101" in text(as_user(max_).get("/threads/"))
    assert "B-103" in text(as_user(max_).get("/threads/?show=them"))
    assert "No open question here." in text(as_user(max_).get("/threads/?show=us"))


def test_the_inbox_goes_on_after_a_page_without_gap_or_repeat(as_user, river, cleo, max_):
    made = [factories.ThreadFactory(batch=factories.BatchFactory(practice=river)) for _ in range(53)]
    for thread in made[::2]:
        factories.CommentFactory(thread=thread, author=max_)
    browser, seen, address = as_user(cleo), [], "/threads/"
    while address:
        response = browser.get(address)
        seen += [row.pk for row in response.context["threads"]]
        next_url = response.context["pagination"]["next_url"]
        address = f"/threads/{next_url}" if next_url else None
    assert sorted(seen) == sorted(row.pk for row in made)
    assert len(browser.get("/threads/?after=spoilt~x~y").context["threads"]) == 50


def test_a_batch_that_is_not_sent_has_no_thread_yet(as_user, river, cleo, otto):
    batch = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    assert "open when the batch is sent" in text(as_user(cleo).get(f"/threads/batch/{batch.pk}/"))
    part = text(as_user(cleo).get(f"/threads/batch/{batch.pk}/", headers=HX))
    assert "<html" not in part
    assert as_user(otto).get(f"/threads/batch/{batch.pk}/").status_code == 404


def test_a_comment_of_a_system_is_shown_under_the_name_of_its_key(as_user, thread, cleo, max_):
    from tests.api.conftest import RIVER_SECRET, token_of

    token = token_of(thread.practice, cleo, RIVER_SECRET)
    comment = add_comment(thread=thread, token=token, body="From the EHR.", at=AT)
    assert "Practice system" in text(as_user(max_).get(f"/threads/{thread.pk}/"))
    delete_comment(comment=comment, by=max_, at=AT)
    assert as_user(cleo).post(f"/threads/comment/{comment.pk}/delete/").status_code == 404
