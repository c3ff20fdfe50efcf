"""A working day by keyboard alone: every chart through pre-coding, coding, verification, rebuttal and ruling."""

from collections import Counter
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from coding.models import Encounter
from coding.rules.lifecycle import EncounterStatus
from portal.actions.batches import open_batch, send_batch
from portal.actions.charts import receive_file
from portal.models import Chart, PageWords
from portal.rules.specialties import Specialty
from portal.rules.words import WordsState
from tests import factories
from tests.e2e.day.charts import CONDITIONS, PAYERS, PROVIDERS, four_charts
from tests.e2e.day.people import Worker
from tests.processes import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def practice(river):
    for name in PROVIDERS:
        factories.ProviderFactory(practice=river, name=name)
    for name in PAYERS:
        factories.PayerFactory(practice=river, name=name)
    factories.LocationFactory(practice=river, name="Mill Street office", place_of_service="11")
    return river


@pytest.fixture
def settings_of_the_site():
    return {"UNDO_SECONDS": "6"}


def short_lists():
    for code, title in CONDITIONS.items():
        system = "icd10cm" if code[0].isalpha() else "icd9cm"
        factories.CodeFactory(system=system, code=code, title=title)
    for code in ("99213", "99214", "20610", "71046"):
        factories.CodeFactory(system="procedure", code=code)


def receive(practice, charts, by):
    """The practice has sent them in one batch; the worker draws, reads and makes visits of them."""
    now = timezone.now()
    batch = open_batch(practice=practice, name="Today", specialty=Specialty.PRIMARY_CARE, by=by, at=now)
    for chart in charts:
        receive_file(batch=batch, file=ContentFile(chart.content(), name=chart.name), name=chart.name, by=by, at=now)
    send_batch(batch=batch, by=by, at=timezone.now())
    assert wait_until(lambda: is_read(len(charts)), seconds=30 + 5 * len(charts)), Counter(
        Chart.objects.values_list("status", flat=True)
    )


def is_read(number):
    """Whether all are visits, with their words read."""
    return (
        Encounter.objects.count() == number
        and not Chart.objects.exclude(status="ready").exists()
        and not PageWords.objects.exclude(state__in=(WordsState.DONE, WordsState.EMPTY)).exists()
    )


@pytest.mark.timeout(400)
def test_four_charts(site, browser, practice, ann, bea, max_, cleo, tmp_path):
    short_lists()
    charts = four_charts(date.today())
    receive(practice, charts, cleo)
    named = {chart.name: chart for chart in charts}
    anns = Worker(browser, site.url, ann, charts=named, pictures=tmp_path)
    try:
        for _ in anns.work():
            pass
    except BaseException:
        from coding.models import Assignment
        from portal.models import AuditEvent
        for a in Assignment.objects.order_by("pk"): print(vars(a))
        for a in AuditEvent.objects.order_by("pk").filter(action__startswith="encounter"): print(a.at, a.action, a.object_id, a.detail)
        print(open(site.log).read()[-6000:])
        raise
    beas = Worker(browser, site.url, bea, charts=named, pictures=tmp_path)
    for _ in beas.work():
        pass
    print(anns.times, anns.counted(), beas.times, beas.counted())
    assert set(Encounter.objects.values_list("status", flat=True)) <= {EncounterStatus.VERIFIED, EncounterStatus.DELIVERED}
