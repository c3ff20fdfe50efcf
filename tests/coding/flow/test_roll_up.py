"""Roll-ups are what the events say: of real work, day by day, and the same when made anew."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.flow import fit_weights, roll_up, roll_up_again, weights_now
from coding.actions.holds import hold
from coding.actions.repeats import begin_repeats
from coding.actions.undoing import submit_undoably, take_back_submission
from coding.actions.verification import give_verdict
from coding.models import (
    Assignment,
    ComplexityFit,
    Encounter,
    EncounterEvent,
    FlowDay,
    PersonDay,
    RolledDay,
    Verdict,
    WorkHour,
)
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import HoldReason, Stage, WhoseMove
from coding.tasks import roll_up as roll_up_task
from portal.models import AuditEvent
from tests import factories
from tests.coding.lines import NOON, load_codes, precoded, pulled, submitted, waiting
from tests.coding.quality.twice import agreed_on
from tests.coding.written import coded

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NIGHT = NOON.replace(hour=0) + DAY + 20 * MINUTE  # after midnight: the day of NOON is over and settled


@pytest.fixture(autouse=True)
def codes(db):
    load_codes()


def arrived(at=NOON, **fields):
    """A visit with two pages and the event of its arrival, waiting for pre-coding."""
    one = waiting(at=at, **fields)
    for number in (1, 2):
        page = factories.PageFactory(chart=one.chart, number=number + one.part * 10)
        one.placed.create(practice=one.practice, page=page, chart=one.chart, position=number + 50)
    EncounterEvent.objects.create(practice=one.practice, encounter=one, move="create", new_status="to_precode", at=at)
    return one


def flows(place, **more):
    return [
        (row.entered, row.left, row.on_time, row.not_billable)
        for row in FlowDay.objects.filter(place=place, **more).order_by("day")
    ]


def done(user, stage):
    return [(row.done, row.pages, row.lines) for row in PersonDay.objects.filter(user=user, stage=stage)]


def verified(one, by, at, verdict=Verdict.VERIFIED, comment=""):
    give_verdict(
        assignment=pulled(by, at, Stage.VERIFICATION), by=by, at=at, verdict=verdict, comment=comment,
        coded=one.codings.latest("version").coded() if verdict != Verdict.RETURNED else None,
    )  # fmt: skip


def test_a_day_says_how_many_came_into_each_place_and_left_it(ann, river):
    one, _other = arrived(chart__batch__practice=river), arrived(chart__batch__practice=river)
    submitted(one, ann, at=NOON + HOUR)
    roll_up(at=NIGHT)
    assert flows("precoding") == [(2, 1, 0, 0)]
    assert flows("coding") == [(1, 1, 0, 0)]
    assert flows("verification") == [(1, 0, 0, 0)]
    assert done(ann, "precoding") == [(1, 2, 0)], "one, of two pages, before there were codes"
    [(count, pages, lines)] = done(ann, "coding")
    version = one.codings.get()
    assert (count, pages, lines) == (1, 2, version.diagnoses.count() + version.procedures.count())
    assert {(row.start, row.done) for row in WorkHour.objects.all()} == {(NOON + HOUR, 1)}


def test_what_was_finished_in_time_is_counted_for_its_practice(ann, bea):
    one, late = arrived(), arrived(due_at=NOON + HOUR)
    for each in (late, one):
        submitted(each, ann, at=NOON + HOUR / 2)
    verified(one, bea, at=NOON + 2 * HOUR)
    verified(late, bea, at=NOON + 2 * HOUR)
    roll_up(at=NIGHT)
    assert sorted(flows("finished")) == [(1, 0, 0, 0), (1, 0, 1, 0)]
    assert FlowDay.objects.filter(place="finished", on_time=1).get().practice == one.practice


def test_what_was_taken_back_is_not_done(ann):
    one = arrived()
    precoded(one, ann, at=NOON)
    assignment = pulled(ann, NOON, Stage.CODING)
    sent = submit_undoably(
        submit_coding, assignment=assignment, by=ann, at=NOON + MINUTE, draft={}, coded=coded(),
        reason=CheckReason.DOCUMENTED,
    )  # fmt: skip
    take_back_submission(submission=sent, by=ann, at=NOON + MINUTE + timedelta(seconds=5))
    roll_up(at=NIGHT)
    assert done(ann, "coding") == []
    assert flows("verification") == [(1, 1, 0, 0)], "it came and went: the flow balances"


def test_questions_count_for_who_asked(ann):
    precoded(arrived(), ann)
    hold(
        assignment=pulled(ann, NOON, Stage.CODING), by=ann, at=NOON + MINUTE, reason=HoldReason.MISSING_PAGE,
        whose_move=WhoseMove.PRACTICE, return_at=NOON + DAY,
    )  # fmt: skip
    roll_up(at=NIGHT)
    assert PersonDay.objects.get(user=ann, stage="coding").asked == 1
    assert flows("held") == [(1, 0, 0, 0)]


def test_verdicts_count_for_who_coded(ann, bea):
    one = arrived()
    submitted(one, ann, at=NOON)
    verified(one, bea, at=NOON + HOUR)
    roll_up(at=NIGHT)
    row = PersonDay.objects.get(user=ann, stage="coding")
    assert (row.scored, row.clean, row.codes, row.codes_right) == (1, 1, row.codes, row.codes)
    assert row.codes > 0
    assert done(bea, "verification") == [(1, 2, row.codes)]


def test_of_a_visit_the_first_verdict_counts(ann, bea):
    one = arrived()
    submitted(one, ann, at=NOON)
    verified(one, bea, at=NOON + HOUR, verdict=Verdict.RETURNED, comment="The knee is the left one.")
    held = pulled(ann, NOON + 2 * HOUR, Stage.CODING)
    submit_coding(assignment=held, by=ann, at=NOON + 2 * HOUR, coded=coded(), reason=CheckReason.DOCUMENTED)
    one.refresh_from_db()
    verified(one, bea, at=NOON + 3 * HOUR)
    roll_up(at=NIGHT)
    row = PersonDay.objects.get(user=ann, stage="coding")
    assert (row.done, row.returned) == (2, 1)
    assert row.scored <= 1


def test_repeats_are_in_no_figure(ann, bea, ada, river):
    agreed_on(river, ada, codings=100, at=NOON)
    one = arrived(chart__batch__practice=river)
    submitted(one, ann, at=NOON)
    begin_repeats(at=NOON + HOUR)
    assert Encounter.objects.exclude(repeats=None).exists(), "there is one to leave out"
    roll_up(at=NIGHT)
    assert flows("precoding") == [(1, 1, 0, 0)]
    assert flows("coding") == [(1, 1, 0, 0)]


def test_days_close_in_turn_and_are_not_looked_at_again(ann):
    arrived(at=NOON - 3 * DAY)
    roll_up(at=NOON)
    closed = RolledDay.objects.filter(is_closed=True).values_list("day", flat=True)
    assert list(closed.order_by("day")) == [(NOON - number * DAY).date() for number in (3, 2, 1)]
    assert RolledDay.objects.get(day=NOON.date()).is_closed is False
    FlowDay.objects.filter(day=(NOON - 3 * DAY).date()).update(entered=99)
    roll_up(at=NOON + HOUR)
    assert flows("precoding") == [(99, 0, 0, 0)], "a closed day stays as it was written"
    roll_up_again(at=NOON + HOUR)
    assert flows("precoding") == [(1, 0, 0, 0)], "until everything is made anew"


def test_a_day_is_not_closed_before_it_has_settled(ann):
    arrived(at=NOON)
    midnight = NOON.replace(hour=0) + DAY
    roll_up(at=midnight + MINUTE)
    assert not RolledDay.objects.filter(is_closed=True).exists()
    roll_up(at=midnight + 11 * MINUTE)
    assert RolledDay.objects.filter(is_closed=True).get().day == NOON.date()
    assert AuditEvent.objects.filter(action="flow.closed").count() == 1


def test_today_is_counted_anew_each_time(ann):
    one = arrived()
    roll_up(at=NOON + MINUTE)
    roll_up(at=NOON + MINUTE)
    assert flows("precoding") == [(1, 0, 0, 0)]
    precoded(one, ann, at=NOON + 2 * MINUTE)
    roll_up(at=NOON + 3 * MINUTE)
    assert flows("precoding") == [(1, 1, 0, 0)]
    assert not AuditEvent.objects.filter(action="flow.closed").exists()


def test_an_empty_site_has_nothing_to_roll_up():
    roll_up(at=NOON)
    assert not RolledDay.objects.exists()


def test_weights_are_fitted_to_the_last_times_of_a_stage(ann, river):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    pages = [factories.PageFactory(chart=chart, number=number) for number in range(1, 5)]
    for number in range(40):
        shown = [page.number for page in pages[: 1 + number % 4]]
        one = factories.EncounterFactory(chart=chart, part=number + 1, status="to_code", pages=shown)
        minutes = 3 + 2 * one.placed.count()
        Assignment.objects.create(
            practice=river, encounter=one, stage="precoding", user=ann, started_at=NOON, opened_at=NOON,
            lease_until=NOON, ended_at=NOON + minutes * MINUTE, end="finished",
        )  # fmt: skip
    fit_weights(at=NOON)
    weights = weights_now()[Stage.PRECODING]
    assert weights.pages == pytest.approx(2.0)
    assert weights.units("primary_care", done=1, pages=4, lines=0) == pytest.approx(11.0)
    assert weights.r2 == pytest.approx(1.0)
    assert weights_now()[Stage.CODING].units("primary_care", done=1, pages=4, lines=0) == 1.0, "nothing fitted: a unit"
    assert ComplexityFit.objects.get().n == weights.n


def test_beat_rolls_up(ann):
    arrived(at=timezone.now() - MINUTE)
    roll_up_task()
    assert RolledDay.objects.exists()
