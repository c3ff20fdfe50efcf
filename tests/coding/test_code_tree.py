"""Places in a list, and codes that differ in one respect."""

import pytest

from coding.rules.code_tree import Choice, above, directly_below, extension_choices, side_choices, stems
from coding.rules.tables import CodeFact

TITLES = {
    "E11": "Type 2 diabetes mellitus",
    "E112": "Type 2 diabetes mellitus with kidney complications",
    "E1121": "Type 2 diabetes mellitus with diabetic nephropathy",
    "E1122": "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    "E119": "Type 2 diabetes mellitus without complications",
    "M170": "Bilateral primary osteoarthritis of knee",
    "M1710": "Unilateral primary osteoarthritis, unspecified knee",
    "M1711": "Unilateral primary osteoarthritis, right knee",
    "M1712": "Unilateral primary osteoarthritis, left knee",
    "S52501A": "Unspecified fracture of right radius, initial encounter for closed fracture",
    "S52501C": "Unspecified fracture of right radius, initial encounter for open fracture type IIIA, IIIB, or IIIC",
    "S52501D": "Unspecified fracture of right radius, subsequent encounter for closed fracture with routine healing",
}
HEADINGS = {"E11", "E112"}
LISTED = {code: CodeFact(code, title, code not in HEADINGS) for code, title in TITLES.items()}


@pytest.mark.parametrize(
    ("code", "expected"), [("E1122", ("E11", "E112")), ("E11", ()), ("S52501A", ()), ("E1129", ("E11", "E112"))]
)
def test_what_lies_above_a_code(code, expected):
    assert above(code, LISTED) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("E11", ["E112", "E119"]),
        ("E112", ["E1121", "E1122"]),
        ("E1122", []),
        ("M17", ["M170", "M1710", "M1711", "M1712"]),
    ],
)
def test_what_lies_directly_below(code, expected):
    assert [fact.code for fact in directly_below(code, LISTED)] == expected


def test_codes_are_filed_under_their_first_characters():
    assert stems([("25001", "b"), ("25000", "a"), ("4019", "c")]) == (("250", "a"), ("401", "c"))


def test_the_sides_of_a_condition():
    assert side_choices(LISTED["M1711"], LISTED.values()) == (
        Choice("M1711", "right"), Choice("M1712", "left"), Choice("M1710", "unspecified"),
    )  # fmt: skip
    assert side_choices(LISTED["E119"], LISTED.values()) == ()


def test_an_unspecified_condition_is_no_side():
    """ "Unspecified" of another thing than the side must not pair: the rest of the titles differs."""
    assert side_choices(LISTED["S52501A"], [LISTED["S52501A"], LISTED["S52501D"]]) == ()


def test_the_seventh_characters_of_a_code():
    assert extension_choices("S52501A", LISTED.values()) == (
        Choice("S52501A", "A: initial encounter for closed fracture"),
        Choice("S52501C", "C: initial encounter for open fracture type IIIA, IIIB, or IIIC"),
        Choice("S52501D", "D: subsequent encounter for closed fracture with routine healing"),
    )
    assert extension_choices("E1122", LISTED.values()) == ()
