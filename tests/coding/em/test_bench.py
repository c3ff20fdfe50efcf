"""The worksheet at the benches: saved with the draft, judged with the codes, kept with the version."""

import json

import pytest
from django.urls import reverse

from coding.models import Coding, Draft
from tests.coding.benches import body, form_for, to_code, to_verify

pytestmark = pytest.mark.django_db

SHEET = {
    "problems": {"chronic_worse": 1},
    "tests": ["A1c"],
    "risks": ["prescription"],
    "provider_code": "99215",
    "where": {"risk-prescription": "p. 2 start metformin"},
}


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


def filled(code="99213", sheet=SHEET):
    return json.dumps({**json.loads(body("E119", (code, [1]))), "worksheet": sheet})


def url_of(held, name="code"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


def test_the_draft_keeps_it(held, ann, as_user):
    as_user(ann).post(url_of(held, "draft"), form_for(held, body=filled()))
    assert Draft.objects.get().body["worksheet"]["where"] == {"risk-prescription": "p. 2 start metformin"}
    page = as_user(ann).get(url_of(held)).content.decode()
    assert "Supports 99214; 99213 is 1 below" in page
    assert 'value="p. 2 start metformin"' in page


def test_a_level_that_is_not_supported_is_found_with_its_reason_and_a_fix(held, ann, as_user):
    page = as_user(ann).post(url_of(held, "findings"), form_for(held, body=filled())).content.decode()
    assert "99213 is 1 level below what the worksheet supports" in page
    assert "Report 99214" in page
    assert "99214 by decision making: two of three elements reach it" in page
    assert "The provider chose 99215: 1 above" in page


def test_a_supported_level_is_not_spoken_of(held, ann, as_user):
    page = as_user(ann).post(url_of(held, "findings"), form_for(held, body=filled("99214"))).content.decode()
    assert "what the worksheet supports" not in page
    assert "Supports 99214" in page


def test_without_a_coded_visit_the_likely_family_is_shown(held, ann, as_user):
    sent = json.dumps({**json.loads(body("E119")), "worksheet": SHEET})
    page = as_user(ann).post(url_of(held, "findings"), form_for(held, body=sent)).content.decode()
    assert "Supports 99214" in page
    assert "Office, established patient" in page


def test_the_version_keeps_it_and_the_verifier_sees_it(held, ann, as_user):
    as_user(ann).post(url_of(held), form_for(held, body=filled("99214"), action="submit_next"))
    kept = Coding.objects.get().worksheet
    assert kept["problems"] == {"chronic_worse": 1}
    assert kept["where"] == {"risk-prescription": "p. 2 start metformin"}


def test_the_verifier_starts_from_the_coders_worksheet(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    assert "E/M worksheet" in as_user(bea).get(url_of(held, "verify")).content.decode()


def test_a_worksheet_that_cannot_be_read_is_refused_without_losing_the_draft(held, ann, as_user):
    answer = as_user(ann).post(url_of(held, "draft"), form_for(held, body=filled(sheet={"minutes": "an hour"})))
    assert answer.status_code == 422
    assert answer.json()["message"] == "Worksheet: minutes are a whole number up to 1440."


def test_the_form_without_scripts_keeps_it_too(held, ann, as_user):
    rows = {"dx-1": "E11.9", "px-1-code": "99214", "px-1-units": "1", "px-1-pointers": "A", "px-1-modifiers": ""}
    ticks = {"em-problem-chronic_worse": "1", "em-risk-prescription": "1", "em-minutes": "31"}
    as_user(ann).post(url_of(held), form_for(held, **rows, **ticks, action="submit_next"))
    assert Coding.objects.get().worksheet["minutes"] == 31
