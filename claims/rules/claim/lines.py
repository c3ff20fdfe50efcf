"""The lines of a claim: one charge each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.rules.claim.circumstances import Condition, LineDates, Transport
from claims.rules.claim.coverages import LineAdjudication
from claims.rules.claim.parties import Facility, Provider


@dataclass(frozen=True)
class Drug:
    """An NDC of eleven digits with how much of it was given (LIN, CTP): F2, GR, ME, ML or UN.

    `compound` links the parts of one mixture (REF*VY), `prescription` is a number of its own (REF*XZ).
    """

    ndc: str
    quantity: Decimal
    unit: str = "UN"
    prescription: str = ""
    compound: str = ""


@dataclass(frozen=True)
class PurchasedService:
    """A service bought from another (2420B, PS1) and what it cost."""

    provider: Provider
    charge: Decimal


@dataclass(frozen=True)
class ServiceLine:
    """One charge. `control_number` (REF*6R) comes back with the payment; pointers count diagnoses from 1."""

    control_number: str
    code: str
    charge: Decimal
    units: Decimal
    pointers: tuple[int, ...]
    date_from: date
    date_to: date
    modifiers: tuple[str, ...] = ()
    unit_kind: str = "UN"  # MJ: minutes of anaesthesia
    place_of_service: str = ""  # where it differs from the claim's
    description: str = ""  # of unlisted procedures
    note: str = ""
    is_emergency: bool = False
    is_epsdt: bool = False
    is_family_planning: bool = False
    prior_authorization: str = ""
    referral_number: str = ""
    clia_number: str = ""
    drug: Drug | None = None
    rendering: Provider | None = None
    referring: Provider | None = None
    ordering: Provider | None = None
    supervising: Provider | None = None
    adjudications: tuple[LineAdjudication, ...] = ()
    note_kind: str = "ADD"  # DCP: goals, rehabilitation potential
    is_copay_exempt: bool = False
    referring_clia_number: str = ""
    mammography_certification: str = ""
    immunization_batch: str = ""
    sales_tax: Decimal | None = None
    ambulance_patients: Decimal | None = None
    obstetric_units: Decimal | None = None
    dates: LineDates = field(default_factory=LineDates)
    transport: Transport | None = None
    conditions: tuple[Condition, ...] = ()
    primary_care: Provider | None = None
    purchased: PurchasedService | None = None
    facility: Facility | None = None
