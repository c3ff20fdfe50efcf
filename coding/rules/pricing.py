"""The expected price of the lines of one claim, step by step.

Medicare's price is the fee schedule amount of the date, place and locality, adjusted for both sides, several
procedures, assistants, parts of a package and the practitioner. The adjustments multiply the amount in cents, and a
line is rounded once more at its end, half up. Sources: see rbrvs, fee_modifiers and multiple_procedures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from coding.rules import rbrvs
from coding.rules.fee_modifiers import Practitioner, Share, bilateral_share, row_modifier, shares
from coding.rules.multiple_procedures import COMPONENT_CUTS, Paid, Unit, paid_together
from coding.rules.rbrvs import FeeTables, Indices, cents, conversion_factor, fee_schedule_amount, is_facility
from coding.rules.tables import RelativeValue

UNPRICED = {
    "C": "the contractor prices it (status C)",
    "I": "not valid for Medicare, another code is reported (status I)",
    "J": "anaesthesia is paid by base and time units, which the fee schedule does not carry (status J)",
}
UNPAID = {
    "B": "always bundled into another service (status B)",
    "P": "bundled or excluded (status P)",
    "N": "not covered (status N)",
    "X": "excluded by statute (status X)",
    "E": "excluded by regulation (status E)",
    "M": "a measurement code, not paid (status M)",
    "Q": "a functional reporting code, not paid (status Q)",
}


@dataclass(frozen=True)
class Service:
    """One line to be priced, on one date; `place_of_service` decides between the office and the facility amount."""

    code: str
    on: date
    modifiers: tuple[str, ...] = ()
    units: int = 1
    place_of_service: str = "11"


@dataclass(frozen=True)
class Price:
    """What is expected for a line: dollars, or None if the fee schedule has no price; and how it came about."""

    service: Service
    amount: Decimal | None
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Based:
    """A line with its fee schedule row and the amount of one unit, before anything else of the day is looked at."""

    service: Service
    row: RelativeValue
    factor: Decimal
    facility: bool
    fee: Decimal
    steps: tuple[str, ...]


def price_claim(
    services: Sequence[Service],
    tables: FeeTables,
    *,
    practitioner: Practitioner = Practitioner.PHYSICIAN,
    qualifying: bool = False,
) -> tuple[Price, ...]:
    """Prices of lines of one patient, provider and claim, in their order; each date is priced by itself."""
    prices: dict[int, Price] = {}
    for day in dict.fromkeys(service.on for service in services):
        places = [place for place, service in enumerate(services) if service.on == day]
        based: dict[int, Based] = {}
        for place in places:
            found = based_price(services[place], tables, qualifying=qualifying)
            if isinstance(found, Based):
                based[place] = found
            else:
                prices[place] = found
        prices.update(day_prices(based, tables, practitioner))
    return tuple(prices[place] for place in range(len(services)))


def based_price(service: Service, tables: FeeTables, *, qualifying: bool) -> Based | Price:
    """The fee of one unit of the line, or a price at once where there is nothing to compute."""
    own = row_modifier(service.modifiers, has_own_row=tables.row(service.code, "53") is not None)
    row = tables.row(service.code, own)
    if row is None:
        which = f"{service.code}-{own}" if own else service.code
        return Price(service, None, (f"{which} is not in the fee schedule of {service.on:%Y-%m-%d}",))
    if row.status in UNPAID:
        return Price(service, Decimal("0.00"), (f"{row.code}: {UNPAID[row.status]}",))
    if row.status not in rbrvs.PRICED:
        return Price(service, None, (f"{row.code}: {UNPRICED.get(row.status, f'status {row.status}')}",))
    factor = conversion_factor(tables.factors, service.on, qualifying=qualifying) or row.conversion_factor
    facility = is_facility(service.place_of_service, tables)
    if row.professional_technical == "5" and facility:
        return Price(service, Decimal("0.00"), ("incident to a physician's service: not paid in a facility (PC/TC 5)",))
    fee = fee_schedule_amount(row, tables.indices, factor, facility=facility)
    return Based(service, row, factor, facility, fee, tuple(fee_steps(row, tables.indices, factor, facility=facility)))


def fee_steps(row: RelativeValue, indices: Indices, factor: Decimal, *, facility: bool) -> list[str]:
    """How the fee schedule amount came about."""
    fee = fee_schedule_amount(row, indices, factor, facility=facility)
    expense = rbrvs.expense_of(row, facility=facility)
    formula = (
        f"({row.work} × {indices.work} + {expense} × {indices.expense} + {row.malpractice} × {indices.malpractice})"
        f" × {factor} = {fee} ({'facility' if facility else 'non-facility'})"
    )
    steps = [f"{row.edition}: {formula}" if row.edition else formula]
    if row.no_facility if facility else row.no_office:
        steps.append(f"rarely or never rendered in {'a facility' if facility else 'an office'} (NA indicator)")
    if fee == rbrvs.outpatient_cap(row, indices, factor, facility=facility):
        steps.append("limited to the outpatient amount (Deficit Reduction Act of 2005, section 5102(b))")
    return steps


def day_prices(based: Mapping[int, Based], tables: FeeTables, practitioner: Practitioner) -> dict[int, Price]:
    """The lines of one day, each in the light of the others."""
    unpaid = injections_not_alone(based)
    units: list[Unit] = []
    notes: dict[int, list[str]] = {place: [] for place in based}
    for place, line in based.items():
        if place in unpaid:
            notes[place].append("paid only if nothing else is (status T)")
            continue
        side, why = side_share(place, based)
        notes[place] += filter(None, [why])
        units += units_of(place, line, based, side, tables)
    paid = paid_together(units)
    return {place: line_price(line, place, paid, notes[place], practitioner) for place, line in based.items()}


def injections_not_alone(based: Mapping[int, Based]) -> frozenset[int]:
    """Lines of status T while any other service of the day is paid (RVU25D, status code T)."""
    if all(line.row.status == "T" for line in based.values()):
        return frozenset()
    return frozenset(place for place, line in based.items() if line.row.status == "T")


def side_share(place: int, based: Mapping[int, Based]) -> tuple[Decimal, str]:
    """The share of a line for its side or sides: modifier 50, or the second of two lines with RT and LT."""
    line = based[place]
    both = bilateral_share(line.row, line.service.modifiers)
    if both is not None:
        return both.fraction, both.why
    if not is_other_side(place, based):
        return Decimal(1), ""
    second = {"1": Decimal("0.5"), "3": Decimal(1)}.get(line.row.bilateral, Decimal(0))
    return second, f"second side of the pair: {second:.0%} (bilateral indicator {line.row.bilateral or '9'})"


def is_other_side(place: int, based: Mapping[int, Based]) -> bool:
    """Whether an earlier line has the same code for the opposite side, paid by the same row (26 is no side of TC)."""
    service, row = based[place].service, based[place].row
    opposite = {"RT": "LT", "LT": "RT"}
    mine = next((opposite[modifier] for modifier in service.modifiers if modifier in opposite), None)
    return mine is not None and any(
        (other.service.code, other.row.modifier) == (service.code, row.modifier) and mine in other.service.modifiers
        for earlier, other in based.items()
        if earlier < place
    )


def units_of(place: int, line: Based, based: Mapping[int, Based], side: Decimal, tables: FeeTables) -> list[Unit]:
    """The units of a line, each with what the rules of the day look at."""
    row, rule = line.row, line.row.multiple_procedure
    unit = Unit(
        line=place,
        code=row.code,
        rule=rule,
        fee=line.fee * side,
        base=row.endoscopic_base,
        base_fee=amount_of(tables.row(row.endoscopic_base), line, tables) if rule == "3" else Decimal(0),
        family=row.imaging_family,
        technical=part_of(line, "TC", tables) if rule in COMPONENT_CUTS else Decimal(0),
        professional=part_of(line, "26", tables) if rule in COMPONENT_CUTS else Decimal(0),
        expense=rbrvs.expense_of(row, facility=line.facility),
        reduced=amount_of(row, line, tables, expense_share=Decimal("0.5")) * side,
        other_side=is_other_side(place, based),
    )
    return [unit] + [replace(unit) for _ in range(line.service.units - 1)]


def amount_of(
    row: RelativeValue | None, line: Based, tables: FeeTables, *, expense_share: Decimal = Decimal(1)
) -> Decimal:
    """The fee schedule amount of another row in the setting of a line; nothing if there is no such row."""
    if row is None:
        return Decimal(0)
    return fee_schedule_amount(row, tables.indices, line.factor, facility=line.facility, expense_share=expense_share)


def part_of(line: Based, component: str, tables: FeeTables) -> Decimal:
    """The technical or professional part of a line's fee: all, nothing, or that of the component's own row."""
    if line.row.modifier:
        return line.fee if line.row.modifier == component else Decimal(0)
    return amount_of(tables.row(line.row.code, component), line, tables)


def line_price(
    line: Based, place: int, paid: Sequence[Paid], notes: Sequence[str], practitioner: Practitioner
) -> Price:
    """A line's units together, times what its modifiers and the practitioner leave of it."""
    mine = [found for found in paid if found.unit.line == place]
    amount = sum((found.amount for found in mine), Decimal(0))
    steps = [*line.steps, *notes, *dict.fromkeys(found.why for found in mine if found.why)]
    if len(mine) > 1:
        steps.append(f"{len(mine)} units: {cents(amount)}")
    adjustments: list[Share] = list(shares(line.row, line.service.modifiers, practitioner))
    for share in adjustments:
        amount *= share.fraction
        steps.append(share.why)
    if any(share.by_report for share in adjustments):
        return Price(line.service, None, tuple(steps))
    return Price(line.service, cents(amount), tuple(steps))
