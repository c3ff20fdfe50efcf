"""Pricing claims of four lines with every rule of the day, against the bare formula for as many lines."""

from collections.abc import Callable
from decimal import Decimal

from coding.rules.pricing import price_claim
from coding.rules.rbrvs import FeeTables, Indices, fee_schedule_amount
from tests.coding.prices.rows import FACTORS, row, service

CLAIMS = 500
LINES = ("SNARE", "BIOPSY", "VISIT-25", "JOINT-50")
ROWS = (
    row("SCOPE", "3.26", "6.44", "1.79", "0.43", multiple_procedure="2"),
    row("BIOPSY", "3.56", "8.79", "1.93", "0.47", multiple_procedure="3", endoscopic_base="SCOPE"),
    row("SNARE", "4.57", "8.33", "2.38", "0.56", multiple_procedure="3", endoscopic_base="SCOPE"),
    row("VISIT", "1.30", "1.35", "0.57", "0.10"),
    row("JOINT", "0.79", "1.04", "0.44", "0.13", multiple_procedure="2", bilateral="1"),
)


def lines() -> tuple[str, str, Callable[[], int], str, Callable[[], int]]:
    """The benchmark's name, unit, our work, the peer's name and its work."""
    indices = Indices(Decimal(1), Decimal("0.860"), Decimal("0.518"))
    tables = FeeTables(rows={(found.code, found.modifier): found for found in ROWS}, indices=indices, factors=FACTORS)
    claim = [service(text) for text in LINES]

    def ours() -> int:
        for _ in range(CLAIMS):
            price_claim(claim, tables)
        return CLAIMS * len(claim)

    def formula() -> int:
        for _ in range(CLAIMS):
            for found in claim:
                fee_schedule_amount(tables.rows[found.code, ""], indices, FACTORS[2].amount, facility=False)
        return CLAIMS * len(claim)

    return "Prices: claims of four lines, all rules of a day", "lines", ours, "bare formula", formula
