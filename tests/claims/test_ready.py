"""Billers see what can be billed, and nobody else does."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.models import Coding, Diagnosis, PreCoding, ProcedureLine
from tests import factories

pytestmark = pytest.mark.django_db


def billable(batch, ann, *, status="verified", **fields):
    encounter = factories.EncounterFactory(
        chart=factories.ChartFactory(batch=batch), status=status, finished_at=timezone.now(), **fields
    )
    PreCoding.objects.create(
        practice=batch.practice, encounter=encounter, patient_name="Marta Quinlan", birth_date=date(1961, 2, 3),
        sex="F", date_from=date(2026, 3, 2), date_to=date(2026, 3, 2), place_of_service="11", visit_type="new",
        rendering_provider=factories.ProviderFactory(practice=batch.practice), finished_by=ann,
        payer=factories.PayerFactory(practice=batch.practice, name=f"Aetna {encounter.pk}"),
        finished_at=timezone.now(),
    )  # fmt: skip
    coding = Coding.objects.create(
        practice=batch.practice, encounter=encounter, version=1, stage="coding", author=ann,
        date_of_service=date(2026, 3, 2), submitted_at=timezone.now(),
    )  # fmt: skip
    for place in (1, 2):
        Diagnosis.objects.create(practice=batch.practice, coding=coding, position=place, system="icd10cm", code="I10")
    ProcedureLine.objects.create(practice=batch.practice, coding=coding, position=1, code="99213", pointers=[1])
    return encounter


@pytest.fixture
def ready(river, lake, ann):
    ours, theirs = factories.BatchFactory(practice=river), factories.BatchFactory(practice=lake)
    billable(ours, ann, status="not_billable", not_billable_reason="not_signed")
    billable(ours, ann, status="delivered", not_billable_reason="not_signed")
    factories.EncounterFactory(chart=factories.ChartFactory(batch=ours), status="to_verify")
    return [billable(ours, ann), billable(ours, ann, status="delivered"), billable(theirs, ann)]


def test_verified_and_delivered_encounters_with_codes_are_ready_the_newest_first(ready, bill, as_user):
    page = as_user(bill).get(reverse("claims:ready"))
    rows = page.context["rows"]
    assert [row["label"] for row in rows] == [one.label for one in reversed(ready)]
    assert (rows[0]["payer"], rows[0]["diagnoses"], rows[0]["lines"]) == (f"Aetna {ready[2].pk}", 2, 1)
    assert "Quinlan" not in page.content.decode()


def test_one_practice_is_chosen(ready, bill, river, as_user):
    page = as_user(bill).get(reverse("claims:ready"), {"practice": river.pk})
    assert {row["practice"] for row in page.context["rows"]} == {river.name}
    assert len(page.context["rows"]) == 2


def test_others_do_not_find_the_page(ready, cleo, ann, max_, as_user):
    for person in (cleo, ann, max_):
        assert as_user(person).get(reverse("claims:ready")).status_code == 404


def test_the_list_pages_with_a_constant_number_of_queries(river, ann, bill, as_user, django_assert_max_num_queries):
    batch = factories.BatchFactory(practice=river)
    for _ in range(55):
        billable(batch, ann)
    browser, url = as_user(bill), reverse("claims:ready")
    browser.get(url)
    with django_assert_max_num_queries(22):
        first = browser.get(url)
    second = browser.get(url + first.context["pagination"]["next_url"])
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 5)
    assert second.context["pagination"]["next_url"] is None
