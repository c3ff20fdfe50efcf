"""A line of a claim as an 837P has it (2400 to 2430)."""

from __future__ import annotations

from claims.rules.claim import Condition, Drug, LineDates, Provider, PurchasedService, ServiceLine, Transport
from claims.rules.x12.amounts import quantity_of
from claims.rules.x12.claim_837p.qualifiers import DRUG_REFERENCES, LINE_DATES, LINE_REFERENCES, SERVICE
from claims.rules.x12.claim_837p_reader.coverages import adjudication_in
from claims.rules.x12.claim_837p_reader.loops import ADJUDICATION, DRUG, PARTY, Loop
from claims.rules.x12.claim_837p_reader.parties import facility_in, provider_in
from claims.rules.x12.claim_837p_reader.values import NO_DAY, ZERO, Values
from claims.rules.x12.findings import Rule
from claims.rules.x12.procedures import procedure_of
from claims.rules.x12.segments import Segment, at

PROCEDURE = "HC"
CONDITION_CODES = range(3, 8)  # CRC


def line_in(loop: Loop, values: Values) -> ServiceLine:
    service = loop.take("SV1") or []
    if not service:
        values.tell(loop.first, 0, Rule.MISSING, "SV1 is missing: the line has neither code nor charge")
    procedure = procedure_of(at(service, 1), values.component)
    if service and procedure.qualifier != PROCEDURE:
        words = f"{procedure.qualifier or 'No kind of code'}: only HCPCS and CPT codes (HC) are held, read as one"
        values.tell(service, 1, Rule.CODE, words, is_warning=True)
    sold = loop.take("PS1")
    seller = provider_in(loop.child(PARTY, "QB"))
    day = loop.take("DTP", SERVICE) or []
    first, last = values.days(day or loop.first, 3)
    note = loop.take("NTE", "ADD", "DCP") or []
    return ServiceLine(
        code=procedure.code,
        charge=values.amount(service, 2) or ZERO,
        units=values.quantity(service, 4) or ZERO,
        pointers=pointers_in(service, values),
        date_from=first or NO_DAY,
        date_to=last or first or NO_DAY,
        modifiers=procedure.modifiers,
        unit_kind=at(service, 3).strip(),
        place_of_service=at(service, 5).strip(),
        description=procedure.description,
        note=at(note, 2).strip(),
        note_kind=at(note, 1).strip() or "ADD",
        is_emergency=values.is_yes(service, 9),
        is_epsdt=values.is_yes(service, 11),
        is_family_planning=values.is_yes(service, 12),
        is_copay_exempt=at(service, 15).strip() == "0",
        sales_tax=values.amount(loop.take("AMT", "T") or [], 2),
        ambulance_patients=values.quantity(loop.take("QTY", "PT") or [], 2),
        obstetric_units=values.quantity(loop.take("QTY", "FL") or [], 2),
        dates=LineDates(**{name: values.day(loop.take("DTP", kind) or [], 3) for kind, name in LINE_DATES}),
        transport=transport_in(loop, values),
        conditions=conditions_in(loop),
        drug=drug_in(loop, values),
        rendering=provider_in(loop.child(PARTY, "82")),
        supervising=provider_in(loop.child(PARTY, "DQ")),
        ordering=provider_in(loop.child(PARTY, "DK")),
        referring=provider_in(loop.child(PARTY, "DN")),
        primary_care=provider_in(loop.child(PARTY, "P3")),
        facility=facility_in(loop.child(PARTY, "77")),
        purchased=purchased_in(sold, seller, values),
        adjudications=tuple(adjudication_in(one, values) for one in loop.all_children(ADJUDICATION)),
        **loop.values("REF", LINE_REFERENCES),
    )


def pointers_in(service: Segment, values: Values) -> tuple[int, ...]:
    """SV107; what is no number is told and left out."""
    numbers = [quantity_of(text) for text in values.parts(service, 7) if text]
    if any(number is None or number % 1 for number in numbers):
        values.tell(service, 7, Rule.CODE, "A pointer to a diagnosis is no number")
    return tuple(int(number) for number in numbers if number is not None and not number % 1)


def transport_in(loop: Loop, values: Values) -> Transport | None:
    segment = loop.take("CR1")
    if segment is None:
        return None
    return Transport(
        reason=at(segment, 4).strip(),
        miles=values.quantity(segment, 6) or ZERO,
        weight=values.quantity(segment, 2),
        round_trip=at(segment, 9).strip(),
        stretcher=at(segment, 10).strip(),
    )


def conditions_in(loop: Loop) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            category=at(segment, 1).strip(),
            applies=at(segment, 2).strip() == "Y",
            codes=tuple(code for number in CONDITION_CODES if (code := at(segment, number).strip())),
        )
        for segment in loop.take_all("CRC")
    )


def drug_in(loop: Loop, values: Values) -> Drug | None:
    """2410 of an NDC; another kind of number is not held."""
    found = loop.child(DRUG)
    if found is None or at(found.first, 2).strip() != "N4":
        return None
    quantity = found.take("CTP") or []
    unit = next(iter(values.parts(quantity, 5)))
    references = found.values("REF", DRUG_REFERENCES)
    return Drug(at(found.first, 3).strip(), values.quantity(quantity, 4) or ZERO, unit, **references)


def purchased_in(segment: Segment | None, seller: Provider | None, values: Values) -> PurchasedService | None:
    """PS1 and 2420B."""
    if segment is None or seller is None:
        return None
    return PurchasedService(seller, values.amount(segment, 2) or ZERO)
