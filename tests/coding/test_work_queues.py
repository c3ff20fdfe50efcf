"""Queues as rules in the real queue: what is in one, who gets it, tested before it is live, kept as history."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from coding.actions.queue import take_next
from coding.actions.work_queues import (
    NameTaken,
    NotLive,
    NotTested,
    change_queue,
    drop_draft,
    end_queue,
    examine_queue,
    go_live,
    make_queue,
    place_queue,
)
from coding.models import Assignment, Encounter, QueueRank, WorkQueue
from coding.models.work_queues import waiting_now, within
from coding.rules.lifecycle import EncounterStatus
from coding.rules.work_queues import Conditions, Order, QueueState, Rules
from portal.models import AuditEvent, Practice
from portal.rules.credentials import CredentialKind
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, load_codes, precoded, submitted, waiting
from tests.people_factories import CredentialFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
HEART = Conditions(specialties=(Specialty.CARDIOLOGY.value,))
FAR = {"due_at": NOON + timedelta(days=3)}  # from any danger


@pytest.fixture
def live(max_):
    """Makes a queue and lets it go live at once: live("Heart", HEART)."""

    def make(name, conditions=Conditions(), **more):  # noqa: B008  (frozen)
        queue = make_queue(name=name, rules=Rules(conditions, **more), by=max_, at=NOON)
        examine_queue(queue=queue, by=max_, at=NOON)
        go_live(queue=queue, by=max_, at=NOON)
        return queue

    return make


def coder(**more):
    return factories.UserFactory(roles=[Role.CODER], **more)


def taken(by=None, at=NOON):
    assignment = take_next(by=by or coder(), at=at)
    return assignment and assignment.encounter


def of(practice, **fields):
    return waiting(chart=factories.ChartFactory(batch=factories.BatchFactory(practice=practice)), **fields)


# -- what is in a queue ----------------------------------------------------------------------------


def holds(conditions):
    return set(waiting_now().filter(within(conditions, at=NOON)))


def test_a_queue_without_conditions_holds_all_that_waits(ann):
    one, taken_ = waiting(), waiting()
    factories.AssignmentFactory(encounter=taken_, user=ann)
    Encounter.objects.filter(pk=taken_.pk).update(status=EncounterStatus.PRECODING)
    assert holds(Conditions()) == {one}


def test_specialty_practice_stage_and_language(river):
    Practice.objects.filter(pk=river.pk).update(language="es")
    spanish = of(river)
    heart = waiting(specialty=Specialty.CARDIOLOGY)
    to_code = waiting(status=EncounterStatus.TO_CODE)
    assert holds(HEART) == {heart}
    assert holds(Conditions(practices=(river.pk,))) == {spanish}
    assert holds(Conditions(languages=("es", "fr"))) == {spanish}
    assert holds(Conditions(stages=("coding",))) == {to_code}
    assert holds(Conditions(specialties=HEART.specialties, languages=("es",))) == set()


def test_pages_and_age():
    def pages(number, **fields):
        chart = factories.ChartFactory()
        for page in range(1, number + 1):
            factories.PageFactory(chart=chart, number=page)
        return waiting(chart=chart, **fields)

    one, three, five = pages(1), pages(3), pages(5, created_at=NOON - 12 * HOUR)
    assert holds(Conditions(pages_from=3)) == {three, five}
    assert holds(Conditions(pages_to=3)) == {one, three}
    assert holds(Conditions(pages_from=2, pages_to=4)) == {three}
    assert holds(Conditions(hours_from=12)) == {five}


def test_payers_by_name_whatever_the_case(ann):
    encounter = waiting()
    waiting()
    payer = factories.PayerFactory(practice=encounter.practice, name="Medicare Part B")
    precoded(encounter, ann)
    type(encounter.precoding).objects.filter(encounter=encounter).update(payer=payer)
    assert holds(Conditions(payers=("blue heron", "medicare part b"))) == {encounter}


def test_value_is_what_was_coded_in_relative_weights(ann):
    load_codes()
    worth = submitted(waiting(), ann)
    waiting()
    weights = {line.code: line.units for line in worth.codings.get().procedures.all()}
    assert weights == {"99213": 1}
    assert holds(Conditions(value_from=Decimal("1.30"))) == {worth}
    assert holds(Conditions(value_from=Decimal("1.31"))) == set()
    assert len(holds(Conditions(value_from=Decimal(0)))) == 2


# -- who gets what ---------------------------------------------------------------------------------


def test_a_queue_goes_before_what_no_queue_wants(live):
    waiting(**FAR)
    heart = waiting(specialty=Specialty.CARDIOLOGY, due_at=FAR["due_at"] + HOUR)
    queue = live("Heart", HEART)
    assert taken() == heart
    assert Assignment.objects.get().queue_number == queue.pk
    assert taken() is not None
    assert Assignment.objects.latest("pk").queue_number is None


def test_of_two_queues_the_one_placed_earlier_goes_first(live, max_):
    heart = waiting(specialty=Specialty.CARDIOLOGY, **FAR)
    film = waiting(specialty=Specialty.RADIOLOGY, **FAR)
    live("Heart", HEART)
    films = live("Films", Conditions(specialties=("radiology",)))
    place_queue(queue=films, earlier=True, by=max_, at=NOON)
    assert [taken(), taken()] == [film, heart]


def test_order_between_queues_costs_no_promise(live):
    urgent = waiting(due_at=NOON + 4 * HOUR)
    waiting(specialty=Specialty.CARDIOLOGY, **FAR)
    live("Heart", HEART)
    assert taken() == urgent


def test_what_was_returned_comes_first_also_past_a_limit(live, ann):
    live("All", most_a_day=1)
    first = waiting(**FAR)
    assert taken(ann) == first
    Assignment.objects.update(ended_at=NOON, end="finished")
    waiting(**FAR)
    assert taken(ann, NOON + MINUTE) is None
    returned = waiting(queue_rank=QueueRank.RETURNED, reserved_for=ann, **FAR)
    assert taken(ann, NOON + MINUTE) == returned


def test_the_most_of_a_day_is_a_day_of_the_persons_zone(live, ann):
    """Ann is in New York: at 05:00 UTC a new day has begun for her."""
    live("All", most_a_day=1)
    waiting(**FAR), waiting(**FAR)
    evening = NOON + 15 * HOUR
    assert taken(ann, evening)
    Assignment.objects.update(ended_at=evening, end="finished")
    assert taken(ann, evening + HOUR) is None
    assert taken(ann, evening + 2 * HOUR) is not None


def test_what_belongs_to_a_closed_queue_is_not_handed_out_as_the_rest(live, ann):
    waiting(specialty=Specialty.CARDIOLOGY, due_at=NOON + HOUR)
    live("Heart", Conditions(specialties=HEART.specialties, credentials=("ccs",)))
    assert taken(ann) is None
    CredentialFactory(user=ann, kind=CredentialKind.CCS, expires_on=NOON.date())
    assert taken(ann) is not None


def test_an_earlier_open_queue_may_hand_out_what_a_later_closed_one_wants(live):
    heart = waiting(specialty=Specialty.CARDIOLOGY, **FAR)
    live("Heart", HEART)
    live("Certified", Conditions(credentials=("ccs",)))
    other = waiting(**FAR)
    assert taken() == heart
    assert taken() is None
    assert Encounter.objects.get(pk=other.pk).status == EncounterStatus.TO_PRECODE


def test_who_does_not_read_the_language_gets_nothing(live, river):
    Practice.objects.filter(pk=river.pk).update(language="es")
    spanish = of(river, **FAR)
    live("Spanish", Conditions(languages=("es",)))
    assert taken() is None
    assert taken(coder(languages=["en", "es"])) == spanish


def test_orders_of_a_queue(live, max_):
    old = waiting(created_at=NOON - 9 * HOUR, due_at=FAR["due_at"] + 2 * HOUR)
    young = waiting(due_at=FAR["due_at"])
    queue = live("All", order=Order.AGE)
    assert taken() == old
    change_queue(queue=queue, rules=Rules(order=Order.PAGES), by=max_, at=NOON)
    examine_queue(queue=queue, by=max_, at=NOON)
    go_live(queue=queue, by=max_, at=NOON)
    factories.PageFactory(chart=young.chart, number=1)
    young.placed.create(practice=young.practice, page=young.chart.pages.get(), chart=young.chart, position=1)
    thin = waiting(due_at=FAR["due_at"] + HOUR)
    assert [taken(), taken()] == [thin, young]


def test_skills_hold_in_every_queue(live):
    waiting(specialty=Specialty.CARDIOLOGY, **FAR)
    live("Heart", HEART)
    assert taken(coder(specialties=[Specialty.RADIOLOGY])) is None


# -- draft, test, live, history --------------------------------------------------------------------


def test_a_draft_hands_out_nothing(max_):
    first = waiting(**FAR)
    waiting(specialty=Specialty.CARDIOLOGY, due_at=FAR["due_at"] + HOUR)
    queue = make_queue(name="Heart", rules=Rules(HEART), by=max_, at=NOON)
    examine_queue(queue=queue, by=max_, at=NOON)
    assert taken() == first


def test_a_test_says_what_would_be_in_it_now(max_, live):
    heart = [waiting(specialty=Specialty.CARDIOLOGY, waiting_since=NOON - number * HOUR, **FAR) for number in (1, 5)]
    waiting(specialty=Specialty.RADIOLOGY), waiting(), waiting()
    other = live("Hearts and films", Conditions(specialties=("cardiology", "radiology")))
    queue = make_queue(name="Heart", rules=Rules(HEART), by=max_, at=NOON)
    found = examine_queue(queue=queue, by=max_, at=NOON).found
    assert (found["count"], found["nowhere"]) == (2, 2)
    assert found["since"] == (NOON - 5 * HOUR).isoformat()
    assert set(found["examples"]) == {one.pk for one in heart}
    assert found["overlaps"] == [{"queue": other.pk, "name": "Hearts and films", "count": 2, "goes_first": True}]
    assert Encounter.objects.waiting().count() == 5


def test_only_what_was_tested_goes_live(max_):
    queue = make_queue(name="Heart", rules=Rules(HEART), by=max_, at=NOON)
    with pytest.raises(NotTested):
        go_live(queue=queue, by=max_, at=NOON)
    examine_queue(queue=queue, by=max_, at=NOON)
    change_queue(queue=queue, rules=Rules(), by=max_, at=NOON)
    with pytest.raises(NotTested):
        go_live(queue=queue, by=max_, at=NOON)


def test_versions_are_kept_with_who_and_when(max_, live):
    queue = live("Heart", HEART)
    other = factories.UserFactory(roles=[Role.MANAGER])
    change_queue(queue=queue, rules=Rules(HEART, most_open=2), by=other, at=NOON + HOUR)
    assert queue.versions.get(state=QueueState.LIVE).number == 1
    examine_queue(queue=queue, by=other, at=NOON + HOUR)
    go_live(queue=queue, by=max_, at=NOON + 2 * HOUR)
    second, first = queue.versions.newest_first()
    assert (first.state, first.ended_by, first.ended_at) == (QueueState.ENDED, max_, NOON + 2 * HOUR)
    assert (second.state, second.made_by, second.live_by) == (QueueState.LIVE, other, max_)
    assert (first.said, second.said) == (Rules(HEART), Rules(HEART, most_open=2))
    events = AuditEvent.objects.filter(object_type="coding.workqueue").values_list("action", flat=True)
    assert sorted(events) == [
        "queue.drafted", "queue.made", "queue.tested", "queue.tested", "queue.went_live", "queue.went_live",
    ]  # fmt: skip


def test_an_ended_queue_lets_its_work_go(max_, live):
    first = waiting(**FAR)
    waiting(specialty=Specialty.CARDIOLOGY, due_at=FAR["due_at"] + HOUR)
    queue = live("Heart", HEART)
    end_queue(queue=queue, by=max_, at=NOON)
    assert taken() == first
    with pytest.raises(NotLive):
        end_queue(queue=queue, by=max_, at=NOON)


def test_a_dropped_draft_takes_a_queue_along_that_was_nothing_else(max_, live):
    queue = live("Heart", HEART)
    change_queue(queue=queue, rules=Rules(), by=max_, at=NOON)
    assert drop_draft(queue=queue, by=max_, at=NOON)
    assert queue.versions.get().state == QueueState.LIVE
    new = make_queue(name="New", rules=Rules(), by=max_, at=NOON)
    assert not drop_draft(queue=new, by=max_, at=NOON)
    assert not WorkQueue.objects.filter(name="New").exists()


def test_names_are_given_once(max_):
    make_queue(name="Heart", rules=Rules(), by=max_, at=NOON)
    with pytest.raises(NameTaken):
        make_queue(name="HEART", rules=Rules(), by=max_, at=NOON)


# -- the pages -------------------------------------------------------------------------------------


def read(browser, address):
    with time_machine.travel(NOON, tick=False):
        return " ".join(browser.get(address).content.decode().split())


def test_a_manager_makes_tests_and_sets_a_queue_live(as_user, max_, ann):
    waiting(specialty=Specialty.CARDIOLOGY, **FAR), waiting(**FAR)
    browser = as_user(max_)
    form = {"name": "Heart", "specialties": ["cardiology"], "order": "turn", "most_a_day": "20"}
    assert browser.post("/work/operations/queues/new/", {**form, "pages_from": "9", "pages_to": "2"}).status_code == 422
    address = browser.post("/work/operations/queues/new/", form)["Location"]
    assert "Not tested since its last change." in read(browser, address)
    browser.post(f"{address}live/")
    assert "nothing is handed out by it yet" in read(browser, address)
    browser.post(f"{address}test/")
    page = read(browser, address)
    assert "<dd><strong>1</strong>" in page
    browser.post(f"{address}live/")
    assert "Version 1 is live." in read(browser, address)
    browser.post(address, {**form, "most_a_day": "30"})
    assert "<del>20</del>" in read(browser, address)
    page = read(browser, "/work/operations/queues/")
    assert "a draft beside it" in page
    assert "Cardiology" in page
    assert "From the queue Heart." in read(as_user(ann), "/work/")
    assert browser.post(f"{address}nonsense/").status_code == 404


def test_the_queue_page_says_what_a_limit_keeps(as_user, live, ann):
    live("All", most_a_day=1)
    waiting(**FAR), waiting(**FAR)
    assert taken(ann)
    Assignment.objects.update(ended_at=NOON, end="finished")
    page = read(as_user(ann), "/work/")
    assert "1 waits in the queue All, of which you took as much today as one person may." in page
