"""Who has to do with a claim: the billing provider, other providers, facilities, payers, patients and subscribers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from coding.rules.codings import Sex


@dataclass(frozen=True)
class Address:
    """Where somebody is; `state` and `zip_code` (5 or 9 digits) are empty abroad, `country` (N404) is empty at home."""

    line1: str
    city: str
    state: str
    zip_code: str
    line2: str = ""
    country: str = ""


@dataclass(frozen=True)
class Name:
    """Of a person; of an organisation `last` alone."""

    last: str
    first: str = ""
    middle: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Contact:
    """Whom to call (PER)."""

    name: str = ""
    telephone: str = ""
    extension: str = ""
    fax: str = ""
    email: str = ""


@dataclass(frozen=True)
class Identifier:
    """A further identifier by its kind (REF01): 0B licence, 1G UPIN, G2 the payer's own, LU place, SY social."""

    kind: str
    value: str


@dataclass(frozen=True)
class PayToPlan:
    """A plan that paid for another and is to be paid back (2010AC)."""

    name: str
    payer_id: str
    tax_id: str
    address: Address
    identifiers: tuple[Identifier, ...] = ()
    is_plan_id: bool = False


@dataclass(frozen=True)
class BillingProvider:
    """Who is paid (2010AA): the practice, or a physician who bills alone. The address is a street, with ZIP+4."""

    name: Name
    npi: str
    tax_id: str
    address: Address
    taxonomy: str = ""
    is_person: bool = False
    tax_id_is_ssn: bool = False
    pay_to: Address | None = None
    pay_to_plan: PayToPlan | None = None
    identifiers: tuple[Identifier, ...] = ()
    contact: Contact | None = None


@dataclass(frozen=True)
class Provider:
    """Somebody in another part than billing: rendering, referring, supervising, ordering, selling a service.

    Address and contact are sent of an ordering provider only (2420E).
    """

    name: Name
    npi: str
    taxonomy: str = ""
    identifiers: tuple[Identifier, ...] = ()
    is_organization: bool = False
    address: Address | None = None
    contact: Contact | None = None


@dataclass(frozen=True)
class Facility:
    """Where it was done, if not at the billing provider's (2310C)."""

    name: str
    npi: str
    address: Address
    identifiers: tuple[Identifier, ...] = ()
    contact: Contact | None = None


@dataclass(frozen=True)
class Payer:
    """Who is asked to pay; `payer_id` as the clearinghouse knows it, or the plan's national one (XV)."""

    name: str
    payer_id: str
    address: Address | None = None
    is_plan_id: bool = False
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True)
class Person:
    """A patient or subscriber; of a subscriber that is an employer only the name is known.

    `weight` is in pounds and, like the date of death and the pregnancy, only a patient's (PAT); whom to call is asked
    by workers' compensation and automobile insurers.
    """

    name: Name
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    address: Address | None = None
    is_organization: bool = False
    identifiers: tuple[Identifier, ...] = ()
    died_on: date | None = None
    weight: Decimal | None = None
    is_pregnant: bool = False
    contact: Contact | None = None
