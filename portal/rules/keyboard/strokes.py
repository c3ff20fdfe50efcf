"""How keys are written, and which of them are never ours.

A stroke is "ctrl+alt+shift+name" with the modifiers in this order, as static/js/keys.js makes it of what was pressed: a
letter is small and its shift is named; another sign stands for itself ("?", never "shift+/"). A key of an action is one
stroke, or two after each other with a blank between ("g q").
"""

from __future__ import annotations

import re

MODIFIERS = ("ctrl", "alt", "shift")
MOST_STROKES = 2
NUMBERS = "123456789"  # what "#" stands for in a key of numbered actions
# Other words for a name, as people write and as other keyboards print them.
WORDS = {
    "control": "ctrl", "cmd": "ctrl", "command": "ctrl", "option": "alt", "opt": "alt",
    "esc": "escape", "return": "enter", "del": "delete", "blank": "space", "comma": ",", "plus": "+",
    "up": "arrowup", "down": "arrowdown", "left": "arrowleft", "right": "arrowright",
    "↑": "arrowup", "↓": "arrowdown", "←": "arrowleft", "→": "arrowright", "pgup": "pageup", "pgdn": "pagedown",
    "ins": "insert",
}  # fmt: skip
NAMED = {
    "enter", "escape", "space", "tab", "arrowup", "arrowdown", "arrowleft", "arrowright", "home", "end", "pageup",
    "pagedown", "backspace", "delete", "insert", "capslock", *(f"f{number}" for number in range(1, 13)),
}  # fmt: skip
SHOWN = {
    "ctrl": "Ctrl", "alt": "Alt", "shift": "Shift", "enter": "Enter", "escape": "Esc", "space": "Space", "tab": "Tab",
    "arrowup": "↑", "arrowdown": "↓", "arrowleft": "←", "arrowright": "→", "pageup": "PgUp", "pagedown": "PgDn",
    "#": "1–9", ",": "Comma",
}  # fmt: skip
# What a control in focus does with a key: our pages may listen where no such control is, a person may not move them.
OF_CONTROLS = {
    "enter", "space", "arrowup", "arrowdown", "arrowleft", "arrowright", "home", "end", "pageup", "pagedown",
    "backspace", "delete",
}  # fmt: skip

# UX.md 2.7.1, and what the desktop's browsers and screen readers listen to themselves.
BROWSER = "the browser or the system uses it"
READER = "screen readers use it"
NEVER_NAMED = {
    "tab": "it moves the focus", "escape": "it closes what is open",
    "insert": READER, "capslock": READER,  # NVDA's, JAWS's and Narrator's own key
    **dict.fromkeys(("f1", "f3", "f5", "f6", "f7", "f10", "f11", "f12"), BROWSER),
}  # fmt: skip
NEVER_WITH_ALT = {"tab", "space", "f4", "arrowleft", "arrowright", "home"}
MENUS = {"d", "e", "f"}  # with Alt: the address field and the menu of Chromium
WITH_CTRL = {"enter", "k"}  # of the letters and named keys, all that browsers, editing and readers leave us
ZOOM_AND_TABS = set("0123456789+-=#")


class BadKey(Exception):
    """This text names no key; the message says what is wrong with it."""


def parts_of(stroke: str) -> tuple[frozenset[str], str]:
    """The modifiers and the name of one stroke."""
    if stroke == "+" or stroke.endswith("++"):
        return frozenset(stroke[:-1].strip("+").split("+")) - {""}, "+"
    *modifiers, name = stroke.split("+")
    return frozenset(modifiers), name


def written(modifiers: frozenset[str] | set[str], name: str) -> str:
    """One stroke in its one way of writing."""
    return "+".join([*(modifier for modifier in MODIFIERS if modifier in modifiers), name])


def is_character(key: str) -> bool:
    """Whether a key begins with a letter, digit or sign alone (WCAG 2.1.4)."""
    modifiers, name = parts_of(key.split(" ", maxsplit=1)[0])
    return len(name) == 1 and not modifiers & {"ctrl", "alt"}


