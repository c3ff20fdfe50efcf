"""A plan drives a coder through a year: down by good work, back by a drift, down again; on the real database."""

from datetime import timedelta
from itertools import pairwise

import pytest

from coding.actions.planned import place_of_coder, standing_for
from coding.actions.plans import set_plan
from coding.models import Encounter, Sample, Standing
from coding.rules.plans.draws import is_drawn
from coding.rules.plans.risks import Limits
from coding.rules.plans.steps import Outcome, Plan, Step
from portal.models import AuditEvent, Contract
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import NOON, load_codes
from tests.coding.plan_constraints import SEED
from tests.coding.plans.year import one_chart

pytestmark = pytest.mark.django_db

# Small gates, so that a year is some hundred charts: 12 of 12 have a lower end of 75.8 %, 23 of 24 of 79.8 %.
SMALL = Plan((Step(100, 12, 75), Step(50, 12, 75), Step(25, 12, 75)), back=90, floor=10)
YEAR = timedelta(days=365)


@pytest.fixture
def kim(db):
    return factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])


@pytest.fixture
def plan(river, max_):
    load_codes()
    Contract.objects.filter(practice=river).update(verification_share=0)
    return set_plan(
        practice=river, by=max_, at=NOON, starts_on=NOON.date(), plan=SMALL, risks={}, limits=Limits(), seed=SEED
    )


def test_a_year_of_a_coder(plan, river, ann, bea):
    """60 good charts, 60 of which every second is too high, 110 good ones."""
    provider, days = factories.ProviderFactory(practice=river), YEAR / 230
    rights = [True] * 60 + [number % 2 == 0 for number in range(60)] + [True] * 110
    shares = []
    for number, right in enumerate(rights):
        at = NOON + number * days
        sample = one_chart(river, provider, ann, bea, at, right=right)
        shares.append(SMALL.share(place_of_coder(plan, coder=ann, specialty=Specialty.PRIMARY_CARE).step))
        assert sample is not None or shares[-1] < 100

    # Everything until proven, half, a quarter; the drift brings back all the way, and good work down again.
    ways = [shares[0], *(after for before, after in pairwise(shares) if before != after)]
    assert ways == [100, 50, 25, 50, 100, 50, 25]
    rows = Standing.objects.order_by("number")
    assert [row.cause for row in rows] == ["passed", "passed", "failed", "failed", "passed", "passed"]
    assert [row.step for row in rows] == [1, 2, 1, 0, 1, 2]
    assert rows[0].at == NOON + 12 * days, "proven on twelve charts, and half is verified from the thirteenth on"
    drift, healing = NOON + 60 * days, NOON + 120 * days
    assert drift < rows[2].at < rows[3].at
    assert healing < rows[4].at < rows[5].at < NOON + YEAR
    assert AuditEvent.objects.filter(action="plan.step_taken").count() == 6

    # Every draw of the year can be made again, and what was not drawn was not to be drawn.
    drawn = {row.encounter_id: row for row in Sample.objects.filter(plan=plan)}
    assert {row.source for row in drawn.values()} == {"every", "random"}
    for pk, row in drawn.items():
        if row.source == "random":
            assert is_drawn(seed=plan.seed, purpose="random", number=pk, share=row.share)
    for encounter in Encounter.objects.filter(practice=river):
        if encounter.pk not in drawn:
            assert not is_drawn(seed=plan.seed, purpose="random", number=encounter.pk, share=25)


def test_gates_of_one_coder_say_nothing_about_another_nor_about_another_specialty(plan, river, ann, kim, bea):
    provider = factories.ProviderFactory(practice=river)
    for number in range(13):
        one_chart(river, provider, ann, bea, NOON + timedelta(hours=number))
    assert standing_for(plan=plan, coder=ann, specialty=Specialty.PRIMARY_CARE, at=NOON) == 1
    assert standing_for(plan=plan, coder=kim, specialty=Specialty.PRIMARY_CARE, at=NOON) == 0
    assert standing_for(plan=plan, coder=ann, specialty=Specialty.CARDIOLOGY, at=NOON) == 0
    gate = place_of_coder(plan, coder=kim, specialty=Specialty.PRIMARY_CARE).gate
    assert (gate.outcome, gate.needed) == (Outcome.OPEN, 12)
