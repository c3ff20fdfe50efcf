"""If two coders moved to radiology tomorrow: more is done there, less elsewhere, and chance is told from change."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.what_if import history_for
from coding.models import Assignment, EncounterEvent
from coding.rules.flow.simulation import Kind
from coding.rules.flow.what_if import (
    LATE,
    WAIT_ELSEWHERE,
    WAIT_THERE,
    Arrived,
    Change,
    History,
    Standing,
    Worker,
    answer_words,
    change_words,
    changed,
    compared,
    visits_of,
    what_if,
)
from coding.rules.lifecycle import Stage
from portal.rules.roles import Role
from tests import factories
from tests.coding.flow.test_simulation import seeded

CODING = frozenset({Stage.PRECODING, Stage.CODING})
BOTH = Worker(CODING, frozenset({"cardiology", "radiology"}))
HEART = Worker(CODING, frozenset({"cardiology"}))
FILMS = Worker(CODING, frozenset({"radiology"}))
TIMES = {
    Kind("precoding", "cardiology"): [3.0, 4.0, 6.0], Kind("coding", "cardiology"): [8.0, 12.0, 20.0],
    Kind("precoding", "radiology"): [2.0, 3.0], Kind("coding", "radiology"): [4.0, 5.0, 9.0],
}  # fmt: skip


def history(films=120, hearts=60, workers=(FILMS, HEART, HEART, HEART, HEART), standing=()):
    day = tuple(
        Arrived(480 + number * 400 / (films + hearts), "radiology" if number % 3 else "cardiology", 300.0)
        for number in range(films + hearts)
    )
    return History((day, day), TIMES, verified=0.0, standing=tuple(standing), workers=tuple(workers))


def test_two_more_in_radiology_mean_fewer_late_and_shorter_waits_there():
    answer = what_if(history(), Change(target="radiology", source="cardiology", moved=2))
    late, there = answer.row(LATE), answer.row(WAIT_THERE)
    assert late.is_sure
    assert late.change < 0
    assert there.then < there.as_is
    assert answer.row(WAIT_ELSEWHERE).then > answer.row(WAIT_ELSEWHERE).as_is, "who is there is not elsewhere"
    words = answer_words(answer, "Radiology")
    assert "fewer are late at midnight" in words
    assert "coding in Radiology waits" in words


def test_no_change_makes_no_difference():
    answer = what_if(history(), Change(target="radiology"))
    assert all((row.change, row.low, row.high) == (0, 0, 0) for row in answer.rows)
    assert "as many are late" in answer_words(answer, "Radiology")


def test_the_same_question_has_the_same_answer():
    change = Change(target="radiology", moved=1)
    assert what_if(history(), change) == what_if(history(), change)


def test_twice_the_arrivals_are_twice_the_visits_of_that_specialty_only():
    kinds = [visit.route[0].specialty for visit in visits_of(history(), Change("radiology", arrivals=200), seeded(1))]
    assert (kinds.count("radiology"), kinds.count("cardiology")) == (240, 60)


def test_half_the_arrivals_are_about_half():
    kinds = [visit.route[0].specialty for visit in visits_of(history(), Change("radiology", arrivals=50), seeded(1))]
    assert 40 <= kinds.count("radiology") <= 80
    assert kinds.count("cardiology") == 60


def test_what_stands_on_the_line_is_there_at_the_beginning_from_its_stage_on():
    standing = [Standing(Stage.CODING, "radiology", 60.0), Standing(Stage.VERIFICATION, "cardiology", -30.0)]
    first, second, *_ = visits_of(history(standing=standing), Change("radiology"), seeded(1))
    assert first.route == (Kind("coding", "radiology"),)
    assert second.route == (Kind("verification", "cardiology"),)
    assert (first.arrives, second.due) == (0.0, -30.0)


def test_who_moves_does_only_that_and_who_does_it_alone_already_does_not_move():
    verifier = Worker(frozenset({Stage.VERIFICATION}), frozenset({"cardiology"}))
    after = changed([FILMS, BOTH, HEART, verifier], Change("radiology", moved=2, added=1))
    assert after == (FILMS, FILMS, FILMS, verifier, FILMS)
    assert changed([BOTH, HEART], Change("radiology", source="radiology", moved=2)) == (FILMS, HEART)


def test_a_difference_that_chance_may_have_made_is_not_called_one():
    assert not compared("x", [(10, 11), (10, 9), (10, 12), (10, 8)]).is_sure
    sure = compared("x", [(10, 7), (11, 7), (10, 6)])
    assert sure.is_sure
    assert change_words(sure) == "−4 (−5 to −2)"


def test_a_day_of_three_thousand_visits_is_answered_in_a_moment():
    workers = [FILMS, HEART] * 30
    begun = time.process_time()
    answer = what_if(history(films=2000, hearts=1000, workers=workers), Change("radiology", moved=2))
    assert answer.visits == 3000
    assert time.process_time() - begun < 4, "two seconds on a free machine"


# -- the page ----------------------------------------------------------------------------------------
pages = pytest.mark.django_db


def worked_yesterday(river, ann, bea, at, number=6):
    """Visits that came yesterday and were pre-coded; one of them waits for coding."""
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river, specialty="radiology"))
    for part in range(1, number + 1):
        one = factories.EncounterFactory(
            chart=chart, part=part, status="to_code", specialty="radiology", created_at=at - timedelta(days=1)
        )
        EncounterEvent.objects.create(
            practice=river, encounter=one, move="create", new_status="to_precode", at=at - timedelta(days=1, hours=part)
        )
        Assignment.objects.create(
            practice=river, encounter=one, stage="precoding", user=ann, started_at=at - timedelta(hours=2),
            opened_at=at - timedelta(hours=2), lease_until=at, end="finished",
            ended_at=at - timedelta(hours=2) + timedelta(minutes=part),
        )  # fmt: skip


@pages
def test_tomorrow_is_drawn_from_the_services_own_days(river, ann, bea, time_machine):
    at = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    worked_yesterday(river, ann, bea, at)
    found = history_for(at=at)
    assert [len(day) for day in found.days] == [6]
    assert {one.specialty for one in found.days[0]} == {"radiology"}
    assert sorted(found.times[Kind("precoding", "radiology")])[:3] == [1.0, 2.0, 3.0]
    assert len(found.standing) == 6
    assert found.standing[0].stage is Stage.CODING
    assert found.verified == 1.0, "nothing was coded yet: everything is verified"
    assert {frozenset(one.stages) for one in found.workers} == {CODING, frozenset({Stage.VERIFICATION})}


@pages
def test_max_asks_and_reads_an_answer(river, ann, bea, max_, as_user):
    worked_yesterday(river, ann, bea, timezone.now())
    factories.UserFactory(roles=[Role.CODER], specialties=["cardiology"])
    browser = as_user(max_)
    empty = browser.get(reverse("coding:what-if"))
    assert empty.context["answer"] is None
    asked = browser.get(reverse("coding:what-if"), {"moved": 1, "target": "radiology"})
    assert asked.status_code == 200
    assert asked.context["answer"]["caption"].startswith("With the change")
    assert asked.context["answer"]["rows"][0]["label"] == LATE


@pages
def test_a_question_without_sense_is_refused_in_words(max_, as_user):
    answer = as_user(max_).get(reverse("coding:what-if"), {"moved": -1, "target": "magic"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"moved", "target"}


@pages
def test_a_new_site_has_nothing_to_draw_from(max_, as_user):
    answer = as_user(max_).get(reverse("coding:what-if"), {"moved": 2, "target": "radiology"})
    assert answer.context["answer"] == {"is_empty": True}
