"""The pages of verification plans: set, read, coders placed, audits begun and ended; refused with a reason."""

import pytest
from django.urls import reverse

from coding.actions.planned import place_of_coder
from coding.models import FocusedAudit, Standing, VerificationPlan
from coding.rules.plans import steps
from coding.rules.plans.risks import Risk
from portal.models import Contract
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, load_codes
from tests.coding.plan_constraints import audit, plan
from tests.coding.plans.year import one_chart

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def browser(max_, as_user):
    return as_user(max_)


def url(name, pk):
    return reverse(f"coding:{name}", args=[pk])


def sent(**changes):
    return {
        "starts_on": "2026-11-02", "steps": "100 40 90\n10 30 88", "back": "90", "floor": "5", "high_value": "5",
        "ruling_days": "60", **{f"risk_{risk.value}": "25" for risk in Risk}, **changes,
    }  # fmt: skip


def test_a_manager_sets_a_plan_and_reads_it(browser, river):
    assert "there is no plan yet" in browser.get(url("plan", river.pk)).content.decode()
    assert browser.post(url("set-plan", river.pk), sent()).status_code == 302
    row = VerificationPlan.objects.get()
    assert row.steps() == steps.Plan((steps.Step(100, 40, 90), steps.Step(10, 30, 88)), back=90, floor=5)
    assert row.shares() == dict.fromkeys(Risk, 25)
    assert len(set(row.seed)) > 4
    shown = browser.get(url("plan", river.pk)).content.decode()
    assert "until at least 40 charts were verified" in shown
    assert "25 % of: Modifier 25" in shown
    assert row.seed in shown
    assert "100 → 10 %" in browser.get(reverse("coding:plans")).content.decode()


def test_two_plans_have_two_seeds(browser, river):
    for _ in range(2):
        browser.post(url("set-plan", river.pk), sent())
    first, second = VerificationPlan.objects.all()
    assert first.seed != second.seed
    assert {first.version, second.version} == {1, 2}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": "2026-11-01"}, "A plan begins today or later"),
        ({"steps": "100 40"}, "three whole numbers"),
        ({"steps": "10 40 90\n100 40 90"}, "less than the one before"),
        ({"floor": "11"}, "The random floor"),
        ({"risk_modifier_25": "101"}, "less than or equal to 100"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_what_is_wrong(browser, river, changes, words):
    answer = browser.post(url("set-plan", river.pk), sent(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not VerificationPlan.objects.exists()


@pytest.mark.parametrize(("promised", "words"), [(100, "everything is verified"), (7, "at least <strong>7 %</strong>")])
def test_what_the_contract_promises_is_said(browser, river, promised, words):
    Contract.objects.filter(practice=river).update(verification_share=promised)
    plan(practice=river)
    assert words in browser.get(url("plan", river.pk)).content.decode()


def test_where_a_coder_stands_and_what_comes_next(browser, river, ann, bea):
    load_codes()
    plan(practice=river)
    provider = factories.ProviderFactory(practice=river)
    for number in range(3):
        one_chart(river, provider, ann, bea, NOON - (9 - number) * MINUTE * 60, right=number > 0)
    shown = browser.get(url("plan", river.pk)).content.decode()
    assert "3 of 40 charts toward the next gate" in shown
    assert "2 of 3 · 67 % (21 to 94)" in shown


def test_a_coder_is_put_on_a_step(browser, river, ann):
    row = plan(practice=river)
    given = {"coder": ann.pk, "specialty": "primary_care", "step": "2", "note": "Proven elsewhere."}
    answer = browser.post(url("place-coder", river.pk), given, follow=True)
    assert "Ann Archer is on 10 % now." in answer.content.decode()
    assert place_of_coder(row, coder=ann, specialty=Specialty.PRIMARY_CARE).step == 2
    refused = browser.post(url("place-coder", river.pk), {**given, "note": ""})
    assert refused.status_code == 422
    assert Standing.objects.count() == 1


def test_without_a_plan_there_is_no_step_to_be_put_on(browser, river, ann):
    given = {"coder": ann.pk, "specialty": "primary_care", "step": "2", "note": "Why."}
    answer = browser.post(url("place-coder", river.pk), given, follow=True)
    assert "There is no plan yet" in answer.content.decode()


def test_an_audit_is_started_and_ended(browser, river, ann):
    plan(practice=river)
    given = {"coder": ann.pk, "focus": "-25", "reason": "Skewed", "starts_on": "2026-11-02", "charts": "20"}
    browser.post(url("start-audit", river.pk), given)
    row = FocusedAudit.objects.get()
    assert (row.coder, row.focus, row.charts) == (ann, "-25", 20)
    assert "0 of 20" in browser.get(url("plan", river.pk)).content.decode()
    browser.post(url("end-audit", row.pk))
    answer = browser.post(url("end-audit", row.pk), follow=True)
    assert "was ended before" in answer.content.decode()
    row.refresh_from_db()
    assert row.ended_at == NOON


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"charts": ""}, "an audit comes to an end"),
        ({"ends_on": "2026-11-01"}, "The last day is before the first."),
        ({"focus": "knee"}, "Write modifiers like"),
    ],
)
def test_an_audit_that_cannot_be_is_refused(browser, river, changes, words):
    plan(practice=river)
    given = {"focus": "-25", "reason": "Skewed", "starts_on": "2026-11-02", "charts": "20", **changes}
    answer = browser.post(url("start-audit", river.pk), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not FocusedAudit.objects.exists()


def test_an_audit_by_its_states(browser, river):
    plan(practice=river)
    for fields, state in (
        ({"starts_on": "2026-11-03"}, "Not yet"), ({"ends_on": "2026-11-01"}, "Ended"), ({}, "Open"),
    ):  # fmt: skip
        row = audit(practice=river, **fields)
        shown = {one["pk"]: one["state"] for one in browser.get(url("plan", river.pk)).context["audits"]}
        assert shown[row.pk] == state
