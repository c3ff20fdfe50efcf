"""The registry of keys: no two in each other's way, in any layout, whatever a person makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.keyboard import ACTIONS, Keyboard, Layout, check_own, fitting_own, layout_keys
from portal.rules.keyboard.layouts import conflicts
from portal.rules.keyboard.own import is_movable
from portal.rules.keyboard.registry import LISTED
from portal.rules.keyboard.strokes import (
    BadKey,
    belongs_to_controls,
    is_character,
    never,
    read_keys,
    shown,
    shown_all,
)
from portal.rules.roles import Role, granted

MOVABLE = sorted(id_ for id_ in ACTIONS if is_movable(id_))
KEYS = (
    "j",
    "k",
    "x",
    "g",
    "g q",
    "g x",
    "alt+1",
    "alt+x",
    "alt+x y",
    "ctrl+enter",
    "ctrl+k",
    "shift+e",
    "f2",
    "?",
    "{",
)


def whole(layout):
    return {id_: layout_keys(action, layout) for id_, action in ACTIONS.items()}


@pytest.mark.parametrize("layout", Layout)
def test_no_two_actions_of_a_place_have_the_same_key_or_the_beginning_of_one(layout):
    assert list(conflicts(whole(layout))) == []
    assert Keyboard(layout).keys == whole(layout)  # so none is dropped


@pytest.mark.parametrize("layout", Layout)
def test_no_layout_has_a_key_that_is_never_bound(layout):
    bound = [keys for id_, keys in whole(layout).items() if ACTIONS[id_].how != LISTED]  # Escape leaves what is open
    assert {key: never(key) for keys in bound for key in keys if never(key)} == {}


def test_the_layout_with_alt_has_no_letter_alone():
    assert {key for keys in whole(Layout.WITH_ALT).values() for key in keys if is_character(key)} == set()


def test_every_action_has_a_key_in_every_layout():
    assert [id_ for layout in Layout for id_, keys in whole(layout).items() if not keys] == []


def test_the_keys_of_the_specification_are_those_of_two_hands():
    """UX.md 2.7.1 and 2.8."""
    expected = {
        "code.next": "j", "code.previous": "k", "code.accept": "a", "code.reject": "x", "code.replace": "r",
        "code.add": "/", "evidence.link": "l", "evidence.next": "e", "evidence.previous": "shift+e",
        "chart.highlights": "h", "code.first": "p", "code.up": "alt+arrowup", "code.modifiers": "m",
        "code.pointers": "d", "chart.previous": "[", "chart.next": "]", "chart.previous_document": "{",
        "chart.next_document": "}", "chart.find": "f", "chart.outline": "o", "code.note": "n", "bench.question": "q",
        "bench.skip": "s", "undo": "z", "code.submit": "ctrl+enter", "site.palette": "ctrl+k", "go.queue": "g q",
        "go.home": "g h", "go.quality": "g m", "site.keys": "?", "verify.viewed": "v", "verify.agree": "a",
        "verify.severity": "!", "verify.comment": "t", "verify.reveal": "b", "verify.return": "ctrl+enter",
    }  # fmt: skip
    assert {id_: ACTIONS[id_].keys[0] for id_ in expected} == expected
    left = whole(Layout.LEFT_HAND)
    assert [left[id_] for id_ in ("code.accept", "code.reject", "code.next", "code.previous")] == [
        ("f",), ("d",), ("s",), ("w",)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "key",
    ["alt+tab", "ctrl+w", "ctrl+t", "ctrl+n", "ctrl+r", "ctrl+l", "ctrl+p", "ctrl+f", "f5", "f11", "f12",
     "ctrl+shift+t", "ctrl+1", "ctrl++", "tab", "shift+tab", "escape", "insert", "capslock", "ctrl+alt+n", "alt+d",
     "alt+arrowleft", "ctrl+arrowup", "alt+f4", "g tab"],
)  # fmt: skip
def test_keys_of_browsers_and_screen_readers_are_never_bound(key):
    assert never(key)


@pytest.mark.parametrize("key", ["x", "shift+x", "ctrl+enter", "ctrl+k", "alt+1", "f2", "alt+x", "g q", "ctrl+."])
def test_others_may_be_bound(key):
    assert not never(key)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("x", ("x",)), ("X", ("x",)), ("J, ↓", ("j", "arrowdown")), ("Ctrl Enter", ("ctrl+enter",)),
        ("ctrl+enter", ("ctrl+enter",)), ("Shift+Alt+x", ("alt+shift+x",)), ("G then Q", ("g q",)), ("g q", ("g q",)),
        ("Alt G Q", ("alt+g q",)), ("Comma", (",",)), ("+", ("+",)), ("Ctrl++", ("ctrl++",)), ("Esc", ("escape",)),
        ("", ()), (" , ", ()), ("x, x", ("x",)), ("!", ("!",)), ("ö", ("ö",)),
    ],
)  # fmt: skip
def test_what_people_write_is_read(text, keys):
    assert read_keys(text) == keys


@pytest.mark.parametrize("text", ["Ctrl", "Foo", "a b c", "Shift 1", "#", "Ctrl then", "1–9"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(BadKey):
        read_keys(text)


@pytest.mark.parametrize("layout", Layout)
def test_every_key_is_read_as_it_is_shown(layout):
    for id_ in MOVABLE:
        assert read_keys(shown_all(whole(layout)[id_])) == whole(layout)[id_]


def test_a_key_of_another_action_is_told_by_its_name():
    (problem,) = check_own(Layout.TWO_HANDS, {"code.reject": ("j",)})
    assert (problem.action, problem.text) == ("code.reject", "J is the key of “Row below” (Codes).")
    (problem,) = check_own(Layout.TWO_HANDS, {"code.note": ("g",)})[:1]
    assert problem.text == "G cannot stand beside G then H, the key of “Home” (Go to)."


def test_two_keys_may_be_exchanged():
    assert check_own(Layout.TWO_HANDS, {"code.reject": ("d",), "code.pointers": ("x",)}) == ()


def test_the_same_key_may_be_had_at_another_place():
    assert check_own(Layout.TWO_HANDS, {"arrange.turn": ("d",)}) == ()


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"code.reject": ("ctrl+w",)}, "the browser or the system uses it"),
        ({"code.reject": ("insert",)}, "screen readers use it"),
        ({"code.reject": ("delete",)}, "buttons and fields need it"),
        ({"code.reject": ("alt+3",)}, "Mend the finding"),
        ({"code.reject": ("y", "alt+x", "alt+y", "alt+z")}, "At most 3"),
        ({"code.reject": ("y", "y y")}, "the other key of this action"),
        ({"finding.fix": ("y",)}, "no key that could be changed"),
        ({"arrange.walk": ("y",)}, "no key that could be changed"),
        ({"nothing.known": ("y",)}, "no key that could be changed"),
    ],
)
def test_what_cannot_be_had_is_refused(own, words):
    assert any(words in problem.text for problem in check_own(Layout.TWO_HANDS, own))


def test_the_layouts_own_keys_of_controls_may_stay():
    assert check_own(Layout.TWO_HANDS, {"queue.next": ("enter",)}) == ()


def test_an_action_may_be_left_without_a_key():
    assert check_own(Layout.TWO_HANDS, {"code.reject": ()}) == ()
    assert Keyboard(own={"code.reject": ()}).key_of("code.reject") == ""


def test_a_number_has_its_own_key():
    assert Keyboard().key_of("finding.fix", 3) == "alt+3"
    assert Keyboard(Layout.WITH_ALT).key_of("verify.reason", 4) == "alt+y 4"


def test_an_unknown_action_is_a_fault():
    with pytest.raises(KeyError):
        Keyboard().key_of("code.nonsense")


OWN = st.dictionaries(st.sampled_from(MOVABLE), st.lists(st.sampled_from(KEYS), max_size=3).map(tuple), max_size=6)


@given(st.sampled_from(list(Layout)), OWN)
def test_keys_that_are_accepted_leave_no_conflict(layout, own):
    if check_own(layout, own):
        return
    held = Keyboard(layout, own=own).keys
    assert list(conflicts(held)) == []
    assert held == {**whole(layout), **own}  # and nothing is lost
    assert not any(never(key) for keys in own.values() for key in keys)


@given(st.sampled_from(list(Layout)), OWN)
def test_whatever_stands_in_the_database_no_two_keys_conflict_and_own_ones_go_first(layout, own):
    held = Keyboard(layout, own=own).keys
    assert list(conflicts(held)) == []
    if len(own) == 1 and len(next(iter(own.values()))) == 1:
        assert held | own == held


@given(st.sampled_from(list(Layout)), OWN)
def test_own_keys_that_another_layout_leaves_room_for_fit_it(layout, own):
    assert check_own(layout, fitting_own(layout, own)) == ()


def test_the_page_is_told_every_action_in_the_order_of_the_registry():
    told = Keyboard(own={"code.reject": ("y",)}).told()
    assert [row[0] for row in told] == list(ACTIONS)
    assert ("code.reject", "Reject the suggestion, remove the row", "Codes", ("y",)) in told
    assert next(row for row in told if row[0] == "code.next")[4:] == ("repeats",)


def test_keys_of_controls_are_known():
    assert belongs_to_controls("enter")
    assert not belongs_to_controls("ctrl+enter")
    assert shown("alt+g q") == "Alt G then Q"


def test_the_benches_actions_are_for_those_who_come_there():
    coder, manager, practice = (granted({role}) for role in (Role.CODER, Role.MANAGER, Role.PRACTICE))
    shown_to = {
        id_: [ACTIONS[id_].is_for(who) for who in (coder, manager, practice)]
        for id_ in ("code.reject", "operations.tile", "chart.next", "undo", "arrange.cut")
    }
    assert shown_to == {
        "code.reject": [True, False, False],
        "operations.tile": [False, True, False],
        "chart.next": [True, True, True],
        "undo": [True, True, True],
        "arrange.cut": [True, False, False],
    }
