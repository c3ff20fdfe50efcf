"""Held ahead: what comes next is kept for who is at a bench, is not seen before it is shown, goes back by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.ahead import AHEAD, hold_ahead, release_ahead
from coding.actions.leases import LeaseLost
from coding.actions.queue import give, push_work, skip, sweep_assignments, take_next
from coding.models import Assignment, Encounter, QueueRank
from coding.rules.lifecycle import EncounterStatus, SkipReason, Stage
from portal.models import AuditEvent, ClientRule, User
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.benches import visit
from tests.coding.lines import MINUTE, NOON, waiting

pytestmark = pytest.mark.django_db


def at_work(by, at=NOON):
    """The person works on the first of what waits."""
    return take_next(by=by, at=at)


def in_line(number, **fields):
    """So many encounters, due one after the other."""
    return [waiting(due_at=NOON + timedelta(hours=place), **fields) for place in range(1, number + 1)]


def encounters(assignments):
    return [one.encounter for one in assignments]


def status_of(encounter):
    return Encounter.objects.get(pk=encounter.pk).status


def trail(action, **detail):
    return AuditEvent.objects.filter(action=action, **{f"detail__{key}": value for key, value in detail.items()})


def test_two_are_held_ahead_in_the_order_of_the_queue(ann, settings):
    first, second, third, fourth = in_line(4)
    held = hold_ahead(assignment=at_work(ann), by=ann, at=NOON)
    assert encounters(held) == [second, third]
    for one in held:
        assert (one.how, one.opened_at, one.is_ahead) == ("prefetched", None, True)
        assert one.lease_until == NOON + timedelta(seconds=settings.AHEAD_LEASE_SECONDS)
    assert (status_of(first), status_of(fourth)) == (EncounterStatus.PRECODING, EncounterStatus.TO_PRECODE)
    assert trail("encounter.prefetched", step="held").count() == 2
    assert not trail("encounter.opened").exists()


def test_asked_again_the_same_are_held(ann):
    in_line(5)
    work = at_work(ann)
    once = hold_ahead(assignment=work, by=ann, at=NOON)
    assert hold_ahead(assignment=work, by=ann, at=NOON + MINUTE) == once
    assert Assignment.objects.open().count() == 3


def test_who_does_not_work_gets_nothing_held(ann, bea):
    in_line(3)
    work = at_work(ann)
    with pytest.raises(LeaseLost):
        hold_ahead(assignment=work, by=bea, at=NOON)
    with pytest.raises(LeaseLost):
        hold_ahead(assignment=work, by=ann, at=work.lease_until)
    pushed = factories.AssignmentFactory(user=ann, how="pushed", opened_at=None, lease_until=NOON + MINUTE)
    with pytest.raises(LeaseLost):
        hold_ahead(assignment=pushed, by=ann, at=NOON)
    assert not Assignment.objects.filter(how="prefetched").exists()


def test_only_what_may_be_taken_is_held(ann, lake):
    ann.skills.filter(specialty=Specialty.CARDIOLOGY).delete()
    ClientRule.objects.create(practice=lake, user=ann, reason="Family")
    skipped = waiting(due_at=NOON)
    skip(assignment=at_work(ann), reason=SkipReason.OTHER, by=ann, at=NOON)
    waiting(chart=factories.ChartFactory(batch=factories.BatchFactory(practice=lake)))
    waiting(specialty=Specialty.CARDIOLOGY)
    waiting(reserved_for=factories.UserFactory(roles=[Role.CODER]))
    waiting(status=EncounterStatus.TO_VERIFY)
    _, second = in_line(2)
    assert encounters(hold_ahead(assignment=at_work(ann), by=ann, at=NOON)) == [second]
    assert status_of(skipped) == EncounterStatus.TO_PRECODE


def test_only_of_the_stage_at_which_the_person_works(ann):
    in_line(2)
    later = waiting(status=EncounterStatus.TO_CODE, due_at=NOON + timedelta(hours=9))
    work = take_next(by=ann, at=NOON)
    assert later in encounters(hold_ahead(assignment=work, by=ann, at=NOON))
    held = hold_ahead(assignment=work, by=ann, at=NOON, stages=[Stage.PRECODING])
    assert later not in encounters(held)
    assert status_of(later) == EncounterStatus.TO_CODE


def test_what_is_held_ahead_is_handed_out_next_and_is_only_then_opened(ann):
    _, second, third = in_line(3)
    work = at_work(ann)
    held = hold_ahead(assignment=work, by=ann, at=NOON)
    Assignment.objects.filter(pk=work.pk).update(ended_at=NOON, end="finished")
    taken = take_next(by=ann, at=NOON + MINUTE)
    assert (taken, taken.encounter, taken.opened_at) == (held[0], second, NOON + MINUTE)
    assert trail("encounter.opened").get().object_id == second.pk
    assert hold_ahead(assignment=taken, by=ann, at=NOON + MINUTE) == held[1:]
    assert third == held[1].encounter


@pytest.mark.parametrize("rank", [QueueRank.RETURNED, QueueRank.ANSWERED])
def test_returned_and_answered_work_goes_before_what_is_held_ahead(ann, rank):
    in_line(3)
    work = at_work(ann)
    held = hold_ahead(assignment=work, by=ann, at=NOON)
    Assignment.objects.filter(pk=work.pk).update(ended_at=NOON, end="finished")
    urgent = waiting(queue_rank=rank, due_at=NOON + timedelta(hours=40))
    assert take_next(by=ann, at=NOON).encounter == urgent
    assert all(Assignment.objects.get(pk=one.pk).is_ahead for one in held)


def test_returned_work_takes_the_place_of_what_is_held_ahead(ann):
    _, second, third = in_line(3)
    work = at_work(ann)
    hold_ahead(assignment=work, by=ann, at=NOON)
    urgent = waiting(queue_rank=QueueRank.RETURNED, due_at=NOON + timedelta(hours=40))
    assert encounters(hold_ahead(assignment=work, by=ann, at=NOON)) == [urgent, second]
    assert status_of(third) == EncounterStatus.TO_PRECODE


def test_what_was_given_or_assigned_comes_before_what_is_held_ahead(ann, max_):
    in_line(3)
    work = at_work(ann)
    [second, _] = hold_ahead(assignment=work, by=ann, at=NOON)
    given = give(encounter=waiting(due_at=NOON + timedelta(hours=9)), to=ann, by=max_, at=NOON)
    assert hold_ahead(assignment=work, by=ann, at=NOON) == [given, second]


def test_after_ten_minutes_it_is_back_at_its_old_place(ann, settings):
    settings.LEASE_SECONDS = 3600
    _, second, _, fourth = in_line(4)
    hold_ahead(assignment=at_work(ann), by=ann, at=NOON)
    other = factories.UserFactory(roles=[Role.CODER])
    assert take_next(by=other, at=NOON).encounter == fourth
    sweep_assignments(at=NOON + 10 * MINUTE)
    second.refresh_from_db()
    assert (second.status, second.waiting_since) == (EncounterStatus.TO_PRECODE, NOON)
    third_person = factories.UserFactory(roles=[Role.CODER])
    assert take_next(by=third_person, at=NOON + 10 * MINUTE).encounter == second
    assert set(Assignment.objects.filter(how="prefetched").values_list("end", flat=True)) == {"expired"}
    assert trail("encounter.moved", move="release_precoding", reason="expired").count() == 2


def test_what_lapsed_unseen_says_nothing_about_the_person(ann):
    User.objects.filter(pk=ann.pk).update(push_limit=5)
    in_line(3)
    work = at_work(ann)
    hold_ahead(assignment=work, by=ann, at=NOON)
    Assignment.objects.filter(pk=work.pk).update(lease_until=NOON + timedelta(hours=1))
    sweep_assignments(at=NOON + 11 * MINUTE)
    assert push_work(at=NOON + 11 * MINUTE) == 2


def test_who_never_saw_it_does_not_see_it_later(ann):
    _, second, _ = in_line(3)
    hold_ahead(assignment=at_work(ann), by=ann, at=NOON)
    assert Encounter.objects.visible_to(ann).filter(pk=second.pk).exists()
    assert release_ahead(user=ann, by=ann, at=NOON) == 2
    assert not Encounter.objects.visible_to(ann).filter(pk=second.pk).exists()


# -- at the bench --------------------------------------------------------------------------------------------


@pytest.fixture
def bench(ann, river):
    """Ann works on one visit, and two more wait."""
    visits = [visit(river, count=1, due_at=timezone.now() + timedelta(hours=place)) for place in (1, 2, 3)]
    work = take_next(by=ann, at=timezone.now())
    assert work.encounter == visits[0]
    return work


def ask(browser, work):
    form = {"encounter": work.encounter_id, "assignment": work.pk}
    return browser.post(reverse("coding:ahead", args=[work.encounter_id]), form)


def test_the_bench_is_fetched_without_being_seen(bench, ann, as_user):
    browser = as_user(ann)
    [second, third] = ask(browser, bench).json()["ahead"]
    page = browser.get(second["url"], headers={"X-Prefetch": "1"})
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    held = Assignment.objects.get(pk=second["assignment"])
    assert held.opened_at is None
    assert page.context["assignment_id"] == held.pk
    [image] = [row["url"] for row in page.context["pages"]]
    assert browser.get(image, headers={"X-Prefetch": "1"}).status_code == 200
    assert trail("encounter.prefetched", step="fetched").get().object_id == second["encounter"]
    assert trail("page.prefetched").count() == 1
    assert not trail("page.viewed").exists()
    assert not trail("encounter.opened").exists()

    shown = {
        "encounter": second["encounter"],
        "assignment": second["assignment"],
        "page": page.context["pages"][0]["page"],
    }
    assert browser.post(second["shown_url"], shown).status_code == 200
    held.refresh_from_db()
    assert held.opened_at is not None
    assert trail("encounter.opened").get().object_id == second["encounter"]
    assert trail("page.viewed").get().object_id == shown["page"]
    assert third["encounter"] != second["encounter"]


def test_what_is_to_be_said_waits_for_a_page_that_is_seen(bench, ann, as_user):
    browser = as_user(ann)
    session = browser.session
    session["told"] = {"said": "E-00001 submitted.", "undo": None}
    session.save()
    [second, _] = ask(browser, bench).json()["ahead"]
    assert "E-00001 submitted." not in browser.get(second["url"], headers={"X-Prefetch": "1"}).content.decode()
    assert "E-00001 submitted." in browser.get(second["url"]).content.decode()


def test_pages_of_another_visit_are_not_noted_as_shown(bench, ann, as_user):
    browser = as_user(ann)
    [second, _] = ask(browser, bench).json()["ahead"]
    foreign = bench.encounter.pages().get().pk
    form = {"encounter": second["encounter"], "assignment": second["assignment"], "page": [foreign, "x", "9" * 30]}
    assert browser.post(second["shown_url"], form).status_code == 200
    assert not trail("page.viewed").exists()


def test_what_is_no_longer_theirs_is_told(bench, ann, as_user):
    browser = as_user(ann)
    [second, _] = ask(browser, bench).json()["ahead"]
    Assignment.objects.filter(pk=second["assignment"]).update(lease_until=timezone.now())
    form = {"encounter": second["encounter"], "assignment": second["assignment"]}
    assert browser.post(second["shown_url"], form).json() == {"lost": True}
    Assignment.objects.filter(pk=bench.pk).update(lease_until=timezone.now())
    assert ask(browser, bench).status_code == 409


def none_is_held():
    return not Assignment.objects.open().ahead().exists()


def test_stopping_gives_back_what_is_held_ahead(bench, ann, as_user):
    browser = as_user(ann)
    assert len(ask(browser, bench).json()["ahead"]) == AHEAD
    browser.post(
        reverse("coding:release", args=[bench.encounter_id]),
        {"encounter": bench.encounter_id, "assignment": bench.pk},
    )
    assert none_is_held()


@pytest.mark.parametrize("way", ["coding:release-ahead", "account_logout"])
def test_leaving_gives_back_what_is_held_ahead(bench, ann, as_user, way):
    browser = as_user(ann)
    ask(browser, bench)
    assert not none_is_held()
    browser.post(reverse(way))
    assert none_is_held()
    assert Assignment.objects.get(pk=bench.pk).ended_at is None, "what is worked on stays in hand"


def test_a_locked_session_gives_back_what_is_held_ahead(bench, ann, as_user):
    browser = as_user(ann)
    ask(browser, bench)
    session = browser.session
    session["last_active"] = 1
    session.save()
    assert browser.get(reverse("coding:queue")).status_code == 302
    assert none_is_held()


def test_another_stage_gives_back_what_is_held_ahead(bench, ann, as_user):
    browser = as_user(ann)
    ask(browser, bench)
    browser.post(reverse("coding:choose-stage"), {"stage": "coding"})
    assert none_is_held()


def test_the_queue_offers_it_and_does_not_list_it_as_work(bench, ann, as_user):
    browser = as_user(ann)
    ask(browser, bench)
    page = browser.get(reverse("coding:queue"))
    assert page.context["next"]["pk"] == bench.encounter_id
    assert page.context["needs"] == []
    Assignment.objects.filter(pk=bench.pk).update(lease_until=timezone.now())
    page = browser.get(reverse("coding:queue"))
    assert page.context["next"]["why"] == "Held for you"
    urgent = visit(bench.practice, count=1, queue_rank=QueueRank.RETURNED)
    assert browser.get(reverse("coding:queue")).context["next"]["pk"] == urgent.pk


def test_a_manager_sees_it_as_held_ahead_and_not_as_worked_on(bench, ann, max_, as_user):
    ask(as_user(ann), bench)
    browser = as_user(max_)
    page = browser.get(reverse("coding:operations"))
    stage = page.context["stages"][0]
    assert (stage["waiting"]["count"], stage["in_work"]["count"]) == (2, 1)
    for name in ("waiting", "in_work"):
        assert len(browser.get(stage[name]["url"]).context["rows"]) == stage[name]["count"]
    [person] = page.context["people"]
    assert (person["open"]["count"], person["ahead"]) == (3, 2)
    rows = browser.get(reverse("coding:operations-encounters")).context["rows"]
    told = {row["pk"]: (row["person"], row["ahead"], row["status"]["label"]) for row in rows}
    assert told.pop(bench.encounter_id) == ("Ann Archer", "", "Pre-coding")
    assert set(told.values()) == {("Ann Archer", "held ahead", "To pre-code")}
