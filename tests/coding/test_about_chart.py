"""Every part of a bench says which chart it is about and for which version it was asked; a wrong chart is refused."""

import pytest
from django.urls import reverse

from coding.models import Draft
from tests.coding.benches import body, form_for, to_code, to_verify

pytestmark = pytest.mark.django_db

PARTS = ("findings", "draft", "draft-compare", "heartbeat")


@pytest.mark.parametrize("name", PARTS)
def test_an_answer_says_which_chart_and_version_it_is_about(river, ann, as_user, name):
    held = to_code(river, ann)
    answer = as_user(ann).post(
        reverse(f"coding:{name}", args=[held.encounter_id]), form_for(held, body=body("E119"), version=0)
    )
    assert answer.status_code == 200
    assert (answer["X-Encounter"], answer["X-Version"]) == (str(held.encounter_id), "0")


def test_a_refused_save_says_it_too(river, ann, as_user):
    held = to_code(river, ann)
    answer = as_user(ann).post(
        reverse("coding:draft", args=[held.encounter_id]), form_for(held, body=body("E119"), version=7)
    )
    assert (answer.status_code, answer["X-Encounter"], answer["X-Version"]) == (409, str(held.encounter_id), "7")


def test_a_comparison_of_verification_says_it(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    answer = as_user(bea).post(
        reverse("coding:compare", args=[held.encounter_id]), form_for(held, body=body("E119"), version=3)
    )
    assert (answer["X-Encounter"], answer["X-Version"]) == (str(held.encounter_id), "3")


def test_the_words_of_a_page_say_it(river, ann, as_user):
    held = to_code(river, ann)
    page = held.encounter.pages().first()
    answer = as_user(ann).get(reverse("coding:page-words", args=[held.encounter_id, page.pk]))
    assert answer["X-Encounter"] == str(held.encounter_id)


def test_what_somebody_sends_as_a_version_does_not_get_into_a_header_as_it_is(river, ann, as_user):
    held = to_code(river, ann)
    for sent in ("1\r\nX-Evil: 1", "²", "<b>"):
        answer = as_user(ann).post(
            reverse("coding:findings", args=[held.encounter_id]), form_for(held, body=body("E119"), version=sent)
        )
        assert answer["X-Version"] == ""
        assert "X-Evil" not in answer


@pytest.mark.parametrize("name", [*PARTS, "draft-resolve", "code", "skip", "hold", "release", "not-billable"])
def test_a_form_that_was_made_for_another_chart_is_refused(river, ann, as_user, name):
    held = to_code(river, ann)
    sent = form_for(held, body=body("E119"), encounter=held.encounter_id + 1, reason="unreadable", choice="mine")
    assert as_user(ann).post(reverse(f"coding:{name}", args=[held.encounter_id]), sent).status_code == 404
    assert not Draft.objects.exists()
