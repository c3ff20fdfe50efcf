"""Pages by keys from the bench: each step is written as arranging writes it, and can be taken back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.arranging import arrangement_of
from coding.models import Encounter, EncounterEvent
from coding.rules.arranging import fingerprint
from coding.rules.lifecycle import EncounterStatus
from portal.models import AuditEvent, Page
from tests.coding.benches import form_for, lapse, to_precode

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(river, ann):
    return to_precode(river, ann, count=4)


def url_of(held, name="move-page"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


def version_of(held):
    return fingerprint(arrangement_of(held.encounter.chart))


def move(browser, held, what, page=1, **more):
    return browser.post(
        url_of(held), form_for(held, **{"move": what, "page": page, "grown_from": version_of(held), **more})
    )


def words():
    waiting = Encounter.objects.exclude(status=EncounterStatus.NOT_BILLABLE)
    return [row.page_words for row in waiting.order_by("part")]


def test_a_new_visit_begins_at_a_page(held, ann, as_user):
    browser = as_user(ann)
    answer = move(browser, held, "begin", 3)
    assert answer.url == url_of(held, "precode") + "?page=2"
    assert words() == ["1–2", "3–4"]
    made = Encounter.objects.get(part=2)
    assert made.status == EncounterStatus.TO_PRECODE
    page = browser.get(url_of(held, "precode")).content.decode()
    assert f"A new visit, {made.label}, begins at page 3." in page
    assert 'value="undo"' in page
    event = EncounterEvent.objects.get(encounter=held.encounter, move="set_pages")
    assert (event.user, event.comment) == (ann, "Pages 3–4 taken out.")
    assert AuditEvent.objects.filter(action="encounter.pages_set", object_id=str(held.encounter_id)).exists()
    assert Page.objects.filter(chart=held.encounter.chart).count() == 4


def test_a_page_goes_to_the_next_visit_and_to_the_one_before(held, ann, as_user):
    browser = as_user(ann)
    move(browser, held, "begin", 3)
    move(browser, held, "after", 2)
    assert words() == ["1", "2–4"]
    assert move(browser, held, "before", 1).url.endswith("?page=1")
    assert words() == ["1", "2–4"]
    assert "Not moved. The chart has no visit before this one." in browser.get(url_of(held, "precode")).content.decode()


def test_a_page_is_taken_out_of_the_visit(held, ann, as_user):
    browser = as_user(ann)
    move(browser, held, "out", 2)
    assert words() == ["1, 3–4"]
    assert arrangement_of(held.encounter.chart).left_out == (2,)
    assert "Page 2 was taken out: it is of no visit." in browser.get(url_of(held, "precode")).content.decode()


def test_steps_are_taken_back_one_after_the_other(held, ann, as_user):
    browser = as_user(ann)
    move(browser, held, "out", 4)
    move(browser, held, "begin", 2)
    assert words() == ["1", "2–3"]
    move(browser, held, "undo")
    assert words() == ["1–3"]
    move(browser, held, "undo")
    assert words() == ["1–4"]
    assert Encounter.objects.get(part=2).not_billable_reason == "joined"
    assert EncounterEvent.objects.filter(encounter=held.encounter, move="set_pages").count() == 4
    assert 'value="undo"' not in browser.get(url_of(held, "precode")).content.decode()
    move(browser, held, "undo")
    assert words() == ["1–4"]


def test_nothing_is_taken_back_over_somebody_s_head(held, ann, as_user):
    browser = as_user(ann)
    move(browser, held, "out", 4)
    plan = f"{held.encounter.label}: 1-2\nout: 3-4"
    browser.post(url_of(held, "arrange"), form_for(held, plan=plan, grown_from=version_of(held)))
    move(browser, held, "undo")
    assert words() == ["1–2"]
    assert "at the same moment" in browser.get(url_of(held, "precode")).content.decode()


def test_a_step_on_pages_that_were_arranged_since_is_refused(held, ann, as_user):
    browser = as_user(ann)
    old = version_of(held)
    move(browser, held, "out", 4)
    move(browser, held, "out", 3, grown_from=old)
    assert words() == ["1–3"]


@pytest.mark.parametrize(("what", "page"), [("out", 9), ("out", 0), ("begin", 1), ("after", 4)])
def test_what_cannot_be_says_so_and_changes_nothing(held, ann, as_user, what, page):
    browser = as_user(ann)
    assert move(browser, held, what, page).status_code == 302
    assert "Not moved." in browser.get(url_of(held, "precode")).content.decode()
    assert words() == ["1–4"]
    assert not EncounterEvent.objects.filter(move="set_pages").exists()


def test_the_only_page_stays(river, ann, as_user):
    held = to_precode(river, ann, count=2)
    browser = as_user(ann)
    move(browser, held, "out", 2)
    move(browser, held, "out", 1)
    assert words() == ["1"]


def test_a_step_that_does_not_exist_moves_nothing(held, ann, as_user):
    assert move(as_user(ann), held, "burn", 1).status_code == 302
    assert words() == ["1–4"]


def test_without_the_lease_nothing_moves(held, ann, as_user):
    lapse(held)
    browser = as_user(ann)
    move(browser, held, "out", 1)
    assert words() == ["1–4"]
    assert "Not moved: your time on this chart ran out." in browser.get(url_of(held, "precode")).content.decode()


def test_a_draft_is_not_touched_by_moving_pages(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held, "precode"), {**form_for(held), "action": "save", "patient_name": "Half"})
    move(browser, held, "begin", 2)
    assert 'value="Half"' in browser.get(url_of(held, "precode")).content.decode()
    assert held.encounter.assignments.get().lease_until > timezone.now()
