"""The coding bench: drafts, findings, submitting; with scripts and without."""

import json

import pytest
from django.urls import reverse

from coding.models import Coding, Draft, Encounter
from coding.rules.lifecycle import EncounterStatus
from tests import factories
from tests.coding.benches import body, form_for, lapse, to_code
from tests.coding.lines import coded

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


def url_of(held, name="code"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


GOOD = body("E119 I10", ("99213", [1]))


@pytest.mark.parametrize("name", ["bea", "cleo", "otto", "max_", "ada", "bill"])
def test_the_bench_does_not_exist_for_others(request, held, name, as_user):
    browser = as_user(request.getfixturevalue(name))
    assert browser.get(url_of(held)).status_code == 404
    assert browser.post(url_of(held), form_for(held, body=GOOD)).status_code == 404
    assert browser.post(url_of(held, "findings"), form_for(held, body=GOOD)).status_code == 404


def test_who_only_precoded_it_has_no_coding_bench(river, ann, as_user):
    other = factories.UserFactory(roles=["coder"])
    held = to_code(river, other)
    assert as_user(ann).get(url_of(held)).status_code == 404


def test_the_bench_shows_the_facts_and_an_empty_list(held, ann, as_user):
    text = as_user(ann).get(url_of(held)).content.decode()
    assert "Test Person" in text
    assert "10/30/2026" in text
    assert 'diagnosis-system="icd10cm"' in text
    assert 'name="dx-1"' in text


def test_submitting_the_code_list_keeps_the_version_and_goes_on(held, ann, as_user):
    answer = as_user(ann).post(url_of(held), form_for(held, body=GOOD, action="submit_next"))
    assert answer.status_code == 302
    assert Coding.objects.get().coded() == coded("E119 I10", "99213@1")
    assert Encounter.objects.get().status in {EncounterStatus.TO_VERIFY, EncounterStatus.VERIFIED}


def test_submitting_the_plain_rows_does_the_same(held, ann, as_user):
    rows = {
        "dx-1": "E11.9",
        "dx-3": "i10",
        "px-2-code": "99213",
        "px-2-units": "1",
        "px-2-pointers": "A",
        "px-2-modifiers": "",
    }
    as_user(ann).post(url_of(held), form_for(held, **rows, action="submit_next", comment="Clear."))
    coding = Coding.objects.get()
    assert (coding.coded(), coding.comment) == (coded("E119 I10", "99213@1"), "Clear.")


def test_a_hard_finding_stops_the_submission_and_says_where(held, ann, as_user):
    page = as_user(ann).post(url_of(held), form_for(held, body=body("E119", ("99213", [])), action="submit_next"))
    assert page.status_code == 422
    text = page.content.decode()
    assert "Not submitted: 1 to fix" in text
    assert 'href="#line-p1"' in text
    assert 'value="99213"' in text
    assert not Coding.objects.exists()


def test_what_is_no_code_is_refused_without_losing_the_draft(held, ann, as_user):
    page = as_user(ann).post(url_of(held), form_for(held, **{"dx-1": "what?"}, action="submit_next"))
    assert page.status_code == 422
    assert "Diagnosis 1 is not written like a code." in page.content.decode()


def test_each_change_is_saved_under_its_version(held, ann, as_user):
    browser = as_user(ann)
    for version in (0, 1, 2):
        answer = browser.post(url_of(held, "draft"), form_for(held, version=version, body=GOOD))
        assert answer.json()["version"] == version + 1
    assert "E11.9" in browser.get(url_of(held)).content.decode()


def test_another_tab_is_not_overwritten_neither_by_a_save_nor_by_a_submission(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held, "draft"), form_for(held, body=GOOD))
    other = body("I10", ("99213", [1]))
    answer = browser.post(url_of(held, "draft"), form_for(held, body=other))
    assert (answer.status_code, answer.json()["changed"]) == (409, True)
    page = browser.post(url_of(held), form_for(held, body=other, action="submit_next"))
    assert page.status_code == 409
    assert "This was changed in another tab" in page.content.decode()
    assert 'name="version" value="1"' in page.content.decode()
    assert not Coding.objects.exists()
    browser.post(url_of(held), form_for(held, version=1, body=other, action="submit_next"))
    assert Coding.objects.get().coded() == coded("I10", "99213@1")


def test_a_late_submission_is_refused_and_kept_as_a_draft(held, ann, as_user):
    lapse(held)
    page = as_user(ann).post(url_of(held), form_for(held, body=GOOD, action="submit_next"))
    assert page.status_code == 409
    assert "You are only reading." in page.content.decode()
    assert not Coding.objects.exists()
    draft = Draft.objects.get()
    assert draft.is_late
    assert [line["code"] for line in draft.body["diagnoses"]] == ["E119", "I10"]


