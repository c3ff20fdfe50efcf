"""What names, numbers and amounts look like in a file."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.x12.characters import BASIC, EXTENDED, TooLong, code_of, identifier_of, number_of, text_of
from claims.rules.x12.segments import USUAL


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Łukasz Müller-Straße", "LUKASZ MULLER-STRASSE"),
        ("e\u0301clair", "ECLAIR"),  # a letter and its accent apart
        ("Иван Петров", "IVAN PETROV"),
        ("北京", "BEIJING"),
        ("“O’Brien”", '"O\'BRIEN"'),
        ("a*b~c:d^e", "A B C D E"),
        ("Suite #4\tBack\nDoor", "SUITE 4 BACK DOOR"),
        ("  two  blanks ", "TWO BLANKS"),
        ("\u0000\u200b", ""),
    ],
)
def test_words(raw, text):
    assert text_of(raw, 60) == text


@pytest.mark.parametrize(("most", "text"), [(4, "MARY"), (5, "MARY"), (6, "MARY J"), (60, "MARY JO")])
def test_words_are_cut_without_blanks_at_the_end(most, text):
    assert text_of("Mary Jo", most) == text


@pytest.mark.parametrize(
    ("raw", "identifier", "code"),
    [
        ("ab-12 #3", "AB-12 #3", "AB123"),
        ("503-555-0100", "503-555-0100", "5035550100"),
        ("E11.9", "E11.9", "E119"),
        ("desk@clinic.example", "DESK@CLINIC.EXAMPLE", "DESKCLINICEXAMPLE"),
        ("１２３", "123", "123"),  # digits in the width of other scripts
        ("A:1~2", "A 1 2", "A12"),
    ],
)
def test_numbers_and_codes(raw, identifier, code):
    assert (identifier_of(raw, 50), code_of(raw, 50)) == (identifier, code)


@pytest.mark.parametrize("cleaner", [identifier_of, code_of])
def test_numbers_are_never_cut(cleaner):
    assert cleaner("A" * 20, 20) == "A" * 20
    with pytest.raises(TooLong, match="21 characters where 20 are the most"):
        cleaner("A" * 21, 20)


@given(st.text(), st.integers(1, 80))
def test_any_text_is_safe_and_stays_what_it_became(raw, most):
    text = text_of(raw, most)
    assert len(text) <= most
    assert text == text.strip()
    assert set(text) <= BASIC
    assert text_of(text, most) == text


def test_no_delimiter_is_a_character_of_data():
    assert not EXTENDED & set(USUAL)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("100.00", "100"), ("48.50", "48.5"), ("0.05", "0.05"), ("0.00", "0"), ("-0.00", "0"), ("-12.30", "-12.3"),
     ("1E+3", "1000"), ("12345678901.10", "12345678901.1")],
)  # fmt: skip
def test_amounts_have_neither_zeros_at_the_end_nor_exponents(amount, text):
    assert number_of(Decimal(amount)) == text
