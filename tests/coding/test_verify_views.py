"""The verification bench: the comparison, the verdicts, and who may not judge."""

import pytest
from django.urls import reverse

from coding.models import Coding, Draft, Encounter, Verification
from coding.rules.lifecycle import EncounterStatus
from tests.coding.benches import body, form_for, lapse, to_verify, with_words
from tests.coding.lines import coded

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(river, ann, bea):
    return to_verify(river, ann, bea, version=coded("E119 I10", "99214@1"))


def url_of(held, name="verify"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


SAME = body("E119 I10", ("99214", [1]))
OTHER = body("E119 I10", ("99213", [1]))


@pytest.mark.parametrize("name", ["ann", "cleo", "otto", "max_", "ada", "bill"])
def test_the_bench_does_not_exist_for_others_nor_for_the_coder(request, held, name, as_user):
    browser = as_user(request.getfixturevalue(name))
    assert browser.get(url_of(held)).status_code == 404
    assert browser.post(url_of(held), form_for(held, body=SAME, action="verified")).status_code == 404
    assert browser.post(url_of(held, "compare"), form_for(held, body=SAME)).status_code == 404


def test_it_starts_as_a_copy_of_the_coders_version(held, bea, as_user):
    page = as_user(bea).get(url_of(held))
    assert page.context["differences"] == 0
    assert 'value="E11.9"' in page.content.decode()
    assert "Both versions agree" in page.content.decode()
    assert "Ann Archer" in page.content.decode()


def test_the_server_compares_what_is_not_saved(held, bea, as_user):
    page = as_user(bea).post(url_of(held, "compare"), form_for(held, body=OTHER))
    assert [(row["label"], row["coder"], row["verifier"]) for row in page.context["comparison"]] == [
        ("Agree", "E11.9", "E11.9"), ("Agree", "I10", "I10"), ("Up-coded", "99214", "99213"),
    ]  # fmt: skip
    assert 'data-differences="1"' in page.content.decode()
    assert as_user(bea).post(url_of(held, "compare"), form_for(held, body="{")).status_code == 422


def test_verified_finishes_it(held, bea, as_user):
    answer = as_user(bea).post(url_of(held), form_for(held, body=SAME, action="verified"))
    assert answer.url == reverse("coding:queue")
    assert Encounter.objects.get().status == EncounterStatus.VERIFIED


def test_a_correction_from_the_plain_rows_keeps_both_versions(held, bea, as_user):
    rows = {"dx-1": "E11.9", "dx-2": "I10", "px-1-code": "99213", "px-1-units": "1", "px-1-pointers": "A"}
    browser = as_user(bea)
    assert browser.post(url_of(held), form_for(held, **rows, action="corrected")).status_code == 422
    rows |= {"difference-3": "procedure|up_coded|99214|99213", "reason-3": "em_level", "severity-3": "payment"}
    as_user(bea).post(url_of(held), form_for(held, **rows, action="corrected", comment="Low complexity."))
    said = Verification.objects.get()
    assert (said.verdict, said.comment) == ("corrected", "Low complexity.")
    assert Coding.objects.count() == 2
    assert said.discrepancies.get().reason == "em_level"


def test_a_return_needs_a_comment(held, bea, as_user):
    page = as_user(bea).post(url_of(held), form_for(held, body=with_words(held, OTHER), action="returned"))
    assert page.status_code == 422
    assert 'href="#id_comment"' in page.content.decode()
    assert not Verification.objects.exists()
    sent = with_words(held, body("E119 I10", ("99213", [1]), comment="Only two problems."))
    as_user(bea).post(url_of(held), form_for(held, body=sent, action="returned"))
    assert Encounter.objects.get().status == EncounterStatus.TO_CODE


@pytest.mark.parametrize(("sent", "verdict"), [(OTHER, "verified"), (SAME, "corrected")])
def test_a_verdict_that_contradicts_the_versions_is_explained(held, bea, as_user, sent, verdict):
    page = as_user(bea).post(url_of(held), form_for(held, body=sent, action=verdict))
    assert page.status_code == 422
    assert "There is a problem" in page.content.decode()
    assert not Verification.objects.exists()


def test_a_hard_finding_stops_the_verdict(held, bea, as_user):
    page = as_user(bea).post(url_of(held), form_for(held, body=body("E119", ("99213", [])), action="corrected"))
    assert page.status_code == 422
    assert "No verdict yet" in page.content.decode()


def test_comparing_without_scripts_saves_the_draft_first(held, bea, as_user):
    browser = as_user(bea)
    answer = browser.post(url_of(held), form_for(held, body=OTHER, action="save"))
    assert answer.url == url_of(held)
    assert browser.get(url_of(held)).context["differences"] == 1


def test_a_late_verdict_is_refused_and_kept(held, bea, as_user):
    lapse(held)
    page = as_user(bea).post(url_of(held), form_for(held, body=OTHER, action="corrected"))
    assert page.status_code == 409
    assert Draft.objects.get().is_late
    assert not Verification.objects.exists()


def test_another_tab_is_not_overwritten(held, bea, as_user):
    browser = as_user(bea)
    browser.post(url_of(held, "draft"), form_for(held, body=OTHER))
    assert browser.post(url_of(held), form_for(held, body=SAME, action="verified")).status_code == 409
    assert browser.post(url_of(held), form_for(held, body=SAME, action="save")).status_code == 409


def test_an_older_form_sent_late_does_not_cover_a_newer_draft(held, bea, as_user):
    browser = as_user(bea)
    for version, sent in enumerate((SAME, OTHER)):
        browser.post(url_of(held), form_for(held, version=version, action="save", body=sent))
    lapse(held)
    page = browser.post(url_of(held), form_for(held, version=1, action="save", body=SAME))
    assert page.status_code == 409
    assert Draft.objects.get().body["procedures"][0]["code"] == "99213"
    assert {"label": "Procedures", "text": "99213 × 1"} in page.context["newer"]
