"""Codes in the words of notes: single, with any ending, ranges; and how many of the official notes are understood."""

import pytest

from coding.rules.note_codes import Range, names, parts_of, ranges_in
from coding.rules.tables import NoteKind
from tests.coding.edits.official_notes import every_note


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type 2 diabetes mellitus (E11.-)", "E11"),
        ("diabetes (E08-E13)", "E08-E13"),
        ("diabetes mellitus (E08.-, E10-E13)", "E08 E10-E13"),
        ("hypertensive disease complicating pregnancy (O10-O11, O13-O16)", "O10-O11 O13-O16"),
        ("acute kidney failure (N17.-) (N99.0)", "N17 N990"),
        ("gout due to lead (M10.1-)", "M101"),
        ("neoplasms (C00-D49)", "C00-D49"),
        ("poisoning (T36.0X1-T36.0X4)", "T360X1-T360X4"),
        ("kidney disease (N18.30)", "N1830"),
        ("see chapter 4", ""),
        ("code E11 outside parentheses", ""),
        ("poisoning (T36-T50 with fifth or sixth character 1-4)", ""),
        ("(upper) limb, not a code (see below)", ""),
    ],
)
def test_codes_in_a_note(text, expected):
    def made(word):
        first, _, last = word.partition("-")
        return Range(first, last or first)

    assert ranges_in(text) == tuple(made(word) for word in expected.split())


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("(E08-E13)", "E1122", True),
        ("(E08-E13)", "E14", False),
        ("(E11.-)", "E11", True),
        ("(N18.5-N18.6)", "N186", True),
        ("(N18.5-N18.6)", "N1830", False),
        ("(C00-D49)", "D499", True),
        ("(C00-D49)", "D50", False),
    ],
)
def test_whether_a_note_names_a_code(text, code, named):
    assert names(text, code) is named


def test_most_official_notes_name_codes_that_are_understood():
    """Of the notes that print a code in parentheses; the others name none or qualify it by a character."""
    understood = {}
    for kind in (NoteKind.EXCLUDES1, NoteKind.CODE_FIRST):
        notes = [note.text for note in every_note(kind)]
        understood[kind] = sum(bool(ranges_in(text)) for text in notes) / len(notes)
    assert understood[NoteKind.EXCLUDES1] > 0.9
    assert understood[NoteKind.CODE_FIRST] > 0.6


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
