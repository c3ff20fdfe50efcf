"""Numbers of accounts, records and members as charts print them."""

from __future__ import annotations

import re

# Readers of scans put a blank behind a hyphen.
ACCOUNT = re.compile(r"[A-Z0-9](?:[A-Z0-9]|- ?(?=\w)){2,19}(?![\w/])", re.IGNORECASE)
# A Medicare number in its three groups (CMS, MBI format), else one word.
MEMBER = re.compile(
    r"[A-Z0-9]{4}[ \-][A-Z0-9]{3}[ \-][A-Z0-9]{4}(?!\w)|[A-Z0-9][A-Z0-9\-]{3,24}(?![\w/])", re.IGNORECASE
)
NPI = re.compile(r"[12]\d{9}(?!\d)")


def number_at(pattern: re.Pattern[str], text: str) -> str:
    """The number with which a text begins; "" for a word without a digit or a date."""
    found = pattern.match(text)
    if found is None or not any(sign.isdigit() for sign in found[0]) or re.match(r"\d{1,2}[/-]\d{1,2}[/-]\d", text):
        return ""
    return found[0]


def bare(number: str) -> str:
    """What two spellings of one number have in common."""
    return re.sub(r"[\s\-]", "", number).upper()
