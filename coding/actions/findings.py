"""What the edits say about a coding, looked up in the code lists of its date of service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from coding.models import Code, Encounter
from coding.rules.codings import CodedEncounter, System, bare, diagnosis_system
from coding.rules.edits import Finding, Severity, run_edits
from coding.rules.tables import CodeFact, Tables


class HardFindings(Exception):
    """The coding may not be submitted as it is; `findings` are all of them, hard ones and others."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(len(findings))
        self.findings = findings


def facts(codes: Iterable[str], *, system: System, on: date) -> dict[str, CodeFact]:
    """What the list knows about these codes on the day; codes it doesn't have are absent."""
    rows = Code.objects.on(on, system=system).filter(code__in={bare(code) for code in codes})
    return {row.code: CodeFact(code=row.code, title=row.title, billable=row.billable) for row in rows}


def tables_for(coded: CodedEncounter) -> Tables:
    """The rows of the code lists that this coding touches, on its date of service."""
    day = coded.date_of_service
    if day is None:
        return Tables()
    return Tables(
        diagnoses=facts((line.code for line in coded.diagnoses), system=diagnosis_system(day), on=day),
        procedures=facts((line.code for line in coded.procedures), system=System.PROCEDURE, on=day),
    )


def check_coding(*, encounter: Encounter, coded: CodedEncounter) -> tuple[Finding, ...]:  # noqa: ARG001  (contract and payer edits will ask it)
    """Every finding about the coding, hard ones first."""
    return run_edits(coded, tables_for(coded))


def refuse_hard_findings(*, encounter: Encounter, coded: CodedEncounter) -> None:
    """HardFindings if the coding breaks a rule that a claim cannot break."""
    findings = check_coding(encounter=encounter, coded=coded)
    if any(finding.severity is Severity.HARD for finding in findings):
        raise HardFindings(findings)


def weights_for(*codings: CodedEncounter) -> dict[str, Decimal]:
    """The relative weights of the procedure codes in these codings that have one."""
    found: dict[str, Decimal] = {}
    for coded in codings:
        if coded.date_of_service is not None:
            rows = Code.objects.on(coded.date_of_service, system=System.PROCEDURE)
            rows = rows.filter(code__in={bare(line.code) for line in coded.procedures}, weight__isnull=False)
            found.update({row.code: row.weight for row in rows if row.weight is not None})
    return found
