"""Invented visits that show what a template makes of a result; nobody of these names was ever seen."""

from datetime import UTC, date, datetime

from coding.rules.codings import ProcedureLine, System
from coding.rules.formats.contents import Contents
from coding.rules.formats.result import BatchResult, ResultRow

ROWS = (
    ResultRow(
        chart="C-0001", file_name="sample-1.pdf", encounter="E-00001", pages="1–2", status="Billable",
        patient="Sample, Rosa", birth_date=date(1961, 2, 3), sex="F", account_number="10042",
        service_from=date(2026, 3, 2), service_to=date(2026, 3, 2), rendering_provider="Dr. Alma Sample",
        rendering_npi="1234567893", place_of_service="11", payer="Sample Health", member_id="XYZ123456789",
        system=System.ICD10CM, diagnoses=("E119", "I10"),
        lines=(ProcedureLine("99213", ("25",), 1, (1, 2)), ProcedureLine("20610", ("RT",), 1, (1,))),
        verification="Verified",
    ),
    ResultRow(
        chart="C-0002", file_name="sample-2.tif", encounter="E-00002", pages="1", status="Billable",
        patient="Sample-O'Neill, Zoë", birth_date=date(1948, 11, 30), sex="F", account_number="10043",
        service_from=date(2026, 3, 2), service_to=date(2026, 3, 4), rendering_provider="Dr. Alma Sample",
        rendering_npi="1234567893", referring_provider="Dr. Ben Sample", referring_npi="1234567893",
        place_of_service="21", payer="Sample Mutual | PPO", member_id="A-77", system=System.ICD10CM,
        diagnoses=("A419", "N179", "J9601"), lines=(ProcedureLine("99223", ("AI",), 1, (1, 2, 3)),),
        verification="Verified with corrections",
    ),
    ResultRow(
        chart="C-0003", file_name="sample-3.pdf", encounter="E-00003", pages="1", status="Not billable",
        reason="Not a visit (letter, form, blank page)",
    ),
    ResultRow(chart="C-0004", file_name="sample-4.pdf", status="Duplicate",
              reason="The same file was received as C-0001."),
)  # fmt: skip


def sample_contents(*, practice: str, code: str) -> Contents:
    """A made-up first delivery of the practice."""
    return Contents(
        result=BatchResult(batch="B-1", practice=practice, rows=ROWS),
        practice_code=code,
        version=1,
        made_at=datetime(2026, 3, 5, 14, 30, tzinfo=UTC),
    )
