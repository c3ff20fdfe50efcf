"""The talk as a file, searched and counted: within what the reader may see."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from feedback.actions.comments import add_comment, delete_comment, resolve_comment
from feedback.actions.complaints import raise_complaint
from feedback.actions.trends import trends_of
from feedback.rules.talk_export import COLUMNS, SaidRow, as_csv, as_json
from portal.models import AuditEvent
from tests import factories
from tests.feedback.conftest import AT

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).resolve().parent.parent / "golden"
WHEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def a_row(**fields):
    plain = {
        "id": 1, "batch": "B-4", "encounter": "E-00012", "at": WHEN, "author": "Max Moreau", "side": "service",
        "kind": "question", "words": "Which knee?", "answers": None, "needs_answer_from": "practice",
        "edited_at": None, "taken_back_at": None, "settled_at": WHEN, "settled_by": "Cleo Cruz", "mentions": "",
        "files": "", "state": "", "outcome": "",
    }  # fmt: skip
    return SaidRow(**{**plain, **fields})


ROWS = (
    a_row(),
    a_row(id=2, author="Cleo Cruz", side="practice", kind="message", words='=1+1\nThe "left", page 2', answers=1),
    a_row(id=3, kind="remark", words="Remark on 99213", state="Not upheld, the code stands", outcome="Page 2."),
)


def test_the_files_are_as_they_were_agreed():
    assert as_csv(ROWS) == (GOLDEN / "talk.csv").read_bytes()
    ratings = [
        {"batch": "B-4", "delivery": 1, "by": "Cleo Cruz", "at": WHEN, "accuracy": 4, "turnaround": 5, "words": ""}
    ]
    about = {"site": "Chartline", "made_at": WHEN.isoformat(), "made_by": "Max Moreau"}
    assert as_json(ROWS, about=about, ratings=ratings) == (GOLDEN / "talk.json").read_bytes()


def test_the_practice_gets_all_but_internal_notes(as_user, thread, encounter, cleo, max_, ann):
    raise_complaint(thread=thread, by=cleo, body="Too late.", at=AT)
    add_comment(thread=thread, by=max_, body="Zzyzx.", at=AT, is_internal=True)
    gone = add_comment(thread=thread, by=cleo, body="Oops.", at=AT)
    delete_comment(comment=gone, by=cleo, at=AT)
    address = f"/threads/{thread.pk}/export/"
    said = text(as_user(cleo).get(f"{address}?format=csv"))
    assert said.splitlines()[0] == ",".join(COLUMNS)
    assert ("Too late." in said, "Zzyzx" in said, "Oops." in said) == (True, False, False)
    document = json.loads(text(as_user(max_).get(f"{address}?format=json")))
    assert [row["kind"] for row in document["comments"]] == ["complaint", "internal note", "message"]
    events = AuditEvent.objects.filter(action="talk.exported")
    assert {event.detail["comments"] for event in events} == {2, 3}


def test_everything_that_one_may_see_and_nothing_more(as_user, thread, cleo, otto, max_, river):
    add_comment(thread=thread, by=cleo, body="River speaks.", at=AT)
    for person, sees in ((cleo, True), (max_, True), (otto, False)):
        assert ("River speaks." in text(as_user(person).get("/threads/export/?format=csv"))) is sees
    assert as_user(otto).get(f"/threads/export/?practice={river.pk}").status_code == 404
    assert as_user(otto).get(f"/threads/{thread.pk}/export/").status_code == 404


# -- search ----------------------------------------------------------------------------------------
def test_words_are_found_in_any_form_and_marked(as_user, thread, cleo, max_, otto):
    add_comment(thread=thread, by=cleo, body="The wounds were <b>dressed</b> twice.", at=AT)
    add_comment(thread=thread, by=cleo, body="Nothing of that kind.", at=AT)
    page = text(as_user(max_).post("/threads/search/", {"q": "dressing wound"}))
    assert "<mark>dressed</mark>" in page
    assert "<b>" not in page
    assert "Nothing of that kind" not in page
    assert "Nothing says that." in text(as_user(otto).post("/threads/search/", {"q": "wound"}))
    assert "Nothing says that." in text(as_user(max_).post("/threads/search/", {"q": "wound -dressed"}))


def test_internal_notes_are_found_by_the_service_only(as_user, thread, encounter, cleo, ann, max_):
    add_comment(thread=thread, by=max_, body="Zzyzx argues.", at=AT, is_internal=True)
    for person, sees in ((cleo, False), (ann, True), (max_, True)):
        assert ("<mark>Zzyzx</mark>" in text(as_user(person).post("/threads/search/", {"q": "zzyzx"}))) is sees


def test_the_words_looked_for_are_in_no_address_and_not_in_the_trail(as_user, thread, cleo):
    page = text(as_user(cleo).get("/threads/search/?q=Zzyzx"))
    assert "Zzyzx" not in page.split("<main")[1]
    as_user(cleo).post("/threads/search/", {"q": "Zzyzx"})
    event = AuditEvent.objects.get(action="talk.searched")
    assert event.detail == {"found": 0}


def test_older_ones_follow(as_user, thread, cleo, max_):
    for number in range(32):
        factories.CommentFactory(thread=thread, author=cleo, body=f"Wound {number}.")
    first = as_user(max_).post("/threads/search/", {"q": "wound"})
    assert text(first).count("<mark>Wound</mark>") == 30
    more = text(as_user(max_).post("/threads/search/", {"q": "wound", "before": first.context["more_before"]}))
    assert more.count("<mark>Wound</mark>") == 2


# -- trends ----------------------------------------------------------------------------------------
def test_the_figures_of_a_month(thread, encounter, cleo, ann, max_, river, lake):
    now = timezone.now()
    for hours in (1, 3, 11):
        asked = add_comment(thread=thread, by=ann, body="Which knee?", at=now, needs_answer_from="practice")
        add_comment(thread=thread, by=cleo, body="Left.", at=now)
        resolve_comment(comment=asked, by=cleo, at=now + timedelta(hours=hours))
    raise_complaint(thread=thread, by=cleo, body="Too late.", at=now)
    factories.RatingFactory(batch=thread.batch, accuracy=4, turnaround=2)
    factories.RatingFactory(batch=thread.batch, accuracy=5, turnaround=5)
    factories.RatingFactory(batch=thread.batch, accuracy=None, turnaround=None)
    remark = factories.RemarkFactory(encounter=encounter)
    factories.CommentFactory(thread=factories.ThreadFactory(batch=factories.BatchFactory(practice=lake)))
    month = trends_of(today=timezone.localdate(), at=timezone.localtime(), practice=river)[-1]
    assert (month.encounters, month.questions, month.questions_per_hundred) == (1, 3, 300)
    assert (month.their_answers.count, month.their_answers.median) == (3, 3.0)
    assert month.their_answers.high == pytest.approx(8.6)  # 0.85 × 2 = 1.7: 3 h and 0.7 of the way to 11 h
    assert (month.complaints, month.ratings, month.mean_accuracy, month.mean_turnaround) == (1, 2, 4.5, 3.5)
    assert (month.remarks, month.decided, month.upheld) == (1, 0, 0)
    encounter.coded_by = ann
    encounter.save(update_fields=["coded_by"])
    of_ann = trends_of(today=timezone.localdate(), at=timezone.localtime(), coder=ann)[-1]
    assert (of_ann.encounters, of_ann.questions, of_ann.remarks, of_ann.complaints) == (1, 3, 1, 0)
    assert remark.encounter == encounter


def test_who_sees_whose_trends(as_user, thread, cleo, otto, max_, ann, river):
    factories.ComplaintFactory(comment__thread=thread, raised_by=cleo)
    for person, complaints in ((cleo, "1"), (otto, "0"), (max_, "1"), (ann, "0")):
        rows = as_user(person).get("/threads/trends/").context["rows"]
        assert rows[-1][10] == complaints, person
    page = text(as_user(max_).get(f"/threads/trends/?practice={river.pk}"))
    assert "River Family Medicine, twelve months" in page
    assert "<svg" in page
    table = text(as_user(max_).get("/threads/trends/?format=csv"))
    assert table.count("\r\n") == 13
    assert AuditEvent.objects.filter(action="trends.exported").exists()
