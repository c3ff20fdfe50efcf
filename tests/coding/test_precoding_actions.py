"""Encounters come to be from ready charts of sent batches, are split by pages, and get their facts."""

from datetime import timedelta

import pytest

from coding.actions.arranging import BadArrangement, split_encounter
from coding.actions.encounters import ensure_encounter
from coding.actions.holds import CommentMissing
from coding.actions.moves import AlreadyMoved
from coding.actions.precoding import NotOfThePractice, finish_precoding, send_back_to_precoding
from coding.actions.queue import take_next
from coding.models import Encounter, PreCoding
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.models import AuditEvent, Batch, Chart
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus
from portal.signals import batch_sent, chart_ready
from tests import factories
from tests.coding.benches import chart_of_pages
from tests.coding.lines import MINUTE, NOON, VISIT_DAY, facts_for, precoded, waiting

pytestmark = pytest.mark.django_db


def unsent():
    return factories.BatchFactory(status=BatchStatus.OPEN, received_at=None, due_at=None)


def send(batch):
    Batch.objects.filter(pk=batch.pk).update(
        status=BatchStatus.RECEIVED, received_at=NOON, due_at=NOON + timedelta(hours=24)
    )
    batch_sent.send(sender=Batch, batch=batch, by=None, at=NOON)


def test_a_ready_chart_of_a_sent_batch_becomes_an_encounter():
    chart = chart_of_pages(3)
    chart_ready.send(sender=Chart, chart=chart, at=NOON)
    encounter = Encounter.objects.get()
    assert (encounter.chart, encounter.page_words) == (chart, "1–3")
    assert (encounter.due_at, encounter.waiting_since) == (chart.batch.due_at, NOON)
    assert list(encounter.events.values_list("move", "old_status", "new_status")) == [("create", "", "to_precode")]


def test_being_told_twice_makes_one_encounter():
    chart = factories.ChartFactory()
    first = ensure_encounter(chart=chart, at=NOON)
    assert ensure_encounter(chart=chart, at=NOON + MINUTE) == first
    assert Encounter.objects.count() == 1


def test_a_batch_that_was_not_sent_yields_no_work_until_it_is():
    chart = factories.ChartFactory(batch=unsent())
    assert ensure_encounter(chart=chart, at=NOON) is None
    send(chart.batch)
    assert Encounter.objects.get().chart == chart


def test_a_chart_that_is_not_ready_yields_no_work():
    chart = factories.ChartFactory(status=ChartStatus.RECEIVED, ready_at=None, page_count=None)
    send(chart.batch)
    assert ensure_encounter(chart=chart, at=NOON) is None
    assert not Encounter.objects.exists()


def test_a_chart_mended_after_delivery_takes_its_batch_up_again():
    chart = factories.ChartFactory(batch=factories.BatchFactory(status=BatchStatus.DELIVERED, delivered_at=NOON))
    ensure_encounter(chart=chart, at=NOON)
    chart.batch.refresh_from_db()
    assert (chart.batch.status, chart.batch.delivered_at) == (BatchStatus.RECEIVED, None)


# -- page ranges ---------------------------------------------------------------------------------


@pytest.fixture
def held(ann):
    """Ann pre-codes a chart of ten pages."""
    waiting(chart=chart_of_pages(10), priority=2)
    return take_next(by=ann, at=NOON)


def test_a_chart_of_three_visits_becomes_three_encounters(held, ann):
    parts = split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 3), (4, 4), (5, 10)])
    assert [(e.part, e.page_words) for e in parts] == [(1, "1–3"), (2, "4"), (3, "5–10")]
    assert parts[0] == held.encounter
    assert {e.status for e in parts[1:]} == {EncounterStatus.TO_PRECODE}
    assert {(e.due_at, e.priority) for e in parts} == {(held.encounter.due_at, 2)}
    assert AuditEvent.objects.filter(action="encounter.created", actor=ann).count() == 2


def test_two_visits_may_share_the_same_pages(held, ann):
    assert len(split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 2), (1, 2), (3, 10)])) == 3


def test_one_range_narrows_the_encounter(held, ann):
    asked = {"assignment": held, "by": ann, "at": NOON, "ranges": [(2, 4)]}
    assert split_encounter(**asked, leave_out=True) == [held.encounter]
    assert Encounter.objects.get().page_words == "2–4"
    assert held.encounter.events.get(move="set_pages").reason == "7 left out"