def with_alt(key: str) -> str:
    """The key with Alt held at its first stroke."""
    first, *rest = key.split(" ")
    modifiers, name = parts_of(first)
    return " ".join([written(modifiers | {"alt"}, name), *rest])


def never(key: str) -> str:
    """Why a key is never bound; "" for one that may be."""
    return next((reason for stroke in key.split(" ") if (reason := never_stroke(*parts_of(stroke)))), "")


def never_stroke(modifiers: frozenset[str], name: str) -> str:
    if reason := NEVER_NAMED.get(name):
        return reason
    if {"ctrl", "alt"} <= modifiers:
        return "screen readers and keyboards with AltGr use it"
    if "alt" in modifiers and name in (NEVER_WITH_ALT if "shift" in modifiers else NEVER_WITH_ALT | MENUS):
        return BROWSER
    if "ctrl" not in modifiers:
        return ""
    is_named = name in NAMED or bool(re.fullmatch("[a-z]", name))
    ours = name == "enter" or (name in WITH_CTRL and "shift" not in modifiers)
    return BROWSER if name in ZOOM_AND_TABS or (is_named and not ours) else ""


def belongs_to_controls(key: str) -> bool:
    """Whether a control in focus needs this key for itself."""
    modifiers, name = parts_of(key.split(" ", maxsplit=1)[0])
    return name in OF_CONTROLS and not modifiers & {"ctrl", "alt"}


def clash(one: str, other: str) -> bool:
    """Whether two keys can't both hold at one place: the same, or one the beginning of the other."""
    return one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")


def expanded(key: str) -> tuple[str, ...]:
    """The keys that a key with "#" stands for."""
    return tuple(key.replace("#", number) for number in NUMBERS) if "#" in key else (key,)


def shown(key: str) -> str:
    """The key as it is printed on a hint: "Ctrl Enter", "G then Q"."""
    strokes = []
    for stroke in key.split(" "):
        modifiers, name = parts_of(stroke)
        names = [*(modifier for modifier in MODIFIERS if modifier in modifiers), name]
        strokes.append(" ".join(SHOWN.get(one, one.upper() if len(one) == 1 else one.capitalize()) for one in names))
    return " then ".join(strokes)


def shown_all(keys: tuple[str, ...]) -> str:
    """Several keys as they stand in a text field: "J, ↓"."""
    return ", ".join(shown(key) for key in keys)


def read_keys(text: str) -> tuple[str, ...]:
    """The keys that somebody wrote: "J, ↓", "Ctrl Enter", "ctrl+enter", "G then Q". Raises BadKey."""
    return tuple(dict.fromkeys(read_key(part) for part in text.split(",") if part.strip()))


def read_key(text: str) -> str:
    """One key; modifiers belong to the next name, whether by blank or plus."""
    strokes: list[str] = []
    held: set[str] = set()
    for token in re.split(r"\s+|(?<=\w)\+(?=.)", text.strip()):
        name = WORDS.get(token.lower(), token.lower())
        if name == "then":
            continue
        if name in MODIFIERS:
            held.add(name)
            continue
        strokes.append(read_stroke(held, name, token))
        held = set()
    if held or not strokes:
        raise BadKey(f"“{text.strip()}” needs another key beside it.")
    if len(strokes) > MOST_STROKES:
        raise BadKey(f"“{text.strip()}” are more than two keys after each other.")
    return " ".join(strokes)


def read_stroke(held: set[str], name: str, token: str) -> str:
    is_sign = len(name) == 1 and name.isprintable() and name not in "#,"
    if name not in NAMED and not is_sign and name != ",":
        raise BadKey(f"“{token}” is no key.")
    if "shift" in held and len(name) == 1 and not ("a" <= name <= "z"):
        raise BadKey(f"Write the sign that Shift and “{token}” make together.")
    return written(held, name)
