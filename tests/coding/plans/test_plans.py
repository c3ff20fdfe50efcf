"""Plans on the database: what a submission is verified for, gates under way, coders placed by hand, focused audits."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coding.actions.coding import submit_coding
from coding.actions.moves import AlreadyMoved
from coding.actions.planned import place_of_coder, places, standing_for, with_taken
from coding.actions.plans import Endless, NoSuchStep, PlanBackdated, end_audit, open_audit, place_coder, set_plan
from coding.actions.undoing import submit_undoably, take_back_submission
from coding.actions.verification import give_verdict
from coding.models import FocusedAudit, Ruling, Sample, Score, Standing
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.rules.plans.draws import is_drawn
from coding.rules.plans.risks import Limits, Risk
from coding.rules.plans.steps import Outcome, Plan, Step
from coding.rules.sampling import BadFocus, Source
from portal.models import AuditEvent, Contract
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, load_codes
from tests.coding.plan_constraints import SEED, standing
from tests.coding.plans.year import RIGHT, chart_coded, chart_of, one_chart, taken

pytestmark = pytest.mark.django_db

TIGHT = Plan((Step(100, 10, 70), Step(10, 10, 70), Step(1, 10, 70)), back=90, floor=1)
PRIMARY = Specialty.PRIMARY_CARE


@pytest.fixture
def kim(db):
    return factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])


@pytest.fixture
def provider(river):
    return factories.ProviderFactory(practice=river)


def agreed(river, max_, *, risks=None, plan=TIGHT, at=NOON, promised=0, limits=None):
    Contract.objects.filter(practice=river).update(verification_share=promised)
    return set_plan(
        practice=river, by=max_, at=at, starts_on=at.date(), plan=plan, risks=risks or {}, limits=limits or Limits(),
        seed=SEED,
    )  # fmt: skip


@pytest.fixture
def plan(river, max_):
    load_codes()
    return agreed(river, max_)


def put(plan, ann, max_, step):
    return place_coder(plan=plan, coder=ann, specialty=PRIMARY, step=step, note="Known.", by=max_, at=NOON - MINUTE)


def not_drawn(river, provider, share=1):
    """A visit that chance passes over."""
    while True:
        visit = chart_of(river, provider, NOON)
        if not is_drawn(seed=SEED, purpose="random", number=visit.pk, share=share):
            return visit


# -- what is verified ----------------------------------------------------------------------------------


def test_a_new_coder_is_verified_on_everything_and_the_sample_names_the_plan(plan, river, provider, ann):
    sample = chart_coded(chart_of(river, provider, NOON), ann, NOON)
    assert (sample.source, sample.seed, sample.share) == ("every", f"plan {plan.pk}", 100)
    assert sample.plan == plan


def test_a_proven_coders_visit_that_nothing_draws_is_finished(plan, river, provider, ann, max_):
    put(plan, ann, max_, 2)
    visit = not_drawn(river, provider)
    assert chart_coded(visit, ann, NOON) is None
    assert visit.status == EncounterStatus.VERIFIED


def test_the_contract_promises_the_least(plan, river, provider, ann, max_):
    Contract.objects.filter(practice=river).update(verification_share=100)
    put(plan, ann, max_, 2)
    assert chart_coded(chart_of(river, provider, NOON), ann, NOON).source == Source.EVERY


def test_the_random_floor_reaches_everybody(river, provider, ann, max_):
    load_codes()
    plan = agreed(river, max_, plan=Plan((Step(100, 10, 70), Step(60, 10, 70)), back=90, floor=60))
    put(plan, ann, max_, 1)
    found = [chart_coded(chart_of(river, provider, NOON), ann, NOON) for _ in range(12)]
    assert {one.source for one in found if one} == {"random"}
    assert {one.share for one in found if one} == {60}
    assert any(found)
    assert not all(found)


@pytest.mark.parametrize(
    ("risk", "version", "words"),
    [
        (Risk.MODIFIER_25, coded(procedures="99213-25@1"), "modifier 25"),
        (Risk.UNSPECIFIED, coded("I10 M1711"), "unspecified M1711"),
        (Risk.HIGH_VALUE, coded(procedures="99214@1"), "value 1.92"),
        (Risk.NEW_RULING, coded(procedures="20610-RT@1"), "new ruling"),
    ],
)
def test_a_risk_is_found_in_lists_and_register(river, provider, ann, max_, risk, version, words):
    load_codes().filter(code="M1711").update(title="Unilateral primary osteoarthritis, unspecified knee")
    Ruling.objects.create(pattern="20610", text="Say the joint.", starts_on=NOON.date(), issued_by=max_, issued_at=NOON)
    plan = agreed(river, max_, risks={risk: 100}, limits=Limits(high_value=1.9))
    put(plan, ann, max_, 2)
    sample = chart_coded(not_drawn(river, provider), ann, NOON, version=version)
    assert (sample.source, sample.share) == ("risk", 100)
    assert sample.focus.startswith(words)
    assert sample.sampled().plan == plan.pk


def test_what_is_coded_again_is_verified_whatever_the_plan_says(plan, river, provider, ann, bea, max_):
    visit = chart_of(river, provider, NOON)
    chart_coded(visit, ann, NOON)
    held = taken(visit, bea, Stage.VERIFICATION, NOON)
    give_verdict(assignment=held, by=bea, at=NOON, verdict="returned", coded=None, comment="Look again.")
    put(plan, ann, max_, 2)
    visit.refresh_from_db()
    again = chart_coded(visit, ann, NOON + MINUTE)
    assert Sample.objects.order_by("-pk").first().source == Source.AGAIN
    assert again is not None


def test_a_submission_costs_as_many_queries_after_a_hundred_verdicts_as_after_ten(plan, river, provider, ann, bea):
    def queries(number):
        visit = chart_of(river, provider, NOON)
        with CaptureQueriesContext(connection) as seen:
            chart_coded(visit, ann, NOON + number * MINUTE)
        return len(seen)

    for number in range(3):
        one_chart(river, provider, ann, bea, NOON + number * MINUTE)
    few = queries(4)
    for number in range(5, 9):
        one_chart(river, provider, ann, bea, NOON + number * MINUTE)
    assert queries(9) == few


# -- gates ---------------------------------------------------------------------------------------------


def test_only_what_nobody_chose_opens_a_gate(plan, river, provider, ann, bea, max_):
    put(plan, ann, max_, 1)
    open_audit(practice=river, by=max_, at=NOON, reason="Knees", starts_on=NOON.date(), focus="99213", charts=50)
    found = [one_chart(river, provider, ann, bea, NOON + number * MINUTE) for number in range(12)]
    sources = [one.source for one in found if one]
    assert set(sources) <= {"random", "audit"}
    assert place_of_coder(plan, coder=ann, specialty=PRIMARY).gate.accuracy.of == sources.count("random")


def test_a_withdrawn_discrepancy_counts_as_right_at_the_next_look(plan, river, provider, ann, bea):
    for number in range(10):
        one_chart(river, provider, ann, bea, NOON + number * MINUTE, right=number > 0)
    gate = place_of_coder(plan, coder=ann, specialty=PRIMARY).gate
    assert (gate.accuracy.count, gate.outcome) == (9, Outcome.OPEN)
    wrong = Score.objects.get(pays_the_same=False)
    Score.objects.create(
        practice=river, verification=wrong.verification, revision=2, lines_right=3, lines_of=3, lines_squares=3,
        rows=3, right_rows=3, is_clean=True, pays_the_same=True, over=0, under=0, worth=1, value_lines=1, unvalued=0,
        at=NOON,
    )  # fmt: skip
    assert place_of_coder(plan, coder=ann, specialty=PRIMARY).gate.outcome is Outcome.PASSED


def test_a_verdict_taken_back_at_once_counts_at_no_gate(plan, river, provider, ann, bea, settings):
    settings.UNDO_SECONDS = 30
    visit = chart_of(river, provider, NOON)
    chart_coded(visit, ann, NOON)
    held = taken(visit, bea, Stage.VERIFICATION, NOON)
    given = submit_undoably(
        give_verdict, assignment=held, by=bea, at=NOON, draft={}, verdict="verified", coded=coded(*RIGHT)
    )
    assert place_of_coder(plan, coder=ann, specialty=PRIMARY).gate.accuracy.of == 1
    take_back_submission(submission=given, by=bea, at=NOON)
    assert place_of_coder(plan, coder=ann, specialty=PRIMARY).gate.accuracy.of == 0


def test_a_gate_is_passed_once_and_says_on_what(plan, river, provider, ann, bea):
    for number in range(10):
        one_chart(river, provider, ann, bea, NOON + number * MINUTE)
    assert not Standing.objects.exists()
    later = NOON + timedelta(hours=2)
    assert standing_for(plan=plan, coder=ann, specialty=PRIMARY, at=later) == 1
    assert standing_for(plan=plan, coder=ann, specialty=PRIMARY, at=later + MINUTE) == 1
    row = Standing.objects.get()
    assert (row.step, row.cause, row.right, row.charts, row.at) == (1, "passed", 10, 10, later)
    assert AuditEvent.objects.get(action="plan.step_taken").detail["share"] == 10


def test_coders_stay_on_their_steps_when_the_plan_changes(plan, river, ann, max_):
    put(plan, ann, max_, 2)
    shorter = agreed(river, max_, plan=Plan((Step(100, 10, 70), Step(20, 10, 70)), back=90, floor=5))
    assert shorter.version == 2
    (place,) = places([shorter])
    assert shorter.steps().share(place.step) == 20


def test_where_coders_stand_is_two_queries(plan, river, provider, ann, kim, bea, django_assert_num_queries):
    one_chart(river, provider, ann, bea, NOON)
    standing(of=plan, coder=kim)
    with django_assert_num_queries(2):
        found = places([plan])
    assert {one.coder for one in found} == {ann.pk, kim.pk}


# -- by hand -------------------------------------------------------------------------------------------


def test_a_plan_begins_today_or_later(river, max_):
    with pytest.raises(PlanBackdated):
        set_plan(
            practice=river, by=max_, at=NOON, starts_on=date(2026, 11, 1), plan=TIGHT, risks={}, limits=Limits(),
            seed=SEED,
        )  # fmt: skip


def test_a_coder_is_put_on_a_step_that_there_is(plan, ann, max_):
    row = put(plan, ann, max_, 2)
    assert (row.cause, row.by, row.note, row.number) == ("placed", max_, "Known.", 1)
    for step in (-1, 3):
        with pytest.raises(NoSuchStep):
            put(plan, ann, max_, step)


def test_a_focused_audit_takes_so_many_charts_and_no_more(plan, river, provider, ann, kim, max_):
    for coder in (ann, kim):
        put(plan, coder, max_, 2)
    audit = open_audit(
        practice=river, by=max_, at=NOON, reason="Levels", starts_on=NOON.date(), coder=ann, focus="99213", charts=2
    )
    assert chart_coded(not_drawn(river, provider), kim, NOON) is None
    assert chart_coded(not_drawn(river, provider), ann, NOON, version=coded(procedures="20610-RT@1")) is None
    found = [chart_coded(not_drawn(river, provider), ann, NOON) for _ in range(3)]
    assert [one and one.audit for one in found] == [audit, audit, None]
    assert with_taken(FocusedAudit.objects.all()).get().taken == 2


@pytest.mark.parametrize("days", [-1, 8])
def test_a_focused_audit_holds_from_its_first_day_to_its_last(plan, river, provider, ann, max_, days):
    put(plan, ann, max_, 2)
    open_audit(
        practice=river, by=max_, at=NOON, reason="A week", starts_on=NOON.date(), ends_on=date(2026, 11, 9),
        focus="99213",
    )  # fmt: skip
    visit = not_drawn(river, provider)
    assert chart_coded(visit, ann, NOON + timedelta(days=days)) is None
    assert chart_coded(not_drawn(river, provider), ann, NOON + timedelta(days=7)).source == Source.AUDIT


def test_an_audit_that_is_ended_takes_nothing_and_ends_once(plan, river, provider, ann, max_):
    put(plan, ann, max_, 2)
    audit = open_audit(practice=river, by=max_, at=NOON, reason="All", starts_on=NOON.date(), charts=5)
    end_audit(audit=audit, by=max_, at=NOON)
    assert chart_coded(not_drawn(river, provider), ann, NOON) is None
    with pytest.raises(AlreadyMoved):
        end_audit(audit=audit, by=max_, at=NOON)


def test_an_audit_comes_to_an_end_and_names_codes_that_there_can_be(river, max_):
    start = {"practice": river, "by": max_, "at": NOON, "reason": "x", "starts_on": NOON.date()}
    with pytest.raises(Endless):
        open_audit(**start)
    with pytest.raises(Endless):
        open_audit(**start, ends_on=date(2026, 11, 1))
    with pytest.raises(BadFocus):
        open_audit(**start, charts=3, focus="knee")


def test_a_coding_taken_back_at_once_does_not_use_up_an_audit(plan, river, provider, ann, max_, settings):
    settings.UNDO_SECONDS = 30
    put(plan, ann, max_, 2)
    open_audit(practice=river, by=max_, at=NOON, reason="All", starts_on=NOON.date(), charts=1)
    held = taken(not_drawn(river, provider), ann, Stage.CODING, NOON)
    given = submit_undoably(
        submit_coding, assignment=held, by=ann, at=NOON, draft={}, coded=coded(*RIGHT), reason=CheckReason.DOCUMENTED
    )
    take_back_submission(submission=given, by=ann, at=NOON)
    assert chart_coded(not_drawn(river, provider), ann, NOON).source == Source.AUDIT
