"""The ledger's arithmetic: entries come to nothing, a mirror takes back, balances are sums."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.ledger import Account, Entry, Movement, Row, Unbalanced, balances, mirror, moved

amounts = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
entries = st.builds(
    moved, st.sampled_from(Movement), amounts, debit=st.sampled_from(Account), credit=st.sampled_from(Account),
    line=st.none() | st.integers(1, 3),
)  # fmt: skip


def test_a_visit_is_charged_paid_and_the_rest_is_the_patients():
    day = [
        moved(Movement.CHARGE, Decimal(120), debit=Account.INSURANCE, credit=Account.CHARGES, line=1),
        moved(Movement.PAYMENT, Decimal(64), debit=Account.CASH, credit=Account.INSURANCE, line=1),
        moved(Movement.ADJUSTMENT, Decimal(40), debit=Account.CONTRACTUAL, credit=Account.INSURANCE, line=1),
        moved(Movement.TRANSFER, Decimal(16), debit=Account.PATIENT, credit=Account.INSURANCE, line=1),
    ]
    found = balances(day)
    assert found[Account.INSURANCE, 1] == 0
    assert found[Account.PATIENT, 1] == 16
    assert found[Account.CASH, 1] == 64
    assert found[Account.CHARGES, 1] == -120


def test_rows_that_do_not_come_to_nothing_are_no_entry():
    with pytest.raises(Unbalanced):
        Entry(Movement.PAYMENT, (Row(Account.CASH, Decimal("64.00")), Row(Account.INSURANCE, Decimal("-63.99"))))


@given(st.lists(entries, max_size=20))
def test_everything_and_its_mirror_leave_nothing(written):
    found = balances([*written, *map(mirror, written)])
    assert all(amount == 0 for amount in found.values())
    assert sum(balances(written).values()) == 0
