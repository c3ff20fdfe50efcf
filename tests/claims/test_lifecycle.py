"""The moves of a claim: everything can be reached, what has ended stays, an answer may come late and twice."""

import pytest

from claims.rules.lifecycle import ANSWERED, ENDED, LABELS, MOVES, TURNED_BACK, UNANSWERED, UNSENT, ClaimStatus


def after(status, *moves):
    for move in moves:
        assert status in MOVES[move].old, (status, move)
        status = ClaimStatus(MOVES[move].new)
    return status


@pytest.mark.parametrize(
    ("moves", "end"),
    [
        (("pass_scrub", "batch", "send", "accept_file", "accept", "pend", "pay", "close"), "closed"),
        (("fail_scrub", "change", "pass_scrub", "batch", "send", "reject_file", "change"), "draft"),
        (("pass_scrub", "batch", "send", "reject", "change", "pass_scrub"), "ready"),
        (("pass_scrub", "batch", "send", "deny", "appeal", "pay_partly", "bill_next_payer", "bill_patient", "close"),
         "closed"),
        (("pass_scrub", "batch", "send", "deny", "correct"), "corrected"),
        (("pass_scrub", "batch", "send", "pay", "close", "take_back", "deny", "write_off"), "written_off"),
        (("pass_scrub", "batch", "send", "accept", "void"), "void"),
    ],
)  # fmt: skip
def test_ways_of_a_claim(moves, end):
    assert after(ClaimStatus.DRAFT, *moves) == end


def test_every_status_is_reached_and_has_its_words():
    reached, known = {ClaimStatus.DRAFT}, 0
    while len(reached) != known:
        known = len(reached)
        reached |= {ClaimStatus(move.new) for move in MOVES.values() if move.old & reached}
    assert reached == set(ClaimStatus) == set(LABELS)


def test_nothing_that_was_sent_can_be_changed_unseen():
    changed = MOVES["change"].old
    assert not changed & (UNANSWERED | ANSWERED | ENDED)
    assert changed > TURNED_BACK


@pytest.mark.parametrize("move", ["pay", "pay_partly", "deny"])
def test_an_answer_may_come_whatever_was_heard_before(move):
    assert MOVES[move].old >= UNANSWERED
    assert not MOVES[move].old & UNSENT
