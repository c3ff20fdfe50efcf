"""Text as every payer can read it: the character sets of X12, names and addresses of any script in Latin letters.

X12.6, 3.3: a basic set (capitals, digits, some signs) and an extended one. What we write is the basic set in capitals;
identifiers and e-mail addresses may have a few signs of the extended one. Delimiters are in neither.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from anyascii import anyascii

from claims.rules.x12.segments import Delimiters

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
BASIC = frozenset(LETTERS + DIGITS + " !\"&'()+,-./;?=")  # without the asterisk and the colon, which are delimiters
EXTENDED = BASIC | frozenset("%@_#$")  # those of the extended set that nobody takes as a delimiter

OUTSIDE_BASIC = re.compile("[^" + re.escape("".join(sorted(BASIC))) + "]+")
OUTSIDE_EXTENDED = re.compile("[^" + re.escape("".join(sorted(EXTENDED))) + "]+")
OUTSIDE_CODES = re.compile(r"[^A-Z0-9]+")


class TooLong(ValueError):
    """A value that may not be cut has more characters than its element: a cut identifier is another identifier."""


@lru_cache(maxsize=4096)
def text_of(raw: str, most: int) -> str:
    """Words: in capitals of the basic set, blanks single, cut where the element ends."""
    return spaced(OUTSIDE_BASIC.sub(" ", capitals(raw)))[:most].rstrip()


@lru_cache(maxsize=4096)
def identifier_of(raw: str, most: int) -> str:
    """A number or address that somebody compares: never cut. Raises TooLong."""
    return kept(spaced(OUTSIDE_EXTENDED.sub(" ", capitals(raw))), most)


@lru_cache(maxsize=4096)
def code_of(raw: str, most: int) -> str:
    """A code, NPI, ZIP code or tax number: letters and digits alone, dots and hyphens left out. Raises TooLong."""
    return kept(OUTSIDE_CODES.sub("", capitals(raw)), most)


def capitals(raw: str) -> str:
    """Before capitals are made: some letters of one script have capitals of two (ß, ŉ)."""
    return anyascii(raw).upper()


def spaced(text: str) -> str:
    """Without blanks around, and with single ones between."""
    return " ".join(text.split())


def kept(text: str, most: int) -> str:
    if len(text) > most:
        raise TooLong(f"{len(text)} characters where {most} are the most")
    return text


def number_of(amount: Decimal) -> str:
    """As X12's type R has it: no zeros at the end, no exponent, no sign of a zero."""
    if not amount:
        return "0"
    return f"{amount.normalize():f}"


def day_text(day: date) -> str:
    """CCYYMMDD."""
    return day.isoformat().replace("-", "")


def are_safe(delimiters: Delimiters) -> bool:
    """Whether none of the delimiters can stand in data, nor two of them be the same."""
    return len(set(delimiters)) == len(delimiters) and not EXTENDED.intersection("".join(delimiters))
