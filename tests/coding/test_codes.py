"""The code lists come out of the packages whole, and a second load changes nothing."""

import io
import time
from datetime import date
from decimal import Decimal

import pytest
from coding.actions.codes import ICD10CM, codes_are_loaded, load_codes, load_codes_from_packages
from coding.rules.code_lists import ListedCode, icd9cm_codes, icd10cm_codes
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from coding.models import Code
from coding.rules.codings import System
from portal.models import AuditEvent

TABULAR = b"""<?xml version="1.0"?>
<ICD10CM.tabular><chapter><section id="S50-S59">
  <diag><name>S52</name><desc>Fracture of forearm</desc>
    <sevenChrDef><extension char="A">initial encounter for closed fracture</extension>
      <extension char="S">sequela</extension><note>not part of the title</note></sevenChrDef>
    <diag><name>S52.5</name><desc>Fracture of lower end of radius</desc></diag></diag>
  <diag><name>R52</name><desc>Pain,
     unspecified</desc></diag>
</section></chapter></ICD10CM.tabular>"""


def test_a_seventh_character_is_placed_seventh_and_ends_the_title():
    codes = {listed.code: listed for listed in icd10cm_codes(io.BytesIO(TABULAR))}
    assert codes["S525XXA"] == ListedCode(
        "S525XXA", "Fracture of lower end of radius, initial encounter for closed fracture", billable=True
    )
    assert codes["S525XXS"].title == "Fracture of lower end of radius, sequela"
    assert not codes["S525"].billable
    assert not codes["S52"].billable
    assert codes["R52"] == ListedCode("R52", "Pain, unspecified", billable=True)
    assert len(codes) == 5


def test_icd_9_lines_are_cut_by_columns():
    assert list(icd9cm_codes(["0010  Cholera due to vibrio cholerae\n", "E8000 Collision\n", "\n"])) == [
        ListedCode("0010", "Cholera due to vibrio cholerae", billable=True),
        ListedCode("E8000", "Collision", billable=True),
    ]


@pytest.mark.django_db
def test_the_packages_carry_the_official_counts_and_a_second_load_changes_nothing():
    start = time.monotonic()
    counts = load_codes_from_packages(at=timezone.now())
    took = time.monotonic() - start
    assert counts == {System.ICD10CM: 98_186, System.ICD9CM: 14_567, System.PROCEDURE: 66}
    assert took < 60, "a load takes seconds, not minutes"
    assert Code.objects.of(System.ICD10CM).filter(billable=True).count() == 74_719
    assert Code.objects.of(System.ICD9CM).filter(billable=False).count() == 0
    forearm = Code.objects.get(system="icd10cm", code="S52501A")
    assert (
        forearm.title == "Unspecified fracture of the lower end of right radius, initial encounter for closed fracture"
    )
    assert not Code.objects.get(system="icd10cm", code="S52501").billable
    assert Code.objects.get(system="icd9cm", code="4800").title == "Pneumonia due to adenovirus"
    assert not Code.objects.filter(title__contains="\ufffd").exists(), "the ICD-9-CM file is read as ISO-8859-1"
    assert Code.objects.filter(system="icd9cm", title__contains="ä").exists()

    load_codes_from_packages(at=timezone.now())
    assert Code.objects.count() == 98_186 + 14_567 + 66
    written = AuditEvent.objects.filter(action="codes.loaded").values_list("detail__added", "detail__changed")
    assert sorted(written) == [(0, 0), (112_819, 0)]
    out = io.StringIO()
    call_command("load_demo_codes", stdout=out)
    assert out.getvalue() == "The code lists are loaded.\n"

    days = {
        date(2015, 9, 30): (Code.objects.on(date(2015, 9, 30)).of(System.ICD9CM).count(), 14_567),
        date(2015, 10, 1): (Code.objects.on(date(2015, 10, 1)).of(System.ICD9CM).count(), 0),
    }
    assert all(found == expected for found, expected in days.values())
    assert Code.objects.on(date(2015, 9, 30)).of(System.ICD10CM).count() == 0


@pytest.mark.django_db
def test_a_changed_title_is_taken_over_and_a_broken_list_changes_nothing():
    now = timezone.now()
    load_codes(lists={ICD10CM: [ListedCode("R52", "Pain", billable=True)]}, at=now)
    load_codes(lists={ICD10CM: [ListedCode("R52", "Pain, unspecified", billable=True, weight=Decimal("1.00"))]}, at=now)
    assert list(Code.objects.values_list("code", "title", "weight")) == [("R52", "Pain, unspecified", Decimal("1.00"))]
    twice = [ListedCode("R53", "One", billable=True), ListedCode("R53", "Two", billable=True)]
    with pytest.raises(IntegrityError, match="coding_code_once"), transaction.atomic():
        load_codes(lists={ICD10CM: [ListedCode("R54", "Old age", billable=True), *twice]}, at=now)
    assert Code.objects.count() == 1


@pytest.mark.django_db
def test_lists_are_loaded_only_when_all_of_them_are():
    load_codes(lists={ICD10CM: [ListedCode("R52", "Pain", billable=True)]}, at=timezone.now())
    assert not codes_are_loaded()


def test_demo_wording_is_marked_for_every_number_of_the_licensed_list():
    """CPT is licensed: numbers of five digits carry our own words and say so."""
    from coding.actions.codes import DEMO_PROCEDURES
    from coding.rules.code_lists import demo_procedures

    with DEMO_PROCEDURES.open(encoding="utf-8") as lines:
        listed = list(demo_procedures(lines))
    assert len({one.code for one in listed}) == len(listed)
    assert all(one.title.startswith("Demo: ") == one.code.isdigit() for one in listed)
