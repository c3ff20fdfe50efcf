"""A person's journal key is theirs alone, the same tomorrow, and outlives a change of the master key."""

import base64
import secrets

import pytest
from django.urls import reverse

from portal.journal_keys import journal_keys

pytestmark = pytest.mark.django_db


def master(name):
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def test_a_key_is_the_persons_own_and_stays_the_same(ann, bea):
    assert journal_keys(ann) == journal_keys(ann)
    assert {key.secret for key in journal_keys(ann)}.isdisjoint(key.secret for key in journal_keys(bea))
    assert {key.name for key in journal_keys(ann)}.isdisjoint(key.name for key in journal_keys(bea))
    assert len(base64.b64decode(journal_keys(ann)[0].secret)) == 32


def test_a_new_master_key_seals_and_the_old_one_still_opens(ann, settings):
    settings.CHARTLINE_MASTER_KEYS = old = master("old")
    [before] = journal_keys(ann)
    settings.CHARTLINE_MASTER_KEYS = f"{master('new')},{old}"
    newest, second = journal_keys(ann)
    assert second == before
    assert newest != before


def test_it_is_told_to_the_person_and_kept_by_no_cache(ann, as_user):
    answer = as_user(ann).get(reverse("coding:journal-key"))
    assert answer.json()["keys"][0]["secret"] == journal_keys(ann)[0].secret
    assert answer.json()["csrf"]
    assert answer["Cache-Control"] == "no-store"


def test_it_is_not_told_to_a_locked_session(ann, as_user):
    browser = as_user(ann)
    session = browser.session
    session["locked"] = True
    session.save()
    assert browser.get(reverse("coding:journal-key"), headers={"X-Background": "1"}).status_code == 423
