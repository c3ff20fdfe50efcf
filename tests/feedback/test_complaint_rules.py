"""A complaint's way as a table, its clock, and who answers for it."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from feedback.rules.complaints import (
    BY_THEMSELVES,
    COMPLAINT_MOVES,
    ComplaintStatus,
    Refusal,
    due_after,
    least_busy,
    why_not,
)

OPEN, LATE, CLOSED = ComplaintStatus
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ALLOWED = {(OPEN, "escalate"): LATE, (OPEN, "close"): CLOSED, (LATE, "close"): CLOSED, (CLOSED, "reopen"): OPEN}


@pytest.mark.parametrize(("state", "name"), list(product(ComplaintStatus, COMPLAINT_MOVES)))
def test_every_move_from_every_state(state, name):
    move = COMPLAINT_MOVES[name]
    assert (move.new if state in move.old else None) == ALLOWED.get((state, name))


def test_only_the_clock_escalates():
    assert {"escalate"} == BY_THEMSELVES


@pytest.mark.parametrize(
    ("move", "manages", "is_practice", "words", "refusal"),
    [
        ("close", True, False, "We changed it.", None),
        ("close", True, False, " ", Refusal.WORDS_MISSING),
        ("close", False, False, "We changed it.", Refusal.NOT_THEIRS),
        ("close", False, True, "We changed it.", Refusal.NOT_THEIRS),
        ("reopen", False, True, "", None),
        ("reopen", True, False, "", Refusal.NOT_THEIRS),
    ],
)
def test_managers_close_with_words_and_the_practice_reopens(move, manages, is_practice, words, refusal):
    assert why_not(move, manages=manages, is_practice=is_practice, words=words) == refusal
    assert refusal is None or refusal.label.endswith(".")


@pytest.mark.parametrize(("hours", "length"), [(8, 8), (72, 72), (None, 24)])
def test_it_is_due_within_the_hours_of_the_contract(hours, length):
    assert due_after(AT, hours=hours) == AT + timedelta(hours=length)


def test_the_manager_with_the_fewest_open_ones_answers_for_the_next():
    assert least_busy({7: 2, 8: 1, 9: 1}) == 8
    assert least_busy({}) is None
