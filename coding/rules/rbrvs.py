"""The Medicare physician fee schedule: what one service is worth, by place, locality and date.

Source: CMS, National Physician Fee Schedule Relative Value File, record layout and formula (RVU25D, released
2025-09-11); 42 CFR 414.20 to 414.36. Amounts are dollars as Decimal. Components are multiplied unrounded and their sum
is rounded once, half up, to cents: that is the fee schedule amount which CMS publishes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from coding.rules.tables import RelativeValue

CENT = Decimal("0.01")
PRICED = frozenset("ART")  # status codes with RVUs used for payment; RVU25D, field "Status Code"

# 42 CFR 414.22(b)(5)(i); CMS Pub. 100-04, chapter 12, section 20.4.2: where the facility pays its own expense.
FACILITY_PLACES = frozenset(
    ["02", "19", "21", "22", "23", "24", "26", "31", "34", "41", "42", "51", "52", "53", "56", "61"]
)  # fmt: skip


@dataclass(frozen=True)
class Indices:
    """The geographic practice cost indices of a locality; all 1 is the national amount."""

    work: Decimal = Decimal(1)
    expense: Decimal = Decimal(1)
    malpractice: Decimal = Decimal(1)


@dataclass(frozen=True)
class Factor:
    """Dollars per RVU from a day on, for (or not for) a qualifying participant in an advanced payment model."""

    starts_on: date
    qualifying: bool
    amount: Decimal


@dataclass(frozen=True)
class FeeTables:
    """What pricing one claim needs: rows by (code, modifier), indices of the locality, factors, and facility places."""

    rows: Mapping[tuple[str, str], RelativeValue] = field(default_factory=dict)
    indices: Indices = Indices()
    factors: tuple[Factor, ...] = ()
    facility_places: frozenset[str] = FACILITY_PLACES

    def row(self, code: str, modifier: str = "") -> RelativeValue | None:
        return self.rows.get((code, modifier))


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def conversion_factor(factors: Iterable[Factor], on: date, *, qualifying: bool = False) -> Decimal | None:
    """Dollars per RVU on the day, None if no factor is known; a year with one factor has it for everybody."""
    begun = [factor for factor in factors if factor.starts_on <= on and factor.starts_on.year == on.year]
    of_kind = [factor for factor in begun if factor.qualifying is qualifying] or begun
    return max(of_kind, key=lambda factor: factor.starts_on).amount if of_kind else None


def is_facility(place_of_service: str, tables: FeeTables) -> bool:
    return place_of_service in tables.facility_places


def expense_of(row: RelativeValue, *, facility: bool) -> Decimal:
    """The practice expense RVU of the setting."""
    return row.facility_expense if facility else row.office_expense


def fee_schedule_amount(
    row: RelativeValue, indices: Indices, factor: Decimal, *, facility: bool, expense_share: Decimal = Decimal(1)
) -> Decimal:
    """Dollars for one unit; `expense_share` less than one is the therapy reduction of the practice expense.

    Where the file carries an outpatient cap for the technical component (Deficit Reduction Act of 2005, section
    5102(b)), the lower of the two amounts counts.
    """
    work = row.work * indices.work
    expense = expense_of(row, facility=facility) * indices.expense * expense_share
    amount = cents((work + expense + row.malpractice * indices.malpractice) * factor)
    cap = outpatient_cap(row, indices, factor, facility=facility)
    return amount if cap is None else min(amount, cap)


def outpatient_cap(row: RelativeValue, indices: Indices, factor: Decimal, *, facility: bool) -> Decimal | None:
    """The OPPS-based payment amount, None for a row without one."""
    expense = row.capped_facility_expense if facility else row.capped_office_expense
    if not expense and not row.capped_malpractice:
        return None
    total = row.work * indices.work + expense * indices.expense + row.capped_malpractice * indices.malpractice
    return cents(total * factor)


def total_units(row: RelativeValue, *, facility: bool) -> Decimal:
    """Total RVUs of the setting, as printed: what codes are weighed by."""
    return row.work + expense_of(row, facility=facility) + row.malpractice


def limiting_charge(amount: Decimal) -> Decimal:
    """What a non-participating provider may charge: 115 % of 95 % (RVU25D, cover note)."""
    return cents(amount * Decimal("1.0925"))


def medicare_payment(allowed: Decimal, *, deductible: Decimal = Decimal(0), sequestration: Decimal) -> Decimal:
    """What Medicare itself pays: 80 % of what the deductible leaves, less sequestration (42 CFR 410.152; CARC 253).

    `sequestration` is a fraction (0.02 since 2022-07-01, Budget Control Act as amended); coinsurance is not reduced.
    """
    after_deductible = max(allowed - deductible, Decimal(0))
    return cents(after_deductible * Decimal("0.80") * (1 - sequestration))


def sequestration_on(on: date) -> Decimal:
    """The fraction by which Medicare payments are cut on the day.

    2 U.S.C. 906(d)(2): 2 % from 2013-04-01; suspended 2020-05-01 to 2022-03-31 (CARES Act section 3709 as extended by
    Public Law 117-71), 1 % to 2022-06-30.
    """
    steps = (
        (date(2013, 4, 1), Decimal("0.02")),
        (date(2020, 5, 1), Decimal(0)),
        (date(2022, 4, 1), Decimal("0.01")),
        (date(2022, 7, 1), Decimal("0.02")),
    )
    return next((share for begins, share in reversed(steps) if begins <= on), Decimal(0))
