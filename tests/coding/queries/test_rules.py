"""Rules of queries without a database: quotes on pages, boxes, waiting, percentiles, signatures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.queries.figures import Rate, answering, moved_by, percentile, waited
from coding.rules.queries.indicators import boxes_of, find_quote, is_box, letters_of, nearest, shared
from coding.rules.queries.signing import SignedReply, option_words, reply_fault, reply_words, signature
from coding.rules.queries.states import PENDING, QUERY_MOVES, QueryStatus
from coding.rules.queries.wording import OTHER, UNABLE, QueryForm
from tests.coding.queries.asking import words_of

LINES = ("Right knee pain - for two weeks.", "Knee pain again: 5.9 mmol/L", "knee", "pain")
WORDS, STARTS = words_of(LINES)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def said(quote):
    return [" ".join(word.text for word in WORDS[one.start : one.stop]) for one in find_quote(WORDS, quote)]


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("knee pain", ["knee pain", "Knee pain", "knee pain"]),
        ("KNEE  PAIN for", ["knee pain - for"]),
        ("pain for two weeks", ["pain - for two weeks."]),
        ("5.9 mmol/L", ["5.9 mmol/L"]),
        ("59 mmol L", ["5.9 mmol/L"]),
        ("nee pain", []),
        ("knee pai", []),
        ("weeks knee", ["weeks. Knee"]),
        ("sepsis", []),
        ("", []),
        (" - ", []),
    ],
)
def test_a_quote_is_found_in_whole_words(quote, found):
    assert said(quote) == found


def test_a_passage_has_a_box_for_each_line():
    (where,) = find_quote(WORDS, "two weeks. Knee")
    assert boxes_of(WORDS, STARTS, where) == ((2760, 1000, 3560, 1200), (1000, 1300, 1320, 1500))


@given(st.data())
def test_whatever_stands_on_a_page_is_found_there(data):
    start = data.draw(st.integers(0, len(WORDS) - 1))
    stop = data.draw(st.integers(start + 1, len(WORDS)))
    quote = " ".join(word.text for word in WORDS[start:stop])
    if not letters_of(quote):
        return
    found = find_quote(WORDS, quote)
    assert any(set(one) <= set(range(start, stop)) for one in found)
    for one in found:
        boxes = boxes_of(WORDS, STARTS, one)
        assert all(is_box(box) for box in boxes)
        words = [WORDS[at] for at in one]
        assert all(any(box[0] <= word.x0 and word.x1 <= box[2] for box in boxes) for word in words)


def test_the_passage_that_was_pointed_at():
    one, other = ((0, 0, 10, 10),), ((100, 100, 200, 200),)
    assert nearest([one, other], [(150, 150, 300, 300)]) == other
    assert nearest([one, other], []) == one
    assert shared((0, 0, 10, 10), (20, 20, 30, 30)) == 0


@pytest.mark.parametrize("box", [(0, 0, 0, 10), (0, 10, 10, 10), (-1, 0, 1, 1), (0, 0, 10001, 1), (0, 0, 1), ()])
def test_what_is_no_box(box):
    assert not is_box(box)


def test_the_clock_stands_still_only_by_contract():
    assert moved_by(stops_clock=True, asked_at=NOON, until=NOON + 5 * HOUR) == 5 * HOUR
    assert moved_by(stops_clock=False, asked_at=NOON, until=NOON + 5 * HOUR) == timedelta(0)
    assert waited(asked_at=NOON, until=NOON - HOUR) == timedelta(0)


def test_percentiles_by_nearest_rank():
    """By hand: of 1 to 10 hours the 50th is the 5th, the 85th the 9th (8.5 rounded up); of 1, 2, 4 the 2nd and 3rd."""
    hours = [number * HOUR for number in range(10, 0, -1)]
    assert (percentile(hours, 50), percentile(hours, 85)) == (5 * HOUR, 9 * HOUR)
    found = answering([HOUR, 4 * HOUR, 2 * HOUR])
    assert (found.count, found.half, found.most) == (3, 2 * HOUR, 4 * HOUR)
    assert answering([]).half is None
    assert percentile([HOUR], 1) == percentile([HOUR], 100) == HOUR


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_value_that_enough_do_not_exceed(minutes, percent):
    values = [timedelta(minutes=one) for one in minutes]
    value = percentile(values, percent)
    assert value in values
    assert sum(one <= value for one in values) * 100 >= percent * len(values)
    assert sum(one < value for one in values) * 100 < percent * len(values)


def test_a_rate_counts_queries_for_a_hundred_visits():
    assert Rate(3, 40).per_hundred == 7.5
    assert Rate(3, 0).per_hundred is None


REPLY = SignedReply(
    query=1, title="t", question="q", options=("a", OTHER), indicators=((7, "words"),), option="a", text="x",
    name="Cleo", role="treating", provider=None, person=2, at=NOON,
)  # fmt: skip


@pytest.mark.parametrize("change", [
    {"query": 2}, {"title": "u"}, {"question": "r"}, {"options": ("b", OTHER)}, {"indicators": ((8, "words"),)},
    {"option": OTHER}, {"text": "y"}, {"name": "Otto"}, {"role": "covering"}, {"provider": 3}, {"person": 3},
    {"at": NOON + timedelta(microseconds=1)},
])  # fmt: skip
def test_the_signature_covers_everything(change):
    assert signature(replace(REPLY, **change)) != signature(REPLY)


def test_the_signature_does_not_depend_on_the_zone():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert signature(replace(REPLY, at=elsewhere)) == signature(REPLY)
    assert signature(REPLY) == "2c70601a526e31fbfd1e772b1908c040800a9ebd79c77698d7a76b3afed74921"


def test_a_reply_in_words():
    assert reply_words(option=OTHER, text=" It was the left. ") == "It was the left."
    assert reply_words(option="Left", text="Since the fall.") == "Left\nSince the fall."
    assert reply_fault(option=UNABLE, options=(OTHER, UNABLE), text="") == ""
    assert reply_fault(option=OTHER, options=(OTHER, UNABLE), text=" ")
    assert reply_fault(option="Left", options=(OTHER, UNABLE), text="x")
    assert option_words(OTHER, QueryForm.OPEN) != OTHER
    assert option_words(OTHER, QueryForm.CHOICE) == OTHER


def test_what_has_ended_never_moves_again():
    left = {old for move in QUERY_MOVES.values() for old in move.old}
    assert left == PENDING
    assert {move.new for move in QUERY_MOVES.values()} | {QueryStatus.OPEN} == set(QueryStatus)
