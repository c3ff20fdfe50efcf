"""Writes claims as an 837P, 005010X222A1: the head, the tree of billing providers, subscribers and patients, claims.

The numbers of the tree are counted here, those of ST and SE in `writing`: nobody counts by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from claims.rules.claim import BillingProvider, Claim, Coverage, Person, Relation
from claims.rules.claim.batches import MOST_CLAIMS, Batch
from claims.rules.x12.characters import are_safe, day_text
from claims.rules.x12.claim_837p import parties
from claims.rules.x12.claim_837p.limits import DoesNotFit, cleaned
from claims.rules.x12.claim_837p.qualifiers import KIND, VERSION
from claims.rules.x12.claim_837p.sent import as_sent, contact_sent, name_sent
from claims.rules.x12.claim_837p.visit import own_insurance, visit
from claims.rules.x12.segments import USUAL, Delimiters, Segment
from claims.rules.x12.writing import transaction

__all__ = ("VERSION", "DoesNotFit", "as_sent", "batch_as_sent", "transaction_set")

PROVIDER, SUBSCRIBER, PATIENT = "20", "22", "23"  # HL03
MOST_UNDER_PATIENT = 100  # claims in one 2000B or 2000C

# Those under one provider, under one subscriber, under one patient.
Patients = dict[tuple[Person, Relation, str], list[Claim]]
Subscribers = dict[tuple[Coverage, str], Patients]
Tree = dict[BillingProvider, Subscribers]


def transaction_set(batch: Batch, control: int, delimiters: Delimiters = USUAL) -> list[Segment]:
    """ST to SE with all claims of a batch, each as `as_sent` has it.

    Raises DoesNotFit: for an identifier longer than its element, for more lines than 50, diagnoses than 12, claims
    than 5,000. What is only missing is written as it is: that is the scrubber's and the validator's to find.
    Raises ValueError for delimiters that data may have, or of which two are the same.
    """
    if not are_safe(delimiters):
        raise ValueError("these delimiters can stand in data")
    return transaction(KIND, control, VERSION, segments(batch_as_sent(batch), delimiters.component))


def batch_as_sent(batch: Batch) -> Batch:
    """The batch as the file will say it."""
    if len(batch.claims) > MOST_CLAIMS:
        raise DoesNotFit("batch.claims", f"{len(batch.claims)} where {MOST_CLAIMS} are the most")
    head = cleaned(replace(batch, claims=()), "batch")
    contact = contact_sent(head.submitter.contact) or head.submitter.contact
    submitter = replace(
        head.submitter,
        name=name_sent(head.submitter.name, is_person=head.submitter.is_person),
        contact=contact,
    )
    return replace(head, submitter=submitter, claims=tuple(as_sent(claim) for claim in batch.claims))


def segments(batch: Batch, component: str) -> Iterator[Segment]:
    """Everything between ST and SE."""
    yield [
        "BHT", "0019", "18" if batch.is_sent_again else "00", batch.reference, day_text(batch.on), batch.time,
        "RP" if batch.is_encounter else "CH",
    ]  # fmt: skip
    yield from parties.submitter(batch.submitter)
    yield from parties.receiver(batch.receiver)
    yield from Levels(component).levels(tree_of(batch.claims))


def tree_of(claims: Iterable[Claim]) -> Tree:
    """Claims by billing provider, subscriber and patient, each where its first claim stands."""
    tree: Tree = {}
    for claim in claims:
        patients = tree.setdefault(claim.billing, {}).setdefault(subscriber_of(claim), {})
        patients.setdefault((claim.patient, claim.coverage.relation, claim.property_claim_number), []).append(claim)
    return tree


def subscriber_of(claim: Claim) -> tuple[Coverage, str]:
    """What is told of the subscriber: children and spouse of one stand under the same, a case number (Y4) apart."""
    if claim.patient_is_subscriber:
        return claim.coverage, claim.property_claim_number
    return replace(claim.coverage, relation=Relation.UNKNOWN), ""


class Levels:
    """Writes the tree and counts its levels (HL01)."""

    def __init__(self, component: str) -> None:
        self.component = component
        self.count = 0

    def level(self, kind: str, parent: int | None, *, has_children: bool) -> Segment:
        """HL with its number, that of the level above, its kind, and whether others are below."""
        self.count += 1
        return ["HL", str(self.count), "" if parent is None else str(parent), kind, "1" if has_children else "0"]

    def levels(self, tree: Tree) -> Iterator[Segment]:
        for billing, subscribers in tree.items():
            yield self.level(PROVIDER, None, has_children=True)
            above = self.count
            yield from parties.specialty("BI", billing.taxonomy)
            yield from parties.billing_provider(billing)
            for (coverage, case), patients in subscribers.items():
                if coverage.relation is Relation.SELF:
                    yield from self.own_claims(coverage, case, patients, above)
                else:
                    yield from self.claims_of_others(coverage, patients, above)

    def own_claims(self, coverage: Coverage, case: str, patients: Patients, above: int) -> Iterator[Segment]:
        """2000B of a subscriber who is the patient."""
        for claims in portions(claim for some in patients.values() for claim in some):
            yield self.level(SUBSCRIBER, above, has_children=False)
            yield from self.subscriber(coverage, case)
            for claim in claims:
                yield from visit(claim, self.component)

    def claims_of_others(self, coverage: Coverage, patients: Patients, above: int) -> Iterator[Segment]:
        """2000B of a subscriber and 2000C of each patient insured through them."""
        yield self.level(SUBSCRIBER, above, has_children=True)
        parent = self.count
        yield from self.subscriber(coverage, "")
        for (patient, relation, case), all_claims in patients.items():
            for claims in portions(all_claims):
                yield self.level(PATIENT, parent, has_children=False)
                yield from parties.patient_facts(patient, relation.value)
                yield from parties.patient(patient, case)
                for claim in claims:
                    yield from visit(claim, self.component)

    def subscriber(self, coverage: Coverage, case: str) -> Iterator[Segment]:
        """SBR to the end of 2010BB."""
        yield own_insurance(coverage)
        if coverage.relation is Relation.SELF:
            yield from parties.patient_facts(coverage.subscriber)
        yield from parties.subscriber(coverage.subscriber, coverage.member_id, case)
        yield from parties.payer(coverage.payer)
        yield from parties.references(coverage.payer.identifiers)
        yield from parties.references(coverage.provider_identifiers)


def portions(claims: Iterable[Claim]) -> Iterator[list[Claim]]:
    """As many at a time as one level may have."""
    rows = list(claims)
    return (rows[begin : begin + MOST_UNDER_PATIENT] for begin in range(0, len(rows), MOST_UNDER_PATIENT))
