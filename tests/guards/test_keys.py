"""Every key goes through the registry: no page and no script names one of its own."""

import re
from pathlib import Path

import pytest
from django.template import engines

from portal.rules.keyboard import ACTIONS

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
# Where keys are made, looked at or written down; and widgets whose own focus has letters (<code-list>: A to L point).
MAKERS = {"keys.js", "key-capture.js"}
HINT = re.compile(r"<kbd\b")
OLD = re.compile(r"data-key(?!s\b)(?!board)[\w-]*|dataset\.key(?!s\b|board)\w*")
NAMED = re.compile(
    r"""data-actions?="([^"{$]*)"|dataset\.actions?\s*=\s*["'`]([^"'`$]*)|{%\s*(?:kbd|key)\s+"([^"]*)\""""
)
# A press compared with a letter, digit, sign or function key: `event.key === "c"`, `combo === "alt+x"`, `case "j":`.
COMPARED = re.compile(
    r"""(?:key|combo)\w*\s*[!=]==?\s*["'](?:(?:ctrl|alt|shift)\+.+?|[^"'\\]|[Ff]\d{1,2})["']"""
    r"""|\[\s*(?:["'][^"'\\]["']\s*,?\s*)+\]\.includes\((?:combo|key|event\.key)\)"""
    r"""|\{[^{}]*\b[a-zA-Z]: [^{}]*\}\s*\[\s*(?:combo|event\.key)\s*\]"""
)


def actions_in(text):
    """The ids of actions that a file names."""
    return {id_ for groups in NAMED.findall(text) for id_ in " ".join(groups).split()}


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=lambda path: path.name)
def test_no_file_names_a_key_past_the_registry(path):
    text = path.read_text()
    assert OLD.findall(text) == []
    if path.suffix == ".html":
        assert HINT.findall(text) == [], "a hint is {% kbd … %}"
    elif path.name not in MAKERS:
        assert COMPARED.findall(text) == []


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=lambda path: path.name)
def test_every_action_that_is_named_is_in_the_registry(path):
    assert actions_in(path.read_text()) - set(ACTIONS) == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_control_does_not_say_its_key_itself(path):
    assert "aria-keyshortcuts" not in path.read_text()


@pytest.mark.parametrize(
    "text",
    [
        """if (event.key === "c") this.write();""", """if (combo === 'alt+x') return;""", """event.key !== "F2" &&""",
        """if (["j", "k"].includes(combo)) move();""", """const act = { j: () => 1, k: () => 2 }[event.key];""",
    ],
)  # fmt: skip
def test_the_guard_knows_a_key_when_it_sees_one(text):
    assert COMPARED.search(text)


def test_the_guard_knows_old_attributes_and_unknown_actions():
    assert OLD.findall('<button data-key="x" data-key-label="X">') == ["data-key", "data-key-label"]
    assert OLD.findall('<html data-keys="on">') == []
    assert actions_in('<a data-action="code.nonsense" data-number="1">') == {"code.nonsense"}
    assert actions_in("""this.dataset.actions = `list.next list.previous${more}`""") == {"list.next", "list.previous"}


def test_a_hint_of_an_unknown_action_is_a_fault():
    with pytest.raises(KeyError):
        engines["django"].from_string('{% load keys %}{% kbd "code.nonsense" %}').render({})
