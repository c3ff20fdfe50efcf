"""A person's own keys: the settings page without scripts, what is kept, and what the pages are told."""

import json
import re

import pytest
from django.template import engines
from django.utils import timezone

from portal.actions.keyboard import KeysDoNotFit, change_keys, choose_layout, reset_keys, switch_single_keys
from portal.models import AuditEvent
from portal.rules.keyboard import Keyboard, Layout

NOW = timezone.now()
PAGE = "/keyboard/"


def told(answer):
    """The keys that the page tells its scripts, by action."""
    found = re.search(r'<script id="keyboard" type="application/json">(.*?)</script>', answer.content.decode())
    return {row[0]: row[3] for row in json.loads(found[1])}


def fields(browser, **changed):
    """The form of the page as a browser sends it, with some fields typed over."""
    form = browser.get(PAGE).context["form"]
    return {"do": "change", **{name: form[name].initial for name in form.fields}, **changed}


def errors(answer):
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


def test_a_key_is_changed_without_scripts_and_every_page_is_told(as_user, ann):
    browser = as_user(ann)
    answer = browser.post(PAGE, fields(browser, **{"code.reject": "Shift Y"}), follow=True)
    assert "Saved." in answer.content.decode()
    ann.refresh_from_db()
    assert ann.own_keys == {"code.reject": ["shift+y"]}
    assert told(browser.get("/security/"))["code.reject"] == ["shift+y"]
    event = AuditEvent.objects.get(action="keyboard.changed")
    assert (event.actor_id, event.object_id) == (ann.pk, ann.pk)
    assert event.detail == {"layout": "two_hands", "single_keys": True, "own": ["code.reject"]}


def test_a_conflict_is_told_by_name_and_nothing_is_kept(as_user, ann):
    browser = as_user(ann)
    answer = browser.post(PAGE, fields(browser, **{"code.reject": "J", "code.note": "Ctrl W", "code.first": "Foo"}))
    assert answer.status_code == 200
    assert errors(answer) == {"code.first": ["“Foo” is no key."]}
    answer = browser.post(PAGE, fields(browser, **{"code.reject": "J", "code.note": "Ctrl W"}))
    assert errors(answer) == {
        "code.reject": ["J is the key of “Row below” (Codes)."],
        "code.note": ["Ctrl W cannot be had: the browser or the system uses it."],
    }
    page = answer.content.decode()
    assert "There is a problem" in page
    assert 'href="#key-code.reject"' in page
    assert 'value="Ctrl W"' in page  # what was typed is still there
    ann.refresh_from_db()
    assert ann.own_keys == {}
    assert not AuditEvent.objects.filter(action="keyboard.changed").exists()


def test_two_keys_are_exchanged_and_one_is_given_back(as_user, ann):
    browser = as_user(ann)
    browser.post(PAGE, fields(browser, **{"code.reject": "D", "code.pointers": "X"}))
    ann.refresh_from_db()
    assert ann.own_keys == {"code.reject": ["d"], "code.pointers": ["x"]}
    answer = browser.post(PAGE, {"reset": "code.reject"}, follow=True)
    assert (
        "was not reset: its key belongs to “Diagnosis pointers” now" in answer.content.decode()
    )  # the other has it now
    browser.post(PAGE, {"reset": "all"})
    ann.refresh_from_db()
    assert ann.own_keys == {}


def test_a_field_that_says_the_layouts_key_is_nobodys_own(as_user, ann):
    browser = as_user(ann)
    browser.post(PAGE, fields(browser, **{"code.reject": "Y", "code.note": ""}))
    browser.post(PAGE, fields(browser, **{"code.reject": "x"}))
    ann.refresh_from_db()
    assert ann.own_keys == {"code.note": []}


