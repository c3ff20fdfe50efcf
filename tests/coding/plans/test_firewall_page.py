"""The report that pay cannot know money or levels: from the real work, for managers, with a control that moves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.actions.firewall import firewall_report
from portal.models import Contract
from tests import factories
from tests.coding.lines import NOON, load_codes
from tests.coding.plans.year import one_chart

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(river, ann, bea):
    """Three visits of Ann's, one of them too high, of two pages each."""
    load_codes()
    Contract.objects.filter(practice=river).update(verification_share=100)
    provider = factories.ProviderFactory(practice=river)
    for number in range(3):
        one_chart(river, provider, ann, bea, NOON + timedelta(hours=number), right=number > 0, pages=2)


def report():
    return firewall_report(from_on=NOON.date(), to_on=NOON.date())


def of(name):
    return next(one.proof for one in report().people if one.name == name)


def test_work_counts_by_stage_and_pages_and_is_equal_when_levels_are_turned(worked):
    found = report()
    assert found.is_equal
    assert found.control_moved
    assert (found.charts, found.of) == (3, 3)
    ann, bea = of("Ann Archer"), of("Bea Brandt")
    assert ann.measure.minutes == 3 * Decimal("4.6")
    assert bea.measure.minutes == 3 * Decimal("3.0")
    assert (ann.measure.agreement.count, ann.measure.agreement.of) == (2, 3)
    assert ann.by_value == Decimal("1.92") + 2 * Decimal("1.30")


def test_days_are_whole_and_others_do_not_count(worked, river, ann, bea):
    one_chart(river, factories.ProviderFactory(practice=river), ann, bea, NOON + timedelta(days=1))
    assert of("Ann Archer").measure.visits == 3
    assert firewall_report(from_on=NOON.date(), to_on=NOON.date() + timedelta(days=1)).charts == 4


def test_twice_as_much_work_costs_as_many_queries(worked, river, ann, bea, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        report()
    for number in range(3):
        one_chart(river, factories.ProviderFactory(practice=river), ann, bea, NOON + timedelta(minutes=number))
    with django_assert_num_queries(len(few)):
        report()


def test_the_page_says_it_to_a_manager(worked, max_, as_user, time_machine):
    time_machine.move_to(NOON + timedelta(hours=9), tick=False)
    shown = as_user(max_).get(reverse("coding:firewall")).content.decode()
    assert "Equal for all" in shown
    assert "Work.pages" in shown
    assert "2 of 3 · 67 % (21 to 94)" in shown
    assert "63 FR 70138" in shown
    empty = as_user(max_).get(reverse("coding:firewall"), {"from_on": "2020-01-01", "to_on": "2020-01-31"})
    assert "Nobody finished work in these days." in empty.content.decode()
    wrong = as_user(max_).get(reverse("coding:firewall"), {"from_on": "2020-01-31", "to_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "The last day is before the first." in wrong.content.decode()
