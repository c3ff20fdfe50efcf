"""Pages arranged into visits: nothing is lost, nothing vanishes under anybody, the second of two is told."""

import threading
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection, connections
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.actions.ahead import hold_ahead
from coding.actions.arranging import (
    ArrangementChanged,
    BadArrangement,
    arrange_pages,
    arrangement_of,
    split_encounter,
)
from coding.actions.leases import LeaseLost
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import take_next
from coding.models import Encounter, EncounterEvent
from coding.rules.arranging import Arrangement, Slot, Visit, fingerprint
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.models import AuditEvent
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import chart_of_pages, lapse
from tests.coding.lines import MINUTE, NOON, load_codes, precoded, submitted, waiting
from tests.coding.test_arranging_rules import visit

# -- written ---------------------------------------------------------------------------------------
db = pytest.mark.django_db


@pytest.fixture
def held(ann):
    """Ann pre-codes a chart of six pages."""
    waiting(chart=chart_of_pages(6), priority=2)
    return take_next(by=ann, at=NOON)


def now(held):
    return arrangement_of(held.encounter.chart)


def arranged(held, ann, *rows, out=(), at=NOON, version=None):
    """Rows of page numbers; the first is the held visit, a pair (encounter, numbers) names another."""
    visits = [visit(*rows[0], encounter=held.encounter_id)]
    pairs = [row if isinstance(row, tuple) else (None, row) for row in rows[1:]]
    visits += [visit(*numbers, encounter=of.pk if of else None) for of, numbers in pairs]
    return arrange_pages(assignment=held, by=ann, at=at, asked=Arrangement(tuple(visits), tuple(out)), version=version)


def words():
    return [row.page_words for row in Encounter.objects.order_by("part")]


@db
def test_pages_go_to_visits_in_any_order_and_turned(held, ann):
    turned = Visit((Slot(6), Slot(1, 90)), held.encounter_id)
    arrange_pages(assignment=held, by=ann, at=NOON, asked=Arrangement((turned, visit(4, 2)), (3, 5)), version=None)
    assert words() == ["6, 1", "4, 2"]
    assert list(held.encounter.placed.values_list("turn", flat=True)) == [0, 90]
    assert now(held).left_out == (3, 5)
    event = held.encounter.events.get(move="set_pages")
    assert (event.user, event.reason) == (ann, "2 left out")
    assert event.comment == "Pages 2–5 taken out. Page 1 turned. The order has changed."
    detail = AuditEvent.objects.get(action="encounter.pages_set").detail
    assert (detail["pages"], detail["turned"], detail["left_out"]) == ([6, 1], {"1": 90}, [3, 5])


@db
def test_pages_and_the_chart_itself_never_change(held, ann):
    chart = held.encounter.chart
    before = list(chart.pages.values())
    arranged(held, ann, [6, 1], [2, 3], out=[4, 5])
    chart.refresh_from_db()
    assert list(chart.pages.values()) == before
    assert chart.page_count == 6


@db
def test_a_page_goes_to_a_visit_that_is_there_and_both_say_so(held, ann):
    _, second = arranged(held, ann, [1, 2, 3], [4, 5, 6])
    arranged(held, ann, [1, 2], (second, [3, 4, 5, 6]))
    assert words() == ["1–2", "3–6"]
    assert second.events.get(move="set_pages").comment == "Page 3 added."
    assert held.encounter.events.filter(move="set_pages").last().comment == "Page 3 taken out."


@db
def test_a_visit_whose_pages_all_go_elsewhere_ends_and_says_why(held, ann):
    arranged(held, ann, [1, 2, 3], [4, 5, 6])
    arranged(held, ann, [1, 2, 3, 4, 5, 6])
    joined = Encounter.objects.get(part=2)
    assert (joined.status, joined.not_billable_reason) == (EncounterStatus.NOT_BILLABLE, "joined")
    assert words() == ["1–6", ""]
    assert [row.name for row in now(held).visits] == [held.encounter.label]
    arranged(held, ann, [1, 2, 3], [4, 5, 6])
    assert words() == ["1–3", "", "4–6"]


