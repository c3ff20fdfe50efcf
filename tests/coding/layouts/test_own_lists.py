"""The lists that come with Chartline."""

import csv
from decimal import Decimal
from pathlib import Path

from coding.rules.em_family import LEVELS
from coding.rules.layouts.own_lists import DEMO_PROCEDURES, MODIFIERS
from coding.rules.layouts.places_of_service import PLACES
from tests.coding.layouts.reading import refused, rows

DATA = Path(__file__).parents[3] / "coding" / "data"


def test_demo_procedures_have_weights_only_where_levels_are_compared():
    content = "code,title,weight\n99213,Demo: a visit,3\nA4550,Surgical trays,\n"
    assert rows(DEMO_PROCEDURES, content, "code", "title", "weight") == [
        ("99213", "Demo: a visit", Decimal(3)),
        ("A4550", "Surgical trays", None),
    ]
    assert refused(DEMO_PROCEDURES, content + "9921,x,\n99214,x,much\n") == [
        (4, "'9921' is no procedure code"),
        (5, "'much' is no weight"),
    ]


def test_demo_wording_is_marked_for_every_number_of_the_licensed_list():
    """CPT is licensed: numbers of five digits carry our own words and say so."""
    listed = rows(DEMO_PROCEDURES, (DATA / "demo_procedures.csv").read_bytes(), "code", "title")
    assert len(listed) >= 150
    assert all(title.startswith("Demo: ") == code.isdigit() for code, title in listed)


def test_every_level_of_every_family_of_visits_is_in_the_demo():
    weights = dict(rows(DEMO_PROCEDURES, (DATA / "demo_procedures.csv").read_bytes(), "code", "weight"))
    assert set(LEVELS) <= set(weights)
    assert all(weights[code] == level.rank for code, level in LEVELS.items())


def test_our_modifiers_are_all_readable_and_short():
    listed = rows(MODIFIERS, (DATA / "modifiers.csv").read_bytes(), "code", "title")
    assert {"25", "59", "LT", "RT", "TC", "XE", "XP", "XS", "XU"} <= {code for code, _title in listed}
    assert all(len(title) <= 72 for _code, title in listed)
    assert refused(MODIFIERS, "modifier,title\n25,\nL,Left\n") == [(2, "no title"), (3, "'L' is no modifier")]


def test_places_are_read_with_the_free_numbers_of_the_list():
    content = (
        "pos_code,pos_type,pos_name,pos_description\n11,Non-Facility,Office,Where one is seen.\n"
        "22,Facility,Outpatient Hospital,A part of a hospital.\n28,Unassigned,Unassigned,Unassigned\n"
    )
    assert rows(PLACES, content, "code", "name", "is_facility") == [
        ("11", "Office", False),
        ("22", "Outpatient Hospital", True),
        ("28", "Unassigned", False),
    ]
    assert refused(PLACES, content + "1,Facility,x,y\n12,Home,Home,Where one lives.\n") == [
        (5, "'1' is no place of service"),
        (6, "'Home' is neither Facility, Non-Facility nor Unassigned"),
    ]


def test_the_places_that_pay_the_facility_rate_are_those_of_the_manual():
    """Medicare Claims Processing Manual, chapter 12, section 20.4.2."""
    listed = rows(PLACES, (DATA / "places_of_service.csv").read_bytes(), "code", "is_facility")
    facility = {code for code, is_facility in listed if is_facility}
    assert " ".join(sorted(facility)) == "02 19 21 22 23 24 26 31 34 41 42 51 52 53 56 61"
    assert len(listed) == 52
    with (DATA / "places_of_service.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(listed)
