"""The levels page: what verified work says, for the person and for managers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coding.actions.levels import levels_of
from coding.models import Encounter, Utilisation
from coding.rules.code_sets import CodeSet
from coding.rules.level_guard import Side
from tests import factories
from tests.coding.lines import load_codes, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def codes(db):
    return load_codes()


def test_over_and_under_are_told_apart(river, ann, bea, max_, codes):
    verified(river, ann, bea, "99214@1", "99213@1")
    verified(river, ann, bea, "99213@1", "99214@1")
    verified(river, ann, bea, "99213@1", "99213@1")
    seen = levels_of(ann, seen_by=max_, at=timezone.now())
    assert (seen.value.over, seen.value.under) == (Decimal("0.62"), Decimal("0.62"))
    assert (seen.value.net, seen.value.gross, seen.value.encounters) == (0, Decimal("1.24"), 3)
    office = seen.families[0]
    assert {share.code: share.count for share in office.coder if share.count} == {"99213": 2, "99214": 1}
    assert {share.code: share.count for share in office.verifier if share.count} == {"99213": 2, "99214": 1}


def test_the_providers_own_level_comes_from_the_worksheet(river, ann, bea, max_, codes):
    verified(river, ann, bea, worksheet={"provider_code": "99215"})
    office = levels_of(ann, seen_by=max_, at=timezone.now()).families[0]
    assert [share.code for share in office.provider if share.count] == ["99215"]


def test_the_specialty_is_compared_when_its_file_is_loaded(river, ann, bea, max_, codes):
    edition = factories.EditionFactory(code_set=CodeSet.UTILISATION, name="CY2023")
    for code, services in (("99212", 10), ("99213", 900), ("99214", 80), ("99215", 10)):
        Utilisation.objects.create(edition=edition, specialty="Internal Medicine", code=code, services=services)
    for _ in range(20):
        verified(river, ann, bea, "99214@1", "99214@1")
    office = levels_of(ann, seen_by=max_, at=timezone.now()).families[0]
    assert office.peers == "CY2023"
    assert {share.code: share.side for share in office.coder}["99214"] == Side.HIGHER


def test_old_work_and_other_peoples_work_do_not_count(river, ann, bea, max_, codes):
    verified(river, ann, bea)
    later = timezone.now() + timedelta(days=181)
    assert levels_of(ann, seen_by=max_, at=later).judged == ()
    assert levels_of(bea, seen_by=max_, at=timezone.now()).judged == ()


def test_a_coder_sees_only_themselves(river, ann, bea, codes, as_user):
    other = factories.UserFactory(roles=["coder"])
    verified(river, ann, bea)
    browser = as_user(ann)
    page = browser.get(reverse("coding:levels"))
    assert page.status_code == 200
    assert "0.62 RVUs" in page.content.decode()
    assert browser.get(reverse("coding:person-levels", args=[other.pk])).status_code == 404


def test_a_manager_chooses_whom_to_look_at(river, ann, bea, max_, codes, as_user):
    verified(river, ann, bea)
    page = as_user(max_).get(reverse("coding:person-levels", args=[ann.pk])).content.decode()
    assert f"Levels: {ann.name}" in page
    assert "Drift is judged from 21 verified encounters on" in page
    assert as_user(max_).get(reverse("coding:person-levels", args=[bea.pk])).status_code == 404


def test_an_empty_page_says_what_is_missing(ann, as_user):
    assert "Nothing verified yet" in as_user(ann).get(reverse("coding:levels")).content.decode()


def test_the_number_of_queries_does_not_grow(river, ann, bea, max_, codes):
    def count(times):
        for _ in range(times):
            verified(river, ann, bea)
        levels_of(ann, seen_by=max_, at=timezone.now())  # what is looked up once a process is looked up here
        with CaptureQueriesContext(connection) as captured:
            levels_of(ann, seen_by=max_, at=timezone.now())
        return len(captured)

    assert Encounter.objects.count() == 0
    assert max_.permissions  # asked once a request
    assert count(2) == count(6)