@db
def test_what_does_not_change_leaves_no_trace(held, ann):
    arranged(held, ann, [1, 2, 3, 4, 5, 6])
    assert not EncounterEvent.objects.filter(move="set_pages").exists()


@db
def test_nothing_is_written_of_what_is_refused(held, ann):
    before = now(held)
    with pytest.raises(BadArrangement, match="Page 6 belongs to no visit"):
        arranged(held, ann, [1, 2], [3, 4, 5])
    assert now(held) == before


def second_visit(held, ann, stage):
    """The chart in two visits, the second one brought to a stage by Kim."""
    arranged(held, ann, [1, 2, 3], [4, 5, 6])
    kim = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    second = Encounter.objects.get(part=2)
    load_codes()
    if stage == "precoding":
        take_next(by=kim, at=NOON, stages=[Stage.PRECODING])
    else:
        precoded(second, kim)
    if stage in {"coding", "given back"}:
        assignment = take_next(by=kim, at=NOON, stages=[Stage.CODING])
    if stage == "given back":
        lapse(assignment)
        type(assignment).objects.filter(pk=assignment.pk).update(ended_at=NOON, end="released")
        Encounter.objects.filter(pk=second.pk).update(status="to_code")
    return second


@db
@pytest.mark.parametrize("stage", ["precoding", "coding"])
def test_under_somebody_pages_come_but_none_goes(held, ann, stage):
    second = second_visit(held, ann, stage)
    with pytest.raises(BadArrangement, match="Somebody works on"):
        arranged(held, ann, [1, 2, 3, 4], (second, [5, 6]))
    with pytest.raises(BadArrangement, match="Somebody works on"):
        arranged(held, ann, [1, 2, 3, 4, 5, 6])
    arranged(held, ann, [1, 2], (second, [4, 5, 6, 3]))
    assert words() == ["1–2", "4–6, 3"]


@db
def test_what_is_only_held_ahead_goes_back_and_may_lose_pages(held, ann):
    """Nobody has seen it: a visit that one has made and that came next at once can be taken back."""
    _, second = arranged(held, ann, [1, 2, 3], [4, 5, 6])
    [ahead] = hold_ahead(assignment=held, by=ann, at=NOON)
    assert ahead.encounter == second
    arranged(held, ann, [1, 2, 3, 4, 5, 6])
    assert words() == ["1–6", ""]
    ahead.refresh_from_db()
    assert (ahead.end, ahead.opened_at) == ("released", None)


@db
def test_what_waits_for_a_coder_may_lose_pages(held, ann):
    second = second_visit(held, ann, "given back")
    arranged(held, ann, [1, 2, 3, 4], (second, [5, 6]))
    assert words() == ["1–4", "5–6"]


@db
def test_a_coded_visit_keeps_its_pages_and_its_coding_knows_them(ann, bea):
    load_codes()
    chart = chart_of_pages(3)
    first = submitted(waiting(chart=chart, pages=[1, 2]), ann)
    waiting(chart=chart, part=2, pages=[3])
    held = take_next(by=ann, at=NOON, stages=[Stage.PRECODING])
    with pytest.raises(BadArrangement, match="was coded already"):
        arranged(held, ann, [3, 2], (first, [1]))
    assert first.codings.get().page_ids == [page.pk for page in chart.pages.order_by("number")[:2]]


@db
def test_an_old_version_is_refused_with_who_was_faster(held, ann):
    seen = fingerprint(now(held))
    arranged(held, ann, [1, 2, 3], [4, 5, 6], version=seen)
    with pytest.raises(ArrangementChanged) as changed:
        arranged(held, ann, [1], [2, 3, 4, 5, 6], version=seen)
    assert (changed.value.by, changed.value.at) == (ann.name, NOON)
    assert words() == ["1–3", "4–6"]


@db
def test_only_the_holder_at_precoding_arranges(held, ann, bea):
    with pytest.raises(LeaseLost):
        arranged(held, bea, [1, 2, 3, 4, 5, 6])
    with pytest.raises(LeaseLost):
        arranged(held, ann, [1, 2, 3, 4, 5, 6], at=NOON + 60 * MINUTE)
    encounter = precoded(waiting(chart=chart_of_pages(2)), factories.UserFactory(roles=[Role.CODER]))
    coder = factories.UserFactory(roles=[Role.CODER])
    coding = take_next(by=coder, at=NOON, stages=[Stage.CODING])
    with pytest.raises(AlreadyMoved):
        arrange_pages(assignment=coding, by=coder, at=NOON, asked=arrangement_of(encounter.chart), version=None)


