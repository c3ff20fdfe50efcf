"""What comes along is loaded whole, chosen by date of service, and never takes the place of an operator's file."""

import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from coding.actions.carried_lists import CARRIED, DATA, load_carried_lists
from coding.actions.code_sets import load_code_file
from coding.models import Code, CodeGroup, CodeNote, Crosswalk, Edition, Modifier, PlaceOfService
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.icd10cm_changes import layout_over
from coding.rules.layouts.icd10cm_codes import TABBED_LIST
from portal import scope
from portal.models import AuditEvent
from tests.coding.layouts.reading import read, refused, rows

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OFFICIAL_COUNTS = {
    ("icd10cm", "FY2026 April"): 98_186,
    ("icd10cm", "FY2027"): 98_403,
    ("icd10cm_tabular", "FY2026 April"): 319 + 26_966,  # groups and notes
    ("icd9cm", "Version 32"): 14_567,
    ("icd9cm_procedures", "Version 32"): 3_882,
    ("gem_9_to_10", "FY2016"): 23_912,
    ("gem_10_to_9", "FY2016"): 78_838,
    ("demo_procedures", "demo"): 181,
    ("modifiers", "own words"): 200,
    ("places_of_service", "CMS"): 52,
    ("claim_codes", "own words"): 61,
    ("conversion_factors", "CMS"): 10,
}
SMALL = [carried for carried in CARRIED if not carried.package and carried.layout.code_set != CodeSet.ICD10CM]
DIVIDED = ("I420", "D691", "M722", "Z681", "Z87890")  # FY2027 made headings of them


@pytest.mark.django_db
def test_everything_that_comes_along_is_loaded_whole_and_a_second_load_changes_nothing():
    reports = load_carried_lists(at=NOON)
    counts = {(report.edition.code_set, report.edition.name): report.edition.rows for report in reports}
    assert counts == OFFICIAL_COUNTS
    assert not Edition.objects.exclude(refused=0).exists()
    check_diagnoses_by_day()
    check_what_stands_around_a_code()

    again = load_carried_lists(at=NOON)
    assert all(report.unchanged for report in again)
    assert AuditEvent.objects.filter(action="codes.loaded").count() == len(OFFICIAL_COUNTS)
    out = io.StringIO()
    call_command("load_carried_codes", stdout=out)
    assert out.getvalue() == "Every carried list is loaded.\n"

    Edition.objects.filter(code_set=CodeSet.DEMO_PROCEDURES).delete()
    with scope.opened(staff=False):
        call_command("load_carried_codes", stdout=out)
    assert out.getvalue().endswith("loaded.\ndemo_procedures demo: 181 rows\n")


def check_diagnoses_by_day() -> None:
    last, first = date(2026, 9, 30), date(2026, 10, 1)
    for day, billable, headings in ((last, 74_719, set()), (first, 74_879, set(DIVIDED))):
        codes = Code.objects.on(day, system=System.ICD10CM)
        assert codes.filter(billable=True).count() == billable
        assert set(codes.filter(code__in=DIVIDED, billable=False).values_list("code", flat=True)) == headings
        assert codes.filter(code__in=DIVIDED).count() == len(DIVIDED)
    assert Code.objects.on(first, system=System.ICD10CM).get(code="M67A01").title == "Plantar fasciitis, right foot"
    assert not Code.objects.on(last, system=System.ICD10CM).filter(code="M67A01").exists()
    assert Code.objects.on(date(2015, 9, 30), system=System.ICD9CM).count() == 14_567, "no procedure among them"
    assert not Code.objects.on(date(2015, 10, 1), system=System.ICD9CM).exists()
    assert Code.objects.filter(edition__code_set="icd9cm", title__contains="ä").exists()
    assert not Code.objects.filter(title__contains="\ufffd").exists()


def check_what_stands_around_a_code() -> None:
    around = CodeGroup.objects.around("M1A00X0").values_list("label", flat=True)
    assert list(around) == ["13", "M00-M25", "M05-M14"]
    assert CodeNote.objects.filter(kind="excludes1").count() == 5_407
    assert Crosswalk.objects.get(source="4019", edition__code_set="gem_9_to_10").target == "I10"
    assert PlaceOfService.objects.get(code="22").is_facility
    assert Modifier.objects.filter(code__in=("25", "59", "LT")).count() == 3


@pytest.mark.django_db
def test_an_edition_of_the_operators_own_stays():
    own = b"code,title,weight\n99213,Our own words,\n"
    report = load_code_file(
        code_set=CodeSet.DEMO_PROCEDURES, file=io.BytesIO(own), file_name="ours.csv", name="demo",
        effective=date(1990, 1, 1), by=None, at=NOON,
    )  # fmt: skip
    loaded = load_carried_lists(at=NOON, lists=SMALL)
    assert [one.edition.code_set for one in loaded] == [
        "modifiers",
        "places_of_service",
        "claim_codes",
        "conversion_factors",
    ]
    assert Edition.objects.get(code_set="demo_procedures") == report.edition


BASE = (
    "code\tbillable\tlong_title\nI42\t0\tCardiomyopathy\nI420\t1\tDilated cardiomyopathy\nI421\t1\tOld\nI422\t1\tGone\n"
)
CHANGES = (
    "change,code,billable,title\n"
    "added,I4200,1,Dilated cardiomyopathy of one kind\nheading,I420,,\nrevised,I421,,New\ndeleted,I422,,\n"
)
CHANGED = layout_over(lambda: read(TABBED_LIST, BASE))


def test_a_new_year_is_the_old_one_with_its_changes():
    assert rows(CHANGED, CHANGES, "code", "billable", "title") == [
        ("I42", False, "Cardiomyopathy"),
        ("I420", False, "Dilated cardiomyopathy"),
        ("I421", True, "New"),
        ("I4200", True, "Dilated cardiomyopathy of one kind"),
    ]


def test_a_change_that_finds_nothing_to_change_is_refused():
    content = CHANGES + "added,I421,1,Twice\ndeleted,I429,,\nmoved,I42,,\nrevised,I42,,\n"
    assert refused(CHANGED, content) == [
        (6, "I421 is in the list already"),
        (7, "I429 is not in the list"),
        (8, "'moved' is no change"),
        (9, "no title"),
    ]


def test_the_changes_of_fy2027_are_of_every_kind():
    content = (DATA / "icd10cm_fy2027_changes.csv").read_text(encoding="utf-8").splitlines()
    kinds = [line.partition(",")[0] for line in content[1:]]
    assert {kind: kinds.count(kind) for kind in kinds} == {"added": 238, "revised": 4, "heading": 15, "deleted": 21}
