"""How long each text of a claim may be, and whether it may be cut: words may, numbers that somebody compares may not.

Source: the attributes of the elements in 005010X222A1, appendix A; CLM01 by the rule of HIPAA, 20 characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache, lru_cache, partial
from typing import Any, TypeVar

from claims.rules.claim import (
    Accident,
    Address,
    Adjustment,
    BillingProvider,
    Claim,
    Condition,
    Contact,
    Contract,
    Coverage,
    Diagnosis,
    Drug,
    Facility,
    Identifier,
    LineAdjudication,
    Name,
    OtherCoverage,
    Payer,
    PayToPlan,
    Provider,
    ServiceLine,
    SpinalManipulation,
    Transport,
)
from claims.rules.claim.batches import Batch, Receiver, Submitter
from claims.rules.x12.characters import TooLong, code_of, identifier_of, text_of

Cleaner = Callable[[str], str]
T = TypeVar("T")


def words(most: int) -> Cleaner:
    return partial(text_of, most=most)


def number(most: int) -> Cleaner:
    return partial(identifier_of, most=most)


def code(most: int) -> Cleaner:
    return partial(code_of, most=most)


REFERENCE = number(50)  # REF02
PARTY = number(80)  # NM109

LIMITS: Mapping[type, Mapping[str, Cleaner]] = {
    Name: {"last": words(60), "first": words(35), "middle": words(25), "suffix": words(10)},
    Address: {
        "line1": words(55), "line2": words(55), "city": words(30), "state": code(2), "zip_code": code(15),
        "country": code(3),
    },
    Contact: {
        "name": words(60), "telephone": code(256), "extension": code(256), "fax": code(256), "email": number(256),
    },
    Identifier: {"kind": code(3), "value": REFERENCE},
    PayToPlan: {"name": words(60), "payer_id": PARTY, "tax_id": code(50)},
    BillingProvider: {"npi": code(80), "tax_id": code(50), "taxonomy": code(50)},
    Provider: {"npi": code(80), "taxonomy": code(50)},
    Facility: {"name": words(60), "npi": code(80)},
    Payer: {"name": words(60), "payer_id": PARTY},
    Coverage: {
        "member_id": PARTY, "patient_member_id": PARTY, "group_number": REFERENCE, "group_name": words(60),
        "msp_type": code(3),
    },
    Adjustment: {"group": code(2), "reason": code(5)},
    LineAdjudication: {"payer_id": PARTY, "code": code(48), "modifiers": code(2), "bundled_into": code(6)},
    OtherCoverage: {
        "payer_control_number": REFERENCE, "remarks": code(50), "prior_authorization": REFERENCE,
        "referral_number": REFERENCE,
    },
    Diagnosis: {"code": code(30)},
    Drug: {"ndc": code(48), "unit": code(2), "prescription": REFERENCE, "compound": REFERENCE},
    ServiceLine: {
        "control_number": REFERENCE, "code": code(48), "modifiers": code(2), "unit_kind": code(2),
        "place_of_service": code(2), "description": words(80), "note": words(80), "note_kind": code(3),
        "prior_authorization": REFERENCE, "referral_number": REFERENCE, "clia_number": REFERENCE,
        "referring_clia_number": REFERENCE, "mammography_certification": REFERENCE, "immunization_batch": REFERENCE,
    },
    Accident: {"causes": code(3), "state": code(2), "country": code(3)},
    Condition: {"category": code(2), "codes": code(3)},
    Transport: {"reason": code(1), "round_trip": words(80), "stretcher": words(80)},
    SpinalManipulation: {"nature": code(1), "description": words(80), "more": words(80)},
    Contract: {"kind": code(2), "code": REFERENCE, "version": number(30)},
    Claim: {
        "control_number": number(20), "place_of_service": code(2), "payer_control_number": REFERENCE,
        "prior_authorization": REFERENCE, "referral_number": REFERENCE, "clia_number": REFERENCE,
        "medical_record_number": REFERENCE, "attachment_control_number": number(80), "attachment_kind": code(2),
        "attachment_way": code(2), "delay_reason": code(2), "note": words(80), "note_kind": code(3),
        "special_program": code(3), "service_exception": REFERENCE, "mammography_certification": REFERENCE,
        "investigational_device": REFERENCE, "intermediary_trace": REFERENCE, "demonstration_project": REFERENCE,
        "care_plan_oversight": REFERENCE, "property_claim_number": REFERENCE, "anesthesia_procedures": code(30),
        "condition_codes": code(30), "drop_off_name": words(60),
    },
    Submitter: {"identifier": PARTY},
    Receiver: {"name": words(60), "identifier": PARTY},
    Batch: {"reference": number(50), "time": code(8)},
}  # fmt: skip

# Types as the model writes them (it postpones its annotations).
WITHOUT_TEXT = frozenset({"bool", "int", "date", "date | None", "Decimal", "Decimal | None", "tuple[int, ...]"})
OFTEN_THE_SAME = frozenset({BillingProvider, Facility, Payer, Provider})


class DoesNotFit(ValueError):
    """What cannot be written and may not be cut: `path` names the field, the text says how much there is."""

    def __init__(self, path: str, words: str) -> None:
        super().__init__(f"{path}: {words}")
        self.path = path


def cleaned(value: T, path: str = "claim") -> T:
    """A claim or a part of it as it can be written: safe characters, nothing longer than its element.

    Raises DoesNotFit for an identifier or code that is too long.
    """
    changes: dict[str, Any] = {}
    part: type = type(value)
    limits = LIMITS.get(part, {})
    for name in names_of(part):
        old = getattr(value, name)
        if not old:
            continue
        kind = type(old)
        if kind is str:
            changes[name] = limited(limits[name], old, path, name)
        elif kind is tuple:
            changes[name] = cleaned_row(old, limits.get(name), f"{path}.{name}")
        elif kind in OFTEN_THE_SAME:
            changes[name] = cleaned_before(old, f"{path}.{name}")
        elif is_part(kind):
            changes[name] = cleaned(old, f"{path}.{name}")
    return changed(value, **changes)


@lru_cache(maxsize=1024)
def cleaned_before(value: T, path: str) -> T:
    """A party that many claims have in common is cleaned once; patients and subscribers are none of these."""
    return cleaned(value, path)


def changed(value: T, /, **fields: Any) -> T:
    """The same object where nothing is different: most claims come as they can go."""
    different = {name: new for name, new in fields.items() if is_other(getattr(value, name), new)}
    return replace(value, **different) if different else value  # type: ignore[type-var]


def is_other(old: Any, new: Any) -> bool:
    return new is not old and new != old


def cleaned_row(row: tuple[Any, ...], limit: Cleaner | None, path: str) -> tuple[Any, ...]:
    """Each of several; texts that have nothing left are left out."""
    if limit is None:
        return tuple(cleaned(one, f"{path}[{number}]") if is_part(type(one)) else one for number, one in enumerate(row))
    return tuple(text for one in row if (text := limited(limit, one, path, "")))


def limited(limit: Cleaner, text: str, path: str, name: str) -> str:
    try:
        return limit(text)
    except TooLong as problem:
        raise DoesNotFit(f"{path}.{name}".rstrip("."), str(problem)) from None


def is_part(kind: type) -> bool:
    return hasattr(kind, "__dataclass_fields__")


@cache
def names_of(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass that may hold text, looked up once."""
    return tuple(one.name for one in fields(kind) if one.type not in WITHOUT_TEXT)
