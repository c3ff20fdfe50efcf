"""A claim as an 837P has it, under its billing provider, subscriber and patient (2300 to 2320)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.rules.claim import (
    Accident,
    BillingProvider,
    Claim,
    ClaimDates,
    Contract,
    Coverage,
    Diagnosis,
    Frequency,
    Person,
    SpinalManipulation,
)
from claims.rules.x12.claim_837p.qualifiers import (
    ACCIDENT,
    ANESTHESIA,
    CLAIM_DATES,
    CLAIM_REFERENCES,
    CONDITION,
    DISABILITY,
    DISABILITY_FROM,
    DISABILITY_TO,
    FIRST,
    FURTHER,
    FURTHER_ANESTHESIA,
)
from claims.rules.x12.claim_837p_reader.coverages import others_in
from claims.rules.x12.claim_837p_reader.lines import conditions_in, line_in, transport_in
from claims.rules.x12.claim_837p_reader.loops import LINE, PARTY, Loop
from claims.rules.x12.claim_837p_reader.parties import address_in, facility_in, name_of, provider_in
from claims.rules.x12.claim_837p_reader.values import ZERO, Values
from claims.rules.x12.findings import Rule
from claims.rules.x12.segments import Segment, at

SYSTEMS = {qualifier: system for table in (FIRST, FURTHER) for system, qualifier in table.items()}


@dataclass(frozen=True)
class Around:
    """What a claim has from the levels above it."""

    billing: BillingProvider
    coverage: Coverage
    patient: Person
    case: str  # REF*Y4


def claim_in(loop: Loop, around: Around, values: Values) -> Claim:
    head = loop.first
    place, _, frequency = (*values.parts(head, 5), "", "", "")[:3]
    codes = codes_in(loop, values)
    drop_off = loop.child(PARTY, "45")
    pick_up = loop.child(PARTY, "PW")
    claim = Claim(
        control_number=at(head, 1).strip(),
        billing=around.billing,
        coverage=around.coverage,
        patient=around.patient,
        property_claim_number=around.case,
        diagnoses=codes.diagnoses,
        anesthesia_procedures=codes.anesthesia,
        condition_codes=codes.conditions,
        lines=tuple(line_in(one, values) for one in loop.all_children(LINE)),
        place_of_service=place,
        frequency=frequency_of(frequency, head, values),
        others=others_in(loop, values),
        referring=provider_in(loop.child(PARTY, "DN")),
        primary_care=provider_in(loop.child(PARTY, "P3")),
        rendering=provider_in(loop.child(PARTY, "82")),
        supervising=provider_in(loop.child(PARTY, "DQ")),
        facility=facility_in(loop.child(PARTY, "77", "FA")),
        pick_up=address_in(pick_up) if pick_up else None,
        drop_off=address_in(drop_off) if drop_off else None,
        drop_off_name=name_of(drop_off).last if drop_off else "",
        accident=accident_in(loop, values),
        dates=dates_in(loop, values),
        patient_paid=values.amount(loop.take("AMT", "F5") or [], 2) or ZERO,
        contract=contract_in(loop, values),
        transport=transport_in(loop, values),
        spinal_manipulation=spinal_manipulation_in(loop),
        conditions=conditions_in(loop),
        **certified(head),
        **words_in(loop),
        **loop.values("REF", CLAIM_REFERENCES),
    )
    tell_charge(claim, head, values)
    return claim


def tell_charge(claim: Claim, head: Segment, values: Values) -> None:
    """CLM02 is what the lines come to; the model has no other charge."""
    said = values.amount(head, 2)
    if said is None or said != claim.charge:
        words = "The charge is missing" if said is None else "The charge is not what the lines come to"
        values.tell(head, 2, Rule.CLAIM_BALANCE, words)


def frequency_of(text: str, head: Segment, values: Values) -> Frequency:
    """CLM05-3; 6 corrects as 7 does."""
    try:
        return Frequency(text[:1])
    except ValueError:
        kind = Frequency.CORRECTED if text[:1] == "6" else Frequency.ORIGINAL
        words = f"A frequency other than 1, 7 and 8 is read as {kind.value}"
        values.tell(head, 5, Rule.CODE, words, is_warning=True)
        return kind


def certified(head: Segment) -> dict[str, Any]:
    """CLM06 to CLM10."""
    assignment, benefits = at(head, 7).strip(), at(head, 8).strip()
    return {
        "is_signed": at(head, 6).strip() != "N",
        "accepts_assignment": assignment in {"A", ""},
        "is_assigned_for_laboratory_only": assignment == "B",
        "benefits_assigned": benefits in {"Y", ""},
        "refuses_to_assign": benefits == "W",
        "has_informed_consent": at(head, 9).strip() == "I",
        "is_signed_by_provider": at(head, 10).strip() == "P",
    }


def words_in(loop: Loop) -> dict[str, Any]:
    """Notes, attachments, and the codes at the end of CLM."""
    note, attachment = loop.take("NTE") or [], loop.take("PWK") or []
    return {
        "note": at(note, 2).strip(),
        "note_kind": at(note, 1).strip() or "ADD",
        "attachment_kind": at(attachment, 1).strip() or "OZ",
        "attachment_way": at(attachment, 2).strip() or "EL",
        "attachment_control_number": at(attachment, 6).strip(),
        "special_program": at(loop.first, 12).strip(),
        "delay_reason": at(loop.first, 20).strip(),
    }


def accident_in(loop: Loop, values: Values) -> Accident | None:
    """CLM11 and DTP*439."""
    parts = (*values.parts(loop.first, 11), "", "", "", "", "")
    causes = tuple(cause for cause in parts[:3] if cause)
    day = loop.take("DTP", ACCIDENT)
    if not causes and day is None:
        return None
    return Accident(causes, values.day(day or [], 3), parts[3], parts[4])


def dates_in(loop: Loop, values: Values) -> ClaimDates:
    """DTP; of a stretch of disability the first and the last day."""
    days: dict[str, date | None] = {
        name: values.days(segment, 3)[0] if (segment := loop.take("DTP", kind)) else None for kind, name in CLAIM_DATES
    }
    begin: date | None = None
    end: date | None = None
    if stretch := loop.take("DTP", DISABILITY):
        begin, end = values.days(stretch, 3)
    begin = values.day(loop.take("DTP", DISABILITY_FROM) or [], 3) or begin
    end = values.day(loop.take("DTP", DISABILITY_TO) or [], 3) or end
    return ClaimDates(**days, disability_from=begin, disability_to=end)


def contract_in(loop: Loop, values: Values) -> Contract | None:
    segment = loop.take("CN1")
    if segment is None:
        return None
    return Contract(
        kind=at(segment, 1).strip(),
        amount=values.amount(segment, 2),
        percent=values.quantity(segment, 3),
        code=at(segment, 4).strip(),
        discount_percent=values.quantity(segment, 5),
        version=at(segment, 6).strip(),
    )


def spinal_manipulation_in(loop: Loop) -> SpinalManipulation | None:
    segment = loop.take("CR2")
    return SpinalManipulation(*(at(segment, number).strip() for number in (8, 10, 11))) if segment else None


# -- codes -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Codes:
    """What HI has."""

    diagnoses: tuple[Diagnosis, ...]
    anesthesia: tuple[str, ...]
    conditions: tuple[str, ...]


def codes_in(loop: Loop, values: Values) -> Codes:
    diagnoses: list[Diagnosis] = []
    others: dict[str, list[str]] = {ANESTHESIA: [], CONDITION: []}
    for segment, number, qualifier, code in code_pairs(loop, values):
        if qualifier in SYSTEMS:
            diagnoses.append(Diagnosis(SYSTEMS[qualifier], code.replace(".", "")))
        elif qualifier in {ANESTHESIA, FURTHER_ANESTHESIA, CONDITION}:
            others[CONDITION if qualifier == CONDITION else ANESTHESIA].append(code)
        else:
            values.tell(segment, number, Rule.UNKNOWN, "Codes of this kind are not held", is_warning=True)
    return Codes(tuple(diagnoses), tuple(others[ANESTHESIA]), tuple(others[CONDITION]))


def code_pairs(loop: Loop, values: Values) -> Iterator[tuple[Segment, int, str, str]]:
    """The kind and the code of each element of HI."""
    for segment in loop.take_all("HI"):
        for number in range(1, len(segment)):
            qualifier, code = (*values.parts(segment, number), "")[:2]
            if qualifier and not code:
                values.tell(segment, number, Rule.CODE, "A code or its kind is missing")
            if code or qualifier in SYSTEMS:  # without its code a diagnosis keeps its place: pointers count them
                yield segment, number, qualifier, code
