"""The check digit of an NPI."""

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.rules.npi import check_digit, is_npi

nine_digits = st.integers(100_000_000, 299_999_999).map(str)


def test_the_example_of_the_specification_holds():
    # CMS, "Requirements for NPI and NPI Check Digit", example 1: 123456789 has check digit 3.
    assert check_digit("123456789") == 3
    assert is_npi("1234567893")


@given(nine_digits, st.integers(0, 9), st.integers(0, 9))
def test_any_single_wrong_digit_is_caught(nine, place, digit):
    npi = f"{nine}{check_digit(nine)}"
    assert is_npi(npi)
    assume(npi[place] != str(digit))
    assert not is_npi(f"{npi[:place]}{digit}{npi[place + 1 :]}")


@given(st.text(max_size=12))
def test_what_is_not_ten_ascii_digits_is_no_npi(text):
    assume(not (len(text) == 10 and text.isascii() and text.isdigit()))
    assert not is_npi(text)


def test_it_begins_with_1_or_2():
    assert not is_npi(f"345678901{check_digit('345678901')}")


def test_digits_of_other_scripts_are_no_digits():
    assert not is_npi("１２３４５６７８９３")
