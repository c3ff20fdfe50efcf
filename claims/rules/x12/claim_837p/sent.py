"""A claim as it is sent: in safe characters, and without what the guide says only where it differs.

Sources: situational rules of 005010X222A1, named at each function. What `as_sent` gives is what a reader gets back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from claims.rules.claim import (
    MOST_DIAGNOSES,
    MOST_LINES,
    MOST_MODIFIERS,
    MOST_POINTERS,
    Accident,
    Address,
    Adjustment,
    BillingProvider,
    Claim,
    Contact,
    Coverage,
    Facility,
    Filing,
    Frequency,
    LineAdjudication,
    Name,
    OtherCoverage,
    Payer,
    Person,
    Provider,
    PurchasedService,
    Rank,
    Relation,
    ServiceLine,
    Sex,
)
from claims.rules.x12.claim_837p.limits import DoesNotFit, changed, cleaned

MOST_CAUSES = 2  # CLM11-3 is not used
MOST_ANESTHESIA, MOST_CONDITION_CODES = 2, 24  # HI BP and BO; two HI of BG
MOST_REMARKS = 5  # MOA03-07
MOST_PAIRS = 3  # of kind and number in PER
MEDICARE = {Filing.MEDICARE_A, Filing.MEDICARE_B}
KEPT_AT_PRACTICE = "AA"  # PWK02: the one way without a control number
T = TypeVar("T")


def as_sent(claim: Claim) -> Claim:
    """The claim as the file will say it. Raises DoesNotFit where something may not be cut."""
    claim = with_patient(cleaned(claim))
    too_many(claim)
    claim = changed(
        claim,
        billing=billing_sent(claim.billing),
        referring=person_sent(claim.referring),
        primary_care=person_sent(claim.primary_care),
        supervising=person_sent(claim.supervising),
        others=tuple(other_sent(other) for other in claim.others),
        accident=accident_sent(claim.accident),
        pick_up=address_sent(claim.pick_up),
        drop_off=address_sent(claim.drop_off),
        drop_off_name=claim.drop_off_name if address_sent(claim.drop_off) else "",
        **certified(claim),
        **attached(claim),
    )
    claim = changed(claim, rendering=rendering_sent(claim), facility=facility_sent(claim.facility, claim.billing))
    return changed(claim, lines=tuple(line_sent(line, claim) for line in claim.lines))


def too_many(claim: Claim) -> None:
    """More of a thing than there is room for is nothing to be left out in silence."""
    rows: list[tuple[str, int, int]] = [
        ("claim.diagnoses", len(claim.diagnoses), MOST_DIAGNOSES),
        ("claim.lines", len(claim.lines), MOST_LINES),
        ("claim.anesthesia_procedures", len(claim.anesthesia_procedures), MOST_ANESTHESIA),
        ("claim.condition_codes", len(claim.condition_codes), MOST_CONDITION_CODES),
        ("claim.accident.causes", len(claim.accident.causes) if claim.accident else 0, MOST_CAUSES),
    ]
    for place, other in enumerate(claim.others):
        rows.append((f"claim.others[{place}].remarks", len(other.remarks), MOST_REMARKS))
    for place, line in enumerate(claim.lines):
        rows.append((f"claim.lines[{place}].modifiers", len(line.modifiers), MOST_MODIFIERS))
        rows.append((f"claim.lines[{place}].pointers", len(line.pointers), MOST_POINTERS))
    for path, count, most in rows:
        if count > most:
            raise DoesNotFit(path, f"{count} where {most} are the most")


# -- patients and coverages ------------------------------------------------------------------------------
def with_patient(claim: Claim) -> Claim:
    """The patient is the subscriber, or is sent as one where the payer numbers each person (2000B SBR02, 2000C).

    Of a subscriber who is not the patient neither address nor birth date is sent (2010BA N3, N4, DMG).
    """
    coverage = claim.coverage
    patient = person_sent_as_patient(claim.patient)
    if coverage.patient_member_id and coverage.relation is not Relation.SELF:
        coverage = changed(coverage, relation=Relation.SELF, subscriber=patient, member_id=coverage.patient_member_id)
    coverage = coverage_sent(coverage)
    if coverage.relation is Relation.SELF:
        patient = joined(coverage.subscriber, patient)
        return changed(claim, patient=patient, coverage=changed(coverage, subscriber=patient))
    subscriber = changed(named(coverage.subscriber), address=None)
    return changed(claim, patient=patient, coverage=changed(coverage, subscriber=subscriber))


def joined(subscriber: Person, patient: Person) -> Person:
    """One person told of twice: as on the card, and the rest from the chart."""
    return changed(
        patient,
        name=subscriber.name if subscriber.name.last else patient.name,
        birth_date=subscriber.birth_date or patient.birth_date,
        sex=patient.sex if subscriber.sex is Sex.UNKNOWN else subscriber.sex,
        address=subscriber.address or patient.address,
        identifiers=subscriber.identifiers or patient.identifiers,
        contact=contact_sent(subscriber.contact) or patient.contact,
        is_organization=False,
    )


def person_sent_as_patient(person: Person) -> Person:
    contact = contact_sent(person.contact)
    return changed(person, address=address_sent(person.address), is_organization=False, contact=contact)


def named(person: Person) -> Person:
    """A subscriber who is not the patient: a name, identifiers, perhaps an address."""
    return Person(
        name=name_sent(person.name, is_person=not person.is_organization),
        address=person.address,
        is_organization=person.is_organization,
        identifiers=person.identifiers,
        contact=contact_sent(person.contact),
    )


def coverage_sent(coverage: Coverage) -> Coverage:
    """SBR04 only without SBR03; SBR05 only where Medicare is not the first to pay."""
    is_second_medicare = coverage.filing in MEDICARE and coverage.rank is not Rank.PRIMARY
    return changed(
        coverage,
        payer=payer_sent(coverage.payer),
        group_name="" if coverage.group_number else coverage.group_name,
        msp_type=coverage.msp_type if is_second_medicare else "",
        subscriber=changed(coverage.subscriber, address=address_sent(coverage.subscriber.address)),
        patient_member_id="",
    )


def other_sent(other: OtherCoverage) -> OtherCoverage:
    """2330A has the subscriber's address and no birth date."""
    coverage = coverage_sent(other.coverage)
    return changed(
        other,
        coverage=changed(coverage, subscriber=changed(named(coverage.subscriber), contact=None)),
        adjustments=grouped(other.adjustments),
        benefits_assigned=other.benefits_assigned and not other.refuses_to_assign,
    )


