"""Localities: price indices, counties, anaesthesia factors, ZIP codes."""

from decimal import Decimal

import pytest

from coding.rules.layouts import anaesthesia, counties, localities, zip_localities
from coding.rules.layouts.shape import Layout, WrongFile
from tests.coding.layouts.reading import read, refused, rows

GPCI_CSV, GPCI_TEXT = localities.LAYOUTS
COUNTIES_CSV, COUNTIES_TEXT = counties.LAYOUTS
ANAESTHESIA_CSV, ANAESTHESIA_TEXT = anaesthesia.LAYOUTS
ZIPS = zip_localities.LAYOUT

GPCI_ROWS = "10112,AL,00,ALABAMA,1,0.869,0.575\n02102,AK,01,ALASKA*,1.5,1.081,0.592\n"
GPCI_HEADING = "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"


def gpci(rows: str, indices: str = "2025 PW GPCI (with 1.0 Floor),2025 PE GPCI,2025 MP GPCI") -> str:
    return f"ADDENDUM E,,,,,,\n,,,,,,\n{GPCI_HEADING}{indices}\n{rows}"


def gpci_text(*lines: str) -> str:
    heading = "Medicare Admi State  Locality Name   2025 PW GPCI2025 PE GPCI2025 MP GPCI"
    return "\n".join(("ADDENDUM E", "", heading, *lines, ""))


def test_price_indices_come_without_the_notes_below_them():
    notes = '"MAC Assignments as of November 22, 2023",,,,,,\n,,,,,,\n*Work GPCI reflects a floor.,,,,,,\n'
    expected = [
        ("10112", "AL", "00", "ALABAMA", Decimal(1), Decimal("0.869"), Decimal("0.575")),
        ("02102", "AK", "01", "ALASKA", Decimal("1.5"), Decimal("1.081"), Decimal("0.592")),
    ]
    assert rows(GPCI_CSV, gpci(GPCI_ROWS + notes), *GPCI_CSV.columns["Locality"]) == expected
    text = gpci_text(
        "10112           AL      00   ALABAMA                    1.000       0.869       0.575",
        "02102           AK      01   ALASKA*                    1.500       1.081       0.592",
        "MAC Assignments as of November 22, 2023",
        "",
        "*Work GPCI reflects a floor.",
    )
    assert rows(GPCI_TEXT, text, *GPCI_TEXT.columns["Locality"]) == expected


def test_the_work_index_with_the_floor_is_taken_if_there_are_two():
    both = "2024 PW GPCI (without 1.0 Floor),2024 PW GPCI (with 1.0 Floor),2024 PE GPCI,2024 MP GPCI"
    assert rows(GPCI_CSV, gpci("10112,AL,00,ALABAMA,0.98,1,0.869,0.575\n", both), "work") == [(Decimal(1),)]


def test_spoiled_price_indices_are_named_even_if_they_look_like_notes():
    content = gpci(
        "10112,AL,00,ALABAMA,1,0.869,0.575\nan odd line,,,,,,\n10112,A,00,ALABAMA,1,1,1\n10112,AL,00,X,1,1,y\n"
    )
    assert sorted(refused(GPCI_CSV, content)) == [
        (5, "not a row of the list"), (6, "state 'A' is no abbreviation"), (7, "index 'y' is no number"),
    ]  # fmt: skip
    line = "10112           AL      00   ALABAMA                    1.000       0.869       0.575"
    assert refused(GPCI_TEXT, gpci_text(line, "odd", "10112 cut off", line)) == [
        (5, "not a row of the list"),
        (6, "not contractor, state, locality, name and three indices"),
    ]


def county_csv(*lines: str) -> str:
    heading = "Medicare Adminstrative Contractor,Locality Number,State ,Fee Schedule Area ,Counties"
    return "\r\n".join(("COUNTIES INCLUDED,,,,", ",,,,", heading, ",,,,", *lines, ",,,,", "*  Two carriers.,,,,", ""))


def county_text(*lines: str) -> str:
    heading = "Medicare AdmiLocality         State                  Fee Schedule Area                  Counties"
    return "\r\n".join(("COUNTIES INCLUDED", "", heading, "", *lines, "", "*  Two carriers.", ""))


def county_line(carrier: str, locality: str, state: str, area: str, named: str) -> str:
    return f"    {carrier:12}{locality:6}{state:23}{area:98}{named}"


