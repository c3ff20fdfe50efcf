"""Fairness in the real queue: with one practice flooding thousands of charts another's twenty are still on time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from coding.actions.queue import prioritise, take_next
from coding.actions.turns import count_shares, renew_turns
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.rules.turns import DAY, SMALLEST_SHARE, Promise, turns
from portal.models import AuditEvent, Practice
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import MINUTE, NOON, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

HOUR = timedelta(hours=1)
FLOODS = [2_000, pytest.param(10_000, marks=pytest.mark.every_fault)]


def many(practice, number, *, at=NOON, hours=24, **fields):
    """So many encounters of a practice, come at `at`; the database gives each its turn."""
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    build = factories.EncounterFactory.build
    return Encounter.objects.bulk_create(
        [
            build(
                chart=chart, batch=chart.batch, practice=practice, part=part, due_at=at + hours * HOUR,
                waiting_since=at, created_at=at, **fields,
            )
            for part in range(1, number + 1)
        ],
        batch_size=2000,
    )  # fmt: skip


def lined_up(practice):
    return list(Encounter.objects.filter(practice=practice).order_by("due_at", "turn_at", "pk"))


def worked_off(people, *, until, start, each):
    """Simulated workers: each takes the next and is done after `each`; when each encounter was done."""
    done, clock = {}, start
    while not until <= set(done):
        clock += each / len(people)
        person = people[len(done) % len(people)]
        taken = take_next(by=person, at=clock, stages=[Stage.PRECODING])
        Assignment.objects.filter(pk=taken.pk).update(ended_at=clock, end=Assignment.End.FINISHED)
        Encounter.objects.filter(pk=taken.encounter_id).update(status=EncounterStatus.TO_CODE)
        done[taken.encounter_id] = clock
    return done


@pytest.mark.slow
@pytest.mark.parametrize("flood", FLOODS)
def test_behind_thousands_of_another_practice_twenty_are_still_on_time(flood):
    """Four people do sixty an hour: the flood keeps them busy for days, its promise is before the twenty's."""
    flooding, small = factories.PracticeFactory(), factories.PracticeFactory()
    many(flooding, flood)
    twenty = many(small, 20, at=NOON + HOUR)
    people = [factories.UserFactory(roles=[Role.CODER]) for _ in range(4)]
    assert flood > 60 * 24, "by promise alone the twenty would come after all of the flood, and be late"
    ids = {encounter.pk for encounter in twenty}
    with connection.cursor() as cursor:  # as autovacuum does after such a flood; it does not see this transaction's
        cursor.execute("ANALYZE coding_encounter")
    done = worked_off(people, until=ids, start=NOON + HOUR, each=4 * MINUTE)
    ended = [done[pk] for pk in ids]
    assert all(end <= NOON + 25 * HOUR for end in ended)
    assert max(ended) <= NOON + 4 * HOUR
    # Nobody starves in the other direction: what the flooding practice sent within its share went first.
    assert len(done) - len(ids) >= 50


def test_the_database_gives_turns_by_the_rule():
    practice = factories.PracticeFactory(daily_share=4)
    for hours in (24, 24, 72):
        many(practice, 7, hours=hours, at=NOON)
    many(factories.PracticeFactory(), 3)
    found = lined_up(practice)
    assert [one.turn_at for one in found] == turns([Promise(one.created_at, one.due_at) for one in found], 4)
    assert any(one.turn_at > one.due_at for one in found)


def test_an_urgent_batch_is_not_behind_the_practices_own_later_promises():
    practice = factories.PracticeFactory(daily_share=4)
    many(practice, 30, hours=72)
    [urgent] = many(practice, 1, hours=4)
    urgent.refresh_from_db()
    assert urgent.turn_at == urgent.due_at


def test_a_turn_that_is_given_is_kept():
    """A practice that is restored from its export has its turns as they were."""
    assert waiting(turn_at=NOON).turn_at == NOON


def test_a_moved_promise_takes_the_turn_along():
    encounter = waiting()
    Encounter.objects.update(turn_at=F("due_at") + HOUR)
    Encounter.objects.update(due_at=F("due_at") + DAY)
    encounter.refresh_from_db()
    assert encounter.turn_at - encounter.due_at == HOUR
    assert encounter.due_at == NOON + 2 * DAY


def test_a_manager_takes_one_out_of_the_flood(max_, ann):
    practice = factories.PracticeFactory(daily_share=2)
    many(practice, 10)
    last = lined_up(practice)[-1]
    assert last.turn_at > last.due_at
    prioritise(encounter=last, priority=5, by=max_, at=NOON)
    assert take_next(by=ann, at=NOON).encounter == last


def test_turns_move_up_as_the_backlog_shrinks():
    practice = factories.PracticeFactory()
    many(practice, 120)
    first = [one.pk for one in lined_up(practice)[:60]]
    Encounter.objects.filter(pk__in=first).update(status=EncounterStatus.VERIFIED, finished_at=NOON)
    assert renew_turns(at=NOON) == 60
    rest = [one for one in lined_up(practice) if one.pk not in first]
    assert [one.turn_at for one in rest] == turns([Promise(one.created_at, one.due_at) for one in rest], 50)
    assert renew_turns(at=NOON + HOUR) == 0
    event = AuditEvent.objects.get(action="practice.turns_renewed")
    assert (event.practice_id, event.detail) == (practice.pk, {"encounters": 60})


def test_the_manager_sees_who_sent_more_than_their_share(as_user, max_):
    many(factories.PracticeFactory(name="Flood Clinic", daily_share=4), 9)
    many(factories.PracticeFactory(name="Calm Clinic"), 9)
    page = as_user(max_).get("/work/operations/queues/").content.decode()
    assert "Flood Clinic" in page
    assert "Calm Clinic" not in page


def test_a_share_follows_what_is_finished():
    large, small = factories.PracticeFactory(), factories.PracticeFactory()
    done = {"status": EncounterStatus.VERIFIED, "finished_at": NOON}
    many(large, 1300, **done)
    many(small, 100, **done)
    assert count_shares(at=NOON + HOUR) == [large.pk]
    assert set(Practice.objects.values_list("pk", "daily_share")) >= {(large.pk, 65), (small.pk, 50)}
    assert count_shares(at=NOON + 60 * DAY) == [large.pk]
    large.refresh_from_db()
    assert large.daily_share == 50


def test_a_new_practice_starts_with_the_smallest_share():
    assert factories.PracticeFactory().daily_share == SMALLEST_SHARE