def payer_sent(payer: Payer) -> Payer:
    return changed(payer, address=address_sent(payer.address), is_plan_id=payer.is_plan_id and bool(payer.payer_id))


def grouped(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    """Those of a group stand together (CAS01), groups in the order in which they come."""
    rows = list(adjustments)
    order = list(dict.fromkeys(one.group for one in rows))
    return tuple(sorted(rows, key=lambda one: order.index(one.group)))


# -- parties ---------------------------------------------------------------------------------------------
def address_sent(address: Address | None) -> Address | None:
    """One of which nothing is known is none."""
    if address is None or not any((address.line1, address.line2, address.city, address.state, address.zip_code)):
        return None
    return address


def name_sent(name: Name, *, is_person: bool) -> Name:
    """An organisation has one name."""
    return name if is_person else Name(name.last)


def contact_sent(contact: Contact | None) -> Contact | None:
    """PER has room for three pairs, of which the extension is one: then the fax number stays away."""
    if contact is None or not any((contact.telephone, contact.fax, contact.email)):
        return None
    if not contact.telephone:
        contact = changed(contact, extension="")
    pairs = (contact.telephone, contact.extension, contact.email, contact.fax)
    return changed(contact, fax="") if sum(map(bool, pairs)) > MOST_PAIRS else contact


def billing_sent(billing: BillingProvider) -> BillingProvider:
    """2010AB only where money goes elsewhere; a tax number tells its kind."""
    pay_to, plan = address_sent(billing.pay_to), billing.pay_to_plan
    return changed(
        billing,
        name=name_sent(billing.name, is_person=billing.is_person),
        tax_id_is_ssn=billing.tax_id_is_ssn and bool(billing.tax_id),
        pay_to=None if pay_to == billing.address else pay_to,
        pay_to_plan=plan and changed(plan, is_plan_id=plan.is_plan_id and bool(plan.payer_id)),
        contact=contact_sent(billing.contact),
    )


def provider_sent(provider: Provider | None) -> Provider | None:
    """A rendering provider: a name, numbers, a taxonomy (PRV); nothing else."""
    if provider is None:
        return None
    name = name_sent(provider.name, is_person=not provider.is_organization)
    return changed(provider, name=name, address=None, contact=None)


def person_sent(provider: Provider | None) -> Provider | None:
    """A referring or supervising provider is a person, and the guide has no PRV for them."""
    if provider is None:
        return None
    return changed(provider, taxonomy="", is_organization=False, address=None, contact=None)


def ordering_sent(provider: Provider | None) -> Provider | None:
    """The ordering provider alone has an address and a contact (2420E)."""
    bare = person_sent(provider)
    if provider is None or bare is None:
        return None
    return changed(bare, address=address_sent(provider.address), contact=contact_sent(provider.contact))


def is_same(one: Provider, other: Provider | BillingProvider) -> bool:
    """Whether they are one and the same: by their NPIs, by all they have in common if there is none."""
    if one.npi or other.npi:
        return one.npi == other.npi
    return one.name == other.name and one.identifiers == other.identifiers


def rendering_sent(claim: Claim) -> Provider | None:
    """2310B only where another than the billing provider did the work."""
    rendering = provider_sent(claim.rendering)
    return None if rendering is None or is_same(rendering, claim.billing) else rendering


def facility_sent(facility: Facility | None, billing: BillingProvider) -> Facility | None:
    """2310C only where the place is another than the billing provider's."""
    if facility is None or (address_sent(facility.address) and is_place(facility.address, billing.address)):
        return None
    return changed(facility, contact=contact_sent(facility.contact))


def is_place(one: Address, other: Address) -> bool:
    """Whether two addresses are of one place: the last four digits of a ZIP code may be missing."""
    return changed(one, zip_code=one.zip_code[:5]) == changed(other, zip_code=other.zip_code[:5])


# -- the claim -------------------------------------------------------------------------------------------
def certified(claim: Claim) -> dict[str, Any]:
    """CLM07 has one of three letters, CLM08 too."""
    return {
        "accepts_assignment": claim.accepts_assignment and not claim.is_assigned_for_laboratory_only,
        "benefits_assigned": claim.benefits_assigned and not claim.refuses_to_assign,
    }


def attached(claim: Claim) -> dict[str, Any]:
    """What is said of things that are not there: how they come, of which kind, in place of which claim (REF*F8)."""
    has_attachment = bool(claim.attachment_control_number) or claim.attachment_way == KEPT_AT_PRACTICE
    return {
        "payer_control_number": "" if claim.frequency is Frequency.ORIGINAL else claim.payer_control_number,
        "attachment_kind": claim.attachment_kind if has_attachment else "OZ",
        "attachment_way": claim.attachment_way if has_attachment else "EL",
        "note_kind": claim.note_kind if claim.note else "ADD",
    }


def accident_sent(accident: Accident | None) -> Accident | None:
    """CLM11-4 and 5 are an automobile accident's."""
    if accident is None or not (accident.causes or accident.on):
        return None
    return accident if "AA" in accident.causes else changed(accident, state="", country="")


# -- lines -----------------------------------------------------------------------------------------------
def line_sent(line: ServiceLine, claim: Claim) -> ServiceLine:
    """2400 and 2420 say only what is otherwise than with the claim."""
    return changed(
        line,
        place_of_service=unlike(line.place_of_service, claim.place_of_service) or "",
        prior_authorization=unlike(line.prior_authorization, claim.prior_authorization) or "",
        referral_number=unlike(line.referral_number, claim.referral_number) or "",
        clia_number=unlike(line.clia_number, claim.clia_number) or "",
        note_kind=line.note_kind if line.note else "ADD",
        drug=line.drug if line.drug and line.drug.ndc else None,
        rendering=line_rendering(line, claim),
        referring=unlike(person_sent(line.referring), claim.referring),
        primary_care=unlike(person_sent(line.primary_care), claim.primary_care),
        supervising=unlike(person_sent(line.supervising), claim.supervising),
        ordering=ordering_sent(line.ordering),
        facility=line_facility(line, claim),
        purchased=purchased_sent(line.purchased),
        transport=unlike(line.transport, claim.transport),
        adjudications=tuple(adjudication_sent(one) for one in line.adjudications),
    )


def unlike(own: T, of_claim: T) -> T | None:
    """A line's own, if it is another than the claim's."""
    return None if own == of_claim else own


def line_rendering(line: ServiceLine, claim: Claim) -> Provider | None:
    """Another than the claim's; than the billing provider, where the claim names none."""
    own = provider_sent(line.rendering)
    if own is None or is_same(own, claim.rendering or claim.billing):
        return None
    return own


def line_facility(line: ServiceLine, claim: Claim) -> Facility | None:
    """2420C, which has no contact."""
    own = line.facility and changed(line.facility, contact=None)
    of_claim = claim.facility and changed(claim.facility, contact=None)
    return unlike(own, of_claim)


def purchased_sent(purchased: PurchasedService | None) -> PurchasedService | None:
    """2420B has numbers and no name."""
    if purchased is None:
        return None
    seller = purchased.provider
    bare = changed(seller, name=Name(""), taxonomy="", address=None, contact=None)
    return changed(purchased, provider=bare)


def adjudication_sent(one: LineAdjudication) -> LineAdjudication:
    return changed(one, adjustments=grouped(one.adjustments), modifiers=one.modifiers[:MOST_MODIFIERS])
