"""A line of a claim (2400 to 2430)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from claims.rules.claim import Adjustment, Condition, LineAdjudication, PurchasedService, ServiceLine, Transport
from claims.rules.x12.characters import day_text, number_of
from claims.rules.x12.claim_837p import parties
from claims.rules.x12.claim_837p.qualifiers import DRUG_REFERENCES, LINE_DATES, LINE_REFERENCES, PAID, SERVICE
from claims.rules.x12.segments import Segment

MOST_TRIPLETS = 6  # of reason, amount and quantity in one CAS
DESCRIPTION = 6  # where it stands in the composite of a procedure, counted from 0


def line(of: ServiceLine, place: int, component: str) -> Iterator[Segment]:
    """LX to the last 2430; `place` counts from 1 in the claim."""
    yield ["LX", str(place)]
    yield service(of, component)
    yield from transport(of.transport)
    yield from conditions(of.conditions)
    yield from dates(of)
    yield from quantities(of)
    yield from (["REF", kind, getattr(of, name)] for kind, name in LINE_REFERENCES if getattr(of, name))
    if of.sales_tax is not None:
        yield ["AMT", "T", number_of(of.sales_tax)]
    if of.note:
        yield ["NTE", of.note_kind, of.note]
    if of.purchased:
        yield ["PS1", seller(of.purchased), number_of(of.purchased.charge)]
    yield from drug(of)
    yield from providers(of)
    for one in of.adjudications:
        yield from adjudication(one, component)


def service(of: ServiceLine, component: str) -> Segment:
    """SV1."""
    return [
        "SV1", procedure(of.code, of.modifiers, component, of.description), number_of(of.charge), of.unit_kind,
        number_of(of.units), of.place_of_service, "", component.join(map(str, of.pointers)), "", yes(of.is_emergency),
        "", yes(of.is_epsdt), yes(of.is_family_planning), "", "", "0" if of.is_copay_exempt else "",
    ]  # fmt: skip


def yes(is_so: bool) -> str:  # noqa: FBT001 - an element with one code: Y or nothing
    return "Y" if is_so else ""


def procedure(code: str, modifiers: Iterable[str], component: str, description: str = "") -> str:
    """The composite of a service: HC, the code, up to four modifiers in their order, words for what has no code."""
    parts = ["HC", code, *modifiers]
    if description:
        parts += [""] * (DESCRIPTION - len(parts))
        parts.append(description)
    return component.join(parts)


def transport(of: Transport | None) -> Iterator[Segment]:
    """CR1."""
    if of is None:
        return
    weight = ("LB", number_of(of.weight)) if of.weight is not None else ("", "")
    yield ["CR1", *weight, "", of.reason, "DH", number_of(of.miles), "", "", of.round_trip, of.stretcher]


def conditions(of: Iterable[Condition]) -> Iterator[Segment]:
    """CRC."""
    return (["CRC", one.category, "Y" if one.applies else "N", *one.codes] for one in of)


def dates(of: ServiceLine) -> Iterator[Segment]:
    """The day of the service or its first and last one, and what else has a date."""
    if of.date_from == of.date_to:
        yield ["DTP", SERVICE, "D8", day_text(of.date_from)]
    else:
        yield ["DTP", SERVICE, "RD8", f"{day_text(of.date_from)}-{day_text(of.date_to)}"]
    for kind, name in LINE_DATES:
        if day := getattr(of.dates, name):
            yield ["DTP", kind, "D8", day_text(day)]


def quantities(of: ServiceLine) -> Iterator[Segment]:
    if of.ambulance_patients is not None:
        yield ["QTY", "PT", number_of(of.ambulance_patients)]
    if of.obstetric_units is not None:
        yield ["QTY", "FL", number_of(of.obstetric_units)]


def seller(of: PurchasedService) -> str:
    """PS101: whom the service was bought from, by NPI or by another number."""
    return of.provider.npi or next((one.value for one in of.provider.identifiers), "")


def drug(of: ServiceLine) -> Iterator[Segment]:
    """LIN, CTP and the number of the prescription (2410)."""
    if of.drug is None:
        return
    yield ["LIN", "", "N4", of.drug.ndc]
    yield ["CTP", "", "", "", number_of(of.drug.quantity), of.drug.unit]
    yield from (["REF", kind, getattr(of.drug, name)] for kind, name in DRUG_REFERENCES if getattr(of.drug, name))


def providers(of: ServiceLine) -> Iterator[Segment]:
    """2420A to 2420F, in their order."""
    yield from parties.provider("82", of.rendering)
    yield from parties.provider("QB", of.purchased.provider if of.purchased else None)
    yield from parties.facility(of.facility)
    yield from parties.provider("DQ", of.supervising)
    yield from parties.provider("DK", of.ordering)
    yield from parties.provider("DN", of.referring)
    yield from parties.provider("P3", of.primary_care)


# -- what earlier payers said ----------------------------------------------------------------------------
def adjudication(of: LineAdjudication, component: str) -> Iterator[Segment]:
    """2430."""
    yield [
        "SVD", of.payer_id, number_of(of.paid), procedure(of.code, of.modifiers, component), "", number_of(of.units),
        of.bundled_into,
    ]  # fmt: skip
    yield from adjustments(of.adjustments)
    if of.paid_on:
        yield ["DTP", PAID, "D8", day_text(of.paid_on)]
    if of.remaining is not None:
        yield ["AMT", "EAF", number_of(of.remaining)]


def adjustments(of: Iterable[Adjustment]) -> Iterator[Segment]:
    """CAS: one for each group with up to six reasons, another where there are more."""
    for group, rows in groupby(of, key=lambda one: one.group):
        ones = list(rows)
        for begin in range(0, len(ones), MOST_TRIPLETS):
            segment = ["CAS", group]
            for one in ones[begin : begin + MOST_TRIPLETS]:
                quantity = "" if one.quantity is None else number_of(one.quantity)
                segment += [one.reason, number_of(one.amount), quantity]
            yield segment
