"""What may be begun and which part fits, and how a batch differs from what its sender named."""

import pytest

from portal.rules.expected_files import Difference, compare_files
from portal.rules.uploads import (
    LARGEST_PART,
    SAID,
    Begun,
    Limits,
    Trouble,
    trouble_at_opening,
    trouble_with_part,
)

LIMITS = Limits(file_bytes=100, batch_bytes=300, open_files=3, open_bytes=250, files_an_hour=5)
NOTHING = Begun(batch_bytes=0, open_files=0, open_bytes=0, last_hour=0)


@pytest.mark.parametrize(
    ("size", "begun", "trouble"),
    [
        (0, NOTHING, None),
        (100, NOTHING, None),
        (101, NOTHING, Trouble.FILE_TOO_LARGE),
        (100, Begun(200, 0, 0, 0), None),
        (100, Begun(201, 0, 0, 0), Trouble.BATCH_FULL),
        (1, Begun(0, 2, 0, 0), None),
        (1, Begun(0, 3, 0, 0), Trouble.TOO_MANY_OPEN),
        (100, Begun(0, 1, 150, 0), None),
        (100, Begun(0, 1, 151, 0), Trouble.TOO_MUCH_OPEN),
        (1, Begun(0, 0, 0, 4), None),
        (1, Begun(0, 0, 0, 5), Trouble.TOO_OFTEN),
    ],
)
def test_what_may_be_begun(size, begun, trouble):
    assert trouble_at_opening(size=size, begun=begun, limits=LIMITS) == trouble


@pytest.mark.parametrize(
    ("offset", "length", "stands_at", "size", "trouble"),
    [
        (0, 10, 0, 10, None),
        (4, 6, 4, 10, None),
        (0, LARGEST_PART, 0, LARGEST_PART, None),
        (0, LARGEST_PART + 1, 0, 2 * LARGEST_PART, Trouble.PART_TOO_LARGE),
        (0, 0, 0, 10, Trouble.PART_TOO_LARGE),
        (5, 5, 4, 10, Trouble.WRONG_OFFSET),
        (0, 5, 4, 10, Trouble.WRONG_OFFSET),
        (4, 7, 4, 10, Trouble.BEYOND_THE_END),
    ],
)
def test_which_part_fits(offset, length, stands_at, size, trouble):
    assert trouble_with_part(offset=offset, length=length, stands_at=stands_at, size=size) == trouble


def test_every_trouble_is_said_in_words():
    assert set(SAID) == set(Trouble)


A, B, C = ("a.pdf", "aa"), ("b.pdf", "bb"), ("c.pdf", "cc")


@pytest.mark.parametrize(
    ("expected", "held", "difference"),
    [
        ([A, B], [B, A], Difference()),
        ([("scans/a.pdf", "AA")], [A], Difference()),
        ([A, B], [A], Difference(missing=(B,))),
        ([A], [A, C], Difference(unexpected=(C,))),
        ([A], [("a.pdf", "xx")], Difference(different=(("a.pdf", "aa", "xx"),))),
        ([A, A], [A], Difference(missing=(A,))),
        ([A], [A, A], Difference(unexpected=(A,))),
        ([A, ("a.pdf", "bb")], [("a.pdf", "bb"), ("a.pdf", "aa")], Difference()),
        ([], [], Difference()),
    ],
)
def test_a_batch_is_compared_with_what_its_sender_named(expected, held, difference):
    assert compare_files(expected=expected, held=held) == difference
    assert bool(difference) == (difference != Difference())
