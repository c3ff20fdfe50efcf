"""Thirty-two people pull at once over hundreds of encounters: none is handed out twice, none never.

`make faults` has them pull over thousands.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction

from coding.actions.ahead import hold_ahead, release_ahead
from coding.actions.drafts import draft_of, keep_late_draft, save_draft
from coding.actions.leases import LeaseLost, renew_lease
from coding.actions.precoding import finish_precoding
from coding.actions.queue import push_work, release, sweep_assignments, take_next
from coding.models import Assignment, Encounter, EncounterEvent
from coding.rules.lifecycle import EncounterStatus, Stage
from portal import scope
from portal.models import Chart
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import MINUTE, NOON, facts_for, waiting

THREADS = 32

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(900)]


def sizes(few, many):
    """The one in every run, the other in `make faults`."""
    return pytest.mark.parametrize("number", [few, pytest.param(many, marks=pytest.mark.every_fault)])


def many_waiting(number):
    """So many encounters of one batch, waiting, made in two statements."""
    batch = factories.BatchFactory()
    charts = Chart.objects.bulk_create(factories.ChartFactory.build(batch=batch) for _ in range(number))
    Encounter.objects.bulk_create(
        factories.EncounterFactory.build(
            chart=chart, due_at=NOON + timedelta(minutes=place * 7 % 600), waiting_since=NOON, created_at=NOON
        )
        for place, chart in enumerate(charts)
    )
    return batch


def together(people, work):
    """Run `work(person)` in a thread for each person, all starting at once; what failed is raised here."""
    barrier, failures = threading.Barrier(len(people)), []

    def run(person):
        try:
            barrier.wait()
            work(person)
        except BaseException as failure:  # noqa: BLE001  (raised again in the main thread)
            failures.append(failure)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def coders(number):
    return [factories.UserFactory(roles=[Role.CODER]) for _ in range(number)]


class Shift:
    """What so many people do at once, and what is counted meanwhile."""

    def __init__(self, facts):
        self.facts = facts
        self.handed, self.finished, self.times, self.refused = Counter(), Counter(), [], []
        self.lock = threading.Lock()

    def work(self, person):
        """Pull until nothing is left; now and then give back, or fall asleep over it."""
        chance = random.Random(person.pk)  # noqa: S311
        while True:
            begun = time.perf_counter()
            with scope.service():
                assignment = take_next(by=person, at=NOON, stages=[Stage.PRECODING])
            took = time.perf_counter() - begun
            if assignment is None:
                return
            with self.lock:
                self.handed[assignment.encounter_id] += 1
                self.times.append(took)
            lot = chance.random()
            if lot < 0.03:
                with scope.service():
                    release(assignment=assignment, by=person, at=NOON)
            elif lot < 0.06:
                self.fall_asleep(person, assignment)
            else:
                with scope.service():
                    finish_precoding(assignment=assignment, by=person, at=NOON, facts=self.facts)
                with self.lock:
                    self.finished[assignment.encounter_id] += 1

    def fall_asleep(self, person, assignment):
        """The lease runs out, the sweep comes, then they try to save: refused, and what they wrote is kept."""
        with scope.service():
            Assignment.objects.filter(pk=assignment.pk).update(lease_until=NOON - MINUTE)
        with scope.service():
            sweep_assignments(at=NOON)
        body = {"late": person.pk}
        with pytest.raises(LeaseLost), scope.service():
            save_draft(assignment=assignment, by=person, version=0, body=body, at=NOON)
        encounter = assignment.encounter
        with scope.service():
            keep_late_draft(encounter=encounter, stage=Stage.PRECODING, by=person, body=body, at=NOON)
        with scope.service():
            kept = draft_of(encounter=encounter, stage=Stage.PRECODING, author=person)
        assert (kept.is_late, kept.body) == (True, body)
        with self.lock:
            self.refused.append(assignment)


@sizes(400, 2000)
def test_thirty_two_pull_without_one_twice_or_never(capsys, number):
    batch = many_waiting(number)
    shift = Shift(facts_for(batch.charts.first()))
    begun = time.perf_counter()
    together(coders(THREADS), shift.work)
    seconds = time.perf_counter() - begun

    assert len(shift.finished) == number, "each was handed out"
    assert set(shift.finished.values()) == {1}, "none was finished by two"
    assert Encounter.objects.filter(status=EncounterStatus.TO_CODE).count() == number
    assert not Assignment.objects.open().exists()
    assert overlaps() == 0
    assert shift.refused
    starts = EncounterEvent.objects.filter(move="start_precoding").count()
    assert starts == sum(shift.handed.values())
    times = sorted(shift.times)
    with capsys.disabled():
        print(  # noqa: T201  (the figure the run is for)
            f"\n{THREADS} threads: {starts} claims with their work in {seconds:.1f} s ({starts / seconds:.0f}/s), "
            f"claim p50 {times[len(times) // 2] * 1000:.0f} ms, p99 {times[len(times) * 99 // 100] * 1000:.0f} ms, "
            f"{len(shift.refused)} late saves refused and kept"
        )


def overlaps():
    """How many times an encounter was started while it was in work: starts and ends must take turns."""
    moves = defaultdict(list)
    for encounter, move in EncounterEvent.objects.order_by("pk").values_list("encounter", "move"):
        moves[encounter].append(move == "start_precoding")
    return sum(starts != [place % 2 == 0 for place in range(len(starts))] for starts in moves.values())


@sizes(10, 30)
def test_claims_alone(capsys, number):
    """The rate of bare claims, so many a person, to compare with that of one connection."""
    many_waiting(number * THREADS + 40)
    people, taken = coders(THREADS), Counter()

    def pull(person):
        for _ in range(number):
            with scope.service():
                assignment = take_next(by=person, at=NOON)
                taken[assignment.encounter_id] += 1
                Assignment.objects.filter(pk=assignment.pk).update(ended_at=NOON, end="finished")

    begun = time.perf_counter()
    together(people, pull)
    seconds = time.perf_counter() - begun
    assert len(taken) == THREADS * number
    assert set(taken.values()) == {1}
    with capsys.disabled():
        rate = len(taken) / seconds
        print(f"\n{THREADS} threads: {len(taken)} bare claims in {seconds:.1f} s ({rate:.0f}/s)")  # noqa: T201


def test_one_person_clicking_twice_gets_one_encounter():
    many_waiting(10)
    (person,), found = coders(1), []

    def click(_):
        with scope.service():
            found.append(take_next(by=person, at=NOON).encounter_id)

    together([person] * 8, click)
    assert len(found) == 8
    assert len(set(found)) == 1


def test_pushing_and_pulling_at_once_hand_nothing_out_twice():
    many_waiting(200)
    for _ in range(4):
        factories.UserFactory(roles=[Role.CODER], push_limit=20)

    def work(person):
        if person is None:
            with scope.service():
                push_work(at=NOON)
            return
        for _ in range(10):
            with scope.service():
                assignment = take_next(by=person, at=NOON)
                Assignment.objects.filter(pk=assignment.pk).update(ended_at=NOON, end="finished")

    together([*coders(10), None, None], work)
    handed = Counter(Assignment.objects.values_list("encounter_id", flat=True))
    assert set(handed.values()) == {1}
    assert Assignment.objects.filter(how="pushed").count() == 80
    assert len(handed) == 180


def test_submitting_at_the_moment_of_expiry_has_one_outcome():
    """The sweep and the holder meet: either the work is finished or it is back in the queue, never both."""
    outcomes = Counter()
    for _ in range(15):
        encounter = waiting()
        (person,) = coders(1)
        assignment = take_next(by=person, at=NOON, stages=[Stage.PRECODING])
        assert assignment.encounter_id == encounter.pk
        facts = facts_for(encounter)

        def race(who, assignment=assignment, person=person, facts=facts):
            try:
                with scope.service():
                    if who == "holder":
                        finish_precoding(
                            assignment=assignment, by=person, at=assignment.lease_until - MINUTE, facts=facts
                        )
                        outcomes["finished"] += 1
                    elif sweep_assignments(at=assignment.lease_until):
                        outcomes["swept"] += 1
            except LeaseLost:
                outcomes["refused"] += 1

        together(["holder", "sweep"], race)
        encounter.refresh_from_db()
        assert encounter.status in {EncounterStatus.TO_CODE, EncounterStatus.TO_PRECODE}
        Encounter.objects.filter(pk=encounter.pk).update(status=EncounterStatus.TO_CODE)
    assert outcomes["finished"] + outcomes["refused"] == 15
    assert outcomes["swept"] == outcomes["refused"]


class Prefetching(Shift):
    """People with two further encounters held ahead, who work, skip and go away."""

    def work(self, person):
        chance = random.Random(person.pk)  # noqa: S311
        while True:
            with scope.service():
                assignment = take_next(by=person, at=NOON, stages=[Stage.PRECODING])
            if assignment is None:
                return
            with self.lock:
                self.handed[assignment.encounter_id] += 1
            if chance.random() < 0.9:
                with scope.service():
                    held = hold_ahead(assignment=assignment, by=person, at=NOON, stages=[Stage.PRECODING])
                with self.lock:
                    self.times.append(len(held))
            lot = chance.random()
            if lot < 0.05:
                with scope.service():
                    release(assignment=assignment, by=person, at=NOON)
                    release_ahead(user=person, by=person, at=NOON)
                continue
            if lot < 0.1:
                with scope.service():
                    release_ahead(user=person, by=person, at=NOON)
            elif lot < 0.15:  # the lease of what is held ahead runs out
                with scope.service():
                    Assignment.objects.open().ahead().filter(user=person).update(lease_until=NOON - MINUTE)
                with scope.service():
                    sweep_assignments(at=NOON)
            with scope.service():
                finish_precoding(assignment=assignment, by=person, at=NOON, facts=self.facts)
            with self.lock:
                self.finished[assignment.encounter_id] += 1


@sizes(120, 300)
def test_many_pull_with_work_held_ahead_and_none_gets_it_twice_or_never(number):
    batch = many_waiting(number)
    shift = Prefetching(facts_for(batch.charts.first()))
    people = coders(16)
    while Encounter.objects.waiting([Stage.PRECODING]).exists() or Assignment.objects.open().exists():
        together(people, shift.work)
    assert len(shift.finished) == number, "each was handed out"
    assert set(shift.finished.values()) == {1}, "none was finished by two"
    assert overlaps() == 0
    assert max(shift.times) == 2
    seen = Assignment.objects.filter(how="prefetched", opened_at__isnull=False).count()
    unseen = Assignment.objects.filter(how="prefetched", opened_at=None)
    assert seen > number / 3, "what was held ahead was handed out"
    assert not unseen.filter(end="finished").exists()
    assert unseen.exists()


def test_two_requests_of_one_window_open_what_was_held_ahead(ann):
    """It is told as shown while its first change is saved: neither hears that the lease was lost."""
    for minutes in (0, 1):
        waiting(at=NOON + minutes * MINUTE)
    [held] = hold_ahead(assignment=take_next(by=ann, at=NOON), by=ann, at=NOON)
    before_both, opened = threading.Barrier(2), threading.Event()

    def open_it(person):
        with scope.service(), transaction.atomic():
            before_both.wait()
            if person == "second":
                opened.wait(5)
            renew_lease(assignment_id=held.pk, by=ann, at=NOON)
            opened.set()
            if person == "first":
                time.sleep(0.5)  # the other one waits for the row meanwhile

    together(["first", "second"], open_it)
    held.refresh_from_db()
    assert held.opened_at == NOON
