"""The manager sees how much there is and where, and moves it; whatever was not moved is named."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions import queue
from coding.models import Assignment, Encounter, EncounterEvent
from portal.actions.jobs import queue_job
from portal.models import AuditEvent, Job, JobState
from tests import factories

pytestmark = pytest.mark.django_db
PAGE, LIST = "coding:operations", "coding:operations-encounters"


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river)


def encounters(batch, number, **fields):
    chart = factories.ChartFactory(batch=batch)
    return [factories.EncounterFactory(chart=chart, part=part, **fields) for part in range(1, number + 1)]


def labels(answer):
    return [row["label"] for row in answer.context["rows"]]


def stage(answer, name):
    return next(row for row in answer.context["stages"] if row["label"] == name)


def test_each_number_is_a_link_to_that_many_rows(batch, max_, ann, as_user):
    now = timezone.now()
    encounters(batch, 3)
    encounters(batch, 2, status="to_code", due_at=now - timedelta(hours=1))
    [held] = encounters(
        batch, 1, status="held", hold_reason="missing_page", hold_move="practice", hold_stage="coding", held_at=now,
        held_by=ann, hold_return_at=now + timedelta(days=1),
    )  # fmt: skip
    [taken] = encounters(batch, 1, waiting_since=now - timedelta(hours=5))
    queue.give(encounter=taken, to=ann, by=max_, at=now)
    [coded] = encounters(batch, 1, status="to_verify")
    EncounterEvent.objects.create(
        practice=batch.practice, encounter=coded, move="submit_coding", old_status="coding", new_status="to_verify",
        user=ann, at=now,
    )  # fmt: skip
    EncounterEvent.objects.create(
        practice=batch.practice, encounter=held, move="finish_precoding", old_status="precoding",
        new_status="to_code", user=ann, at=now - timedelta(days=2),
    )  # fmt: skip
    browser = as_user(max_)
    page = browser.get(reverse(PAGE))
    pre, code, verify = page.context["stages"]
    assert (pre["waiting"]["count"], pre["in_work"]["count"], pre["oldest"]) == (3, 1, "5 h")
    assert (code["waiting"]["count"], code["held"]["count"], code["overdue"]["count"]) == (2, 1, 2)
    assert (code["done"]["count"], pre["done"]["count"]) == (1, 0), "what was done before today is not counted"
    assert verify["waiting"]["count"] == 1
    for row in page.context["stages"]:
        for name in ("waiting", "in_work", "held", "done", "overdue"):
            if row[name]["count"]:
                assert len(browser.get(row[name]["url"]).context["rows"]) == row[name]["count"], (row["label"], name)
    [person] = page.context["people"]
    assert (person["name"], person["open"]["count"], person["done"]["count"]) == ("Ann Archer", 1, 1)
    assert labels(browser.get(person["open"]["url"])) == [taken.label]
    assert labels(browser.get(person["done"]["url"])) == [coded.label]
    [shown] = page.context["batches"]["rows"]
    assert (shown["label"], shown["total"], shown["finished"]) == (batch.label, 8, 0)
    tiles = {tile["label"]: tile for tile in page.context["tiles"]}
    assert {name: tile["value"] for name, tile in tiles.items()} == {
        "Waiting": 6, "In work": 1, "Overdue": 2, "On hold": 1, "Done today": 1,
    }  # fmt: skip
    for tile in tiles.values():
        assert len(browser.get(tile["url"]).context["rows"]) == tile["value"], tile["label"]


def test_only_managers_see_it(ann, cleo, ada, bill, as_user):
    for person in (ann, cleo, ada, bill):
        for name in (PAGE, LIST, "coding:operations-figures"):
            assert as_user(person).get(reverse(name)).status_code == 404


def test_the_figures_alone_are_a_part_of_the_page(batch, max_, as_user):
    part = as_user(max_).get(reverse("coding:operations-figures")).content.decode()
    assert part.startswith('<div class="stack" id="operations-figures"')
    assert 'hx-trigger="every 10s"' in part


@pytest.mark.parametrize("number", [5, 200])
def test_the_number_of_queries_does_not_grow(river, max_, ann, as_user, django_assert_max_num_queries, number):
    for _ in range(number // 5):
        batch = factories.BatchFactory(practice=river)
        encounters(batch, 4)
        [one] = encounters(batch, 1, status="precoding")
        factories.AssignmentFactory(encounter=one, user=ann if number == 5 else factories.UserFactory(roles=["coder"]))
        Job.objects.create(kind="portal.send_notice", object_id=batch.pk, practice=river, state=JobState.FAILED,
                           due_at=timezone.now(), created_at=timezone.now(), finished_at=timezone.now())  # fmt: skip
    browser = as_user(max_)
    browser.get(reverse(PAGE))
    with django_assert_max_num_queries(28):
        assert browser.get(reverse(PAGE)).status_code == 200
    with django_assert_max_num_queries(26):
        assert len(browser.get(reverse(LIST)).context["rows"]) == min(number, 50)


def test_the_list_is_filtered_by_practice_and_by_what_is_overdue(batch, lake, max_, as_user):
    now = timezone.now()
    [late] = encounters(batch, 1, due_at=now - timedelta(minutes=1))
    encounters(batch, 1)
    [other] = encounters(factories.BatchFactory(practice=lake), 1)
    encounters(batch, 1, status="verified", finished_at=now, due_at=now - timedelta(days=1))
    browser, url = as_user(max_), reverse(LIST)
    assert labels(browser.get(url, {"practice": lake.pk})) == [other.label]
    assert labels(browser.get(url, {"overdue": "on"})) == [late.label]
    assert len(labels(browser.get(url))) == 3, "what is finished is not shown unless asked for"
    assert len(labels(browser.get(url, {"state": "verified"}))) == 1
    assert browser.get(url, {"practice": "x", "stage": "y", "person": "999999"}).status_code == 200


def test_the_list_pages_by_due_time_and_loses_nothing(batch, max_, as_user):
    due = timezone.now() + timedelta(hours=3)
    encounters(batch, 70, due_at=due)  # one due time: the id decides
    encounters(batch, 40, due_at=due + timedelta(minutes=1))
    browser, url, seen = as_user(max_), reverse(LIST), []
    answer = browser.get(url)
    while True:
        seen += labels(answer)
        following = answer.context["pagination"]["next_url"]
        if following is None:
            break
        answer = browser.get(url + following)
    assert len(seen) == len(set(seen)) == 110
    before = browser.get(url + answer.context["pagination"]["previous_url"])
    assert labels(before) == seen[50:100]
    for nonsense in ("[1]", "[1,2]", '["x","y"]', '["2026-01-01T00:00:00",1]', "{", "null"):
        assert browser.get(url, {"after": nonsense}).status_code == 200


# -- moving work ---------------------------------------------------------------------------------


def post(browser, action, rows, query="", **more):
    data = {"action": action, "encounter": [row.pk for row in rows], **more}
    return browser.post(reverse(LIST) + query, data, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_work_is_given_to_a_person_and_what_they_may_not_have_is_named(batch, max_, ann, as_user):
    good = encounters(batch, 2)
    [theirs] = encounters(batch, 1, status="to_verify")
    [done] = encounters(batch, 1, status="verified", finished_at=timezone.now())
    answer = post(as_user(max_), "give", [*good, theirs, done], query="?stage=precoding", person=ann.pk)
    assert answer.redirect_chain[0][0].endswith("?stage=precoding"), "the filter is kept"
    assert said(answer) == [
        "2 encounters given to Ann Archer.",
        f"1 not changed: This person's roles do not include the stage. ({theirs.label})",
        f"1 not changed: It moved on meanwhile, or its status does not allow it. ({done.label})",
    ]
    assert set(Assignment.objects.open().values_list("encounter", "user")) == {(row.pk, ann.pk) for row in good}
    event = AuditEvent.objects.get(action="work.bulk")
    assert event.detail == {"what": "give", "done": 2, "refused": 2}


def test_work_is_taken_from_a_person_and_put_first(batch, max_, ann, as_user):
    held, free = encounters(batch, 2)
    queue.give(encounter=held, to=ann, by=max_, at=timezone.now())
    answer = post(as_user(max_), "release", [held, free])
    assert said(answer) == ["1 encounter released.", f"1 not changed: Nobody holds it. ({free.label})"]
    assert not Assignment.objects.open().exists()
    assert Encounter.objects.get(pk=held.pk).status == "to_precode"
    post(as_user(max_), "first", [free])
    assert Encounter.objects.waiting().next_first().filter(due_at=free.due_at).first() == free
    assert Encounter.objects.get(pk=free.pk).priority == 10
    post(as_user(max_), "in_turn", [free])
    assert Encounter.objects.get(pk=free.pk).priority == 0


def test_a_manager_takes_charts_off_hold(batch, max_, ann, as_user):
    now = timezone.now()
    [held] = encounters(
        batch, 1, status="held", hold_reason="missing_page", hold_move="practice", hold_stage="coding", held_at=now,
        held_by=ann, hold_return_at=now + timedelta(days=20),
    )  # fmt: skip
    [free] = encounters(batch, 1)
    answer = post(as_user(max_), "resume", [held, free], query="?state=held")
    assert said(answer) == [
        "1 encounter taken off hold.",
        f"1 not changed: It moved on meanwhile, or its status does not allow it. ({free.label})",
    ]
    held.refresh_from_db()
    assert (held.status, held.hold_reason, held.hold_return_at) == ("to_code", "", None)
    assert EncounterEvent.objects.get(encounter=held).user == max_
    assert 'value="resume"' in answer.content.decode()


def test_a_form_that_leaves_something_open_says_so_and_moves_nothing(batch, max_, as_user):
    [one] = encounters(batch, 1)
    browser = as_user(max_)
    for data, words in (
        ({"action": "give", "encounter": [one.pk]}, "Choose the person who gets them."),
        ({"action": "release"}, "Choose at least one encounter."),
    ):
        answer = browser.post(reverse(LIST), data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert (f'value="{one.pk}" checked' in answer.content.decode()) == ("encounter" in data), "the choice is kept"
    assert browser.post(reverse(LIST), {"action": "sell", "encounter": [one.pk]}).status_code == 422
    assert not Assignment.objects.exists()


# -- failed work ---------------------------------------------------------------------------------


def test_a_job_that_was_given_up_is_seen_and_tried_again(river, max_, cleo, as_user):
    now = timezone.now()
    job = queue_job(kind="coding.deliver_batch", object_id=1, practice=river, at=now)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, attempt=8, fault="mail_TimeoutError", finished_at=now)
    browser = as_user(max_)
    page = browser.get(reverse(PAGE)).content.decode()
    assert "Result not delivered" in page
    assert "mail_TimeoutError" in page
    url = reverse("coding:job-try-again", args=[job.pk])
    assert as_user(cleo).post(url).status_code == 404
    assert said(browser.post(url, follow=True)) == ["Result not delivered (1): it is tried again now."]
    job.refresh_from_db()
    assert (job.state, job.attempt, job.fault) == (JobState.READY, 0, "")
    assert browser.post(url).status_code == 404, "it is no longer given up"
    assert AuditEvent.objects.filter(action="job.tried_again").count() == 1
