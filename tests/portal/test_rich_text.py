"""RTF is read in pieces and comes to the same words as letter by letter."""

import importlib.util

from hypothesis import given
from hypothesis import strategies as st

from portal.parsers.rich_text import striprtf as ours

PARTS = (
    "abc", "a b", " ", "1", "?", "\r\n", "{", "}", "\\", "\u00dc", "\\par\n", "\\b ", "\\*", "\\pict", "\\~", "\\f1 ",
    "\\uc0", "\\uc2 ", "\\uc ", "\\u ", "\\u233?", "\\u-10179 ab", "\\u8217\\'92x", "\\'e9", "\\'zz", "\\ansicpg1250",
)  # fmt: skip


def letter_by_letter():
    """striprtf as its makers wrote it."""
    found = importlib.util.find_spec("striprtf.striprtf")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


THEIRS = letter_by_letter()


def words(by, content):
    """What it reads, or the name of what it stumbles over."""
    try:
        return by.rtf_to_text(content, encoding="cp1252", errors="replace")
    except Exception as trouble:  # noqa: BLE001
        return type(trouble).__name__


@given(st.lists(st.sampled_from(PARTS), max_size=20).map("".join), st.sampled_from(("}", "")))
def test_text_in_pieces_is_the_same_text(inner, shut):
    content = "{\\rtf1\\ansi " + inner + shut
    assert words(ours, content) == words(THEIRS, content)


def test_what_stands_for_a_character_by_number_is_passed_over_and_no_more():
    assert words(ours, "{\\rtf1\\uc2 caf\\u233??\\u8217\\'92?s rest}") == "caf\u00e9\u2019s rest"
