"""What comes along is loaded whole, chosen by date of service, and never takes the place of an operator's file."""

import io
import time
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from coding.actions.carried_lists import DATA, load_carried_lists, tabular_codes
from coding.actions.code_sets import load_code_file
from coding.models import Code, CodeGroup, CodeNote, Crosswalk, Edition, Modifier, PlaceOfService
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.icd10cm_changes import layout_over
from tests.coding.layouts.reading import read, refused

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
# "Billable" ended for these when FY2027 divided them.
DIVIDED = ("I420", "D691", "M722", "Z681", "Z87890")


def billable(day: date, *codes: str) -> dict[str, bool]:
    return dict(Code.objects.on(day, system=System.ICD10CM).filter(code__in=codes).values_list("code", "billable"))


@pytest.fixture
def loaded(db):
    return load_carried_lists(at=NOON)


def test_everything_that_comes_along_has_its_official_counts(loaded):
    assert {(report.edition.code_set, report.edition.name): report.edition.rows for report in loaded} == {
        ("icd10cm", "FY2026 April"): 98_186,
        ("icd10cm", "FY2027"): 98_403,
        ("icd10cm_tabular", "FY2026 April"): 319 + 26_966,
        ("icd9cm", "Version 32"): 14_567,
        ("icd9cm_procedures", "Version 32"): 3_882,
        ("gem_9_to_10", "FY2016"): 23_912,
        ("gem_10_to_9", "FY2016"): 78_838,
        ("demo_procedures", "demo"): 181,
        ("modifiers", "own words"): 200,
        ("places_of_service", "CMS"): 52,
    }
    assert Code.objects.on(date(2026, 9, 30), system=System.ICD10CM).filter(billable=True).count() == 74_719
    assert Code.objects.on(date(2026, 10, 1), system=System.ICD10CM).filter(billable=True).count() == 74_879
    assert CodeGroup.objects.count() == 319
    assert CodeNote.objects.filter(kind="excludes1").count() == 5_407
    assert Crosswalk.objects.filter(source="4019", edition__code_set="gem_9_to_10").values_list("target").get() == (
        "I10",
    )
    assert PlaceOfService.objects.get(code="22").is_facility
    assert Modifier.objects.filter(code="25").exists()
