"""Numbers and days as X12 writes them; what is none becomes None, never zero.

X12.6: data types R and DT. Exponents, which R allows between partners who agree on them, are not taken.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
# At most 16 digits before the point: X12 has 18 in all for an amount.
AMOUNT = re.compile(r" *[-+]?(?:\d{1,16}(?:\.\d{0,2}0{0,8})?|\.\d{1,2}0{0,8}) *", re.ASCII)
QUANTITY = re.compile(r" *[-+]?(?:\d{1,16}(?:\.\d{0,10})?|\.\d{1,10}) *", re.ASCII)
DAY = re.compile(r"\d{8}", re.ASCII)


def amount_of(text: str) -> Decimal | None:
    """Money; fractions of a cent are no money."""
    return Decimal(text) or ZERO if AMOUNT.fullmatch(text) else None


def quantity_of(text: str) -> Decimal | None:
    """Units, days, counts."""
    return Decimal(text) or ZERO if QUANTITY.fullmatch(text) else None


def day_of(text: str) -> date | None:
    """A day as CCYYMMDD, if the calendar has it."""
    if not DAY.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def money(amount: Decimal) -> str:
    """With two decimals."""
    return f"{amount:.2f}"


# A file has the same few amounts and days many times: each is read once.
class Amounts(dict[str, Decimal | None]):
    """Amounts by their texts."""

    def __missing__(self, text: str) -> Decimal | None:
        read = self[text] = amount_of(text)
        return read


class Quantities(dict[str, Decimal | None]):
    """Quantities by their texts."""

    def __missing__(self, text: str) -> Decimal | None:
        read = self[text] = quantity_of(text)
        return read


class Days(dict[str, date | None]):
    """Days by their texts."""

    def __missing__(self, text: str) -> date | None:
        read = self[text] = day_of(text)
        return read
