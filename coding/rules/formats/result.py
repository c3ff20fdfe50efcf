"""The result of a batch as plain data, and the two tables that every format shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from coding.rules.codings import DIAGNOSIS_LIMIT, MODIFIER_LIMIT, ProcedureLine, System, dotted
from portal.rules.plain_cells import Cell

ENCOUNTER_COLUMNS = (
    "Batch", "Practice", "Encounter", "Chart", "File name", "Pages", "Status", "Reason", "Patient",
    "Birth date", "Sex", "Account number", "Service from", "Service to", "Rendering provider", "Rendering NPI",
    "Referring provider", "Referring NPI", "Place of service", "Payer", "Member id", "Diagnosis list",
    *(f"Diagnosis {number}" for number in range(1, DIAGNOSIS_LIMIT + 1)),
    "Verification",
)  # fmt: skip
LINE_COLUMNS = ("Line", "Procedure", *(f"Modifier {n}" for n in range(1, MODIFIER_LIMIT + 1)), "Units", "Pointers")


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


@dataclass(frozen=True)
class BatchResult:
    """Everything that goes back for one batch; rows in the order of charts and visits."""

    batch: str
    practice: str
    rows: tuple[ResultRow, ...] = ()


def encounter_cells(result: BatchResult, row: ResultRow) -> tuple[Cell, ...]:
    """The cells under ENCOUNTER_COLUMNS."""
    codes = [dotted(row.system, code) if row.system else code for code in row.diagnoses]
    return (
        result.batch, result.practice, row.encounter, row.chart, row.file_name, row.pages,
        row.status, row.reason, row.patient, row.birth_date, row.sex, row.account_number, row.service_from,
        row.service_to, row.rendering_provider, row.rendering_npi, row.referring_provider, row.referring_npi,
        row.place_of_service, row.payer, row.member_id, row.system.label if row.system else "",
        *codes, *[""] * (DIAGNOSIS_LIMIT - len(codes)),
        row.verification,
    )  # fmt: skip


def line_cells(row: ResultRow) -> Iterator[tuple[Cell, ...]]:
    """The cells under LINE_COLUMNS, one tuple a procedure line; pointers as numbers with commas."""
    for position, line in enumerate(row.lines, start=1):
        yield (
            position,
            line.code,
            *line.modifiers,
            *[""] * (MODIFIER_LIMIT - len(line.modifiers)),
            line.units,
            ",".join(str(pointer) for pointer in line.pointers),
        )
