"""General Equivalence Mappings."""

import pytest

from coding.rules.layouts.gems import GEM_9_TO_10, GEM_9_TO_10_CSV, GEM_10_TO_9, GEM_10_TO_9_CSV
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

FORWARD = "0010  A000    00000\n36570 NoDx    11000\n99674 T82868A 10000\nE8000 V812XXA 10112\n"
BACKWARD = "A000    0010  00000\nT63034S E989  10112\n"
ALL = (
    "source",
    "target",
    "approximate",
    "no_map",
    "combination",
    "scenario",
    "choice_list",
)


def test_the_five_flags_are_read_one_by_one():
    assert rows(GEM_9_TO_10, FORWARD, *ALL) == [
        ("0010", "A000", False, False, False, 0, 0),
        ("36570", "NODX", True, True, False, 0, 0),
        ("99674", "T82868A", True, False, False, 0, 0),
        ("E8000", "V812XXA", True, False, True, 1, 2),
    ]
    assert rows(GEM_10_TO_9, BACKWARD, "position", *ALL) == [
        (1, "A000", "0010", False, False, False, 0, 0),
        (2, "T63034S", "E989", True, False, True, 1, 2),
    ]


def test_spoiled_lines_are_refused():
    content = FORWARD * 2 + "0020  A0100   0000\n36570 No?Dx   11000\n99x74 T82868A 10000\n"
    assert refused(GEM_9_TO_10, content) == [
        (9, "'0000' is no set of flags"),
        (10, "'NO?DX' is no icd10cm code"),
        (11, "'99X74' is no icd9cm code"),
    ]


def test_a_mapping_knows_its_direction():
    for layout, content in ((GEM_9_TO_10, BACKWARD), (GEM_10_TO_9, FORWARD)):
        with pytest.raises(WrongFile):
            read(layout, content)


def test_the_csv_form_says_its_direction_in_its_header():
    content = '"icd9cm","icd10cm","flags","approximate"\n"0010","A000","00000",0\n"36570","NoDx","11000",1\n'
    assert rows(GEM_9_TO_10_CSV, content, "source", "target", "no_map") == [
        ("0010", "A000", False),
        ("36570", "NODX", True),
    ]
    with pytest.raises(WrongFile, match="first columns"):
        read(GEM_10_TO_9_CSV, content)
    assert refused(GEM_9_TO_10_CSV, content + '"0011","A001"\n') == [(4, "has not as many cells as the header")]
