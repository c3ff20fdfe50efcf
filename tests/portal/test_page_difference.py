"""What is new on the pages of a later document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.page_difference import Difference, Kind, PageText, Part, differences

NOTE = "Seen for knee pain. Knee stable. Left knee injected with 40 mg. Return in six weeks."
CHANGED = "Seen for knee pain. Knee stable. Right knee injected with 40 mg. Return in six weeks. Signed."
OTHER = "Chest film of two views without infiltrate, heart of normal size, no effusion seen."

CASES = {
    "the same words": ([NOTE], NOTE, Kind.SAME, 0),
    "the same words set in other lines": ([NOTE], NOTE.replace(". ", ".\n"), Kind.SAME, 0),
    "a changed page": ([OTHER, NOTE], CHANGED, Kind.CHANGED, 1),
    "a new page": ([NOTE], OTHER, Kind.NEW, None),
    "nothing before": ([], NOTE, Kind.NEW, None),
    "a page without words": ([NOTE, ""], "", Kind.NEW, None),
    "few words in common with a heading": (["Page 1"], "Page 1 Knee", Kind.NEW, None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_page(name):
    old, new, kind, other = CASES[name]
    (found,) = differences([PageText(key, text) for key, text in enumerate(old)], [PageText(99, new)])
    assert (found.key, found.kind, found.other) == (99, kind, other)


def test_the_same_picture_is_the_same_page_without_words_too():
    assert differences([PageText(1, "", "a" * 64)], [PageText(2, "", "a" * 64)]) == [Difference(2, Kind.SAME, 1)]


def test_what_was_put_in_and_taken_out_stands_side_by_side():
    (found,) = differences([PageText(1, NOTE)], [PageText(2, CHANGED)])
    assert [part for part in found.parts if not part.is_kept] == [Part("Left", "Right"), Part("", "Signed.")]


def test_of_two_alike_the_better_one_is_taken_and_only_once():
    better = CHANGED.replace("Signed.", "Signed. Addendum.")
    found = differences([PageText(1, NOTE), PageText(2, CHANGED)], [PageText(3, better), PageText(4, CHANGED)])
    assert [(row.key, row.kind, row.other) for row in found] == [(3, Kind.CHANGED, 1), (4, Kind.SAME, 2)]


pages = st.lists(st.text("ab \n", max_size=30), max_size=6)


@given(pages, pages)
def test_every_new_page_is_told_once_and_its_words_come_back(old, new):
    found = differences(
        [PageText(key, text) for key, text in enumerate(old)],
        [PageText(100 + key, text) for key, text in enumerate(new)],
    )
    assert [row.key for row in found] == [100 + key for key in range(len(new))]
    others = [row.other for row in found if row.other is not None]
    assert len(others) == len(set(others))
    for row in found:
        if row.kind is Kind.CHANGED:
            assert " ".join(part.new for part in row.parts if part.new).split() == new[row.key - 100].split()
            assert " ".join(part.old for part in row.parts if part.old).split() == old[row.other].split()
