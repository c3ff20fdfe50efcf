"""The queue page, taking work, and the ways off a bench."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.queue import take_next
from coding.actions.verification import give_verdict
from coding.models import Assignment, Draft, Encounter, EncounterPage, Verdict
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import EncounterStatus
from portal.models import AuditEvent
from tests.coding.benches import form_for, lapse, to_code, to_precode, to_verify, visit
from tests.coding.lines import coded

pytestmark = pytest.mark.django_db


def test_an_empty_queue_says_so_calmly(ann, as_user):
    page = as_user(ann).get(reverse("coding:queue"))
    assert page.status_code == 200
    assert "Nothing is due." in page.content.decode()


def test_the_next_chart_is_shown_with_why_and_without_the_patient(river, ann, as_user):
    encounter = visit(river)
    text = as_user(ann).get(reverse("coding:queue")).content.decode()
    assert encounter.label in text
    assert "Earliest promise in your specialties" in text
    assert "3 pages" in text
    assert encounter.chart.original_name not in text


def test_start_takes_the_next_chart_to_its_bench(river, ann, as_user):
    encounter = visit(river)
    answer = as_user(ann).post(reverse("coding:next"))
    assert answer.url == reverse("coding:precode", args=[encounter.pk])
    assert Assignment.objects.get().user == ann


def test_start_with_nothing_left_goes_back_to_the_queue(ann, as_user):
    page = as_user(ann).post(reverse("coding:next"), follow=True)
    assert "Nothing else is waiting for you." in page.content.decode()


def test_a_coder_can_choose_one_stage(river, ann, as_user):
    visit(river)
    browser = as_user(ann)
    browser.post(reverse("coding:choose-stage"), {"stage": "coding"})
    assert "Nothing is due." in browser.get(reverse("coding:queue")).content.decode()
    assert browser.post(reverse("coding:next")).url == reverse("coding:queue")
    browser.post(reverse("coding:choose-stage"), {"stage": ""})
    assert browser.post(reverse("coding:next")).url != reverse("coding:queue")


def test_nobody_can_choose_a_stage_that_is_not_theirs(river, ann, bea, as_user):
    browser = as_user(bea)
    browser.post(reverse("coding:choose-stage"), {"stage": "precoding"})
    assert "work_stage" not in browser.session


@pytest.mark.parametrize("name", ["cleo", "otto", "max_", "ada", "bill"])
def test_the_queue_does_not_exist_for_others(request, name, as_user):
    browser = as_user(request.getfixturevalue(name))
    assert browser.get(reverse("coding:queue")).status_code == 404
    assert browser.post(reverse("coding:next")).status_code == 404


def test_work_leads_to_the_bench_of_the_stage(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    assert as_user(bea).get(reverse("coding:work", args=[held.encounter_id])).url == reverse(
        "coding:verify", args=[held.encounter_id]
    )
    assert as_user(ann).get(reverse("coding:work", args=[held.encounter_id])).url == reverse(
        "coding:code", args=[held.encounter_id]
    )


def test_what_was_returned_needs_its_coder_and_opens_with_one_press(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    give_verdict(
        assignment=held, by=bea, at=timezone.now(), verdict=Verdict.RETURNED, coded=None, comment="Laterality?"
    )
    browser = as_user(ann)
    text = browser.get(reverse("coding:queue")).content.decode()
    assert "Returned to you by verification" in text
    answer = browser.post(reverse("coding:take-back", args=[held.encounter_id]), {"stage": "coding"})
    assert answer.url == reverse("coding:code", args=[held.encounter_id])
    text = browser.get(answer.url).content.decode()
    assert "Laterality?" in text
    assert 'value="E11.9"' in text


def test_done_today_counts_ones_own_work_only(river, ann, bea, as_user):
    to_verify(river, ann, bea)
    today = as_user(ann).get(reverse("coding:queue")).context["today"]
    assert [fact["value"] for fact in today] == [1, 1, 0]
    today = as_user(bea).get(reverse("coding:queue")).context["today"]
    assert [fact["value"] for fact in today] == [0]


# -- ways off ------------------------------------------------------------------------------------------


def test_skip_asks_why_and_goes_on_to_the_next(river, ann, as_user):
    held, another = to_precode(river, ann), visit(river)
    browser = as_user(ann)
    assert browser.get(reverse("coding:skip", args=[held.encounter_id])).status_code == 200
    assert browser.post(reverse("coding:skip", args=[held.encounter_id]), form_for(held)).status_code == 422
    answer = browser.post(reverse("coding:skip", args=[held.encounter_id]), form_for(held, reason="unreadable"))
    held.refresh_from_db()
    assert (held.end, held.skip_reason) == ("skipped", "unreadable")
    assert answer.url == reverse("coding:precode", args=[another.pk])


def test_hold_says_why_whose_move_and_until_when(river, ann, as_user):
    held = to_precode(river, ann)
    browser = as_user(ann)
    url = reverse("coding:hold", args=[held.encounter_id])
    assert browser.get(url).status_code == 200
    day = timezone.localdate() + timedelta(days=3)
    answers = form_for(held, reason="missing_page", whose_move="practice", return_on=day.isoformat(), comment="Page 2?")
    past = (day - timedelta(days=4)).isoformat()
    assert browser.post(url, {**answers, "return_on": past}).status_code == 422
    browser.post(url, answers)
    encounter = Encounter.objects.get()
    assert (encounter.status, encounter.hold_reason, encounter.held_by) == (EncounterStatus.HELD, "missing_page", ann)
    assert encounter.hold_return_at.astimezone(timezone.get_default_timezone()).date() >= day
    text = browser.get(reverse("coding:queue")).content.decode()
    assert "Missing page, until" in text


def test_who_put_it_on_hold_can_resume_and_others_cannot(river, ann, bea, as_user):
    held = to_precode(river, ann)
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    as_user(ann).post(
        reverse("coding:hold", args=[held.encounter_id]),
        form_for(held, reason="missing_page", whose_move="service", return_on=day),
    )
    url = reverse("coding:resume", args=[held.encounter_id])
    assert as_user(bea).post(url).status_code == 404
    as_user(ann).post(url)
    assert Encounter.objects.get().status == EncounterStatus.TO_PRECODE
    assert as_user(ann).post(url).status_code == 404


def test_not_billable_finishes_for_a_named_reason(river, ann, as_user):
    held = to_precode(river, ann)
    url = reverse("coding:not-billable", args=[held.encounter_id])
    assert as_user(ann).get(url).status_code == 200
    as_user(ann).post(url, form_for(held, reason="not_signed"))
    assert Encounter.objects.get().status == EncounterStatus.NOT_BILLABLE


def test_a_coder_sends_wrong_facts_back_with_a_word(river, ann, as_user):
    held = to_code(river, ann)
    url = reverse("coding:send-back", args=[held.encounter_id])
    assert as_user(ann).post(url, form_for(held, comment="")).status_code == 422
    as_user(ann).post(url, form_for(held, comment="Another patient's page 2"))
    assert Encounter.objects.get().status == EncounterStatus.PRECODING  # and at once in hand again as the next
    assert (
        "Another patient&#x27;s page 2"
        in as_user(ann).get(reverse("coding:precode", args=[held.encounter_id])).content.decode()
    )


def test_giving_back_keeps_the_draft(river, ann, as_user):
    held = to_precode(river, ann)
    browser = as_user(ann)
    browser.post(reverse("coding:draft", args=[held.encounter_id]), form_for(held, body='{"patient_name": "Somebody"}'))
    browser.post(reverse("coding:release", args=[held.encounter_id]), form_for(held))
    assert Encounter.objects.get().status == EncounterStatus.TO_PRECODE
    assert Draft.objects.get().body["patient_name"] == "Somebody"


@pytest.mark.parametrize("name", ["skip", "hold", "not-billable", "release", "draft", "heartbeat"])
def test_a_form_made_for_another_encounter_or_another_person_is_refused(river, ann, bea, as_user, name):
    first = to_precode(river, ann)
    url = reverse(f"coding:{name}", args=[first.encounter_id])
    wrong = form_for(first, encounter=first.encounter_id + 1, reason="unreadable", body="{}")
    assert as_user(ann).post(url, wrong).status_code == 404
    assert as_user(ann).post(url, form_for(first, assignment=first.pk + 1, body="{}")).status_code == 404
    assert as_user(bea).post(url, form_for(first, reason="unreadable", body="{}")).status_code == 404
    first.refresh_from_db()
    assert first.ended_at is None
    assert AuditEvent.objects.filter(action="access.refused").count() == 3


def test_a_lapsed_lease_is_taken_back_while_it_is_free(river, ann, as_user):
    held = to_precode(river, ann)
    lapse(held)
    browser = as_user(ann)
    page = browser.get(reverse("coding:precode", args=[held.encounter_id]))
    assert "Take it back" in page.content.decode()
    assert "disabled" in page.content.decode()
    browser.post(reverse("coding:take-back", args=[held.encounter_id]), {"stage": "precoding"})
    assert (
        "Take it back</button></form></div></div>"
        not in browser.get(reverse("coding:precode", args=[held.encounter_id])).content.decode().split("<template")[0]
    )
    assert Assignment.objects.open().get().user == ann


def test_what_somebody_else_has_is_not_taken_back(river, ann, as_user):
    from portal.rules.roles import Role
    from tests import factories

    held = to_precode(river, ann)
    lapse(held)
    other = factories.UserFactory(roles=[Role.CODER])
    assert take_next(by=other, at=timezone.now()) is not None
    page = as_user(ann).post(reverse("coding:take-back", args=[held.encounter_id]), {"stage": "precoding"}, follow=True)
    assert "with somebody else" in page.content.decode()
    page = as_user(ann).get(reverse("coding:precode", args=[held.encounter_id]))
    assert "Take it back" not in page.content.decode().split("<template")[0]


# -- pages -------------------------------------------------------------------------------------------------


def test_a_page_image_is_never_kept_and_noted(river, ann, as_user):
    held = to_precode(river, ann)
    answer = as_user(ann).get(reverse("coding:page-image", args=[held.encounter_id, 2]))
    assert answer.content.startswith(b"\x89PNG")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == "inline"
    event = AuditEvent.objects.get(action="page.viewed")
    assert (event.actor, event.detail["page"]) == (ann, 2)


def test_pages_outside_the_visit_and_other_peoples_charts_do_not_exist(river, ann, bea, cleo, otto, as_user):
    held = to_precode(river, ann)
    EncounterPage.objects.filter(position=3).delete()
    url = reverse("coding:page-image", args=[held.encounter_id, 2])
    assert as_user(ann).get(reverse("coding:page-image", args=[held.encounter_id, 3])).status_code == 404
    assert as_user(bea).get(url).status_code == 404
    assert as_user(otto).get(url).status_code == 404
    as_user(cleo).get(url).close()


def test_a_visit_is_read_by_its_practice_which_sees_codes_only_when_they_are_verified(
    river, ann, cleo, otto, max_, as_user
):
    held = to_code(river, ann)
    submit_coding(assignment=held, by=ann, at=timezone.now(), coded=coded(), reason=CheckReason.DOCUMENTED)
    url = reverse("coding:encounter", args=[held.encounter_id])
    assert as_user(otto).get(url).status_code == 404
    assert "E11.9" in as_user(max_).get(url).content.decode()
    assert "E11.9" not in as_user(cleo).get(url).content.decode()
    Encounter.objects.update(status=EncounterStatus.VERIFIED, finished_at=timezone.now())
    assert "E11.9" in as_user(cleo).get(url).content.decode()
