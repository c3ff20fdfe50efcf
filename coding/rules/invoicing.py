"""What a practice owes for a month: each visit that went back to it, priced by the contract of that day.

A visit is charged once, on the day it first went back; one that was reopened and went back again is not charged twice.
Without codes (not billable) it is listed, and charged for its pages and time alone. Amounts are rounded to cents, half
up, line by line, so that the lines add up to the total. The credit for a late batch is a share of what its visits cost;
it is taken off after the monthly minimum, which would swallow it otherwise.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
MINUTES = Decimal(60)
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Prices:
    """US dollars for a coded visit, for a page, for an hour at the bench; and the least for a whole month."""

    per_encounter: Decimal = NOTHING
    per_page: Decimal = NOTHING
    per_hour: Decimal = NOTHING
    monthly_minimum: Decimal = NOTHING


@dataclass(frozen=True)
class Terms:
    """The prices of one contract and the days on which it holds, both included; `ends_on` None: until ended."""

    prices: Prices
    starts_on: date
    ends_on: date | None = None

    def holds(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True)
class Delivered:
    """One visit that went back: `seconds` at the bench, of all stages; `coded` is False where nothing was billable.

    `credit` is the percentage that the contract takes off for the lateness of its batch.
    """

    encounter: str
    batch: str
    on: date
    pages: int
    seconds: int
    coded: bool = True
    credit: Decimal = NOTHING


@dataclass(frozen=True)
class Line:
    """What one visit costs; `hours` with two decimals."""

    work: Delivered
    hours: Decimal
    for_visit: Decimal
    for_pages: Decimal
    for_time: Decimal

    @property
    def amount(self) -> Decimal:
        return self.for_visit + self.for_pages + self.for_time

    @property
    def credit(self) -> Decimal:
        """What lateness takes off it, at most all of it."""
        return cents(self.amount * min(self.work.credit, WHOLE) / WHOLE)


@dataclass(frozen=True)
class Invoice:
    """The lines, what they come to, what the minimum adds, and what late delivery takes off."""

    lines: tuple[Line, ...]
    subtotal: Decimal
    to_minimum: Decimal
    credit: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.to_minimum - self.credit


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def line_of(work: Delivered, prices: Prices) -> Line:
    """One visit by the prices of its day."""
    hours = cents(Decimal(work.seconds) / MINUTES / MINUTES)
    return Line(
        work=work,
        hours=hours,
        for_visit=cents(prices.per_encounter) if work.coded else NOTHING,
        for_pages=cents(prices.per_page * work.pages),
        for_time=cents(prices.per_hour * hours),
    )


def prices_on(terms: Iterable[Terms], on: date) -> Prices:
    """The prices in force on a day; none without a contract, which the invoice then shows as zero."""
    return next((one.prices for one in terms if one.holds(on)), Prices())


def minimum_of(terms: Sequence[Terms], first: date) -> Decimal:
    """The minimum of the month that begins with `first`: each contract's, by the share of days on which it holds."""
    days = monthrange(first.year, first.month)[1]
    total = sum(
        (prices_on(terms, first + timedelta(days=day)).monthly_minimum for day in range(days)), start=Decimal(0)
    )
    return cents(total / days)


def invoice(work: Iterable[Delivered], terms: Sequence[Terms], *, first: date) -> Invoice:
    """The invoice of the month that begins with `first`, for what went back in it."""
    lines = tuple(line_of(one, prices_on(terms, one.on)) for one in work)
    subtotal = sum((line.amount for line in lines), start=NOTHING)
    to_minimum = max(NOTHING, minimum_of(terms, first) - subtotal)
    return Invoice(lines, subtotal, to_minimum, sum((line.credit for line in lines), start=NOTHING))
