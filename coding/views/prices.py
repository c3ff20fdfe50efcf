"""What the lines of a bench are expected to be paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from coding.actions.prices import PricedTogether, indices_at, price_claims, schedule_of
from coding.models import PreCoding
from coding.rules.codings import CodedEncounter, bare
from coding.rules.pricing import Price, Service


def prices_context(coded: CodedEncounter, known: PreCoding | None) -> dict[str, Any]:
    """The expected amount of each line and of all, with the steps; empty without a date, lines or a fee schedule."""
    day = coded.date_of_service
    if day is None or not coded.procedures:
        return {"price_rows": []}
    services = tuple(
        Service(
            bare(line.code), day, line.modifiers, line.units, line.place_of_service or coded.place_of_service or "11"
        )
        for line in coded.procedures
    )
    indices, where = indices_at(known.location if known else None, on=day)
    schedule = schedule_of(known.payer if known else None, on=day)
    (prices,) = price_claims([PricedTogether(services, indices)], schedule=schedule)
    amounts = [price.amount for price in prices if price.amount is not None]
    if not amounts:
        return {"price_rows": []}
    return {
        "price_rows": [row(number, price) for number, price in enumerate(prices, start=1)],
        "price_total": f"{sum(amounts, Decimal(0)):.2f}",
        "price_basis": f"{schedule.name}, {where}",
        "price_missing": len(prices) - len(amounts),
    }


def row(number: int, price: Price) -> dict[str, Any]:
    code = "-".join([price.service.code, *price.service.modifiers])
    amount = "no price" if price.amount is None else f"${price.amount:.2f}"
    return {"number": number, "code": code, "amount": amount, "steps": price.steps}
