"""Expected prices: the loaded files of the date of service, brought to the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from coding.models import ConversionFactor, Edition, FeeSchedule, Locality, PlaceOfService, ZipLocality
from coding.models import RelativeValue as Row
from coding.rules.code_sets import CodeSet
from coding.rules.fee_modifiers import Practitioner
from coding.rules.fee_schedules import MEDICARE, Schedule, expected_prices
from coding.rules.pricing import Price, Service
from coding.rules.rbrvs import FACILITY_PLACES, Factor, FeeTables, Indices
from coding.rules.tables import RelativeValue
from portal.models import Location, Payer

NATIONAL = Indices()
COLUMNS = tuple(column.name for column in fields(RelativeValue) if column.name != "edition")


class NoSuchLocality(Exception):
    """The price indices in force on the day know no such locality; the text names both."""


def relative_values(codes: Iterable[str], *, on: date) -> dict[tuple[str, str], RelativeValue]:
    """The fee schedule rows of these codes on the day, and of the endoscopic bases they name."""
    edition = Edition.objects.in_force(CodeSet.RELATIVE_VALUES, on=on).get(CodeSet.RELATIVE_VALUES)
    if edition is None:
        return {}
    wanted = set(codes)
    rows = Row.objects.filter(edition=edition.pk)
    bases = set(rows.filter(code__in=wanted).exclude(endoscopic_base="").values_list("endoscopic_base", flat=True))
    found = rows.filter(code__in=wanted | bases).values_list(*COLUMNS)
    return {
        (values[0], values[1]): RelativeValue(**dict(zip(COLUMNS, values, strict=True)), edition=edition.name)
        for values in found
    }


def indices_of(carrier: str, locality: str, *, on: date) -> Indices:
    """The price indices of a locality on the day; NoSuchLocality if the file of the day has no such row."""
    edition = Edition.objects.in_force(CodeSet.GPCI, on=on).get(CodeSet.GPCI)
    row = Locality.objects.filter(edition=edition.pk if edition else None, carrier=carrier, locality=locality).first()
    if row is None:
        loaded = edition.name if edition else "none is loaded"
        raise NoSuchLocality(f"{carrier}-{locality} is not among the localities of {on:%Y-%m-%d} ({loaded}).")
    return Indices(row.work, row.expense, row.malpractice)


def locality_of_zip(zip_code: str, *, on: date) -> tuple[str, str] | None:
    """Carrier and locality of a ZIP code on the day, None if the file of the day does not have it."""
    edition = Edition.objects.in_force(CodeSet.ZIP_LOCALITIES, on=on).get(CodeSet.ZIP_LOCALITIES)
    row = ZipLocality.objects.filter(edition=edition.pk if edition else None, zip_code=zip_code[:5]).first()
    return (row.carrier, row.locality) if row else None


def indices_at(location: Location | None, *, on: date) -> tuple[Indices, str]:
    """The price indices where a visit took place, and their locality in words; national where it is not known."""
    found = locality_of_zip(location.zip_code, on=on) if location and location.zip_code else None
    if found is None:
        return NATIONAL, "national"
    try:
        return indices_of(*found, on=on), "-".join(found)
    except NoSuchLocality:
        return NATIONAL, "national"


def factors(*, on: date) -> tuple[Factor, ...]:
    """The conversion factors known on the day."""
    edition = Edition.objects.in_force(CodeSet.CONVERSION_FACTORS, on=on).get(CodeSet.CONVERSION_FACTORS)
    rows = ConversionFactor.objects.filter(edition=edition.pk if edition else None)
    return tuple(Factor(row.starts_on, row.qualifying_participant, row.amount) for row in rows)


def facility_places(*, on: date) -> frozenset[str]:
    """The places of service that are paid the facility amount: by the list of the day, else by the rule itself."""
    edition = Edition.objects.in_force(CodeSet.PLACES_OF_SERVICE, on=on).get(CodeSet.PLACES_OF_SERVICE)
    rows = PlaceOfService.objects.filter(edition=edition.pk if edition else None, is_facility=True)
    return frozenset(rows.values_list("code", flat=True)) or FACILITY_PLACES


def fee_tables(codes: Iterable[str], *, on: date, indices: Indices = NATIONAL) -> FeeTables:
    """What pricing these codes on the day asks for."""
    return FeeTables(
        rows=relative_values(codes, on=on),
        indices=indices,
        factors=factors(on=on),
        facility_places=facility_places(on=on),
    )


def schedule_of(payer: Payer | None, *, on: date) -> Schedule:
    """What the payer pays on the day: its own schedule, else Medicare's."""
    if payer is None:
        return MEDICARE
    begun = FeeSchedule.objects.filter(payer=payer, starts_on__lte=on).exclude(ends_on__lt=on)
    row = begun.prefetch_related("fees").order_by("-starts_on").first()
    if row is None:
        return MEDICARE
    fees = {(fee.code, fee.modifier): fee.amount for fee in row.fees.all()}
    return Schedule(row.name, percent(row.percent_of_medicare), fees)


def percent(value: Decimal | None) -> Decimal | None:
    return value.normalize() if value is not None else None


@dataclass(frozen=True)
class PricedTogether:
    """Lines of one claim on one day, and the indices of where they were rendered."""

    services: tuple[Service, ...]
    indices: Indices = NATIONAL


def price_claims(
    claims: Sequence[PricedTogether],
    *,
    schedule: Schedule = MEDICARE,
    practitioner: Practitioner = Practitioner.PHYSICIAN,
    qualifying: bool = False,
) -> list[tuple[Price, ...]]:
    """The prices of each claim's lines, in order; the files of a day are looked up once for all claims of that day."""
    codes: dict[date, set[str]] = defaultdict(set)
    for claim in claims:
        for service in claim.services:
            codes[service.on].add(service.code)
    tables = {day: fee_tables(wanted, on=day) for day, wanted in codes.items()}
    return [
        expected_prices(
            claim.services,
            replace(tables[claim.services[0].on], indices=claim.indices),
            schedule,
            practitioner=practitioner,
            qualifying=qualifying,
        )
        for claim in claims
    ]
