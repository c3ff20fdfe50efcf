"""A manager takes up finished work again, and says why."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.holds import mark_not_billable
from coding.models import Encounter
from coding.rules.lifecycle import EncounterStatus, NotBillableReason
from tests.coding.benches import to_precode

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished(river, ann):
    held = to_precode(river, ann)
    reason = next(iter(NotBillableReason))
    return mark_not_billable(assignment=held, by=ann, at=timezone.now(), reason=reason)


def url_of(encounter, name="reopen"):
    return reverse(f"coding:{name}", args=[encounter.pk])


def test_a_manager_reopens_finished_work_with_a_comment(finished, max_, as_user):
    browser = as_user(max_)
    assert url_of(finished) in browser.get(url_of(finished, "encounter")).content.decode()
    answer = browser.post(url_of(finished), {"comment": "The practice sent the page."})
    finished.refresh_from_db()
    assert (answer.url, finished.status) == (url_of(finished, "encounter"), EncounterStatus.TO_PRECODE)
    assert finished.events.latest("pk").comment == "The practice sent the page."
    assert url_of(finished) not in browser.get(url_of(finished, "encounter")).content.decode()


@pytest.mark.parametrize("comment", ["", "  "])
def test_without_a_comment_nothing_is_reopened(finished, max_, as_user, comment):
    page = as_user(max_).post(url_of(finished), {"comment": comment})
    assert page.status_code == 422
    assert "Write why it is reopened." in page.content.decode()
    assert Encounter.objects.get().status == EncounterStatus.NOT_BILLABLE


def test_what_is_not_finished_is_not_reopened_and_that_is_said(river, ann, max_, as_user):
    held = to_precode(river, ann)
    answer = as_user(max_).post(url_of(held.encounter), {"comment": "Again"}, follow=True)
    assert "there is nothing to reopen" in answer.content.decode()
    assert Encounter.objects.get().status == EncounterStatus.PRECODING


@pytest.mark.parametrize("name", ["ann", "bea", "cleo", "otto", "ada", "bill"])
def test_reopening_does_not_exist_for_others(request, finished, name, as_user):
    browser = as_user(request.getfixturevalue(name))
    assert browser.get(url_of(finished)).status_code == 404
    assert browser.post(url_of(finished), {"comment": "Again"}).status_code == 404
    assert Encounter.objects.get().status == EncounterStatus.NOT_BILLABLE
    if name in {"ann", "cleo"}:
        assert url_of(finished) not in browser.get(url_of(finished, "encounter")).content.decode()
