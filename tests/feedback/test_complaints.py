"""A practice complains; a manager answers for it until a time; it ends with words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coding.actions.moves import AlreadyMoved
from feedback.actions.complaints import (
    MoveRefused,
    NotAManager,
    NotThePractice,
    close_complaint,
    escalate_complaints,
    hand_over,
    raise_complaint,
    reopen_complaint,
)
from feedback.models import Comment, Complaint, InboxItem
from portal import scope
from portal.models import AuditEvent, Contract, Notice
from portal.rules.roles import Role
from tests import factories
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db
WORDS = "Three batches came late this month."


@pytest.fixture
def complaint(thread, cleo, max_):
    return raise_complaint(thread=thread, by=cleo, body=WORDS, at=AT).complaint


def kinds_of(person):
    return list(InboxItem.objects.filter(user=person, done_at=None).order_by("pk").values_list("kind", flat=True))


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_it_is_due_by_contract_and_a_manager_answers_for_it(thread, cleo, max_):
    Contract.objects.filter(practice=thread.practice).delete()
    Contract.objects.create(practice=thread.practice, turnaround_hours=8, starts_on=AT.date() - timedelta(days=30))
    complaint = raise_complaint(thread=thread, by=cleo, body=WORDS, at=AT).complaint
    assert (complaint.due_at, complaint.owner, complaint.comment.body) == (AT + timedelta(hours=8), max_, WORDS)
    assert kinds_of(max_) == ["complaint"]


def test_the_next_one_goes_to_the_manager_with_fewer(complaint, thread, cleo, max_):
    other = factories.UserFactory(roles=[Role.MANAGER])
    assert raise_complaint(thread=thread, by=cleo, body="Again.", at=AT).complaint.owner == other


def test_the_service_does_not_complain(thread, max_):
    with pytest.raises(NotThePractice):
        raise_complaint(thread=thread, by=max_, body="x", at=AT)
    assert not Comment.objects.exists()


def test_it_ends_with_words_that_stand_in_the_thread(complaint, max_, ann, cleo):
    for person, words in ((max_, " "), (ann, "Done."), (cleo, "Done.")):
        with pytest.raises(MoveRefused):
            close_complaint(complaint=complaint, words=words, by=person, at=AT)
    close_complaint(complaint=complaint, words="Your batches go first.", by=max_, at=AT)
    assert Comment.objects.latest("pk").body == "We closed this complaint:\nYour batches go first."
    assert (complaint.status, kinds_of(max_), kinds_of(cleo)) == ("closed", [], ["answer"])
    with pytest.raises(AlreadyMoved):
        close_complaint(complaint=complaint, words="Again.", by=max_, at=AT)


def test_the_practice_opens_it_again_and_the_clock_runs_anew(complaint, cleo, max_):
    close_complaint(complaint=complaint, words="Your batches go first.", by=max_, at=AT)
    with pytest.raises(MoveRefused):
        reopen_complaint(complaint=complaint, by=max_, at=AT)
    later = AT + timedelta(days=2)
    reopen_complaint(complaint=complaint, by=cleo, at=later)
    assert (complaint.status, complaint.closing, complaint.due_at) == ("open", "", later + timedelta(hours=24))


def test_overdue_it_is_told_to_every_manager_once(complaint, max_):
    other = factories.UserFactory(roles=[Role.MANAGER])
    InboxItem.objects.update(seen_at=AT, done_at=AT)
    assert escalate_complaints(at=complaint.due_at - timedelta(seconds=1)) == 0
    assert (escalate_complaints(at=complaint.due_at), escalate_complaints(at=complaint.due_at)) == (1, 0)
    complaint.refresh_from_db()
    assert complaint.status == "escalated"
    assert (kinds_of(max_), kinds_of(other)) == (["complaint"], ["complaint"])
    told = Notice.objects.filter(kind="complaint_overdue")
    assert {notice.recipient for notice in told} == {max_, other}
    assert AuditEvent.objects.filter(action="complaint.escalated").count() == 1


def test_another_manager_may_answer_for_it(complaint, max_, ann, bea):
    other = factories.UserFactory(roles=[Role.MANAGER])
    hand_over(complaint=complaint, to=other, by=max_, at=AT)
    complaint.refresh_from_db()
    assert (complaint.owner, kinds_of(other)) == (other, ["complaint"])
    with pytest.raises(NotAManager):
        hand_over(complaint=complaint, to=ann, by=max_, at=AT)
    with pytest.raises(MoveRefused):
        hand_over(complaint=complaint, to=other, by=bea, at=AT)


def test_other_practices_and_coders_see_none(as_user, complaint, encounter, otto, ann, bea, cleo, max_, lake):
    for person in (otto, ann, bea):
        assert as_user(person).get(f"/threads/complaints/{complaint.pk}/").status_code == 404
        answer = as_user(person).get("/threads/complaints/")
        assert answer.status_code == (200 if person == otto else 404)
        assert complaint.label not in answer.content.decode()
    with scope.practice(lake.pk):
        assert not Complaint.objects.exists()


def test_it_is_made_by_the_composer_and_closed_on_its_page(as_user, thread, cleo, max_):
    as_user(cleo).post(f"/threads/{thread.pk}/add/", {"body": WORDS, "is_complaint": "on"})
    complaint = Complaint.objects.get()
    page = text(as_user(max_).get(f"/threads/complaints/{complaint.pk}/"))
    assert (WORDS in page, "Close the complaint" in page) == (True, True)
    step = f"/threads/complaints/{complaint.pk}/step/"
    assert "Say what was done about it" in text(as_user(max_).post(step, {"move": "close", "words": ""}), 422)
    as_user(max_).post(step, {"move": "close", "words": "Your batches go first."})
    page = text(as_user(cleo).get(f"/threads/complaints/{complaint.pk}/"))
    assert ("Your batches go first." in page, "Open it again" in page) == (True, True)
    as_user(cleo).post(step, {"move": "reopen"})
    assert complaint.label in text(as_user(max_).get("/threads/complaints/"))
    assert "Complaint" in text(as_user(cleo).get(f"/threads/{thread.pk}/"))


def test_a_manager_cannot_make_one(as_user, thread, max_):
    as_user(max_).post(f"/threads/{thread.pk}/add/", {"body": WORDS, "is_complaint": "on"})
    assert Comment.objects.get().body == WORDS
    assert not Complaint.objects.exists()


def test_it_is_late_by_the_clock_of_now(as_user, complaint, max_):
    assert complaint.due_at < timezone.now()
    assert "Overdue" in text(as_user(max_).get("/threads/complaints/"))
