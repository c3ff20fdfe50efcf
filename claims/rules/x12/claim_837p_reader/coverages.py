"""Insurances as an 837P names them, and what earlier payers said of a claim or a line (2000B, 2320 to 2330, 2430)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from claims.rules.claim import (
    Adjustment,
    Coverage,
    Filing,
    LineAdjudication,
    OtherCoverage,
    Payer,
    Person,
    Rank,
    Relation,
)
from claims.rules.x12.claim_837p.qualifiers import OTHER_AMOUNTS, OTHER_REFERENCES, PAID
from claims.rules.x12.claim_837p_reader.loops import OTHER, PARTY, Loop
from claims.rules.x12.claim_837p_reader.parties import identifiers_in, number_in, payer_in, person_in
from claims.rules.x12.claim_837p_reader.values import ZERO, Values
from claims.rules.x12.findings import Rule
from claims.rules.x12.procedures import procedure_of
from claims.rules.x12.segments import Segment, at

OF_PROVIDER = ("G2", "LU")  # in 2010BB these are the billing provider's, not the payer's
OF_PAYER = ("2U", "EI", "FY", "NF")
FIRST_TRIPLET, TRIPLETS = 2, 6
REMARKS = range(3, 8)  # MOA


def coverage_of(insurance: Segment, subscriber: Person, payer: Payer, values: Values) -> Coverage:
    """What SBR says; relation and member number stand elsewhere."""
    return Coverage(
        rank=values.one_of(Rank, insurance, 1, Rank.UNKNOWN),
        payer=payer,
        subscriber=subscriber,
        member_id="",
        filing=values.one_of(Filing, insurance, 9, Filing.OTHER),
        group_number=at(insurance, 3).strip(),
        group_name=at(insurance, 4).strip(),
        msp_type=at(insurance, 5).strip(),
    )


def adjustments_in(loop: Loop, values: Values) -> tuple[Adjustment, ...]:
    """CAS: a group, and up to six reasons with their amounts."""
    return tuple(one for segment in loop.take_all("CAS") for one in triplets(segment, values))


def triplets(segment: Segment, values: Values) -> Iterator[Adjustment]:
    group = at(segment, 1).strip()
    for place in range(FIRST_TRIPLET, FIRST_TRIPLET + 3 * TRIPLETS, 3):
        reason, amount = at(segment, place).strip(), values.amount(segment, place + 1)
        if not reason and amount is None:
            continue
        yield Adjustment(group, reason, amount or ZERO, values.quantity(segment, place + 2))


# -- other payers ----------------------------------------------------------------------------------------
def others_in(claim: Loop, values: Values) -> tuple[OtherCoverage, ...]:
    return tuple(other_in(loop, values) for loop in claim.all_children(OTHER))


def other_in(loop: Loop, values: Values) -> OtherCoverage:
    """2320 to 2330B, and of the providers there the numbers of the billing one (2330G)."""
    party, payer, billing = loop.child(PARTY, "IL"), loop.child(PARTY, "PR"), loop.child(PARTY, "85")
    subscriber = person_in(party, None, values, "SY")
    paid_on = (payer.take("DTP", PAID) if payer else None) or loop.take("DTP", PAID) or []
    references = payer.values("REF", OTHER_REFERENCES) if payer else {}
    consent, outcome = loop.take("OI") or [], loop.take("MOA") or []
    amounts: dict[str, Any] = {name: values.amount(loop.take("AMT", kind) or [], 2) for kind, name in OTHER_AMOUNTS}
    return OtherCoverage(
        coverage=replace(
            coverage_of(loop.first, subscriber, payer_in(payer, *OF_PAYER), values),
            relation=values.one_of(Relation, loop.first, 2, Relation.UNKNOWN),
            member_id=number_in(party) if party else "",
            provider_identifiers=identifiers_in(billing, *OF_PROVIDER) if billing else (),
        ),
        paid_on=values.day(paid_on, 3),
        adjustments=adjustments_in(loop, values),
        remarks=tuple(code for number in REMARKS if (code := at(outcome, number).strip())),
        benefits_assigned=at(consent, 3).strip() in {"Y", ""},
        refuses_to_assign=at(consent, 3).strip() == "W",
        is_signed_by_provider=at(consent, 4).strip() == "P",
        has_informed_consent=at(consent, 6).strip() == "I",
        **amounts,
        **references,
    )


# -- lines -----------------------------------------------------------------------------------------------
def adjudication_in(loop: Loop, values: Values) -> LineAdjudication:
    """2430."""
    segment = loop.first
    procedure = procedure_of(at(segment, 3), values.component)
    paid, units = values.amount(segment, 2), values.quantity(segment, 5)
    if paid is None:
        values.tell(segment, 2, Rule.MISSING, "What was paid is missing: read as nothing")
    return LineAdjudication(
        payer_id=at(segment, 1).strip(),
        paid=paid or ZERO,
        code=procedure.code,
        modifiers=procedure.modifiers,
        units=units or ZERO,
        paid_on=values.day(loop.take("DTP", PAID) or [], 3),
        adjustments=adjustments_in(loop, values),
        bundled_into=at(segment, 6).strip(),
        remaining=values.amount(loop.take("AMT", "EAF") or [], 2),
    )
