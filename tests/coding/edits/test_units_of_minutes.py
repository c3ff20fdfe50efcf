"""Units of timed services: the examples of CMS Pub. 100-04, chapter 5, section 20.2.C."""

from dataclasses import replace
from datetime import date

import pytest

from coding.rules.codings import CodedEncounter
from coding.rules.edits.units import units_against_minutes
from coding.rules.tables import Tables
from tests.coding.written import line

TIMED = {"97110": 15, "97112": 15, "97116": 15, "97140": 15, "97035": 15, "G0103": 30}


def found(*services):
    """(line, new units or None) for services such as "97110 24 2": code, minutes, units."""
    lines = []
    for service in services:
        code, minutes, units = service.split()
        lines.append(replace(line(code), minutes=int(minutes), units=int(units)))
    coded = CodedEncounter(date_of_service=date(2026, 3, 1), procedures=tuple(lines))
    return [
        (finding.place.number, finding.fix and finding.fix.after.procedures[finding.place.number - 1].units)
        for finding in units_against_minutes(coded, Tables(timed=TIMED))
    ]


@pytest.mark.parametrize(
    "services",
    [
        ("97112 24 2", "97110 23 1"),  # example 1: 47 minutes are 3 units, 2 of the longer one
        ("97112 20 1", "97110 20 2"),  # example 2: 40 minutes are 3 units, the third to either
        ("97112 20 2", "97110 20 1"),
        ("97110 33 2", "97140 7 1"),  # example 3: 7 minutes are more than the 3 left of 33
        ("97110 18 1", "97140 13 1", "97116 10 1", "97035 8 0"),  # example 4: 49 minutes are 3 units
        ("97112 7 1", "97110 7 0", "97140 7 0"),  # example 5: 21 minutes are 1 unit, of any
        ("97112 7 0", "97110 7 0", "97140 7 1"),
    ],
)
def test_the_manuals_examples(services):
    assert found(*services) == []


def test_the_total_is_exceeded():
    assert found("97110 18 2", "97140 13 1", "97116 10 1", "97035 8 1") == [(1, 1), (4, None)]


def test_the_last_unit_goes_to_the_fuller_service():
    assert found("97110 33 3", "97140 7 0") == [(1, 2), (2, 1)]


def test_a_unit_of_another_length_is_reached_past_its_middle():
    assert found("G0103 15 1") == [(1, None)]
    assert found("G0103 16 1") == []


def test_services_without_minutes_or_without_a_length_are_left_alone():
    assert found("99213 20 7") == []


def test_what_the_fix_asks_for_is_no_finding_afterwards():
    """Two lines of 19 minutes are 3 units; neither was billed beyond its own, so the first gets the third."""
    assert found("97110 19 -1", "97110 19 -1") == [(1, 2), (2, 1)]
    assert found("97110 19 -1", "97110 19 1") == [(1, 2)]
