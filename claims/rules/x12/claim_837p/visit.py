"""A claim without its lines: CLM and what belongs to it, its providers, the other payers (2300 to 2330)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.rules.claim import Claim, ClaimDates, Contract, Coverage, Diagnosis, OtherCoverage, Relation
from claims.rules.x12.characters import day_text, number_of
from claims.rules.x12.claim_837p import parties
from claims.rules.x12.claim_837p.lines import adjustments, conditions, line, transport
from claims.rules.x12.claim_837p.qualifiers import (
    ACCIDENT,
    ANESTHESIA,
    CLAIM_DATES,
    CLAIM_REFERENCES,
    CODES_OF_HI,
    CONDITION,
    DISABILITY,
    DISABILITY_FROM,
    DISABILITY_TO,
    FIRST,
    FURTHER,
    FURTHER_ANESTHESIA,
    OTHER_AMOUNTS,
    OTHER_REFERENCES,
    PAID,
)
from claims.rules.x12.claim_837p.sent import KEPT_AT_PRACTICE
from claims.rules.x12.segments import Segment

CAUSES_ROOM = 3  # CLM11-1 to 3, before the state


def visit(claim: Claim, component: str) -> Iterator[Segment]:
    """CLM to the last line."""
    yield head(claim, component)
    yield from dates(claim)
    yield from facts(claim)
    yield from codes(claim, component)
    yield from providers(claim)
    for other in claim.others:
        yield from other_payer(other, is_person=claim.billing.is_person)
    for place, one in enumerate(claim.lines, 1):
        yield from line(one, place, component)


def head(claim: Claim, component: str) -> Segment:
    """CLM."""
    location = component.join((claim.place_of_service, "B", claim.frequency.value))
    return [
        "CLM", claim.control_number, number_of(claim.charge), "", "", location, "Y" if claim.is_signed else "N",
        assignment(claim), benefits(claim), release(claim), signature(claim), causes(claim, component),
        claim.special_program, "", "", "", "", "", "", "", claim.delay_reason,
    ]  # fmt: skip


def assignment(claim: Claim) -> str:
    """CLM07: A accepts what the payer allows, B for laboratory services only, C does not."""
    if claim.is_assigned_for_laboratory_only:
        return "B"
    return "A" if claim.accepts_assignment else "C"


def benefits(of: Claim | OtherCoverage) -> str:
    """CLM08, OI03: Y the payer pays the provider, N the patient, W as the patient refuses to say so."""
    if of.refuses_to_assign:
        return "W"
    return "Y" if of.benefits_assigned else "N"


def release(of: Claim | OtherCoverage) -> str:
    """CLM09, OI06: Y signed, I informed consent under a federal law."""
    return "I" if of.has_informed_consent else "Y"


def signature(of: Claim | OtherCoverage) -> str:
    """CLM10, OI04: P the provider signed for a patient who was not there."""
    return "P" if of.is_signed_by_provider else ""


def causes(claim: Claim, component: str) -> str:
    """CLM11: up to two causes, and where an automobile accident was."""
    accident = claim.accident
    if accident is None:
        return ""
    parts = [*accident.causes, *[""] * (CAUSES_ROOM - len(accident.causes)), accident.state, accident.country]
    return component.join(parts).rstrip(component)


# -- what belongs to the claim ---------------------------------------------------------------------------
def dates(claim: Claim) -> Iterator[Segment]:
    """DTP."""
    if claim.accident and claim.accident.on:
        yield ["DTP", ACCIDENT, "D8", day_text(claim.accident.on)]
    for kind, name in CLAIM_DATES:
        if day := getattr(claim.dates, name):
            yield ["DTP", kind, "D8", day_text(day)]
    yield from disability(claim.dates)


def disability(of: ClaimDates) -> Iterator[Segment]:
    if of.disability_from and of.disability_to:
        yield ["DTP", DISABILITY, "RD8", f"{day_text(of.disability_from)}-{day_text(of.disability_to)}"]
    elif of.disability_from:
        yield ["DTP", DISABILITY_FROM, "D8", day_text(of.disability_from)]
    elif of.disability_to:
        yield ["DTP", DISABILITY_TO, "D8", day_text(of.disability_to)]


def facts(claim: Claim) -> Iterator[Segment]:
    """PWK, CN1, AMT, REF, NTE, CR1, CR2, CRC."""
    if claim.attachment_control_number:
        number = claim.attachment_control_number
        yield ["PWK", claim.attachment_kind, claim.attachment_way, "", "", "AC", number]
    elif claim.attachment_way == KEPT_AT_PRACTICE:
        yield ["PWK", claim.attachment_kind, claim.attachment_way]
    if claim.contract:
        yield contract(claim.contract)
    if claim.patient_paid:
        yield ["AMT", "F5", number_of(claim.patient_paid)]
    yield from (["REF", kind, getattr(claim, name)] for kind, name in CLAIM_REFERENCES if getattr(claim, name))
    if claim.note:
        yield ["NTE", claim.note_kind, claim.note]
    yield from transport(claim.transport)
    if back := claim.spinal_manipulation:
        yield ["CR2", *[""] * 7, back.nature, "", back.description, back.more]
    yield from conditions(claim.conditions)


def contract(of: Contract) -> Segment:
    """CN1."""
    amounts = ["" if one is None else number_of(one) for one in (of.amount, of.percent, of.discount_percent)]
    return ["CN1", of.kind, amounts[0], amounts[1], of.code, amounts[2], of.version]


def codes(claim: Claim, component: str) -> Iterator[Segment]:
    """HI: diagnoses in their order, procedures that anaesthesia was for, conditions."""
    if claim.diagnoses:
        yield ["HI", *diagnoses(claim.diagnoses, component)]
    if claim.anesthesia_procedures:
        first, *rest = claim.anesthesia_procedures
        yield ["HI", component.join((ANESTHESIA, first)), *(component.join((FURTHER_ANESTHESIA, one)) for one in rest)]
    for begin in range(0, len(claim.condition_codes), CODES_OF_HI):
        some = claim.condition_codes[begin : begin + CODES_OF_HI]
        yield ["HI", *(component.join((CONDITION, one)) for one in some)]


def diagnoses(of: Sequence[Diagnosis], component: str) -> list[str]:
    """The qualifier tells the first from the others, and ICD-10-CM from ICD-9-CM."""
    first, *rest = of
    return [
        component.join((FIRST[first.system], first.code)),
        *(component.join((FURTHER[one.system], one.code)) for one in rest),
    ]


def providers(claim: Claim) -> Iterator[Segment]:
    """2310A to 2310F, in their order."""
    yield from parties.provider("DN", claim.referring)
    yield from parties.provider("P3", claim.primary_care)
    yield from parties.provider("82", claim.rendering)
    yield from parties.facility(claim.facility)
    yield from parties.provider("DQ", claim.supervising)
    yield from parties.place("PW", claim.pick_up)
    yield from parties.place("45", claim.drop_off, claim.drop_off_name)


# -- other payers ----------------------------------------------------------------------------------------
def insurance(of: Coverage, relation: str) -> Segment:
    """SBR."""
    return [
        "SBR", of.rank.value, relation, of.group_number, of.group_name, of.msp_type, "", "", "", of.filing.value,
    ]  # fmt: skip


def own_insurance(of: Coverage) -> Segment:
    """SBR of 2000B: the relation only of a patient who is the subscriber, PAT has the others."""
    return insurance(of, of.relation.value if of.relation is Relation.SELF else "")


def other_payer(of: OtherCoverage, *, is_person: bool) -> Iterator[Segment]:
    """2320 to 2330G; `is_person` tells what the billing provider is."""
    coverage = of.coverage
    yield insurance(coverage, coverage.relation.value)
    yield from adjustments(of.adjustments)
    for kind, name in OTHER_AMOUNTS:
        if (amount := getattr(of, name)) is not None:
            yield ["AMT", kind, number_of(amount)]
    yield ["OI", "", "", benefits(of), signature(of), "", release(of)]
    if of.remarks:
        yield ["MOA", "", "", *of.remarks]
    yield from parties.subscriber(coverage.subscriber, coverage.member_id)
    yield from parties.payer(coverage.payer)
    if of.paid_on:
        yield ["DTP", PAID, "D8", day_text(of.paid_on)]
    yield from parties.references(coverage.payer.identifiers)
    yield from (["REF", kind, getattr(of, name)] for kind, name in OTHER_REFERENCES if getattr(of, name))
    if coverage.provider_identifiers:
        yield ["NM1", "85", "1" if is_person else "2"]
        yield from parties.references(coverage.provider_identifiers)
