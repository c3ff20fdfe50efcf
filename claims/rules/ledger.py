"""Double entry: every movement is rows that come to nothing, nothing is edited, a mistake is mirrored.

Amounts are signed as debits (+) and credits (-): what somebody owes and what came in are debits, what was earned is a
credit. A balance is the sum of an account's rows. A denial moves no money: what was not paid stays owed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal("0.00")


class Account(StrEnum):
    """Where money stands."""

    INSURANCE = "insurance"  # owed by payers
    PATIENT = "patient"  # owed by patients
    CASH = "cash"  # what came in
    CHARGES = "charges"  # what was earned at the practice's prices
    CONTRACTUAL = "contractual"  # what the payer's contract takes off
    SEQUESTRATION = "sequestration"  # what Medicare keeps back by law
    WRITTEN_OFF = "written_off"  # what was given up, by approval
    SMALL_BALANCE = "small_balance"  # what is not worth asking for, by policy
    COLLECTION = "collection"  # handed to an agency
    INTEREST = "interest"  # what payers add for lateness
    RECOUPED = "recouped"  # what a payer kept for an earlier overpayment (PLB WO, FB, 72)
    UNAPPLIED = "unapplied"  # came in, and nobody knows for what


class Movement(StrEnum):
    """Why rows were written."""

    CHARGE = "charge"
    PAYMENT = "payment"
    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"  # from one who owes to the next
    DEPOSIT = "deposit"
    WRITE_OFF = "write_off"
    REFUND = "refund"
    REVERSAL = "reversal"


@dataclass(frozen=True)
class Row:
    """An amount on an account; `line` is the claim line that it is about, None where it is about none."""

    account: Account
    amount: Decimal
    line: int | None = None


@dataclass(frozen=True)
class Entry:
    """Rows that were written together."""

    movement: Movement
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        if self.balance != ZERO:
            raise Unbalanced(self.balance)

    @property
    def balance(self) -> Decimal:
        return sum((row.amount for row in self.rows), start=ZERO)


class Unbalanced(ValueError):
    """The rows of an entry do not come to nothing."""


def moved(movement: Movement, amount: Decimal, *, debit: Account, credit: Account, line: int | None = None) -> Entry:
    """An entry of two rows."""
    return Entry(movement, (Row(debit, amount, line), Row(credit, -amount, line)))


def mirror(entry: Entry) -> Entry:
    """What takes an entry back."""
    return Entry(Movement.REVERSAL, tuple(replace(row, amount=-row.amount) for row in entry.rows))


def balances(entries: Iterable[Entry]) -> Mapping[tuple[Account, int | None], Decimal]:
    """What stands on each account for each line."""
    found: dict[tuple[Account, int | None], Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        for row in entry.rows:
            found[row.account, row.line] += row.amount
    return found
