"""How often a service was billed to Medicare by each specialty in a year.

Source: CMS, "Medicare Physician & Other Practitioners - by Provider and Service" (Rndrng_Prvdr_Type, HCPCS_Cd,
Tot_Srvcs), whose rows per provider and place are added up here, and "Part B National Summary / Evaluation and
Management Codes by Specialty" style tables with a row per specialty and code (specialty, hcpcs, services). Both are
known by their headings.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import decimal, procedure, short
from coding.rules.layouts.lines import Table, Unfit
from coding.rules.layouts.shape import Layout, Record, Refused

TABLE = "Utilisation"
COLUMNS = {TABLE: ("specialty", "code", "services")}
SPECIALTY = ("rndrng_prvdr_type", "specialty", "specialty_description", "specialty_desc", "provider_type")
CODE = ("hcpcs_cd", "hcpcs", "hcpcs_code")
SERVICES = ("tot_srvcs", "services", "allowed_services", "line_srvc_cnt")
LONGEST_SPECIALTY = 80

Sums = dict[tuple[str, str], tuple[int, Decimal]]  # by specialty and code: the first line, and the services so far


def read_utilisation(file: IO[bytes]) -> Iterator[Record | Refused]:
    """One record per specialty and code, after the last row; services are rounded to whole ones."""
    table = Table(file, required=(SPECIALTY, CODE, SERVICES), what="utilisation", multi_line=True)
    columns = table.column(*SPECIALTY), table.column(*CODE), table.column(*SERVICES)
    sums: Sums = {}
    for row in table:
        if isinstance(row, Refused):
            yield row
            continue
        try:
            add(sums, row[0], *(row[1][name] for name in columns))
        except Unfit as unfit:
            yield Refused(row[0], str(unfit))
    for (specialty, code), (line, services) in sums.items():
        yield Record(TABLE, (specialty, code, int(services.quantize(Decimal(1), ROUND_HALF_UP))), line)


def add(sums: Sums, line: int, specialty: str, code: str, services: str) -> None:
    if not specialty:
        raise Unfit("no specialty")
    place = short(specialty, LONGEST_SPECIALTY, "specialty"), procedure(code)
    first, before = sums.get(place, (line, Decimal(0)))
    sums[place] = first, before + decimal(services.replace(",", ""), "services")


LAYOUT = Layout(
    CodeSet.UTILISATION, COLUMNS, read_utilisation, "CMS, Physician & Other Practitioners by Provider and Service"
)
