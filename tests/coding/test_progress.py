"""Whose move it is, as a table."""

import pytest

from coding.rules.progress import Move, Progress


@pytest.mark.parametrize(
    ("progress", "move"),
    [
        (Progress(visits=3, finished=1), Move.SERVICE),
        (Progress(visits=3, finished=3), Move.SERVICE),  # about to be delivered
        (Progress(), Move.SERVICE),  # files are being checked
        (Progress(visits=3, finished=1, for_practice=2), Move.PRACTICE),
        (Progress(visits=3, finished=1, for_practice=1), Move.BOTH),
        (Progress(visits=3, finished=1, for_practice=1, held=1), Move.BOTH),
        (Progress(visits=3, finished=3, locked=1), Move.PRACTICE),
        (Progress(visits=3, finished=2, locked=1), Move.BOTH),
    ],
)
def test_whose_move(progress, move):
    assert progress.move(in_progress=True) == move
    assert progress.move(in_progress=False) == Move.NOBODY
