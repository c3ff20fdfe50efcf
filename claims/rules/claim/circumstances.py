"""What a payer wants to know of a visit beside its codes: accidents, dates, transport, contracts, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Accident:
    """That the visit is about one: AA (automobile), EM (at work), OA (other); the state is of an automobile's.

    What comes from work need not have a day.
    """

    causes: tuple[str, ...]
    on: date | None = None
    state: str = ""
    country: str = ""


@dataclass(frozen=True)
class ClaimDates:
    """What else has a date (2300 DTP)."""

    onset: date | None = None
    initial_treatment: date | None = None
    last_seen: date | None = None
    acute_manifestation: date | None = None
    last_menstrual_period: date | None = None
    last_x_ray: date | None = None
    prescription: date | None = None
    disability_from: date | None = None
    disability_to: date | None = None
    last_worked: date | None = None
    return_to_work: date | None = None
    admission: date | None = None
    discharge: date | None = None
    care_assumed: date | None = None
    care_relinquished: date | None = None
    first_contact: date | None = None
    repricer_received: date | None = None


@dataclass(frozen=True)
class LineDates:
    """What of a line has a date beside the service (2400 DTP)."""

    prescription: date | None = None
    last_seen: date | None = None
    last_x_ray: date | None = None
    initial_treatment: date | None = None
    hemoglobin_test: date | None = None
    creatine_test: date | None = None
    shipped: date | None = None


@dataclass(frozen=True)
class Condition:
    """That something is so or not (CRC): 07 ambulance, E1–E3 vision, 75 homebound, ZZ EPSDT; up to five codes."""

    category: str
    applies: bool
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Transport:
    """By ambulance (CR1): the patient's weight in pounds, why (CR104), how many miles, and words for the way."""

    reason: str
    miles: Decimal
    weight: Decimal | None = None
    round_trip: str = ""
    stretcher: str = ""


@dataclass(frozen=True)
class SpinalManipulation:
    """What a chiropractor treats (CR2): the nature of the condition (CR208) and words for it."""

    nature: str
    description: str = ""
    more: str = ""


@dataclass(frozen=True)
class Contract:
    """What was agreed with the payer (CN1): kind (02 per diem, 05 capitated, 09 other ...), amount, percent, code."""

    kind: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    code: str = ""
    discount_percent: Decimal | None = None
    version: str = ""
