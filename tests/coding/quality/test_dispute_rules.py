"""Who may take which step when, and which differences are new."""

from datetime import timedelta
from itertools import product

import pytest

from coding.rules.discrepancies import Discrepancy, Kind, Part, compare, keys_of
from coding.rules.disputes import (
    DISPUTE_MOVES,
    FALLEN,
    LABELS,
    OPEN,
    SETTLED,
    STEP_HOURS,
    TURN,
    DisputeStatus,
    Refusal,
    Who,
    due_after,
    sort_out,
    why_not,
)
from tests.coding.lines import NOON
from tests.coding.written import coded

CODER, VERIFIER, MANAGER = Who(True, False, False), Who(False, True, False), Who(False, False, True)
STRANGER = Who(False, False, False)


def test_every_status_can_be_reached_and_the_settled_ones_are_ends():
    assert {move.new for move in DISPUTE_MOVES.values()} == set(DisputeStatus) - {DisputeStatus.TOLD}
    left = {old for move in DISPUTE_MOVES.values() for old in move.old}
    assert left == set(OPEN) == set(TURN)
    assert not left & SETTLED
    assert FALLEN < SETTLED
    assert set(LABELS) == set(DisputeStatus)


@pytest.mark.parametrize(
    ("move", "status", "who"),
    [
        ("agree", "told", CODER),
        ("agree", "upheld", CODER),
        ("rebut", "told", CODER),
        ("uphold", "rebutted", VERIFIER),
        ("withdraw", "rebutted", VERIFIER),
        ("escalate", "rebutted", VERIFIER),
        ("escalate", "upheld", CODER),
        ("settle_upheld", "escalated", MANAGER),
        ("settle_withdrawn", "escalated", MANAGER),
    ],
)
def test_each_step_is_for_one_side_only(move, status, who):
    for one in (CODER, VERIFIER, MANAGER, STRANGER):
        refusal = why_not(move, DisputeStatus(status), one, overdue=False, comment="Because.")
        assert (refusal is None) == (one == who), one


@pytest.mark.parametrize("move", ["settle_upheld", "settle_withdrawn"])
@pytest.mark.parametrize("side", [{"is_coder": True}, {"is_verifier": True}])
def test_a_manager_who_coded_or_verified_it_does_not_settle_it(move, side):
    who = Who(**{"is_coder": False, "is_verifier": False, **side}, is_manager=True)
    assert why_not(move, DisputeStatus.ESCALATED, who, overdue=True, comment="Because.") is Refusal.OWN_WORK


def test_nobody_is_coder_and_judge():
    """Over all moves: one person who is the coder never decides, and a verifier never answers."""
    for move, overdue in product(("uphold", "withdraw", "settle_upheld", "settle_withdrawn"), (False, True)):
        status = DisputeStatus(min(DISPUTE_MOVES[move].old))
        assert why_not(move, status, Who(True, False, True), overdue=overdue, comment="x") is not None
    for move in ("agree", "rebut"):
        assert why_not(move, DisputeStatus.TOLD, Who(False, True, True), overdue=True, comment="x") is not None


def test_a_coder_goes_to_a_manager_once_the_verifiers_time_is_over():
    said = [
        why_not("escalate", DisputeStatus.REBUTTED, CODER, overdue=overdue, comment="Still open.")
        for overdue in (False, True)
    ]
    assert said == [Refusal.NOT_YET, None]


@pytest.mark.parametrize(
    ("move", "who", "needs"),
    [
        ("rebut", CODER, True),
        ("agree", CODER, False),
        ("withdraw", VERIFIER, False),
        ("uphold", VERIFIER, True),
        ("settle_withdrawn", MANAGER, True),
    ],
)
def test_who_disagrees_says_why(move, who, needs):
    status = DisputeStatus(min(DISPUTE_MOVES[move].old))
    assert (why_not(move, status, who, overdue=False, comment=" ") is Refusal.COMMENT_MISSING) == needs


def test_the_clock_runs_while_somebody_has_to_act():
    assert due_after(DisputeStatus.TOLD, at=NOON) == NOON + timedelta(hours=STEP_HOURS)
    assert due_after(DisputeStatus.ESCALATED, at=NOON, hours=5) == NOON + timedelta(hours=5)
    assert due_after(DisputeStatus.AGREED, at=NOON) is None


# -- the next time -------------------------------------------------------------------------------------


def missed(code, place=1):
    return Discrepancy(Kind.MISSED, Part.DIAGNOSIS, "", code, None, place)


def test_only_what_was_never_said_is_new():
    found = compare(coded("E119", "99214@1"), coded("E119 I10", "99213@1"), {})
    assert sort_out(found, []).fresh == found
    before = [(found[0], DisputeStatus.AGREED)]
    assert sort_out(found, before).fresh == (found[1],)
    assert sort_out(found, before).repeated == (found[0],)


@pytest.mark.parametrize(
    ("status", "heap"),
    [
        ("told", "pending"), ("rebutted", "pending"), ("upheld", "pending"), ("escalated", "pending"),
        ("agreed", "repeated"), ("lapsed", "repeated"), ("settled_upheld", "repeated"),
        ("withdrawn", "fallen"), ("settled_withdrawn", "fallen"),
    ],
)  # fmt: skip
def test_what_became_of_it_says_where_it_goes(status, heap):
    sorted_out = sort_out([missed("I10")], [(missed("I10"), DisputeStatus(status))])
    heaps = {name: getattr(sorted_out, name) for name in ("fresh", "pending", "repeated", "fallen")}
    assert {name for name, rows in heaps.items() if rows} == {heap}


def test_a_line_that_moved_is_the_same_difference():
    assert sort_out([missed("I10", 4)], [(missed("I10", 2), DisputeStatus.AGREED)]).fresh == ()


def test_of_two_alike_only_one_was_said_before_and_the_last_word_counts():
    first, second = missed("I10", 1), missed("I10", 2)
    assert sort_out([first, second], [(first, DisputeStatus.AGREED)]).fresh == (second,)
    said = [(first, DisputeStatus.WITHDRAWN), (first, DisputeStatus.AGREED)]
    assert sort_out([first], said).repeated == (first,)


def test_a_key_stays_with_its_difference_when_lines_move():
    found = compare(coded("E119", "20610@1"), coded("E119 I10", "20610x2@1"), {})
    moved = compare(coded("Z794 E119", "20610@2"), coded("Z794 E119 I10", "20610x2@2"), {})
    assert keys_of(found) == keys_of(moved) == ("diagnosis|missed||I10", "procedure|units|1 × 20610|2 × 20610")
    assert keys_of([missed("I10"), missed("I10", 2)]) == ("diagnosis|missed||I10", "diagnosis|missed||I10|2")
