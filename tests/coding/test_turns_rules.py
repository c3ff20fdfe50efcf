"""Whose turn it is, as plain arithmetic: what is sent within a share is on time, a flood waits behind itself."""

import heapq
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.turns import DAY, Promise, allowance, next_turn, share_of, turns

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def promised(due, *, within=DAY):
    return Promise(due - within, due)


@pytest.mark.parametrize(("finished", "share"), [(0, 50), (1000, 50), (1001, 51), (10_000, 500)])
def test_a_share_is_what_was_finished_a_working_day_and_never_small(finished, share):
    assert share_of(finished) == share


@pytest.mark.parametrize(("hours", "allowed"), [(4, 50), (24, 50), (36, 75), (72, 150)])
def test_promises_over_several_days_allow_as_many_days_of_work(hours, allowed):
    assert allowance(promised(NOON, within=hours * HOUR), 50) == allowed


def test_within_the_share_the_promise_is_the_turn():
    assert turns([promised(NOON)] * 50, 50) == [NOON] * 50


def test_beyond_the_share_each_waits_as_if_sent_at_the_rate_of_the_share():
    taken = turns([promised(NOON)] * 53, 48)
    assert taken[47:] == [NOON, *(NOON + number * HOUR / 2 for number in (1, 2, 3, 4, 5))]


def test_a_practice_that_sent_too_much_keeps_its_own_order():
    """What comes later of the same practice does not overtake, also once the backlog fits the share again."""
    assert next_turn(promised(NOON + HOUR), ahead=10, last=NOON + 9 * HOUR, share=50) == NOON + 9 * HOUR
    assert next_turn(promised(NOON + 10 * HOUR), ahead=10, last=NOON + 9 * HOUR, share=50) == NOON + 10 * HOUR


def test_the_first_of_a_practice_has_its_promise():
    assert next_turn(promised(NOON), ahead=0, last=None, share=1) == NOON


class Line:
    """One line of work: what arrives gets its turn, and is done in the order of turns at a steady pace."""

    def __init__(self, shares, *, pace):
        self.shares, self.pace = shares, pace
        self.waiting, self.done = [], []

    def run(self, arrivals):
        """`arrivals` are (minute, practice, promise in minutes); all are worked off."""
        arrivals = sorted(arrivals)
        clock = 0.0
        while arrivals or self.waiting:
            if not self.waiting:
                clock = max(clock, arrivals[0][0])
            while arrivals and arrivals[0][0] <= clock:
                self.join(*arrivals.pop(0))
            turn, number, practice, due, _ = heapq.heappop(self.waiting)
            clock += self.pace
            self.done.append((practice, number, clock, due, turn))

    def join(self, minute, practice, promise):
        came = NOON + minute * MINUTE
        due = came + promise * MINUTE
        own = [turn for turn, _, of, own_due, _ in self.waiting if of == practice and own_due <= minute + promise]
        turn = next_turn(Promise(came, due), ahead=len(own), last=max(own, default=None), share=self.shares[practice])
        heapq.heappush(self.waiting, (turn, len(self.done) + len(self.waiting), practice, minute + promise, came))


DAY_MINUTES = 24 * 60


@settings(max_examples=60, deadline=None)
@given(
    shares=st.lists(st.integers(2, 12), min_size=2, max_size=4),
    flood=st.integers(30, 200),
    days=st.integers(1, 4),
    data=st.data(),
)
def test_what_is_sent_within_the_shares_is_on_time_whatever_another_sends(shares, flood, days, data):
    """All promise a day; the line can just do the shares of all together. Practice 0 floods on the first day."""
    line = Line(dict(enumerate(shares)), pace=DAY_MINUTES / sum(shares))
    arrivals = [(data.draw(st.integers(0, 60)), 0, DAY_MINUTES)] * flood
    for practice in range(1, len(shares)):
        offset = data.draw(st.integers(0, DAY_MINUTES))
        for day in range(days):
            arrivals += [(offset + day * DAY_MINUTES, practice, DAY_MINUTES)] * data.draw(
                st.integers(0, shares[practice])
            )
    line.run(arrivals)
    late = [one for one in line.done if one[0] != 0 and one[2] > one[3] + line.pace]
    assert not late
    # Nor does the flood starve: its first share is on time as well, and all of it has an end.
    own = sorted(one for one in line.done if one[0] == 0)
    assert len(own) == flood
    assert all(clock <= due + line.pace for _, _, clock, due, _ in own[: shares[0]])
    last = max(minute for minute, _, _ in arrivals)
    assert max(one[2] for one in line.done) <= last + (len(arrivals) + 1) * line.pace


def test_by_promise_alone_the_others_would_be_late():
    """The same line without turns: the flood came first, so all of it is done first."""
    arrivals = [(0, "flood", DAY_MINUTES)] * 200 + [(60, "small", DAY_MINUTES)] * 5
    pace = DAY_MINUTES / 100
    unfair = [clock * pace for clock in range(1, len(arrivals) + 1)][-5:]
    assert all(end > 60 + DAY_MINUTES for end in unfair)
    line = Line({"flood": 50, "small": 50}, pace=pace)
    line.run(arrivals)
    assert all(clock <= due for practice, _, clock, due, _ in line.done if practice == "small")