def test_a_layout_is_chosen_and_says_which_own_keys_it_has_no_room_for(as_user, ann):
    change_keys(keys={"code.reject": ("y",), "code.note": ("shift+q",)}, by=ann, at=NOW)
    browser = as_user(ann)
    answer = browser.post(PAGE, {"do": "layout", "layout": "left_hand"}, follow=True)
    assert "no room for your own keys of “Note”" in answer.content.decode()
    ann.refresh_from_db()
    assert (ann.key_layout, ann.single_keys, ann.own_keys) == ("left_hand", False, {"code.reject": ["y"]})
    assert told(answer)["code.accept"] == ["f"]
    assert 'data-keys="off"' in answer.content.decode()


def test_a_layout_that_does_not_exist_is_not_taken(as_user, ann):
    assert as_user(ann).post(PAGE, {"do": "layout", "layout": "feet"}).status_code == 200
    ann.refresh_from_db()
    assert ann.key_layout == "two_hands"


@pytest.mark.parametrize("sent", [{}, {"reset": "code.nonsense"}, {"do": "nonsense"}])
def test_a_form_that_says_nothing_changes_nothing(as_user, ann, sent):
    assert as_user(ann).post(PAGE, sent).status_code == 200
    assert not AuditEvent.objects.filter(action="keyboard.changed").exists()


def test_the_switch_of_the_sheet_is_kept(as_user, ann):
    browser = as_user(ann)
    assert browser.post("/keyboard/single-keys/", {}).status_code == 204
    ann.refresh_from_db()
    assert not ann.single_keys
    assert browser.post("/keyboard/single-keys/", {"single_keys": "on"}).status_code == 204
    ann.refresh_from_db()
    assert ann.single_keys
    assert browser.get("/keyboard/single-keys/").status_code == 405


def test_what_one_changes_is_not_another_ones(as_user, ann, bea):
    change_keys(keys={"code.reject": ("y",)}, by=ann, at=NOW)
    assert told(as_user(bea).get(PAGE))["code.reject"] == ["x"]


def test_actions_refuse_what_the_page_would_not_send(ann):
    for keys in ({"code.reject": ("j",)}, {"finding.fix": ("y",)}, {"code.nonsense": ("y",)}):
        with pytest.raises(KeysDoNotFit):
            change_keys(keys=keys, by=ann, at=NOW)
    assert ann.own_keys == {}


def test_each_change_stands_on_what_the_database_has(ann):
    change_keys(keys={"code.reject": ("y",)}, by=ann, at=NOW)
    ann.own_keys = {}  # an old copy in another tab
    change_keys(keys={"code.note": ("shift+y",)}, by=ann, at=NOW)
    ann.refresh_from_db()
    assert ann.own_keys == {"code.reject": ["y"], "code.note": ["shift+y"]}
    switch_single_keys(on=False, by=ann, at=NOW)
    assert choose_layout(layout=Layout.WITH_ALT, single_keys=True, by=ann, at=NOW) == ()
    reset_keys(action="code.note", by=ann, at=NOW)
    ann.refresh_from_db()
    assert ann.keyboard == Keyboard(Layout.WITH_ALT, True, {"code.reject": ("y",)})


def test_a_stranger_is_told_no_keys(client, db):
    page = client.get("/account/login/").content.decode()
    assert 'id="keyboard"' not in page
    assert 'data-action="' not in page.replace('data-action="undo"', "")


@pytest.mark.parametrize(
    ("keyboard", "hint"),
    [
        (Keyboard(), '<kbd class="letter" aria-hidden="true">X</kbd>'),
        (Keyboard(Layout.WITH_ALT), '<kbd aria-hidden="true">Alt X</kbd>'),
        (Keyboard(own={"code.reject": ("<",)}), '<kbd class="letter" aria-hidden="true">&lt;</kbd>'),
        (Keyboard(own={"code.reject": ()}), ""),
        (None, '<kbd class="letter" aria-hidden="true">X</kbd>'),
    ],
)
def test_a_hint_shows_the_readers_own_key(keyboard, hint):
    context = {"keyboard": keyboard} if keyboard else {}
    assert engines["django"].from_string('{% load keys %}{% kbd "code.reject" %}').render(context) == hint
