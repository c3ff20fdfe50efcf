"""When a result is tried again, when it is given up, and when a person hears of it."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.rules.dispatches import (
    BACK_OFF,
    DISPATCH_MOVES,
    FAULTS,
    MOST_ATTEMPTS,
    DispatchState,
    Pause,
    Standing,
    Trouble,
    fault_words,
    trouble_of,
    wait_after,
)

MADE = datetime(2026, 3, 2, 8, tzinfo=UTC)
PROMISED = MADE + timedelta(hours=2)


@pytest.mark.parametrize("attempt", range(1, MOST_ATTEMPTS))
def test_each_wait_is_as_long_as_the_table_says_give_or_take_a_fifth(attempt):
    shortest, middle, longest = (wait_after(attempt, draw=draw) for draw in (0, 0.5, 1))
    planned = timedelta(seconds=BACK_OFF[attempt - 1])
    assert (shortest, middle, longest) == (planned * 0.8, planned, planned * 1.2)


def test_after_the_last_attempt_it_is_given_up():
    assert wait_after(MOST_ATTEMPTS, draw=0) is None
    assert timedelta(hours=12) < sum((wait_after(n, draw=0) for n in range(1, MOST_ATTEMPTS)), timedelta())


def test_a_receiver_may_ask_for_more_time_but_not_for_less_or_for_days():
    assert wait_after(1, draw=0.5, asked=90) == timedelta(seconds=90)
    assert wait_after(1, draw=0.5, asked=1) == timedelta(seconds=5)
    assert wait_after(1, draw=0.5, asked=10**7) == timedelta(hours=6)


@pytest.mark.parametrize(("state", "failures", "hours", "pause", "found"), [
    ("waiting", 0, 1, None, None),
    ("waiting", 2, 1, None, None),
    ("waiting", 3, 1, None, Trouble.REPEATED),
    ("sending", 4, 1, None, Trouble.REPEATED),
    ("waiting", 0, 2, None, None),
    ("waiting", 0, 2.1, None, Trouble.LATE),
    ("waiting", 9, 9, "person", None),
    ("waiting", 0, 1, "gone", Trouble.STOPPED),
    ("waiting", 0, 9, "host_key", Trouble.STOPPED),
    ("rejected", 0, 0, None, Trouble.REJECTED),
    ("rejected", 0, 9, "person", Trouble.REJECTED),
    ("failed", 9, 9, None, Trouble.FAILED),
    ("sent", 9, 9, None, None),
    ("accepted", 9, 9, None, None),
    ("replaced", 9, 9, None, None),
])  # fmt: skip
def test_what_a_person_must_hear_of(state, failures, hours, pause, found):
    standing = Standing(DispatchState(state), failures, MADE, PROMISED, Pause(pause) if pause else None)
    assert trouble_of(standing, at=MADE + timedelta(hours=hours)) is found


def test_what_was_made_after_its_promised_time_has_a_quarter_of_an_hour_to_arrive():
    late = Standing(DispatchState.WAITING, 0, PROMISED + timedelta(hours=1), PROMISED)
    assert trouble_of(late, at=late.made_at + timedelta(minutes=15)) is None
    assert trouble_of(late, at=late.made_at + timedelta(minutes=16)) is Trouble.LATE


def test_nothing_leaves_what_the_receiver_took_and_nothing_comes_back_from_replaced():
    ends = {state for state in DispatchState if not any(state in move.old for move in DISPATCH_MOVES.values())}
    assert ends == {DispatchState.ACCEPTED, DispatchState.REPLACED}


def test_every_fault_has_a_sentence():
    assert all(text.endswith(".") for text in FAULTS.values())
    assert fault_words("http_503") == "The server answered with HTTP status 503."
    assert "AE" in fault_words("acknowledged_no", "AE")
    assert fault_words("") == ""
    assert fault_words("nobody_knows") == "It could not be sent."
