"""The pre-coding bench: permissions, drafts, finishing, splitting; all without scripts too."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.models import Draft, Encounter, PreCoding
from coding.rules.lifecycle import EncounterStatus
from portal import page_links
from tests import factories
from tests.coding.benches import form_for, lapse, to_code, to_precode, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(river, ann):
    factories.ProviderFactory(practice=river)
    return to_precode(river, ann)


def url_of(held, name="precode"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


def answers(held, **more):
    provider = held.practice.providers.first()
    return form_for(
        held, patient_name="Person, Test", birth_date="01021960", sex="F", date_from="10/30/2026", visit_type="new",
        rendering_provider=provider.pk, place_of_service="11", **more,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["bea", "cleo", "otto", "max_", "ada", "bill"])
def test_the_bench_does_not_exist_for_others(request, held, name, as_user):
    browser = as_user(request.getfixturevalue(name))
    assert browser.get(url_of(held)).status_code == 404
    assert browser.post(url_of(held), answers(held)).status_code == 404


def test_another_coder_does_not_see_it(held, as_user):
    other = factories.UserFactory(roles=["coder"])
    assert as_user(other).get(url_of(held)).status_code == 404


def test_the_bench_shows_every_page_of_the_visit_as_an_image(held, ann, as_user):
    text = as_user(ann).get(url_of(held)).content.decode()
    links = [page_links.read(link, "encounter") for link in re.findall(r'src="/work/p/([^"]+)"', text)]
    assert [(link.holder, link.number, link.person) for link in links] == [
        (held.encounter_id, number, ann.pk) for number in (1, 2, 3)
    ]
    assert text.count("Words of page") == 3


def test_finishing_writes_the_facts_and_opens_the_next_chart(held, river, ann, as_user):
    another = visit(river)
    answer = as_user(ann).post(url_of(held), answers(held, action="finish_next"))
    facts = PreCoding.objects.get()
    assert (facts.patient_name, facts.finished_by) == ("Person, Test", ann)
    assert answer.url in {
        reverse("coding:code", args=[held.encounter_id]), reverse("coding:precode", args=[another.pk]),
    }  # fmt: skip


def test_what_is_missing_is_listed_and_nothing_is_written(held, ann, as_user):
    page = as_user(ann).post(url_of(held), {**answers(held), "patient_name": "", "birth_date": "soon"})
    assert page.status_code == 422
    assert "There is a problem" in page.content.decode()
    assert 'href="#id_birth_date"' in page.content.decode()
    assert not PreCoding.objects.exists()


def test_a_draft_comes_back_when_the_bench_is_opened_again(held, ann, as_user):
    browser = as_user(ann)
    answer = browser.post(url_of(held, "draft"), form_for(held, body=json.dumps({"patient_name": "Half typed"})))
    assert answer.json()["version"] == 1
    assert "Half typed" in browser.get(url_of(held)).content.decode()


def test_the_plain_form_saves_a_draft(held, ann, as_user):
    answer = as_user(ann).post(url_of(held), {**answers(held, action="save"), "patient_name": "Half"})
    assert answer.url == url_of(held)
    assert Draft.objects.get().body["patient_name"] == "Half"


def test_a_save_over_another_tabs_draft_is_refused(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held, "draft"), form_for(held, body=json.dumps({"patient_name": "First"})))
    answer = browser.post(url_of(held, "draft"), form_for(held, body=json.dumps({"patient_name": "Second"})))
    assert answer.status_code == 409
    assert answer.json()["changed"]
    assert Draft.objects.get().body["patient_name"] == "First"
    assert browser.post(url_of(held), {**answers(held, action="save")}).status_code == 409


def test_a_late_save_is_kept_for_its_author_and_changes_nothing(held, ann, as_user):
    lapse(held)
    answer = as_user(ann).post(url_of(held, "draft"), form_for(held, body=json.dumps({"patient_name": "Late"})))
    assert (answer.status_code, answer.json()["lost"]) == (409, True)
    assert (Draft.objects.get().body["patient_name"], Draft.objects.get().is_late) == ("Late", True)
    assert as_user(ann).post(url_of(held, "heartbeat"), form_for(held)).status_code == 409


def test_finishing_late_keeps_what_was_typed(held, ann, as_user):
    lapse(held)
    page = as_user(ann).post(url_of(held), answers(held))
    assert page.status_code == 409
    assert "You are only reading." in page.content.decode()
    assert Draft.objects.get().body["patient_name"] == "Person, Test"
    assert not PreCoding.objects.exists()


def test_a_heartbeat_renews_the_lease(held, ann, as_user):
    before = held.lease_until
    answer = as_user(ann).post(url_of(held, "heartbeat"), form_for(held), headers={"X-Background": "1"})
    held.refresh_from_db()
    assert answer.status_code == 200
    assert held.lease_until > before


def test_a_draft_that_is_no_json_is_refused(held, ann, as_user):
    for wrong in ("{", "[]", "7"):
        assert as_user(ann).post(url_of(held, "draft"), form_for(held, body=wrong)).status_code == 422


def test_a_chart_of_several_visits_is_split_by_pages(held, ann, as_user):
    answer = as_user(ann).post(url_of(held, "split"), form_for(held, ranges="1-2, 3"))
    assert answer.url == url_of(held)
    assert [visit.page_words for visit in Encounter.objects.order_by("part")] == ["1–2", "3"]
    assert Encounter.objects.get(part=2).status == EncounterStatus.TO_PRECODE


@pytest.mark.parametrize("ranges", ["1-9", "1-2, 2-3", "none"])
def test_page_ranges_that_cannot_be_are_refused(held, ann, as_user, ranges):
    page = as_user(ann).post(url_of(held, "split"), form_for(held, ranges=ranges, leave_out="on"))
    assert page.status_code == 422
    assert Encounter.objects.count() == 1


def test_a_second_click_on_split_makes_no_more_visits(held, ann, as_user):
    browser = as_user(ann)
    for _ in range(2):
        page = browser.post(url_of(held, "split"), form_for(held, ranges="1-2, 3"))
    assert (page.status_code, Encounter.objects.count()) == (422, 2)
    assert "Those pages are another visit already." in page.content.decode()


def test_pages_in_no_range_are_named_and_left_out_once_that_is_ticked(held, ann, as_user):
    browser = as_user(ann)
    page = browser.post(url_of(held, "split"), form_for(held, ranges="1-2"))
    assert page.status_code == 422
    assert "Page 3 belongs to no visit." in page.content.decode()
    assert browser.post(url_of(held, "split"), form_for(held, ranges="1-2", leave_out="on")).url == url_of(held)
    assert Encounter.objects.get().page_words == "1–2"


def test_opening_work_that_was_assigned_ahead_starts_its_ordinary_lease(held, ann, as_user, settings):
    type(held).objects.update(opened_at=None)
    as_user(ann).get(url_of(held))
    held.refresh_from_db()
    assert held.opened_at is not None
    assert (held.lease_until - timezone.now()).total_seconds() <= settings.LEASE_SECONDS


def test_facts_come_back_when_the_coder_sends_them_back(river, ann, as_user):
    held = to_code(river, ann)
    browser = as_user(ann)
    browser.post(url_of(held, "send-back"), form_for(held, comment="Wrong date"))
    text = browser.get(url_of(held)).content.decode()
    assert 'value="Test Person"' in text
    assert 'value="10/30/2026"' in text


def test_a_tab_that_has_not_seen_the_draft_does_not_finish(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held), answers(held, action="save"))
    browser.post(url_of(held), {**answers(held, action="save"), "version": 1, "patient_name": "Corrected, Test"})
    page = browser.post(url_of(held), {**answers(held, action="finish"), "version": 1})
    assert page.status_code == 409
    assert "This was changed in another tab" in page.content.decode()
    assert not PreCoding.objects.exists()
    browser.post(url_of(held), {**answers(held, action="finish"), "version": 2})
    assert PreCoding.objects.exists()


@pytest.mark.parametrize("action", ["save", "finish"])
def test_an_older_form_sent_late_does_not_cover_a_newer_draft_and_shows_both(held, ann, as_user, action):
    browser = as_user(ann)
    for version, name in enumerate(("First", "Newer")):
        browser.post(url_of(held), {**answers(held, action="save"), "version": version, "patient_name": name})
    lapse(held)
    page = browser.post(url_of(held), {**answers(held, action=action), "version": 1, "patient_name": "Older"})
    assert page.status_code == 409
    assert Draft.objects.get().body["patient_name"] == "Newer"
    assert {"label": "Patient name", "text": "Newer"} in page.context["newer"]
    assert {"label": "Sex", "text": "Female"} in page.context["newer"]
    assert 'value="Older"' in page.content.decode()


def test_a_late_form_with_a_mistake_is_kept_too(held, ann, as_user):
    lapse(held)
    page = as_user(ann).post(url_of(held), {**answers(held), "patient_name": "Half", "birth_date": "soon"})
    assert page.status_code == 409
    assert Draft.objects.get().body["patient_name"] == "Half"


def test_late_words_whose_draft_is_gone_are_kept(held, ann, as_user):
    lapse(held)
    as_user(ann).post(url_of(held), {**answers(held, action="save"), "version": 4})
    assert Draft.objects.get().body["patient_name"] == "Person, Test"
