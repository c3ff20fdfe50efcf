"""Cells of official files as values; Unfit says what is wrong with a cell."""

import re
from calendar import isleap
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from coding.rules.layouts.lines import Unfit

PROCEDURE = re.compile(r"[A-Z\d]\d{3}[A-Z\d]", re.ASCII)  # CPT I to III and laboratory codes, HCPCS Level II
NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})", re.ASCII)
WHOLE = re.compile(r"\d{1,18}", re.ASCII)
NO_JULIAN_DAY = frozenset({"", "0", "0000000", "9999365", "9999999"})


@cache
def procedure(text: str) -> str:
    """A CPT or HCPCS Level II code: five capitals and digits, the middle three digits."""
    if not PROCEDURE.fullmatch(text):
        raise Unfit(f"{text!r} is no procedure code")
    return text


def decimal(text: str, name: str) -> Decimal:
    """A number as printed, not negative."""
    if not NUMBER.fullmatch(text):
        raise Unfit(f"{name} {text!r} is no number")
    number = Decimal(text)
    if number < 0:
        raise Unfit(f"{name} {text!r} is no amount")
    return number


def whole(text: str, name: str) -> int:
    if not WHOLE.fullmatch(text):
        raise Unfit(f"{name} {text!r} is no whole number")
    return int(text)


def one_of(text: str, known: str, name: str) -> str:
    """A single character that is one of those known."""
    if len(text) != 1 or text not in known:
        raise Unfit(f"{name} {text!r} is none of {', '.join(known)}")
    return text


def short(text: str, longest: int, name: str) -> str:
    if len(text) > longest:
        raise Unfit(f"{name} {text!r} is longer than {longest} characters")
    return text


@cache
def day(text: str, form: str) -> date:
    """A date in a form of `strptime`: %Y%m%d, %m/%d/%Y, %Y-%m-%d."""
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007  (a date, not an instant)
    except ValueError:
        raise Unfit(f"{text!r} is no date") from None


def matched(text: str, form: re.Pattern[str], name: str) -> str:
    """The text without outer blanks, which must have the form."""
    clean = text.strip()
    if not form.fullmatch(clean):
        raise Unfit(f"{clean[:20]!r} is no {name}")
    return clean


def words(text: str, name: str = "title", longest: int | None = None) -> str:
    """Words with single blanks between them; there must be some."""
    clean = " ".join(text.split())
    if not clean:
        raise Unfit(f"no {name}")
    return clean if longest is None else short(clean, longest, name)


def any_day(text: str) -> date | None:
    """2026-10-01, 20261001 or 10/01/2026; None for an empty cell or "N/A"."""
    if text in ("", "N/A"):
        return None
    return day(text, "%m/%d/%Y" if "/" in text else "%Y-%m-%d" if "-" in text else "%Y%m%d")


def julian_day(text: str) -> date | None:
    """A day as year and number of the day (2024183 is 2024-07-01); None where the file writes that there is none."""
    if text in NO_JULIAN_DAY:
        return None
    number = whole(text, "Julian day")
    year, of_year = divmod(number, 1000)
    if len(text) != len("YYYYDDD") or not year or not 1 <= of_year <= 365 + isleap(year):
        raise Unfit(f"{text!r} is no Julian day")
    return date(year, 1, 1) + timedelta(days=of_year - 1)


def carrier(text: str) -> str:
    """A Medicare contractor's number, five digits; leading zeros that a spreadsheet has dropped are put back."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5):  # noqa: PLR2004
        raise Unfit(f"contractor {text!r} is no number of five digits")
    return text.zfill(5)


def locality(text: str) -> str:
    """A locality's number, two digits; a leading zero that a spreadsheet has dropped is put back."""
    if not (text.isascii() and text.isdigit() and len(text) <= 2):  # noqa: PLR2004
        raise Unfit(f"locality {text!r} is no number of two digits")
    return text.zfill(2)
