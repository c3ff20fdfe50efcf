"""The alphabetic indexes and the tables of neoplasms and drugs."""

import pytest

from coding.rules.layouts.icd10cm_index import DRUGS, EXTERNAL_INDEX, INDEX, NEOPLASMS
from coding.rules.layouts.icd10cm_index_csv import INDEX_CSV
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

INDEX_XML = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index><version>2026</version><title>ICD-10-CM INDEX TO DISEASES and INJURIES</title>
<letter><title>A</title>
<mainTerm><title>Abasia<nemod>(-astasia) (hysterical)</nemod></title><code>F44.4</code></mainTerm>
<mainTerm><title>Abdomen, abdominal</title><seeAlso>condition</seeAlso>
<term level="1"><title>acute</title><code>R10.0</code></term>
<term level="1"><title>amyloid</title><code>E85.4</code><manif>I43</manif></term></mainTerm>
<mainTerm><title>Abscess<nemod>(acute)</nemod> NEC</title><code>L02.91</code>
<term level="1"><title>brain</title><see>Abscess, cerebral</see>
<term level="2"><title>gas</title><code>A48.-</code></term></term></mainTerm>
</letter></ICD10CM.index>
"""
EXTERNAL_XML = """<ICD10CM.index><title>ICD-10-CM EXTERNAL CAUSE of INJURIES INDEX</title>
<letter><title>C</title>
<mainTerm><title>Contact</title><term level="1"><title>lightning</title><subcat>T75.0</subcat></term>
<term level="1"><title>bed linen</title><seecat>T71</seecat></term></mainTerm>
</letter></ICD10CM.index>
"""
NEOPLASM_XML = """<ICD10CM.index>
<indexHeading><head col="1">Neoplasm</head>
<head col="2">Malignant Primary</head><head col="5">Benign</head></indexHeading>
<letter><title>N</title>
<mainTerm><title>Neoplasm, neoplastic</title><cell col="2">C80.1</cell><cell col="5">D36.9</cell>
<term level="1"><title>bone<nemod>(periosteum)</nemod></title><cell col="2">C41.9</cell><cell col="5">-</cell></term>
<term level="1"><title>wall</title><seeAlso>Neoplasm, abdomen, wall, skin</seeAlso>
<cell col="2">C44.509</cell><cell col="5">--</cell></term>
<term level="1"><title>book-leaf</title><manif>of tongue</manif></term></mainTerm>
</letter></ICD10CM.index>
"""


def test_an_entry_has_the_whole_path_of_its_terms_as_printed():
    assert rows(INDEX, INDEX_XML, "level", "path", "code", "see", "see_also") == [
        (0, ["Abasia (-astasia) (hysterical)"], "F444", "", ""),
        (0, ["Abdomen, abdominal"], "", "", "condition"),
        (1, ["Abdomen, abdominal", "acute"], "R100", "", ""),
        (1, ["Abdomen, abdominal", "amyloid"], "E854", "", ""),
        (1, ["Abdomen, abdominal", "amyloid"], "I43", "", ""),
        (0, ["Abscess (acute) NEC"], "L0291", "", ""),
        (1, ["Abscess (acute) NEC", "brain"], "", "Abscess, cerebral", ""),
        (2, ["Abscess (acute) NEC", "brain", "gas"], "A48-", "", ""),
    ]
    assert [position for (position,) in rows(INDEX, INDEX_XML, "position")] == [*range(1, 9)]


def test_the_second_code_of_a_pair_is_named_a_manifestation():
    assert ("I43", "manifestation") in rows(INDEX, INDEX_XML, "code", "column")
    assert ("E854", "") in rows(INDEX, INDEX_XML, "code", "column")


def test_a_subcategory_lacks_characters_and_a_category_is_a_reference():
    assert rows(EXTERNAL_INDEX, EXTERNAL_XML, "path", "code", "see") == [
        (["Contact"], "", ""),
        (["Contact", "lightning"], "T750-", ""),
        (["Contact", "bed linen"], "", "category T71"),
    ]


def test_each_column_of_a_table_is_an_entry_with_the_heads_own_name():
    assert rows(NEOPLASMS, NEOPLASM_XML, "path", "column", "code", "see_also") == [
        (["Neoplasm, neoplastic"], "Malignant Primary", "C801", ""),
        (["Neoplasm, neoplastic"], "Benign", "D369", ""),
        (["Neoplasm, neoplastic", "bone (periosteum)"], "Malignant Primary", "C419", ""),
        (["Neoplasm, neoplastic", "wall"], "Malignant Primary", "C44509", "Neoplasm, abdomen, wall, skin"),
        (["Neoplasm, neoplastic", "book-leaf [of tongue]"], "", "", ""),
    ]
    drugs = NEOPLASM_XML.replace(">Neoplasm</head>", ">Substance</head>").replace(
        "Malignant Primary", "Poisoning Accidental (unintentional)"
    )
    assert rows(DRUGS, drugs, "column")[0] == ("Poisoning Accidental (unintentional)",)


def test_spoiled_entries_are_refused_by_their_lines_and_what_is_below_them_stays():
    content = (
        INDEX_XML.replace("F44.4", "F4")
        .replace("<title>acute</title>", "<title/>")
        .replace("Abscess, cerebral", "x" * 301)
    )
    assert refused(INDEX, content) == [
        (4, "'F4' is no code of an index"),
        (6, "has no title"),
        (9, "has a reference of 301 characters; 300 are possible"),
    ]
    assert len(read(INDEX, content)) == 8
    assert refused(NEOPLASMS, NEOPLASM_XML.replace("D36.9", "none")) == [(5, "'none' is no code of an index")]


@pytest.mark.parametrize(
    ("layout", "own"),
    [(INDEX, INDEX_XML), (EXTERNAL_INDEX, EXTERNAL_XML), (NEOPLASMS, NEOPLASM_XML), (DRUGS, "none of them")],
)
def test_each_layout_knows_its_own_file(layout, own):
    for content in {INDEX_XML, EXTERNAL_XML, NEOPLASM_XML} - {own}:
        with pytest.raises(WrongFile):
            read(layout, content)
    with pytest.raises(WrongFile):
        read(layout, "<ICD10CM.index/>")


CSV = """RowID,Letter,Level,Term,See,SeeAlso,NonEssModif,Code
1,A,0,Abasia,,,(-astasia) (hysterical),F44.4
2,A,0,"Abdomen, abdominal",,condition,,
3,A,1,angina,,,,K55.1
4,A,2,acute,Pain,,,
5,A,1,,,,(massive),I63.-
"""


def test_the_index_as_csv_nests_by_its_levels():
    assert rows(INDEX_CSV, CSV, "level", "path", "code", "see", "see_also") == [
        (0, ["Abasia (-astasia) (hysterical)"], "F444", "", ""),
        (0, ["Abdomen, abdominal"], "", "", "condition"),
        (1, ["Abdomen, abdominal", "angina"], "K551", "", ""),
        (2, ["Abdomen, abdominal", "angina", "acute"], "", "Pain", ""),
        (1, ["Abdomen, abdominal", "(massive)"], "I63-", "", ""),
    ]


def test_spoiled_rows_of_the_csv_are_refused_and_what_is_below_them_stays():
    content = CSV.replace("K55.1", "55").replace("2,A,0", "2,A,zero").replace("(massive)", "")
    assert refused(INDEX_CSV, content) == [
        (3, "'zero' is no level"),
        (4, "'55' is no code of an index"),
        (6, "has no term"),
    ]
