"""A plan drives a coder through a year: down by good work, back by a drift, down again; on the real database."""

from datetime import timedelta
from itertools import count

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
SMALL = Plan((Step(100, 12, 75), Step(50, 12, 75), Step(40, 12, 75)), back=90, floor=10)
SHORT = Plan(SMALL.steps[:2], back=90, floor=10)  # half a year, in every run
DAY = timedelta(days=1)


@pytest.fixture
def kim(db):
    return factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])


@pytest.fixture
def gates():
    return SMALL


@pytest.fixture
def plan(river, max_, gates):
    load_codes()
    Contract.objects.filter(practice=river).update(verification_share=0)
    return set_plan(
        practice=river, by=max_, at=NOON, starts_on=NOON.date(), plan=gates, risks={}, limits=Limits(), seed=SEED
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("gates", [SHORT, pytest.param(SMALL, marks=pytest.mark.every_fault)], ids=["two", "three"])
def test_a_year_of_a_coder(plan, gates, river, ann, bea):
    """One chart a day: good until the plan trusts her most, wrong until it looks at everything, good once more."""
    provider, days, last = factories.ProviderFactory(practice=river), count(), len(gates.steps) - 1

    def work(*, right, until):
        while True:
            at = NOON + next(days) * DAY
            sample = one_chart(river, provider, ann, bea, at, right=right)
            step = standing_for(plan=plan, coder=ann, specialty=Specialty.PRIMARY_CARE, at=at + DAY / 2)
            assert sample is not None or step > 0
            if step == until:
                return at

    proven = work(right=True, until=last)
    noticed = work(right=False, until=0)
    healed = work(right=True, until=last)
    earliest = NOON + {1: 10, 2: 23}[last] * DAY  # the first gate sees twelve of twelve days, the second every other
    assert earliest < proven < noticed < healed < NOON + 365 * DAY

    # Everything until proven, half, two fifths; back the same way, one step at a time; and down again.
    rows = Standing.objects.order_by("number")
    down, back = [50, 40][:last], [100, 50][:last][::-1]
    assert [gates.share(row.step) for row in rows] == [*down, *back, *down]
    assert [row.cause for row in rows] == ["passed"] * last + ["failed"] * last + ["passed"] * last
    assert [(row.right, row.charts) for row in rows][:last] == [(12, 12)] * last
    assert all(row.right < 0.75 * row.charts for row in rows[last : 2 * last])
    assert AuditEvent.objects.filter(action="plan.step_taken").count() == 3 * last

    # Every draw of the year can be made again, and what was not drawn was not to be drawn.
    drawn = {row.encounter_id: row for row in Sample.objects.filter(plan=plan)}
    assert {row.source for row in drawn.values()} == {"every", "random"}
    for pk, row in drawn.items():
        if row.source == "random":
            assert is_drawn(seed=plan.seed, purpose="random", number=pk, share=row.share)
    left = Encounter.objects.filter(practice=river).exclude(pk__in=drawn)
    assert left.exists()
    assert not any(is_drawn(seed=plan.seed, purpose="random", number=one.pk, share=gates.share(last)) for one in left)


def test_gates_of_one_coder_say_nothing_about_another_nor_about_another_specialty(plan, river, ann, kim, bea):
    provider = factories.ProviderFactory(practice=river)
    for number in range(13):
        one_chart(river, provider, ann, bea, NOON + timedelta(hours=number))
    assert standing_for(plan=plan, coder=ann, specialty=Specialty.PRIMARY_CARE, at=NOON) == 1
    assert standing_for(plan=plan, coder=kim, specialty=Specialty.PRIMARY_CARE, at=NOON) == 0
    assert standing_for(plan=plan, coder=ann, specialty=Specialty.CARDIOLOGY, at=NOON) == 0
    gate = place_of_coder(plan, coder=kim, specialty=Specialty.PRIMARY_CARE).gate
    assert (gate.outcome, gate.needed) == (Outcome.OPEN, 12)
