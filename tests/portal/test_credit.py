"""The turnaround credit, as a table: promised at noon of the 2nd, sent at noon of the 1st, 2 % a day, 10 % at most."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.credit import CreditTerms, Turnaround, turnaround_credit
from portal.rules.stretches import Stretch, covered

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERMS = CreditTerms(Decimal(2), Decimal(10))


def hours(number: float) -> datetime:
    """So many hours after the batch was sent."""
    return NOON + timedelta(hours=number)


def credit(delivered: float | None, *waits: tuple[float, float | None], terms: CreditTerms = TERMS, at: float = 24):
    return turnaround_credit(
        Turnaround(NOON, hours(24), None if delivered is None else hours(delivered)),
        at=hours(at),
        waits=[Stretch(hours(begun), None if ended is None else hours(ended)) for begun, ended in waits],
        terms=terms,
    )


@pytest.mark.parametrize(
    ("delivered", "waits", "late_hours", "days", "percent"),
    [
        (20, [], 0, 0, 0),
        (24, [], 0, 0, 0),  # to the second
        (24.001, [], 0.001, 1, 2),  # a started day
        (48, [], 24, 1, 2),
        (48.5, [], 24.5, 2, 4),
        (24 * 6, [], 120, 5, 10),
        (24 * 30, [], 696, 29, 10),  # the contract's most
        (30, [(2, 8)], 0, 0, 0),  # six hours late, six waited
        (30, [(2, 7)], 1, 1, 2),
        (30, [(2, 5), (4, 8)], 0, 0, 0),  # two questions at once
        (30, [(2, 4), (3, 5)], 3, 1, 2),  # 2 to 5 is three hours, not four
        (30, [(-10, 1)], 5, 1, 2),  # what was before it was sent is no waiting
        (30, [(29, None)], 5, 1, 2),  # still open at delivery: until then
        (30, [(40, 50)], 6, 1, 2),  # after it was delivered
    ],
)
def test_late_days_and_percent(delivered, waits, late_hours, days, percent):
    found = credit(delivered, *waits)
    assert found.late == pytest.approx(timedelta(hours=late_hours), abs=timedelta(seconds=1))
    assert (found.days, found.percent, found.is_final) == (days, Decimal(percent), True)


def test_what_is_not_delivered_stands_as_it_is_now():
    assert credit(None, at=23).percent == 0
    now = credit(None, at=50)
    assert (now.days, now.percent, now.is_final) == (2, Decimal(4), False)
    assert credit(None, (25, None), at=50).days == 1


def test_a_contract_without_a_credit_still_says_how_late():
    found = credit(60, terms=CreditTerms(Decimal(0), Decimal(0)))
    assert (found.days, found.percent) == (2, Decimal(0))


spans = st.lists(st.tuples(st.integers(-50, 200), st.integers(0, 100)), max_size=8)


@given(spans, st.integers(0, 200))
def test_waiting_is_never_longer_than_the_time_there_was_nor_than_all_waits(found, until):
    waits = [Stretch(hours(begun), hours(begun + length)) for begun, length in found]
    waited = covered(waits, since=hours(0), until=hours(until))
    assert timedelta(0) <= waited <= timedelta(hours=until)
    assert waited <= sum((one.ended - one.begun for one in waits), timedelta(0))
    assert waited == covered(reversed(waits), since=hours(0), until=hours(until))
