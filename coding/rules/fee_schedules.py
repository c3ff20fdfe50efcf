"""What a payer pays where it is not Medicare: a percentage of the fee schedule, or prices of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from coding.rules.fee_modifiers import Practitioner
from coding.rules.pricing import Price, Service, price_claim
from coding.rules.rbrvs import FeeTables, cents


@dataclass(frozen=True)
class Schedule:
    """A payer's schedule; `fees` are its own prices in dollars by (code, modifier), which come before the percentage.

    Without either it has no price. An own price is for one unit and is paid in full: its contract says what else
    applies, which this schedule does not know.
    """

    name: str
    percent_of_medicare: Decimal | None = None
    fees: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)


MEDICARE = Schedule("Medicare", Decimal(100))


def expected_prices(
    services: Sequence[Service],
    tables: FeeTables,
    schedule: Schedule = MEDICARE,
    *,
    practitioner: Practitioner = Practitioner.PHYSICIAN,
    qualifying: bool = False,
) -> tuple[Price, ...]:
    """What a payer is expected to allow for the lines of one claim, in their order."""
    medicare = price_claim(services, tables, practitioner=practitioner, qualifying=qualifying)
    return tuple(by_schedule(price, schedule) for price in medicare)


def by_schedule(price: Price, schedule: Schedule) -> Price:
    own = own_fee(price.service, schedule)
    if own is not None:
        amount = cents(own * price.service.units)
        return Price(price.service, amount, (f"{schedule.name}: {own} × {price.service.units} = {amount}",))
    percent = schedule.percent_of_medicare
    if percent is None:
        return Price(price.service, None, (f"{schedule.name} has no price for {price.service.code}",))
    if percent == MEDICARE.percent_of_medicare or price.amount is None:
        return price
    amount = cents(price.amount * percent / 100)
    return replace(
        price, amount=amount, steps=(*price.steps, f"{schedule.name}: {percent.normalize():f} % of Medicare")
    )


def own_fee(service: Service, schedule: Schedule) -> Decimal | None:
    """The payer's own price: for the code with one of its modifiers, else for the code alone."""
    with_modifier = (schedule.fees.get((service.code, modifier)) for modifier in service.modifiers)
    found = next((fee for fee in with_modifier if fee is not None), None)
    return found if found is not None else schedule.fees.get((service.code, ""))
