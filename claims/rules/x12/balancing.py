"""Whether the sums of a remittance agree: line, claim and payment, as the TR3 of 005010X221A1 asks (1.10.2).

A line's charge less its adjustments is what is paid for it; a claim's charge less its own adjustments and those of its
lines is what is paid for the claim; the payment is what is paid for all claims less the provider adjustments, of which
a negative one adds. That lines add up to the claim's charge, and adjustments of group PR to CLP05, is only warned of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from claims.rules.x12.amounts import ZERO, money
from claims.rules.x12.findings import MOST, Finding, Rule
from claims.rules.x12.remittance import PATIENT, Adjustment, RemitClaim, RemitLine, Remittance


@dataclass(frozen=True, slots=True)
class Balance:
    """`is_balanced` is about the payment; claims and lines are those that do not balance."""

    is_balanced: bool
    claims: tuple[RemitClaim, ...]
    lines: tuple[RemitLine, ...]
    findings: tuple[Finding, ...]


def balance(remittance: Remittance) -> Balance:
    """What does not add up, down to a cent."""
    claims, lines, findings = [], [], []
    paid = ZERO
    for claim in remittance.claims:
        paid += claim.paid
        odd_lines, found = weighed(claim)
        if found:
            findings += found
            lines += odd_lines
            if any(finding.rule is Rule.CLAIM_BALANCE for finding in found):
                claims.append(claim)
    due = paid - remittance.adjusted
    if due != remittance.payment:
        findings.append(payment_finding(remittance, paid, due))
    shown = sorted(findings, key=lambda finding: finding.place)[:MOST]
    if len(findings) > MOST:
        shown.append(Finding(0, "", Rule.LENGTH, f"{len(findings) - MOST} more findings are not listed"))
    return Balance(due == remittance.payment, tuple(claims), tuple(lines), tuple(shown))


def weighed(claim: RemitClaim) -> tuple[list[RemitLine], list[Finding]]:
    """A claim with its lines: the lines that do not balance, and the findings."""
    adjusted, owed = totals(claim.adjustments)
    charged, odd, findings = ZERO, [], []
    for line in claim.lines:
        taken, of_patient = totals(line.adjustments)
        if line.charge - taken != line.paid:
            odd.append(line)
            findings.append(line_finding(line, taken))
        charged += line.charge
        adjusted += taken
        owed += of_patient
    if claim.charge - adjusted != claim.paid:
        words = of_sum(claim.charge, adjusted, claim.paid)
        findings.append(Finding(claim.place, "CLP04", Rule.CLAIM_BALANCE, words))
    if charged != claim.charge or owed != claim.patient_responsibility:
        findings += warnings(claim, charged, owed)
    return odd, findings


def totals(adjustments: Iterable[Adjustment]) -> tuple[Decimal, Decimal]:
    """What adjustments take away in all, and what of it the patient owes."""
    taken = owed = ZERO
    for adjustment in adjustments:
        taken += adjustment.amount
        if adjustment.group == PATIENT:
            owed += adjustment.amount
    return taken, owed


def line_finding(line: RemitLine, taken: Decimal) -> Finding:
    return Finding(line.place, "SVC03", Rule.LINE_BALANCE, of_sum(line.charge, taken, line.paid))


def of_sum(charge: Decimal, adjusted: Decimal, paid: Decimal) -> str:
    """The sum that does not come out, in words."""
    due = charge - adjusted
    return (
        f"charge {money(charge)} less adjustments {money(adjusted)} is {money(due)}, "
        f"but {money(paid)} is paid: {difference(paid - due)}"
    )


def difference(more: Decimal) -> str:
    return f"{money(abs(more))} too {'much' if more > 0 else 'little'}"


def warnings(claim: RemitClaim, charged: Decimal, owed: Decimal) -> Iterator[Finding]:
    """What nobody is paid by, but does not agree."""
    if claim.lines and charged != claim.charge:
        words = f"the lines charge {money(charged)}, the claim {money(claim.charge)}"
        yield Finding(claim.place, "CLP03", Rule.CHARGE, words, is_warning=True)
    if owed != claim.patient_responsibility:
        words = f"the patient owes {money(claim.patient_responsibility)}, adjustments of group PR are {money(owed)}"
        yield Finding(claim.place, "CLP05", Rule.PATIENT, words, is_warning=True)


def payment_finding(remittance: Remittance, paid: Decimal, due: Decimal) -> Finding:
    words = (
        f"claims {money(paid)} less provider adjustments {money(remittance.adjusted)} is {money(due)}, "
        f"but the payment is {money(remittance.payment)}: {difference(remittance.payment - due)}"
    )
    return Finding(remittance.place + 1, "BPR02", Rule.PAYMENT_BALANCE, words)
