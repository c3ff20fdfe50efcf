"""Claim codes, provider taxonomy, utilisation, conversion factors; and what of them ships."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import coding
from coding.rules.layouts import claim_codes, conversion_factors, taxonomy, utilisation
from coding.rules.layouts.shape import Layout, Record, WrongFile
from tests.coding.layouts.reading import read, refused, rows

CLAIM, FACTORS = claim_codes.LAYOUT, conversion_factors.LAYOUT
TAXONOMY, UTILISATION = taxonomy.LAYOUT, utilisation.LAYOUT
SHIPPED = Path(coding.__file__).parent / "data"
CLAIM_HEADING = "code,type,description,usage,notes,start,modified,end\n"


def test_a_claim_code_has_its_kind_words_and_dates():
    first = '9001,CARC,"Our words,\nin two lines",Use it so.,Also so.,1995-01-01,,2014-07-01\n'
    content = CLAIM_HEADING + first + "N900,RARC,Words,,,01/01/2000,,\n"
    assert rows(CLAIM, content, *CLAIM.columns["ClaimCode"]) == [
        ("carc", "9001", "Our words,\nin two lines", "Use it so. Also so.", date(1995, 1, 1), date(2014, 7, 1)),
        ("rarc", "N900", "Words", "", date(2000, 1, 1), None),
    ]


def test_spoiled_claim_codes_are_named():
    content = CLAIM_HEADING + "1,OTHER,Words,,,,,\n,CARC,Words,,,,,\n2,CARC,Words,,,soon,,\n3,CARC\n"
    assert refused(CLAIM, content) == [
        (2, "type 'OTHER' is not known"),
        (3, "no code or no description"),
        (4, "'soon' is no date"),
        (5, "2 columns instead of 8"),
    ]


def test_the_claim_codes_that_ship_are_read_whole():
    with (SHIPPED / "claim_codes.csv").open("rb") as file:
        found = list(CLAIM.read(file))
    assert all(isinstance(one, Record) for one in found)
    kinds = {(one.values[0], one.values[1]) for one in found}
    assert len(kinds) == len(found)
    assert {code for kind, code in kinds if kind == "group"} == {"CO", "CR", "OA", "PI", "PR"}
    assert sum(kind == "carc" for kind, _ in kinds) >= 40
    assert {("carc", code) for code in ("16", "18", "29", "45", "50", "97", "109", "197", "236", "253")} <= kinds


def test_a_taxonomy_code_is_read_from_the_nucc_file_whatever_its_encoding():
    heading = "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n"
    line = '207Q00000X,Allopathic,Family Medicine,M\u00e9nage,"Long\nwords",,x,Individual\n'
    expected = [("207Q00000X", "Allopathic", "Family Medicine", "M\u00e9nage")]
    for encoding in ("utf-8-sig", "cp1252"):
        assert rows(TAXONOMY, (heading + line).encode(encoding), *TAXONOMY.columns["Taxonomy"]) == expected
    assert refused(TAXONOMY, heading + "207Q,a,b,c,,,,\n207Q00000X,a,,c,,,,\n") == [
        (2, "'207Q' is no taxonomy code"),
        (3, "no classification"),
    ]


def test_utilisation_is_added_up_by_specialty_and_code():
    cms = (
        "Rndrng_NPI,Rndrng_Prvdr_Type,HCPCS_Cd,Place_Of_Srvc,Tot_Benes,Tot_Srvcs\n"
        "1,Family Practice,G0439,O,10,12\n2,Family Practice,G0439,F,3,\"1,003.5\"\n3,Cardiology,G0439,O,1,2\n"
    )  # fmt: skip
    assert rows(UTILISATION, cms, *UTILISATION.columns["Utilisation"]) == [
        ("Family Practice", "G0439", 1016),
        ("Cardiology", "G0439", 2),
    ]
    assert rows(UTILISATION, "Utilisation,of,2025\n" + cms, "services") == [(1016,), (2,)]
    by_specialty = "Specialty,HCPCS,Services\nCardiology,G0439,2\nCardiology,G04,2\n,G0439,2\nCardiology,G0439,few\n"
    assert rows(UTILISATION, by_specialty.splitlines(keepends=True)[0] + "Cardiology,G0439,2\n", "services") == [(2,)]
    assert refused(UTILISATION, by_specialty) == [
        (3, "'G04' is no procedure code"),
        (4, "no specialty"),
        (5, "services 'few' is no number"),
    ]


def test_a_conversion_factor_has_its_first_day_and_its_source():
    heading = "starts_on,qualifying,amount,source\n"
    assert rows(FACTORS, heading + "2026-01-01,yes,33.5675,CMS\n", *FACTORS.columns["ConversionFactor"]) == [
        (date(2026, 1, 1), True, Decimal("33.5675"))
    ]
    lines = "2026-01-01,maybe,33,CMS\n2026-01-01,no,33,\n26,no,33,CMS\n2026-01-01,no,x,C\n"
    assert refused(FACTORS, heading + lines) == [
        (2, "qualifying 'maybe' is neither yes nor no"),
        (3, "no source"),
        (4, "'26' is no date"),
        (5, "amount 'x' is no number"),
    ]  # fmt: skip


@pytest.mark.parametrize("amount", ["1E28", "1e-999999", "NaN", "Infinity", "١٢", "1_000", "9" * 5000, ""])
def test_an_amount_is_digits_with_a_point_at_most(amount):
    content = f"starts_on,qualifying,amount,source\n2026-01-01,yes,{amount},CMS\n"
    assert refused(FACTORS, content) == [(2, f"amount {amount!r} is no number")]


def test_the_factors_that_ship_are_those_of_each_year():
    with (SHIPPED / "conversion_factors.csv").open("rb") as file:
        found = rows(FACTORS, file.read(), *FACTORS.columns["ConversionFactor"])
    assert len(found) == len(set(found)) == 10
    assert (date(2024, 3, 9), False, Decimal("33.2875")) in found
    assert {amount for start, _, amount in found if start.year == 2026} == {Decimal("33.4009"), Decimal("33.5675")}


@pytest.mark.parametrize("layout", [CLAIM, TAXONOMY, UTILISATION, FACTORS])
def test_another_file_is_recognised_as_such(layout: Layout):
    for content in ("", "one,two\n1,2\n", "PK\x03\x04"):
        with pytest.raises(WrongFile):
            read(layout, io.BytesIO(content.encode()).getvalue())