@db
def test_splitting_by_ranges_keeps_how_pages_are_turned(held, ann):
    row = replace(now(held).visits[0], slots=(Slot(1, 180), *(Slot(number) for number in range(2, 7))))
    arrange_pages(assignment=held, by=ann, at=NOON, asked=Arrangement((row,)), version=None)
    split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 2), (3, 6)])
    assert held.encounter.placed.get(position=1).turn == 180


places = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=8)


@db
@settings(max_examples=25, deadline=None)
@given(steps=st.lists(places, min_size=1, max_size=4))
def test_any_sequence_of_arrangements_keeps_every_page_in_one_place(steps):
    """Each step moves pages (1 to 5) to a visit (1 to 3) or out (0), on top of what the step before has written."""
    ann = factories.UserFactory(roles=[Role.CODER])
    encounter = waiting(chart=chart_of_pages(5))
    held = factories.AssignmentFactory(encounter=encounter, user=ann, lease_until=NOON + 10 * MINUTE)
    Encounter.objects.filter(pk=encounter.pk).update(status="precoding")
    for step in steps:
        rows = {number: list(row.slots) for number, row in enumerate(now(held).visits)}
        names = {number: row.encounter for number, row in enumerate(now(held).visits)}
        out = list(now(held).left_out)
        for page, target in step:
            for row in rows.values():
                row[:] = [slot for slot in row if slot.page != page]
            out = [number for number in out if number != page]
            (out.append(page) if target == 0 else rows.setdefault(target - 1, []).append(Slot(page)))
        visits = tuple(Visit(tuple(row), names.get(number)) for number, row in rows.items())
        try:
            arrange_pages(assignment=held, by=ann, at=NOON, asked=Arrangement(visits, tuple(out)), version=None)
        except BadArrangement as refused:
            assert "needs at least one page" in str(refused)  # noqa: PT017  (the only thing such moves can break)
        found = now(held)
        covered = [number for row in found.visits for number in row.numbers]
        assert sorted([*covered, *found.left_out]) == [1, 2, 3, 4, 5]
        for row in Encounter.objects.all():
            positions = list(row.placed.values_list("position", flat=True))
            assert positions == list(range(1, len(positions) + 1))


# -- two people ------------------------------------------------------------------------------------
def in_thread(work, results):
    def run():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('chartline.staff', 'on', false)")
        try:
            work()
            results.append("written")
        except (ArrangementChanged, BadArrangement) as refused:
            results.append(type(refused).__name__)
        finally:
            connections.close_all()

    return threading.Thread(target=run)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_arrange_one_chart_one_writes_and_one_is_told(ann):
    chart = chart_of_pages(6)
    kim = factories.UserFactory(roles=[Role.CODER])
    own = {}
    for part, (user, numbers) in enumerate([(ann, [1, 2, 3]), (kim, [4, 5, 6])], start=1):
        encounter = waiting(chart=chart, part=part, pages=numbers)
        own[user] = take_next(by=user, at=NOON, stages=[Stage.PRECODING])
        assert own[user].encounter == encounter
    seen = arrangement_of(chart)
    for _ in range(3):
        results, barrier = [], threading.Barrier(2)

        def turn_own(user, seen, barrier):
            barrier.wait()
            rows = [
                replace(row, slots=tuple(reversed(row.slots))) if row.encounter == own[user].encounter_id else row
                for row in seen.visits
            ]
            arrange_pages(
                assignment=own[user], by=user, at=NOON, asked=Arrangement(tuple(rows)), version=fingerprint(seen)
            )

        threads = [in_thread(partial(turn_own, user, seen, barrier), results) for user in own]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert sorted(results) == ["ArrangementChanged", "written"], results
        seen = arrangement_of(chart)
    assert sorted(number for row in seen.visits for number in row.numbers) == [1, 2, 3, 4, 5, 6]
