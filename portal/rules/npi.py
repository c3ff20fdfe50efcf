"""The National Provider Identifier and its check digit.

Source: CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit", 2004:
the Luhn formula over the ten digits prefixed with 80840.
"""

LENGTH = 10
PREFIX_SUM = 24  # what the constant prefix 80840 adds to the Luhn sum


def check_digit(first_nine: str) -> int:
    """The tenth digit for nine digits; ValueError if they are not nine ASCII digits."""
    if len(first_nine) != LENGTH - 1 or not first_nine.isascii() or not first_nine.isdigit():
        raise ValueError("nine digits are needed")
    total = PREFIX_SUM
    for place, digit in enumerate(reversed(first_nine)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += sum(divmod(doubled, 10))
    return -total % 10


def is_npi(text: str) -> bool:
    """Whether the text is ten digits, begins with 1 or 2, and its check digit holds."""
    if len(text) != LENGTH or not text.isascii() or not text.isdigit() or text[0] not in "12":
        return False
    return check_digit(text[:-1]) == int(text[-1])
