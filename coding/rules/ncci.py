"""Modifiers and dates of the National Correct Coding Initiative.

Source: CMS, NCCI Policy Manual for Medicare Services, chapter I (modifiers, add-on codes, medically unlikely edits);
CMS transmittal R2259OTN of 2019 (a modifier on either column counts from 2019-07-01).
"""

from datetime import date

from coding.rules.tables import BundledPair
from coding.rules.visits import is_visit

SIDES = frozenset({"LT", "RT"})
EYELIDS = frozenset({"E1", "E2", "E3", "E4"})
FINGERS = frozenset({"FA", *(f"F{number}" for number in range(1, 10))})
TOES = frozenset({"TA", *(f"T{number}" for number in range(1, 10))})
VESSELS = frozenset({"LC", "LD", "LM", "RC", "RI"})
ANATOMICAL = SIDES | EYELIDS | FINGERS | TOES | VESSELS
ON_VISITS = frozenset({"24", "25", "57"})
GLOBAL_SURGERY = frozenset({"58", "78", "79"})
DISTINCT = frozenset({"59", "XE", "XS", "XP", "XU"})
OTHERS = frozenset({"27", "91"})
BYPASS = ANATOMICAL | ON_VISITS | GLOBAL_SURGERY | DISTINCT | OTHERS

EITHER_COLUMN_FROM = date(2019, 7, 1)


def is_active(pair: BundledPair, on: date) -> bool:
    """Whether a row of the table holds on the day; one that ended on its first day never held."""
    if pair.deleted_on is not None and pair.deleted_on <= pair.effective:
        return False
    return pair.effective <= on and (pair.deleted_on is None or on <= pair.deleted_on)


def bypassing(code: str, modifiers: tuple[str, ...]) -> frozenset[str]:
    """The modifiers of a line that can bypass a pair; those for visits count on visits only."""
    found = BYPASS.intersection(modifiers)
    return found if is_visit(code) else found - ON_VISITS


def side_of(modifiers: tuple[str, ...]) -> frozenset[str]:
    """Where on the body a line says it was."""
    return ANATOMICAL.intersection(modifiers)
