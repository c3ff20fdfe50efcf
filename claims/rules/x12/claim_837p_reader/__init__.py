"""Reads the claims of an 837P, ours and other people's: 005010X222, A1 and A2, and 004010X098A1 as far as it goes.

Never an exception, whatever stands there. What the model cannot hold is among the findings, segment by segment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from claims.rules.claim import BillingProvider, Claim, Contact, Person, Relation
from claims.rules.claim.batches import Batch, Receiver, Submitter
from claims.rules.x12.claim_837p.qualifiers import PROPERTY_CLAIM
from claims.rules.x12.claim_837p_reader.coverages import OF_PAYER, OF_PROVIDER, coverage_of
from claims.rules.x12.claim_837p_reader.loops import CLAIM, LEVEL, PARTY, Loop, Loops
from claims.rules.x12.claim_837p_reader.parties import (
    billing_in,
    contact_in,
    identifiers_in,
    is_person,
    name_of,
    number_in,
    payer_in,
    person_in,
)
from claims.rules.x12.claim_837p_reader.values import NO_DAY, Values
from claims.rules.x12.claim_837p_reader.visit import Around, claim_in
from claims.rules.x12.findings import Finding, Rule
from claims.rules.x12.segments import Segment, TransactionSet, at

PROVIDER, SUBSCRIBER, PATIENT = "20", "22", "23"  # HL03
OF_ENVELOPE = frozenset({"ST", "SE"})
WITHOUT_MEANING = frozenset({"87"})  # REF*87 of 004010X098A1 repeats GS08


@dataclass(frozen=True)
class ClaimsRead:
    """The claims of one transaction set with what stands above them, and what is wrong or not held."""

    batch: Batch
    findings: tuple[Finding, ...]


def read_claims(transaction: TransactionSet) -> ClaimsRead:
    """All claims of a transaction set, in its order."""
    return ClaimsReader(transaction).read()


class ClaimsReader:
    """Reads one transaction set once."""

    def __init__(self, transaction: TransactionSet) -> None:
        self.transaction = transaction
        self.values = Values(transaction)

    def read(self) -> ClaimsRead:
        head = Loops().sorted(segment for segment in self.transaction.segments if segment[0] not in OF_ENVELOPE)
        batch = self.batch(head)
        self.tell_unread(head)
        self.tell_repeated(batch)
        return ClaimsRead(batch, self.values.findings.all())

    def batch(self, head: Loop) -> Batch:
        """BHT, 1000A, 1000B, and the claims."""
        begin = head.take("BHT") or []
        list(head.take_all("REF", *WITHOUT_MEANING))
        sender, receiver = head.child(PARTY, "41"), head.child(PARTY, "40")
        return Batch(
            submitter=submitter_in(sender) if sender else Submitter(name_of(Loop(PARTY, [])), "", Contact()),
            receiver=Receiver(name_of(receiver).last, number_in(receiver)) if receiver else Receiver("", ""),
            reference=at(begin, 3).strip(),
            on=self.values.day(begin, 4) or NO_DAY,
            time=at(begin, 5).strip(),
            claims=tuple(self.claims(head)),
            is_encounter=at(begin, 6).strip() == "RP",
            is_sent_again=at(begin, 2).strip() == "18",
        )

    def claims(self, head: Loop) -> Iterator[Claim]:
        """Level by level: a claim has the provider, subscriber and patient that stand last before it."""
        empty = Loop(LEVEL, ["HL"], is_read=True)
        billing, subscriber = billing_in(empty), SubscriberLevel(empty, self.values)
        for level in head.all_children(LEVEL):
            if level.qualifier == PROVIDER:
                billing, subscriber = billing_in(level), SubscriberLevel(empty, self.values)
            elif level.qualifier == PATIENT:
                yield from self.claims_under(level, subscriber.around_patient(billing, level))
                continue
            else:
                subscriber = SubscriberLevel(level, self.values)
            yield from self.claims_under(level, subscriber.around(billing))

    def claims_under(self, level: Loop, around: Around) -> Iterator[Claim]:
        return (claim_in(loop, around, self.values) for loop in level.all_children(CLAIM))

    # -- what is not held --------------------------------------------------------------------------------
    def tell_unread(self, head: Loop) -> None:
        """Segments that the model has no field for."""
        for segment in head.unread():
            kind = at(segment, 1).strip()
            words = f"Not held: {segment[0]}" + (f"*{kind}" if kind.isalnum() else "")
            self.values.tell(segment, 0, Rule.UNKNOWN, words, is_warning=True)

    def tell_repeated(self, batch: Batch) -> None:
        """Answers name a claim by its number alone."""
        counts = Counter(claim.control_number for claim in batch.claims)
        for segment in self.transaction.segments:
            if segment[0] == "CLM" and counts[at(segment, 1).strip()] > 1:
                self.values.tell(segment, 1, Rule.COUNT, "Another claim of this file has the same number")


class SubscriberLevel:
    """A level of HL 22: the subscriber, the insurance, the payer."""

    def __init__(self, level: Loop, values: Values) -> None:
        self.values = values
        self.insurance: Segment = level.take("SBR") or []
        party = level.child(PARTY, "IL")
        self.case = party.value("REF", PROPERTY_CLAIM) if party else ""
        self.subscriber = person_in(party, level, values)
        payer = level.child(PARTY, "PR")
        self.of_provider = identifiers_in(payer, *OF_PROVIDER) if payer else ()
        self.payer = payer_in(payer, *OF_PAYER)
        self.member_id = number_in(party) if party else ""

    def around(self, billing: BillingProvider) -> Around:
        """Of claims right under the subscriber, who is the patient then, whatever SBR02 says."""
        return self.of(billing, Relation.SELF, self.subscriber, "", self.case)

    def around_patient(self, billing: BillingProvider, level: Loop) -> Around:
        """Of claims under a patient (2000C); the older guide gave the patient a member number, too."""
        facts = next((one for one in level.segments if one[0] == "PAT"), [])
        relation = self.values.one_of(Relation, facts, 1, Relation.OTHER)
        if relation is Relation.SELF:
            relation = Relation.OTHER
        party = level.child(PARTY, "QC")
        case = party.value("REF", PROPERTY_CLAIM) if party else ""
        patient = person_in(party, level, self.values)
        return self.of(billing, relation, patient, number_in(party) if party else "", case)

    def of(self, billing: BillingProvider, relation: Relation, patient: Person, own_number: str, case: str) -> Around:
        coverage = replace(
            coverage_of(self.insurance, self.subscriber, self.payer, self.values),
            relation=relation,
            member_id=self.member_id,
            patient_member_id=own_number,
            provider_identifiers=self.of_provider,
        )
        return Around(billing, coverage, patient, case)


def submitter_in(loop: Loop) -> Submitter:
    return Submitter(name_of(loop), number_in(loop), contact_in(loop) or Contact(), is_person(loop))
