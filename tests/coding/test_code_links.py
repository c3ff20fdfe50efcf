"""Notes cut at their codes."""

import pytest

from coding.rules.code_links import parts_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("insulin (Z79.4)", "insulin (|Z79.4=Z794|)"),
        ("diabetes (E08.-, E10-E13) and more", "diabetes (|E08.-=E08|, |E10=E10|-|E13=E13|) and more"),
        ("code E11 outside parentheses", "code E11 outside parentheses"),
    ],
)
def test_a_note_is_cut_at_its_codes_and_loses_no_word(text, expected):
    assert "|".join(f"{words}={code}" if code else words for words, code in parts_of(text)) == expected
    assert "".join(words for words, _code in parts_of(text)) == text
