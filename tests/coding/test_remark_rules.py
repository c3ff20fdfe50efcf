"""A remark's way as a table: every move from every state, and who may make it."""

from itertools import product

import pytest

from coding.rules.remarks import DECIDED, PENDING, REMARK_MOVES, Refusal, RemarkStatus, Who, why_not

W, L, U, D, X = RemarkStatus
NOBODY = Who(is_practice=False, verifies=False, worked_on_it=False, is_reviewer=False)
CLEO = Who(is_practice=True, verifies=False, worked_on_it=False, is_reviewer=False)
ANN = Who(is_practice=False, verifies=False, worked_on_it=True, is_reviewer=False)  # coded it
BEA = Who(is_practice=False, verifies=True, worked_on_it=True, is_reviewer=False)  # verified it
VIC = Who(is_practice=False, verifies=True, worked_on_it=False, is_reviewer=False)  # verifies other visits
VIC_HAS_IT = Who(is_practice=False, verifies=True, worked_on_it=False, is_reviewer=True)

ALLOWED = {
    (W, "take"): L, (L, "give_back"): W, (L, "uphold"): U, (L, "decline"): D, (W, "withdraw"): X, (L, "withdraw"): X,
}  # fmt: skip


@pytest.mark.parametrize(("state", "name"), list(product(RemarkStatus, REMARK_MOVES)))
def test_every_move_from_every_state(state, name):
    move = REMARK_MOVES[name]
    assert (move.new if state in move.old else None) == ALLOWED.get((state, name))


def test_a_state_is_pending_decided_or_withdrawn():
    assert PENDING | DECIDED | {X} == set(RemarkStatus)
    assert not PENDING & DECIDED


@pytest.mark.parametrize(
    ("move", "who", "words", "refusal"),
    [
        ("take", VIC, "", None),
        ("take", BEA, "", Refusal.OWN_WORK),
        ("take", ANN, "", Refusal.NOT_THEIRS),
        ("take", CLEO, "", Refusal.NOT_THEIRS),
        ("take", NOBODY, "", Refusal.NOT_THEIRS),
        ("give_back", VIC_HAS_IT, "", None),
        ("give_back", VIC, "", Refusal.NOT_THEIRS),
        ("uphold", VIC_HAS_IT, "Page 2 says so.", None),
        ("uphold", VIC_HAS_IT, "  ", Refusal.WORDS_MISSING),
        ("uphold", VIC, "Page 2 says so.", Refusal.NOT_THEIRS),
        ("uphold", BEA, "Page 2 says so.", Refusal.NOT_THEIRS),
        ("decline", VIC_HAS_IT, "It is documented.", None),
        ("decline", VIC_HAS_IT, "", Refusal.WORDS_MISSING),
        ("decline", CLEO, "It is documented.", Refusal.NOT_THEIRS),
        ("withdraw", CLEO, "", None),
        ("withdraw", VIC_HAS_IT, "", Refusal.NOT_THEIRS),
        ("withdraw", ANN, "", Refusal.NOT_THEIRS),
    ],
)
def test_who_may_make_which_move(move, who, words, refusal):
    assert why_not(move, who, words=words) == refusal
    if refusal is not None:
        assert refusal.label.endswith(".")
