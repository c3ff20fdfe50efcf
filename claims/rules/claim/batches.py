"""Claims that go to a receiver together: what stands in the head of an 837P."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from claims.rules.claim import Claim, Contact, Name

MOST_CLAIMS = 5000  # of a transaction set (005010X222A1, 1.3.2)


@dataclass(frozen=True)
class Submitter:
    """Who sends (1000A); `identifier` as agreed with the receiver."""

    name: Name
    identifier: str
    contact: Contact
    is_person: bool = False


@dataclass(frozen=True)
class Receiver:
    """Who gets it (1000B): a clearinghouse or a payer."""

    name: str
    identifier: str


@dataclass(frozen=True)
class Batch:
    """Claims from one submitter to one receiver.

    `reference` (BHT03) is new in each batch and has at most 30 characters; `time` is HHMM. An encounter (RP) asks for
    no money.
    """

    submitter: Submitter
    receiver: Receiver
    reference: str
    on: date
    time: str
    claims: tuple[Claim, ...] = field(default=())
    is_encounter: bool = False
    is_sent_again: bool = False  # BHT02 18
