"""The result of a batch as plain data: what every format shows."""

from dataclasses import dataclass
from datetime import date

from coding.rules.codings import ProcedureLine, System


@dataclass(frozen=True)
class ResultRow:
    """One encounter of a batch, or one chart that could not be read (`encounter` is then empty).

    `pages` are the pages of the file as "1–3, 7"; those of another file stand behind its number: "1–3; C-0412: 1".
    `status` is "Billable", "Not billable" or "Not readable"; `reason` says why it is not billable or readable.
    """

    chart: str
    file_name: str
    status: str
    encounter: str = ""
    pages: str = ""
    reason: str = ""
    patient: str = ""
    birth_date: date | None = None
    sex: str = ""
    account_number: str = ""
    service_from: date | None = None
    service_to: date | None = None
    rendering_provider: str = ""
    rendering_npi: str = ""
    referring_provider: str = ""
    referring_npi: str = ""
    place_of_service: str = ""
    payer: str = ""
    member_id: str = ""
    system: System | None = None
    diagnoses: tuple[str, ...] = ()
    lines: tuple[ProcedureLine, ...] = ()
    verification: str = ""
    coding_id: int | None = None  # the version of the codes that counts: it never changes


@dataclass(frozen=True)
class BatchResult:
    """Everything that goes back for one batch; rows in the order of charts and visits."""

    batch: str
    practice: str
    rows: tuple[ResultRow, ...] = ()