def test_a_state_is_carried_down_and_lost_zeros_are_put_back():
    lines = (
        '9102,3,FLORIDA ,FORT LAUDERDALE,"BROWARD, COLLIER"',
        "9102,4,,MIAMI,DADE",
        ",,,,",
        "1212,1,HAWAII,STATEWIDE* ,ALL",
    )
    expected = [
        ("09102", "03", "FLORIDA", "FORT LAUDERDALE", "BROWARD, COLLIER"),
        ("09102", "04", "FLORIDA", "MIAMI", "DADE"),
        ("01212", "01", "HAWAII", "STATEWIDE", "ALL"),
    ]
    assert rows(COUNTIES_CSV, county_csv(*lines), *COUNTIES_CSV.columns["CountyLocality"]) == expected
    text = [
        county_line("09102", "03", "FLORIDA", "FORT LAUDERDALE", "BROWARD, COLLIER"),
        county_line("09102", "04", "", "MIAMI", "DADE"),
        "",
        county_line("01212", "01", "HAWAII", "STATEWIDE*", "ALL"),
    ]
    assert rows(COUNTIES_TEXT, county_text(*text), *COUNTIES_TEXT.columns["CountyLocality"]) == expected


def test_a_group_that_names_no_state_does_not_get_that_of_the_group_above():
    arkansas = county_line("07102", "13", "ARKANSAS", "STATEWIDE", "ALL")
    text = county_text(arkansas, "", county_line("01182", "18", "", "LOS ANGELES", "X"))
    assert rows(COUNTIES_TEXT, text, "area", "state") == [("STATEWIDE", "ARKANSAS"), ("LOS ANGELES", "")]


def test_spoiled_county_lines_are_named():
    good = "9102,3,FLORIDA,MIAMI,DADE"
    lines = (good, "9102,3,FLORIDA", "x,3,,MIAMI,DADE", "9102,333,,MIAMI,DADE", '"9102,4')
    assert refused(COUNTIES_CSV, county_csv(*lines)) == [
        (6, "3 columns instead of 5"),
        (7, "contractor 'x' is no number of five digits"),
        (8, "locality '333' is no number of two digits"),
        (9, "unreadable: unexpected end of data"),
    ]
    line = county_line("09102", "03", "FLORIDA", "MIAMI", "DADE")
    text = county_text(line, "garbage", county_line("09102", "03", "", "", ""))
    assert refused(COUNTIES_TEXT, text) == [(6, "1 columns instead of 5"), (7, "no area or no counties")]


def anaesthesia_line(carrier: str, locality: str, name: str, factor: str) -> str:
    return f"{carrier}       {locality}    {name:55}{factor}\r\n"


def test_the_anaesthesia_text_has_two_implied_decimals_and_the_end_mark_of_dos():
    csv = (
        "Contractor,Locality,Locality Name,National Anes CF of 20.3178\r\n10112 ,00 ,ALABAMA,19.31 \r\n"
        "03602 ,21 ,WYOMING**,19.97 \r\n,,,\r\n"
    )
    text = anaesthesia_line("10112", "00", "ALABAMA", "1931") + anaesthesia_line("03602", "21", "WYOMING", "1997")
    expected = [("10112", "00", "ALABAMA", Decimal("19.31")), ("03602", "21", "WYOMING", Decimal("19.97"))]
    assert rows(ANAESTHESIA_CSV, csv, *ANAESTHESIA_CSV.columns["AnaesthesiaFactor"]) == expected
    assert rows(ANAESTHESIA_TEXT, text + "\x1a", *ANAESTHESIA_TEXT.columns["AnaesthesiaFactor"]) == expected
    assert refused(ANAESTHESIA_TEXT, "odd\n" + text) == [(1, "not contractor, locality, name and factor")]
    assert refused(ANAESTHESIA_CSV, csv + "10112,00,ALABAMA,much\n") == [(5, "factor 'much' is no number")]


def test_a_zip_code_has_its_contractor_locality_and_rural_mark():
    content = "AL350041011200\nAK995000210201B10 0 20261\nNY100011320201R\n"
    assert rows(ZIPS, content, *ZIPS.columns["ZipLocality"]) == [
        ("AL", "35004", "10112", "00", ""), ("AK", "99500", "02102", "01", "B"), ("NY", "10001", "13202", "01", "R"),
    ]  # fmt: skip
    assert refused(ZIPS, content + "AL35\n") == [
        (4, "not state, ZIP code, carrier, locality and rural indicator in columns 1 to 15")
    ]


@pytest.mark.parametrize(
    "layout", [GPCI_CSV, GPCI_TEXT, COUNTIES_CSV, COUNTIES_TEXT, ANAESTHESIA_CSV, ANAESTHESIA_TEXT, ZIPS]
)
def test_another_file_is_recognised_as_such(layout: Layout):
    for content in ("", "code,title\nG0101,something\n", "G0101 something\n" * 50):
        with pytest.raises(WrongFile):
            read(layout, content)
