"""Alarms from the real work: raised once, seen by whom they concern, acknowledged with a note, beginning anew."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.actions.coding import submit_coding
from coding.actions.drift import NoteMissing, acknowledge_alarm, raise_alarms, raise_alarms_of, series_of
from coding.actions.moves import AlreadyMoved
from coding.actions.verification import give_verdict
from coding.models import Discrepancy, DriftAlarm, Verification
from coding.rules.check_reasons import CheckReason
from coding.rules.drift import Series
from coding.rules.sampling import Source
from coding.tasks import watch_drift
from portal.models import Contract
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, load_codes
from tests.coding.plan_constraints import alarm
from tests.coding.plans.year import RIGHT, chart_coded, chart_of, one_chart, taken
from tests.query_factories import QueryFactory

pytestmark = pytest.mark.django_db
PRIMARY = Specialty.PRIMARY_CARE


@pytest.fixture
def provider(river):
    load_codes()
    Contract.objects.filter(practice=river).update(verification_share=100)
    return factories.ProviderFactory(practice=river)


@pytest.fixture
def drifting(river, provider, ann, bea):
    """Ten visits as the verifier sees them, then eight a level too high."""
    for number in range(18):
        one_chart(river, provider, ann, bea, NOON + number * 60 * MINUTE, right=number < 10)


def kinds():
    return set(DriftAlarm.objects.values_list("series", "way"))


def test_a_coder_who_goes_up_is_alarmed_once(drifting, ann):
    later = NOON + timedelta(days=2)
    assert raise_alarms(at=later) == 2
    assert kinds() == {("difference", "up"), ("skew", "up")}
    row = DriftAlarm.objects.get(series="difference")
    assert row.begun_at == NOON + 11 * 60 * MINUTE  # the eleventh visit's verdict, an hour after it was coded
    assert row.begun_at < row.certain_at < later
    assert row.charts == 18
    assert raise_alarms(at=later + MINUTE) == 0


def test_the_task_of_the_day_raises_them_too(drifting, time_machine):
    time_machine.move_to(NOON + timedelta(days=2), tick=False)
    watch_drift()
    watch_drift()
    assert DriftAlarm.objects.count() == 2


def test_an_acknowledged_alarm_lets_its_series_begin_anew(drifting, ann, max_):
    later = NOON + timedelta(days=2)
    raise_alarms(at=later)
    for row in DriftAlarm.objects.all():
        with pytest.raises(NoteMissing):
            acknowledge_alarm(alarm=row, by=max_, at=later, note="  ")
        acknowledge_alarm(alarm=row, by=max_, at=later, note="Gone through with Ann.")
        with pytest.raises(AlreadyMoved):
            acknowledge_alarm(alarm=row, by=max_, at=later, note="Again.")
    assert raise_alarms(at=later + MINUTE) == 0


def test_what_was_chosen_for_a_reason_is_not_in_the_series_against_the_verifier(river, provider, ann, bea):
    for number in range(3):
        sample = one_chart(river, provider, ann, bea, NOON + number * 60 * MINUTE, right=False)
        assert sample.source == Source.EVERY
    found = series_of(ann, since=NOON - MINUTE)[PRIMARY]
    assert [chart.value for chart in found[Series.DIFFERENCE]] == [1, 1, 1]
    Contract.objects.filter(practice=river).update(verification_share=0)
    chart_coded(chart_of(river, provider, NOON), ann, NOON + timedelta(hours=9), version=coded(procedures="99213-25@1"))
    found = series_of(ann, since=NOON - MINUTE)[PRIMARY]
    assert len(found[Series.DIFFERENCE]) == 3
    assert [chart.value for chart in found[Series.MODIFIER_25]] == [False, False, False, True]
    assert [round(chart.value, 2) for chart in found[Series.INDEX]] == [0.67, 0.67, 0.67, 0.33]


def lowered(river, provider, ann, bea, at, *, asked):
    """The provider chose 99214, Ann coded 99213; Bea says that the provider should have been asked."""
    encounter = chart_of(river, provider, at)
    held = taken(encounter, ann, "coding", at)
    submit_coding(
        assignment=held, by=ann, at=at, coded=coded(*RIGHT), worksheet={"provider_code": "99214"},
        reason=CheckReason.DOCUMENTED,
    )  # fmt: skip
    if asked:
        QueryFactory(encounter=encounter, asked_by=ann, status="withdrawn", ended_at=at, ended_by=ann)
    encounter.refresh_from_db()
    held = taken(encounter, bea, "verification", at)
    given = give_verdict(assignment=held, by=bea, at=at, verdict="corrected", coded=coded("E119", "99213@1"))
    row = given.discrepancies.first()
    fields = {
        field.attname: getattr(row, field.attname)
        for field in Discrepancy._meta.concrete_fields
        if not field.primary_key
    }
    Discrepancy.objects.create(**{**fields, "position": 9, "reason": "query_missed"})
    return Verification.objects.get(pk=given.pk)


@pytest.mark.parametrize(("asked", "alarmed"), [(False, True), (True, False)])
def test_levels_lowered_instead_of_asking(river, provider, ann, bea, asked, alarmed):
    for number in range(4):
        lowered(river, provider, ann, bea, NOON + number * 60 * MINUTE, asked=asked)
    raise_alarms_of(coder=ann, at=NOON + timedelta(days=1))
    assert (("avoided", "down") in kinds()) is alarmed


def test_looking_at_a_coder_costs_as_many_queries_for_twenty_visits_as_for_ten(
    drifting, river, provider, ann, bea, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as few:
        series_of(ann, since=NOON - MINUTE)
    for number in range(4):
        one_chart(river, provider, ann, bea, NOON + timedelta(days=1, hours=number))
    with django_assert_num_queries(len(few)):
        series_of(ann, since=NOON - MINUTE)


# -- the page ------------------------------------------------------------------------------------------

URL = reverse("coding:drift-alarms")


def test_a_coder_sees_their_own_and_a_manager_all(ann, max_, as_user):
    alarm(coder=ann)
    alarm(coder=factories.UserFactory(name="Kim Larsen", roles=[Role.CODER]), series="index")
    mine = as_user(ann).get(URL).content.decode()
    assert "Level against the verifier" in mine
    assert "Kim Larsen" not in mine
    assert "Waits for a manager" in mine
    everything = as_user(max_).get(URL).content.decode()
    assert "Kim Larsen" in everything
    assert "Acknowledge" in everything
    assert '<span class="count attention">2</span>' in as_user(max_).get(reverse("coding:quality")).content.decode()


def test_a_manager_acknowledges_with_a_word(ann, max_, as_user):
    row = alarm(coder=ann)
    url = reverse("coding:acknowledge-alarm", args=[row.pk])
    refused = as_user(max_).post(url, {"note": " "})
    assert refused.status_code == 422
    assert "Say what you found, in a sentence." in refused.content.decode()
    assert as_user(ann).post(url, {"note": "Fine."}).status_code == 404
    as_user(max_).post(url, {"note": "A new provider codes higher."})
    again = as_user(max_).post(url, {"note": "Again."}, follow=True).content.decode()
    assert "Somebody has put it away meanwhile." in again
    assert "Max Moreau: A new provider codes higher." in again


def test_without_alarms_the_page_says_so(max_, as_user):
    assert "No drift." in as_user(max_).get(URL).content.decode()