def test_a_late_save_does_not_replace_a_newer_draft(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held, "draft"), form_for(held, body=GOOD))
    lapse(held)
    answer = browser.post(url_of(held, "draft"), form_for(held, body=body("I10")))
    assert (answer.status_code, answer.json()["lost"]) == (409, True)
    assert len(Draft.objects.get().body["diagnoses"]) == 2


def test_after_being_taken_back_the_late_draft_is_the_work_again(held, ann, as_user):
    lapse(held)
    browser = as_user(ann)
    browser.post(url_of(held, "draft"), form_for(held, body=GOOD))
    browser.post(url_of(held, "take-back"), {"stage": "coding"})
    text = browser.get(url_of(held)).content.decode()
    assert 'value="E11.9"' in text


def test_findings_are_told_for_a_list_that_is_not_saved(held, ann, as_user):
    page = as_user(ann).post(url_of(held, "findings"), form_for(held, body=body("E119", ("99213", []))))
    assert page.status_code == 200
    assert "1 to fix" in page.content.decode()
    assert not Draft.objects.exists()
    page = as_user(ann).post(url_of(held, "findings"), form_for(held, body="{"))
    assert "could not be read" in page.content.decode()


def test_findings_for_another_encounter_are_refused(held, ann, as_user):
    sent = form_for(held, encounter=held.encounter_id + 1, body=GOOD)
    assert as_user(ann).post(url_of(held, "findings"), sent).status_code == 404


def test_a_fix_of_a_finding_is_the_whole_list_after_it(held, ann, as_user):
    page = as_user(ann).post(url_of(held, "findings"), form_for(held, body=body("E119 E119", ("99213", [1]))))
    fixes = [row["fix"] for row in page.context["findings"] if row["fix"]]
    assert fixes
    assert len(json.loads(fixes[0])["diagnoses"]) == 1


def test_an_old_visit_is_coded_in_icd9(held, ann, as_user):
    from datetime import date

    from coding.models import PreCoding

    PreCoding.objects.update(date_from=date(2014, 5, 1), date_to=date(2014, 5, 1))
    text = as_user(ann).get(url_of(held)).content.decode()
    assert 'diagnosis-system="icd9cm"' in text
    assert 'on="2014-05-01"' in text


def test_a_finished_encounter_is_shown_but_not_edited(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held), form_for(held, body=GOOD, action="submit"))
    text = browser.get(url_of(held)).content.decode()
    assert "You are only reading." in text
    assert "<form" not in text.split('id="codes-pane"')[1].split("</section>")[0]
    assert "E11.9" in text


@pytest.mark.parametrize("action", ["save", "submit"])
def test_an_older_form_sent_late_does_not_cover_a_newer_draft(held, ann, as_user, action):
    browser = as_user(ann)
    for version, codes in enumerate(("E119", "E119 I10")):
        browser.post(url_of(held), form_for(held, version=version, action="save", body=body(codes)))
    lapse(held)
    page = browser.post(url_of(held), form_for(held, version=1, action=action, body=body("M1711")))
    assert page.status_code == 409
    assert Draft.objects.get().body["diagnoses"] == [{"code": "E119"}, {"code": "I10"}]
    assert "M17.11" in page.content.decode()
    assert page.context["newer"] == [{"label": "Diagnoses", "text": "E119, I10"}]
    assert "You have saved something newer" in page.content.decode()


@pytest.mark.parametrize(
    "line",
    [{"units": "9" * 5000}, {"units": "²"}, {"modifiers": ["25\n"]}, {"pointers": [10**30]}, {"code": "99213\n"}],
)
def test_a_line_that_is_out_of_all_bounds_is_refused(held, ann, as_user, line):
    sent = {"procedures": [{"code": "99213", "modifiers": [], "units": 1, "pointers": [1], **line}]}
    answer = as_user(ann).post(url_of(held, "draft"), form_for(held, body=json.dumps(sent)))
    assert answer.status_code == 422


def test_numbers_out_of_all_bounds_in_a_form_name_nothing(held, ann, as_user):
    browser = as_user(ann)
    for name in ("assignment", "version"):
        answer = browser.post(url_of(held, "draft"), {**form_for(held, body=body("E119")), name: "9" * 5000})
        assert answer.status_code == (404 if name == "assignment" else 200)
    rows = {"dx-1": "E119", "px-1-code": "99213", "px-1-units": "1", "px-1-pointers": "9" * 5000, "action": "save"}
    assert browser.post(url_of(held), form_for(held, **rows)).status_code == 422
    assert browser.post(url_of(held, "draft"), form_for(held, body="[" * 100_000)).status_code == 422
