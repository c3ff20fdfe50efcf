"""Five visits of different kinds, and charts that were none, as a batch's result."""

from datetime import date, datetime, timedelta, timezone

from coding.rules.codings import ProcedureLine, System
from coding.rules.formats.contents import Contents
from coding.rules.formats.result import BatchResult, ResultRow

EASTERN = timezone(timedelta(hours=-5))

OFFICE_VISIT = ResultRow(
    chart="C-0412", file_name="Müller, knee.pdf", encounter="E-00412", pages="1–2, 5", status="Billable",
    patient='Müller, "Toni"', birth_date=date(1961, 2, 3), sex="M", account_number="A-1001",
    service_from=date(2026, 3, 2), service_to=date(2026, 3, 2), rendering_provider="Dr. Alma Reyes",
    rendering_npi="1000000012", referring_provider="Dr. Ivo Lind", referring_npi="1000000020", place_of_service="11",
    payer="Blue Heron Health", member_id="-123", system=System.ICD10CM, diagnoses=("M1711", "I10"),
    lines=(ProcedureLine("99213", ("25",), 1, (1, 2)), ProcedureLine("20610", ("RT", "59"), 1, (1,))),
    verification="Verified with corrections", coding_id=1,
)  # fmt: skip
OLD_PROCEDURE = ResultRow(
    chart="C-0413", file_name="scan.tif", encounter="E-00413", pages="1", status="Billable", patient="Ida Example",
    birth_date=date(1899, 5, 6), sex="F", service_from=date(2015, 9, 30), service_to=date(2015, 9, 30),
    rendering_provider="Dr. Alma Reyes", rendering_npi="1000000012", place_of_service="22", payer="Medicare",
    member_id="1EG4TE5MK73", system=System.ICD9CM, diagnoses=("4800", "E8000"),
    lines=(ProcedureLine("45378", ("53",), 1, (1,)),), verification="Verified", coding_id=2,
)  # fmt: skip
LETTER = ResultRow(
    chart="C-0414", file_name="letter.pdf", encounter="E-00414", pages="1", status="Not billable",
    reason="Not a visit (letter, form, blank page)", patient="Ben Sample", birth_date=date(1970, 1, 1), sex="M",
)  # fmt: skip
BROKEN = ResultRow(
    chart="C-0415", file_name="broken.pdf", status="Not readable",
    reason="The file has no content (0 bytes). Scan or export it again and send it.",
)  # fmt: skip
REPEATED = ResultRow(
    chart="C-0416", file_name="Müller, knee (2).pdf", status="Duplicate",
    reason="The same file was received as C-0412.",
)  # fmt: skip
LONG_VISIT = ResultRow(
    chart="C-0417", file_name="Łukasz & Søren <1>.pdf", encounter="E-00417", pages="1–3; C-0418: 1",
    status="Billable", patient="Łukasz Brzęczyszczykiewicz-O'Neill, 李小龍", birth_date=date(2026, 2, 28), sex="U",
    account_number="=HYPERLINK(1)", service_from=date(2026, 3, 1), service_to=date(2026, 3, 4),
    rendering_provider="Dr. Zoë Ångström", rendering_npi="1000000038", place_of_service="21", payer="Peña | Co; Ltd",
    member_id="@77", system=System.ICD10CM,
    diagnoses=("A419", "N179", "E1122", "N183", "I129", "J9601", "D649", "E871", "R6520", "Z794", "Z8673", "S72001A"),
    lines=(
        ProcedureLine("99223", ("AI",), 1, (1, 2, 3, 4)),
        ProcedureLine("36556", (), 1, (1,)),
        ProcedureLine("94002", ("26", "59", "GC", "76"), 1, (6,)),
        ProcedureLine("J0696", (), 12, (1, 9)),
    ),
    verification="Not in the verification sample", coding_id=3,
)  # fmt: skip
RESULT = BatchResult(
    batch="B-7", practice="River Family Medicine",
    rows=(OFFICE_VISIT, OLD_PROCEDURE, LETTER, BROKEN, REPEATED, LONG_VISIT),
)  # fmt: skip


def contents(result=RESULT):
    """The result as version 1 of its delivery."""
    made_at = datetime(2026, 3, 5, 14, 30, tzinfo=EASTERN)
    return Contents(result=result, practice_code="RIVER", version=1, made_at=made_at)
