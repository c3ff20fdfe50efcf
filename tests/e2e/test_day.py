"""A working day by keyboard alone: every chart through pre-coding, coding, verification, rebuttal and ruling."""

import sys
from collections import Counter

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from coding.actions.carried_lists import load_carried_lists
from coding.actions.double_key import set_double_key
from coding.code_index import build_code_index
from coding.models import Encounter
from portal.actions.batches import open_batch, send_batch
from portal.actions.charts import receive_file
from portal.models import Chart, Contract, PageWords
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from portal.rules.words import WordsState
from tests import factories
from tests.e2e.day.charts import CONDITIONS, PAYERS, PROVIDERS, four_charts, sixty_charts
from tests.e2e.day.day import Day
from tests.e2e.day.hands import Hands
from tests.e2e.day.people import Worker
from tests.e2e.day.truth import of_scores, untruths
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
UNDO_SECONDS = {"test_four_charts": "4"}  # half a minute else


@pytest.fixture
def settings_of_the_site(request):
    return {"UNDO_SECONDS": UNDO_SECONDS.get(request.node.name, "30")}


def equip(practice):
    """Its providers, payers and place."""
    for name in PROVIDERS:
        factories.ProviderFactory(practice=practice, name=name)
    for name in PAYERS:
        factories.PayerFactory(practice=practice, name=name)
    factories.LocationFactory(practice=practice, name="Mill Street office", place_of_service="11")


def short_lists():
    """The codes of the charts and no other, so that a short day needs no minute of loading."""
    for code, title in CONDITIONS.items():
        factories.CodeFactory(system="icd10cm" if code[0].isalpha() else "icd9cm", code=code, title=title)
    for code, weight in (("99213", "1.30"), ("99214", "1.92"), ("20610", "0.79"), ("71046", None)):
        factories.CodeFactory(system="procedure", code=code, weight=weight)


def receive(practice, charts, by):
    """The practice sends them in one batch."""
    now = timezone.now()
    batch = open_batch(practice=practice, name="Today", specialty=Specialty.PRIMARY_CARE, by=by, at=now)
    for chart in charts:
        receive_file(batch=batch, file=ContentFile(chart.content(), name=chart.name), name=chart.name, by=by, at=now)
    send_batch(batch=batch, by=by, at=timezone.now())


def wait_until_read(number):
    """The worker draws them, reads them and makes visits of them."""

    def is_read():
        return (
            Encounter.objects.count() == number
            and not PageWords.objects.exclude(state__in=(WordsState.DONE, WordsState.EMPTY)).exists()
        )

    found = Counter(Chart.objects.values_list("status", flat=True))
    assert wait_until(is_read, seconds=60 + 10 * number), found


def everybody(browser, site, charts, pictures):
    """Ann, Bea, Max and Cleo of the cast, and Kim, who takes over what Ann skips."""

    def seat(user, **more):
        return Worker(browser, site.url, user, charts=charts, pictures=pictures, **more)

    def make(ann, bea, max_, cleo):
        kim = factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])
        return Day(
            seat(ann), seat(bea), seat(kim, takes_over=True), seat(max_),
            Hands(browser, site.url, cleo, pictures=pictures), charts,
        )  # fmt: skip

    return make


def assert_true(day):
    """By keys alone, every one of them told by its page; everything in the database as it should be."""
    assert list(untruths(day.charts)) == []
    assert list(of_scores(day.ann, day.charts)) == []
    for person in day.people:
        counted = person.counted()
        assert counted["clicks"] == 0, person.name
        assert counted["unknown"] == [], person.name
        person.leave()


@pytest.mark.e2e
@pytest.mark.timeout(500)
def test_four_charts(site, browser, river, ann, bea, max_, cleo, tmp_path):
    equip(river)
    short_lists()
    charts = four_charts(timezone.localdate())
    receive(river, charts, cleo)
    wait_until_read(len(charts))
    day = everybody(browser, site, {chart.name: chart for chart in charts}, tmp_path)(ann, bea, max_, cleo)
    day.go(patience=300)
    assert day.said == {
        "rebutted": 1, "escalated": 1, "settled_withdrawn": 1, "ruling": 1,
    }  # fmt: skip
    assert_true(day)


@pytest.mark.day
@pytest.mark.timeout(3600)
def test_sixty_charts(site, browser, river, lake, ann, bea, max_, cleo, otto, tmp_path):
    """River's charts, and Lake's, which types critical fields twice and has its charts verified blind."""
    load_carried_lists(at=timezone.now())
    build_code_index()
    for practice in (river, lake):
        equip(practice)
    set_double_key(practice=lake, fields=["birth_date", "member_id"], by=max_, at=timezone.now())
    Contract.objects.filter(practice=lake).update(verification_share=99)
    charts = sixty_charts(timezone.localdate())
    receive(river, [chart for chart in charts if not chart.is_critical], cleo)
    receive(lake, [chart for chart in charts if chart.is_critical], otto)
    wait_until_read(len(charts))
    day = everybody(browser, site, {chart.name: chart for chart in charts}, tmp_path)(ann, bea, max_, cleo)
    day.go(patience=2400)
    sys.stdout.write("\n".join(["", *day.report(), ""]))
    assert_true(day)
