"""What a file says as plain values for JSON: numbers of claims, codes and amounts, and no names of people.

`balanced` is about the payment of an 835 (None for other kinds); lines and claims that do not balance are findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from claims.rules.x12.acknowledgements import (
    Acknowledged,
    ClaimAcknowledgement,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
    Verdict,
)
from claims.rules.x12.amounts import money
from claims.rules.x12.claim_listing import ClaimListing, ListedClaim
from claims.rules.x12.claim_status import ClaimStatus
from claims.rules.x12.findings import Finding
from claims.rules.x12.procedures import Procedure
from claims.rules.x12.reading import Reading, ReadSet
from claims.rules.x12.remittance import Adjustment, RemitClaim, RemitLine, Remittance
from claims.rules.x12.status_items import StatusItem, StatusLine

Plain = dict[str, Any]


def outline(reading: Reading) -> Plain:
    """Transaction sets and findings of a file; TA1 segments stand among the sets as what they are."""
    return {
        "transactions": [*map(interchange_plain, reading.interchanges), *map(set_plain, reading.sets)],
        "findings": words(reading.findings),
    }


def set_plain(one: ReadSet) -> Plain:
    plain = blank(one.kind, one.transaction.control, one.findings)
    match one.content:
        case Remittance() as remittance:
            plain |= {
                "payment": money(remittance.payment),
                "provider_adjustments": [
                    {
                        "provider": adjustment.provider,
                        "date": day(adjustment.fiscal_year_end),
                        "reason": adjustment.reason,
                        "reference": adjustment.reference,
                        "amount": money(adjustment.amount),
                    }
                    for adjustment in remittance.provider_adjustments
                ],
                "claims": [remitted(claim) for claim in remittance.claims],
                "balanced": one.balance is not None and one.balance.is_balanced,
            }
        case ClaimStatus() as status:
            plain["claims"] = [stated(item) for item in status.claims]
            plain["levels"] = [level(item) for item in status.levels if item.statuses]
        case ClaimListing() as listing:
            plain["claims"] = [billed(claim) for claim in listing.claims]
        case ClaimAcknowledgement() as acknowledgement:
            plain["claims"] = [stated(one.item) for one in acknowledgement.claims]
            plain |= sorted_out([(one.verdict, acknowledged(one)) for one in acknowledgement.items if is_told(one)])
        case FunctionalAcknowledgement() as acknowledgement:
            group = acknowledged_group(acknowledgement)
            sets = [(one.verdict, acknowledged_set(one)) for one in acknowledgement.sets]
            plain |= {"group": group, **sorted_out(sets or [(acknowledgement.verdict, group)])}
    return plain


def blank(kind: str, control: str, findings: Iterable[Finding]) -> Plain:
    """What stands there for every kind."""
    return {
        "kind": kind,
        "control": control,
        "payment": None,
        "provider_adjustments": [],
        "claims": [],
        "balanced": None,
        "findings": words(findings),
    }


def words(findings: Iterable[Finding]) -> list[str]:
    return [str(finding) for finding in findings]


def amount(value: Decimal | None) -> str | None:
    return None if value is None else money(value)


def quantity(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


# -- claims --------------------------------------------------------------------------------------------
def remitted(claim: RemitClaim) -> Plain:
    return {
        "id": claim.number,
        "status": claim.status,
        "charge": money(claim.charge),
        "paid": money(claim.paid),
        "patient_responsibility": money(claim.patient_responsibility),
        "adjustments": [adjusted(one) for one in claim.adjustments],
        "lines": [remitted_line(line) for line in claim.lines],
    }


def adjusted(adjustment: Adjustment) -> Plain:
    return {
        "group": adjustment.group,
        "reason": adjustment.reason,
        "amount": money(adjustment.amount),
        "quantity": quantity(adjustment.quantity),
    }


def remitted_line(line: RemitLine) -> Plain:
    return {
        **procedure(line.procedure),
        "submitted": None if line.submitted is None else str(line.submitted),
        "charge": money(line.charge),
        "paid": money(line.paid),
        "units": quantity(line.units),
        "allowed": amount(line.allowed),
        "begins": day(line.begins),
        "ends": day(line.ends),
        "control": line.control,
        "adjustments": [adjusted(one) for one in line.adjustments],
        "remarks": list(line.remarks),
    }


def procedure(one: Procedure) -> Plain:
    return {"code": one.code, "modifiers": list(one.modifiers)}


def billed(claim: ListedClaim) -> Plain:
    lines = [
        {
            **procedure(line.procedure),
            "revenue_code": line.revenue_code,
            "charge": money(line.charge),
            "units": quantity(line.units),
        }
        for line in claim.lines
    ]
    return unanswered(claim.number, money(claim.charge)) | {"lines": lines}


def unanswered(number: str, charge: str | None) -> Plain:
    return {
        "id": number,
        "status": None,
        "charge": charge,
        "paid": None,
        "patient_responsibility": None,
        "adjustments": [],
        "lines": [],
    }


def stated(item: StatusItem) -> Plain:
    """A claim of a 276, 277 or 277CA."""
    states = [str(state) for status in item.statuses for state in status.states]
    paid = next((status.paid for status in item.statuses if status.paid is not None), None)
    return unanswered(item.trace, amount(item.charge)) | {
        "status": " ".join(states) or None,
        "paid": amount(paid),
        "lines": [stated_line(line) for line in item.lines],
    }


def stated_line(line: StatusLine) -> Plain:
    return {
        **procedure(line.procedure),
        "charge": amount(line.charge),
        "paid": amount(line.paid),
        "units": quantity(line.units),
        "states": [str(state) for status in line.statuses for state in status.states],
    }


def level(item: StatusItem) -> Plain:
    return {"id": item.trace, "level": item.level, "codes": [str(state) for state in item.states]}


# -- acknowledgements ----------------------------------------------------------------------------------
def sorted_out(judged: Iterable[tuple[Verdict, Plain]]) -> Plain:
    """Accepted and rejected items; what is neither."""
    found: Plain = {"accepted": [], "rejected": [], "undecided": []}
    for verdict, plain in judged:
        name = "accepted" if verdict.is_accepted else "rejected" if verdict is Verdict.REJECTED else "undecided"
        found[name].append(plain)
    return found


def is_told(one: Acknowledged) -> bool:
    """A claim; a level only if something is said of it."""
    return one.item.is_claim or bool(one.item.statuses)


def acknowledged(one: Acknowledged) -> Plain:
    return level(one.item) | {"charge": amount(one.item.charge), "payer_control": one.item.payer_control}


def acknowledged_group(one: FunctionalAcknowledgement) -> Plain:
    """The group as a whole; of its sets, where none is named."""
    codes = [*one.codes, *one.reasons]
    return {"id": one.group_control, "kind": "group", "verdict": one.verdict.value, "codes": codes, "errors": []}


def acknowledged_set(one: SetAcknowledgement) -> Plain:
    return {
        "id": one.control,
        "kind": one.kind,
        "codes": [*one.codes, *one.reasons],
        "errors": [wrong_segment(error) for error in one.errors],
    }


def wrong_segment(error: SegmentError) -> Plain:
    return {
        "segment": error.segment,
        "position": error.position,
        "code": error.code,
        "claim": error.claim,
        "elements": [
            {"element": wrong.element, "component": wrong.component, "code": wrong.code, "value": wrong.value}
            for wrong in error.elements
        ],
    }


def interchange_plain(one: InterchangeAcknowledgement) -> Plain:
    codes = [code for code in (one.code, one.note) if code]
    return blank("TA1", one.control, ()) | sorted_out([(one.verdict, {"id": one.control, "codes": codes})])
