"""What titles say, on titles of the official list."""

import pytest

from coding.rules.code_titles import (
    Side,
    is_manifestation,
    is_sequela,
    other_side,
    part_of,
    side_is_unspecified,
    side_of,
)
from tests.coding.tabular import tabular


def title(code):
    return tabular().facts[code].title


@pytest.mark.parametrize(
    ("code", "side"),
    [
        ("M25561", Side.RIGHT),
        ("H2512", Side.LEFT),
        ("M170", Side.BOTH),
        ("M25569", None),
        ("E119", None),
        ("I50810", None),  # right heart failure
        ("I501", None),  # left ventricular failure
        ("R1011", None),  # right upper quadrant pain
        ("I69351", Side.RIGHT),
    ],
)
def test_side(code, side):
    assert side_of(title(code)) is side


@pytest.mark.parametrize(("code", "is_open"), [("M25569", True), ("H2510", True), ("M1710", True), ("M179", False),
                                               ("J189", False), ("M25561", False)])  # fmt: skip
def test_an_open_side(code, is_open):
    assert side_is_unspecified(title(code)) is is_open


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [("M25561", "M25562", True), ("M1711", "M170", True), ("H2511", "H2513", True), ("M25561", "M25551", False),
     ("M1711", "M172", False), ("M25561", "M25561", False)],
)  # fmt: skip
def test_codes_that_differ_in_their_side_only(one, two, same):
    assert other_side(title(one), title(two)) is same


def test_parts():
    codes = ("S61210A", "S91114A", "H0011", "M25561")
    assert [part_of(title(code)) for code in codes] == ["index", "lesser", "upper", ""]


def test_manifestations_and_sequelae():
    assert is_manifestation(title("F0280"))
    assert not is_manifestation(title("B9620"))  # an organism
    assert is_sequela(title("S52501S"))
    assert not is_sequela(title("I69351"))
