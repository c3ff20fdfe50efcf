"""The CMS32 lists."""

import pytest

from coding.rules.layouts.icd9cm import DIAGNOSES, PROCEDURES
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

DX = (
    "0010  Cholera due to vibrio cholerae\r\n4820  Friedl\xe4nder pneumonia\r\n"
    "V010  Contact with cholera\r\nE8000 Collision\r\n"
)
SG = "0001 Therapeutic ultrasound of vessels of head and neck\n8659 Closure of skin\n"


def test_diagnoses_are_cut_by_columns_and_all_of_them_can_be_reported():
    assert rows(DIAGNOSES, DX.encode("latin-1"), "system", "code", "billable", "title") == [
        ("icd9cm", "0010", True, "Cholera due to vibrio cholerae"),
        ("icd9cm", "4820", True, "Friedländer pneumonia"),
        ("icd9cm", "V010", True, "Contact with cholera"),
        ("icd9cm", "E8000", True, "Collision"),
    ]


def test_procedures_have_four_columns_for_the_code():
    assert rows(PROCEDURES, SG, "code", "title") == [
        ("0001", "Therapeutic ultrasound of vessels of head and neck"),
        ("8659", "Closure of skin"),
    ]


def test_spoiled_lines_are_refused():
    content = DX.replace("4820 ", "48.20").replace("V010  C", "V010  \0")
    assert refused(DIAGNOSES, content) == [
        (2, "'48.20' is no ICD-9-CM code (columns 1-5)"),
        (3, "has unreadable characters in its title"),
    ]


def test_the_two_lists_are_not_taken_for_each_other():
    with pytest.raises(WrongFile):
        read(DIAGNOSES, SG)
    with pytest.raises(WrongFile):
        read(PROCEDURES, DX)
