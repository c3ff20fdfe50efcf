"""One key and a page of the visit in hand goes elsewhere: what each step makes of the arrangement."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.arranging import Arrangement, Slot, Visit, arrangement
from coding.rules.page_moves import CannotMove, PageMove, moved, undone

OWN, EARLY, LATE = 1, 2, 3


def visit(*numbers, encounter=None):
    return Visit(tuple(Slot(number) for number in numbers), encounter)


# By their parts the visit in hand comes first; by their pages it stands between the others.
AT = arrangement([visit(3, 4, 5, encounter=OWN), visit(1, 2, encounter=EARLY), visit(6, encounter=LATE)], 7)


def shape(at):
    return {one.encounter: one.numbers for one in at.visits}, at.left_out


@pytest.mark.parametrize(
    ("move", "page", "visits", "out"),
    [
        (PageMove.BEGIN, 4, {OWN: (3,), None: (4, 5), EARLY: (1, 2), LATE: (6,)}, (7,)),
        (PageMove.BEFORE, 3, {OWN: (4, 5), EARLY: (1, 2, 3), LATE: (6,)}, (7,)),
        (PageMove.AFTER, 5, {OWN: (3, 4), EARLY: (1, 2), LATE: (5, 6)}, (7,)),
        (PageMove.OUT, 4, {OWN: (3, 5), EARLY: (1, 2), LATE: (6,)}, (4, 7)),
    ],
)
def test_what_a_step_does(move, page, visits, out):
    assert shape(moved(AT, move, own=OWN, page=page)) == (visits, out)


@pytest.mark.parametrize(
    ("at", "move", "page", "words"),
    [
        (AT, PageMove.BEGIN, 3, "begins at this page already"),
        (AT, PageMove.OUT, 1, "not one of the visit"),
        (AT, PageMove.OUT, 7, "not one of the visit"),
        (arrangement([visit(1, 2, encounter=OWN)], 2), PageMove.BEFORE, 1, "no visit before this one"),
        (arrangement([visit(1, 2, encounter=OWN)], 2), PageMove.AFTER, 2, "no visit after this one"),
    ],
)
def test_what_leads_nowhere_says_why(at, move, page, words):
    with pytest.raises(CannotMove, match=words):
        moved(at, move, own=OWN, page=page)


def test_a_page_stays_turned_wherever_it_goes():
    at = Arrangement((Visit((Slot(1), Slot(2, 90)), OWN), visit(3, encounter=LATE)))
    assert moved(at, PageMove.AFTER, own=OWN, page=2).visits[1].slots == (Slot(2, 90), Slot(3))
    assert moved(at, PageMove.BEGIN, own=OWN, page=2).visits[1].slots == (Slot(2, 90),)


steps = st.lists(st.tuples(st.sampled_from(list(PageMove)), st.integers(1, 7)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(steps)
def test_no_page_is_ever_lost_or_twice(taken):
    at = AT
    for move, page in taken:
        try:
            after = moved(at, move, own=OWN, page=page)
        except CannotMove:
            continue
        pages = [number for one in after.visits for number in one.numbers] + list(after.left_out)
        assert sorted(pages) == list(range(1, 8))
        assert undone(at, after) == at or any(one.encounter is None for one in undone(at, after).visits)
        at = after


def test_a_visit_that_ended_comes_back_as_a_new_one():
    now = arrangement([visit(1, 2, 3, encounter=OWN)], 3)
    before = arrangement([visit(1, 2, encounter=OWN), visit(3, encounter=LATE)], 3)
    assert shape(undone(before, now)) == ({OWN: (1, 2), None: (3,)}, ())
