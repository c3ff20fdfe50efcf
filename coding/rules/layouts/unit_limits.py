"""Medically unlikely edits (MUE) of practitioners, outpatient hospitals and suppliers of durable equipment.

Source: CMS, "NCCI for Medicare: Medically Unlikely Edits (MUE)", files
MCR_MUE_PractitionerServices_Eff_MM-DD-YYYY.csv, MCR_MUE_OutpatientHospitalServices_... and
MCR_MUE_DMESupplierServices_...: a quoted notice over several lines, a heading row with a line break inside, then
code, units, adjudication indicator (digit and words: "2 Date of Service Edit: Policy"), rationale. No dates: an
edition is a quarter.
"""

from collections.abc import Iterator
from functools import partial
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import one_of, procedure, short, whole
from coding.rules.layouts.lines import Table, Unfit, key, records
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

COLUMNS = {"UnitLimit": ("code", "units", "adjudication", "rationale")}
INDICATORS = "123"
LONGEST_RATIONALE = 120

# What the file calls the services it limits, in the heading of its second column or in a column of its own.
SERVICES = {
    CodeSet.MUE_PRACTITIONER: "practitioner",
    CodeSet.MUE_HOSPITAL: "outpatient_hospital",
    CodeSet.MUE_DME: "dme_supplier",
}


def limit(code: str, units: str, indicator: str, rationale: str) -> tuple[Any, ...]:
    return (
        procedure(code),
        whole(units, "units"),
        int(one_of(indicator[:1], INDICATORS, "adjudication indicator")),
        short(rationale, LONGEST_RATIONALE, "rationale"),
    )


def read_limits(file: IO[bytes], *, service: str) -> Iterator[Record | Refused]:
    """The rows of the official CSV."""
    table = Table(
        file, required={"hcpcs_cpt_code", "mue_adjudication_indicator", "mue_rationale"}, what="unlikely edits"
    )
    units = next((name for name in table.names if name.endswith("mue_values")), None)
    if units is None:
        raise WrongFile("No column of MUE values.")
    if not units.startswith(service):
        raise WrongFile(f"The values are those of {units.removesuffix('_mue_values')}, not of {service}.")
    yield from records(
        "UnitLimit",
        iter(table),
        lambda row: limit(
            row["hcpcs_cpt_code"], row[units], row["mue_adjudication_indicator"], row["mue_rationale"]
        ),
    )  # fmt: skip


def read_extract(file: IO[bytes], *, service: str) -> Iterator[Record | Refused]:
    """The rows of a CSV extract with the columns hcpcs_code, mue_units, mue_mai, mue_rationale, mue_service."""
    columns = {"hcpcs_code", "mue_units", "mue_mai", "mue_rationale", "mue_service"}

    def take(row: dict[str, str]) -> tuple[Any, ...]:
        if key(row["mue_service"]) != service:
            raise Unfit(f"a limit of {row['mue_service']!r}, which is another list")
        return limit(row["hcpcs_code"], row["mue_units"], row["mue_mai"], row["mue_rationale"])

    yield from records("UnitLimit", iter(Table(file, required=columns, what="an extract of unlikely edits")), take)


def layouts(code_set: CodeSet) -> tuple[Layout, ...]:
    """The layouts of one of the three lists."""
    service = SERVICES[code_set]
    return (
        Layout(code_set, COLUMNS, partial(read_limits, service=service), "CMS, NCCI MUE, quarterly CSV file"),
        Layout(code_set, COLUMNS, partial(read_extract, service=service), "Extract of the CMS file"),
    )