@pytest.mark.parametrize("ranges", [[], [(0, 3)], [(1, 11)], [(4, 3)], [(1, 4), (4, 8)], [(1, 9), (2, 3)]])
def test_a_bad_page_range_changes_nothing(held, ann, ranges):
    with pytest.raises(BadArrangement):
        split_encounter(assignment=held, by=ann, at=NOON, ranges=ranges)
    assert [e.page_words for e in Encounter.objects.all()] == ["1–10"]


def test_pages_of_another_visit_are_not_taken(held, ann):
    split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 3), (4, 6)], leave_out=True)
    for taken in ([(1, 4)], [(4, 6), (1, 3)], [(1, 3), (4, 6)]):
        with pytest.raises(BadArrangement):
            split_encounter(assignment=held, by=ann, at=NOON, ranges=taken, leave_out=True)
    assert len(split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 3), (7, 10)])) == 2


@pytest.mark.parametrize("ranges", [[(1, 5), (6, 10)], [(1, 10), (1, 10)]])
def test_splitting_twice_in_the_same_way_splits_once(held, ann, ranges):
    split_encounter(assignment=held, by=ann, at=NOON, ranges=ranges)
    with pytest.raises(BadArrangement, match="another visit already"):
        split_encounter(assignment=held, by=ann, at=NOON, ranges=ranges)
    assert Encounter.objects.count() == 2


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        ([(1, 4), (7, 10)], "Pages 5–6 belong to no visit."),
        ([(1, 9)], "Page 10 belongs to no visit."),
        ([(2, 4), (6, 10)], "Pages 1, 5 belong to no visit."),
    ],
)
def test_pages_are_left_without_a_visit_only_if_one_says_so(held, ann, ranges, said):
    with pytest.raises(BadArrangement) as refused:
        split_encounter(assignment=held, by=ann, at=NOON, ranges=ranges)
    assert str(refused.value) == said
    assert [e.page_words for e in Encounter.objects.all()] == ["1–10"]


def test_a_chart_becomes_at_most_two_hundred_visits(held, ann):
    with pytest.raises(BadArrangement, match="at most 200"):
        split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 10)] * 201)
    assert len(split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 10)] * 20)) == 20


def test_pages_are_split_at_precoding_only(ann):
    precoded(waiting(), ann)
    assignment = take_next(by=ann, at=NOON, stages=[Stage.CODING])
    with pytest.raises(AlreadyMoved):
        split_encounter(assignment=assignment, by=ann, at=NOON, ranges=[(1, 1)])


# -- facts ---------------------------------------------------------------------------------------


def test_facts_send_the_encounter_to_coding(held, ann):
    encounter = held.encounter
    facts = facts_for(
        encounter,
        payer=factories.PayerFactory(practice=encounter.practice),
        location=factories.LocationFactory(practice=encounter.practice),
        member_id="M-1",
        modifiers=("25",),
    )
    precoding = finish_precoding(assignment=held, by=ann, at=NOON + MINUTE, facts=facts)
    precoding.refresh_from_db()
    encounter.refresh_from_db()
    held.refresh_from_db()
    assert (precoding.date_from, precoding.modifiers, precoding.payer) == (VISIT_DAY, ["25"], facts.payer)
    assert (precoding.finished_by, precoding.finished_at) == (ann, NOON + MINUTE)
    assert (encounter.status, encounter.waiting_since) == (EncounterStatus.TO_CODE, NOON + MINUTE)
    assert held.end == "finished"


@pytest.mark.parametrize(
    ("field", "factory"),
    [
        ("rendering_provider", factories.ProviderFactory),
        ("referring_provider", factories.ProviderFactory),
        ("location", factories.LocationFactory),
        ("payer", factories.PayerFactory),
    ],
)
def test_facts_name_only_what_belongs_to_the_practice(held, ann, lake, field, factory):
    with pytest.raises(NotOfThePractice):
        finish_precoding(
            assignment=held, by=ann, at=NOON, facts=facts_for(held.encounter, **{field: factory(practice=lake)})
        )
    assert not PreCoding.objects.exists()


def test_a_coder_sends_a_wrong_fact_back_and_it_is_written_anew(ann):
    encounter = precoded(waiting(), ann)
    assignment = take_next(by=ann, at=NOON, stages=[Stage.CODING])
    with pytest.raises(CommentMissing):
        send_back_to_precoding(assignment=assignment, by=ann, at=NOON, comment=" ")
    send_back_to_precoding(assignment=assignment, by=ann, at=NOON, comment="The date is another one.")
    again = take_next(by=ann, at=NOON, stages=[Stage.PRECODING])
    assert again.encounter == encounter
    finish_precoding(assignment=again, by=ann, at=NOON, facts=facts_for(encounter, sex="M"))
    assert PreCoding.objects.get().sex == "M"
