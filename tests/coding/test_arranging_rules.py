"""What may be asked of an arrangement of pages, and what is said of what may not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.arranging import (
    Arrangement,
    Right,
    Slot,
    Visit,
    arrangement,
    fingerprint,
    in_words,
    whats_wrong,
    with_cuts,
)

PAGES = 8
OWN, FREE, GROWS, FIXED = 1, 2, 3, 4
RIGHTS = {FREE: Right.FREE, GROWS: Right.GROWS, FIXED: Right.FIXED}


def visit(*numbers, encounter=None):
    return Visit(tuple(Slot(number) for number in numbers), encounter, f"E-{encounter:05d}" if encounter else "")


BEFORE = arrangement([visit(1, 2, encounter=OWN), visit(3, encounter=FREE), visit(4, 5, encounter=GROWS),
                      visit(6, 7, encounter=FIXED)], PAGES)  # fmt: skip


def asked(own=(1, 2), free=(3,), grows=(4, 5), fixed=(6, 7), more=(), out=(8,)):
    visits = [visit(*own, encounter=OWN), visit(*free, encounter=FREE), visit(*grows, encounter=GROWS),
              visit(*fixed, encounter=FIXED), *more]  # fmt: skip
    return Arrangement(tuple(one for one in visits if one.slots), tuple(out))


# -- what may be asked, as rules -----------------------------------------------------------------
WRONG = {
    "a page is nobody's": (asked(own=(1,)), "Page 2 belongs to no visit."),
    "several are nobody's": (asked(own=(1,), free=()), "Pages 2–3 belong to no visit."),
    "a page that is not there": (asked(own=(1, 2, 9)), "The chart has 8 pages: there is no page 9."),
    "page nought": (asked(own=(0, 1, 2)), "The chart has 8 pages: there is no page 0."),
    "twice in one visit": (asked(own=(1, 2, 2)), "Page 2 stands twice in one visit."),
    "in two visits": (asked(more=[visit(2)]), "Page 2 belongs to two visits."),
    "in a visit and left out": (asked(out=(2, 8)), "Page 2 is in a visit and left out."),
    "one's own visit has none": (asked(own=(), free=(1, 2, 3)), "The visit that you have open needs at least one"),
    "a page goes from under somebody": (asked(own=(1, 2, 4), grows=(5,)), "Somebody works on E-00003: page 4 stays"),
    "a visit in somebody's hands is joined": (asked(own=(1, 2, 4, 5), grows=()), "Somebody works on E-00003"),
    "a coded visit loses a page": (asked(own=(1, 2, 6), fixed=(7,)), "E-00004 was coded already"),
    "a coded visit gets a page": (asked(free=(), fixed=(6, 7, 3)), "E-00004 was coded already"),
    "a coded visit gets another order": (asked(fixed=(7, 6)), "E-00004 was coded already"),
    "a visit of another chart": (asked(free=(), more=[visit(3, encounter=99)]), "not of this chart"),
    "one visit in two lines": (asked(own=(1,), more=[visit(2, encounter=OWN)]), "A visit stands twice"),
    "a turn that does not exist": (
        Arrangement((Visit((Slot(1, 45), Slot(2)), OWN), *asked().visits[1:]), (8,)), "turned by 90, 180 or 270",
    ),
}  # fmt: skip
RIGHT = {
    "nothing changes": asked(),
    "a page comes to somebody": asked(own=(1,), grows=(4, 5, 2)),
    "somebody's pages change order": asked(grows=(5, 4)),
    "a waiting visit is taken apart": asked(own=(1, 2, 3), free=()),
    "a new visit": asked(own=(1,), more=[visit(2)]),
    "two visits share all their pages": asked(more=[visit(1, 2)]),
    "a page comes back in": asked(own=(1, 2, 8), out=()),
    "another page is left out": asked(own=(1,), out=(2, 8)),
    "the order of one's own": asked(own=(2, 1)),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_written_is_said(name):
    arranged, words = WRONG[name]
    assert words in whats_wrong(BEFORE, arranged, own=OWN, rights=RIGHTS, page_count=PAGES)


@pytest.mark.parametrize("name", RIGHT)
def test_what_can_be_written(name):
    assert whats_wrong(BEFORE, RIGHT[name], own=OWN, rights=RIGHTS, page_count=PAGES) is None


def test_who_had_shared_pages_before_may_part_from_them():
    before = arrangement([visit(1, 2, encounter=OWN), visit(1, 2, encounter=FREE)], 2)
    parted = Arrangement((visit(1, encounter=OWN), visit(1, 2, encounter=FREE)))
    assert whats_wrong(before, parted, own=OWN, rights=RIGHTS, page_count=2) is None


slots = st.builds(Slot, st.integers(1, PAGES), st.sampled_from([0, 90, 180, 270]))
wild = st.builds(
    Arrangement,
    st.lists(
        st.builds(Visit, st.lists(slots, max_size=4).map(tuple), st.sampled_from([None, OWN, FREE, GROWS, FIXED])),
        max_size=5,
    ).map(tuple),
    st.lists(st.integers(0, PAGES + 1), max_size=4).map(tuple),
)


@st.composite
def moves(draw):
    """The arrangement after some moves of pages between places; not all of them may be allowed."""
    rows = {row.encounter: list(row.slots) for row in BEFORE.visits}
    out = list(BEFORE.left_out)
    for _ in range(draw(st.integers(0, 6))):
        number, target = draw(st.integers(1, PAGES)), draw(st.sampled_from([OWN, FREE, GROWS, FIXED, -1, -2, None]))
        for row in rows.values():
            row[:] = [slot for slot in row if slot.page != number]
        out = [page for page in out if page != number]
        if target is None:
            out.append(number)
        else:
            row = rows.setdefault(target, [])
            row.insert(draw(st.integers(0, len(row))), Slot(number, draw(st.sampled_from([0, 0, 90]))))
    visits = tuple(Visit(tuple(row), key if key > 0 else None) for key, row in rows.items() if row)
    return Arrangement(visits, tuple(out))


@settings(max_examples=400, deadline=None)
@given(st.one_of(moves(), wild))
def test_whatever_is_allowed_keeps_every_page_and_every_right(arranged):
    if whats_wrong(BEFORE, arranged, own=OWN, rights=RIGHTS, page_count=PAGES) is not None:
        return
    covered = [number for row in arranged.visits for number in row.numbers]
    assert set(covered) | set(arranged.left_out) == set(range(1, PAGES + 1))
    assert not set(covered) & set(arranged.left_out)
    for number in range(1, PAGES + 1):
        homes = [set(row.numbers) for row in arranged.visits if number in row.numbers]
        assert all(home == homes[0] for home in homes)
    assert arranged.visit_of(OWN).slots
    assert arranged.visit_of(FIXED).slots == BEFORE.visit_of(FIXED).slots
    assert {4, 5} <= set(arranged.visit_of(GROWS).numbers)


@given(moves(), moves())
def test_arrangements_that_differ_have_other_versions(one, other):
    assert (fingerprint(one) == fingerprint(other)) == (one.visits == other.visits)


def test_proposed_cuts_leave_alone_what_is_in_other_hands():
    found = with_cuts(BEFORE, [2, 5, 7], left_out=[3], locked=[GROWS, FIXED])
    assert [row.numbers for row in found.visits] == [(1,), (2,), (3,), (4, 5), (6, 7)]
    assert whats_wrong(BEFORE, found, own=OWN, rights=RIGHTS, page_count=PAGES) is None


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([], ""), ([4], "4"), ([1, 2, 3, 7], "1–3, 7"), ([3, 2, 1], "3, 2, 1"), ([5, 6, 1], "5–6, 1")],
)
def test_pages_in_words(numbers, words):
    assert in_words(numbers) == words
