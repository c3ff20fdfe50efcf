"""Any claim at all, field by field as the model declares them: whatever Unicode in words, any characters in numbers."""

import string
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from claims.rules.claim import Claim, Diagnosis, Identifier, ServiceLine, System
from claims.rules.x12.characters import text_of
from claims.rules.x12.claim_837p.limits import LIMITS

IN_NUMBERS = string.ascii_letters + string.digits + "-./ #_@"
MONEY = st.decimals(0, 99999, places=2)
QUANTITY = st.decimals(0, 9999, places=3)
QUANTITIES = {
    "units",
    "quantity",
    "weight",
    "miles",
    "percent",
    "discount_percent",
    "ambulance_patients",
    "obstetric_units",
}
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))

# What means something else where it stands, if it is just anything.
CHOSEN: dict[tuple[type, str], st.SearchStrategy[Any]] = {
    (Claim, "attachment_way"): st.sampled_from(["BM", "EL", "FX", "AA"]),
    (Claim, "attachment_kind"): st.sampled_from(["OZ", "B4"]),
    (Claim, "note_kind"): st.sampled_from(["ADD", "CER", "DCP", "DGN", "TPO"]),
    (ServiceLine, "note_kind"): st.sampled_from(["ADD", "DCP"]),
    (Diagnosis, "system"): st.sampled_from([System.ICD9CM, System.ICD10CM]),
    (Claim, "anesthesia_procedures"): st.lists(st.sampled_from(["20610", "93000"]), max_size=2).map(tuple),
    (ServiceLine, "pointers"): st.lists(st.integers(1, 12), max_size=4).map(tuple),
}
# REF01 in the parts that have further numbers.
KINDS = {
    "BillingProvider": ["0B", "1G"], "Provider": ["0B", "1G", "G2"], "Facility": ["0B", "G2", "LU"],
    "Payer": ["2U", "EI", "FY", "NF"], "PayToPlan": ["2U", "FY", "NF"], "Person": ["SY"], "Coverage": ["G2", "LU"],
}  # fmt: skip


def anything(kind: type) -> st.SearchStrategy[Any]:
    """A dataclass of the model with anything in its fields."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{one.name: in_field(kind, one.name, hints[one.name]) for one in fields(kind)})


def in_field(kind: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    if (kind, name) in CHOSEN:
        return CHOSEN[kind, name]
    if name in {"identifiers", "provider_identifiers"}:
        one = st.builds(Identifier, st.sampled_from(KINDS[kind.__name__]), numbers(9).filter(str.strip))
        return st.lists(one, max_size=2).map(tuple)
    return of_hint(kind, name, hint)


def of_hint(kind: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) is UnionType:
        (inner,) = [one for one in get_args(hint) if one is not NoneType]
        return st.none() | of_hint(kind, name, inner)
    if get_origin(hint) is tuple:
        return st.lists(of_hint(kind, name, get_args(hint)[0]), max_size=2).map(tuple)
    if hint is str:
        return texts(kind, name)
    if hint is Decimal:
        return QUANTITY if name in QUANTITIES else MONEY
    if is_dataclass(hint):
        return anything(hint)
    return (
        {bool: st.booleans(), int: st.integers(1, 12), date: DAYS}[hint]
        if not issubclass(hint, Enum)
        else st.sampled_from(hint)
    )


def texts(kind: type, name: str) -> st.SearchStrategy[str]:
    """Words: any Unicode of any length. Numbers and codes: what fits, with signs that are taken out."""
    cleaner = LIMITS[kind][name]
    return st.text(max_size=90) if cleaner.func is text_of else numbers(cleaner.keywords["most"])


def numbers(most: int) -> st.SearchStrategy[str]:
    return st.text(IN_NUMBERS, max_size=min(most, 12))
