"""The frame around the words of a passage, and the marks in it."""

from hypothesis import given
from hypothesis import strategies as st

from coding.rules.formats.cuttings import NARROWEST, TALLEST, frame_of, joined, marks_in, turned

WORD = (4000, 5000, 4500, 5120)


@st.composite
def boxes(draw):
    x0, y0 = draw(st.integers(0, 9998)), draw(st.integers(0, 9998))
    return (x0, y0, draw(st.integers(x0 + 1, 10_000)), draw(st.integers(y0 + 1, 10_000)))


@given(st.lists(boxes(), min_size=1, max_size=8))
def test_a_frame_lies_on_the_page_and_is_never_too_narrow_nor_too_tall(some):
    x0, y0, x1, y1 = frame_of(some)
    assert 0 <= x0 < x1 <= 10_000
    assert 0 <= y0 < y1 <= 10_000
    assert x1 - x0 >= NARROWEST
    assert y1 - y0 <= TALLEST
    assert x0 <= min(box[0] for box in some)
    assert x1 >= max(box[2] for box in some)
    assert y0 <= min(box[1] for box in some)


@given(st.lists(boxes(), min_size=1, max_size=8))
def test_marks_lie_in_the_cutting(some):
    for x0, y0, x1, y1 in marks_in(frame_of(some), some, width=700, height=300):
        assert 0 <= x0 <= x1 <= 700
        assert 0 <= y0 <= y1 <= 300


def test_one_word_is_shown_with_what_stands_beside_it():
    assert frame_of([WORD]) == (500, 4780, 8000, 5340)
    assert marks_in((500, 4780, 8000, 5340), [WORD], width=750, height=56) == ((350, 22, 400, 34),)


def test_the_words_of_a_line_are_one_mark_and_those_of_the_next_another():
    line = [(1000, 100, 1500, 220), (1560, 105, 2000, 220), (2050, 100, 2400, 215)]
    below = [(1000, 300, 1400, 420)]
    assert joined([*line, *below]) == [(1000, 100, 2400, 220), (1000, 300, 1400, 420)]
    assert joined([line[0], (8000, 100, 8500, 220)]) == [line[0], (8000, 100, 8500, 220)], "another column"


@given(boxes())
def test_turned_four_times_a_mark_is_where_it_was(mark):
    width, height, at = 10_000, 10_000, mark
    for _ in range(4):
        at = turned(at, 90, width=width, height=height)
        width, height = height, width
    assert at == mark
    assert turned(mark, 180, width=width, height=height) == turned(
        turned(mark, 90, width=width, height=height), 90, width=height, height=width
    )
    assert turned(turned(mark, 90, width=width, height=height), 270, width=height, height=width) == mark
