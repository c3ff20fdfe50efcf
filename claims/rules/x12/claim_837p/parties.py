"""The segments of people, organisations and places: NM1, N3, N4, PER, PRV, DMG, PAT, REF (1000 to 2010, 2310, 2420)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claims.rules.claim import (
    Address,
    BillingProvider,
    Contact,
    Facility,
    Identifier,
    Name,
    Payer,
    PayToPlan,
    Person,
    Provider,
    Sex,
)
from claims.rules.claim.batches import Receiver, Submitter
from claims.rules.x12.characters import day_text, number_of
from claims.rules.x12.claim_837p.qualifiers import PROPERTY_CLAIM
from claims.rules.x12.claim_837p.sent import MOST_PAIRS
from claims.rules.x12.segments import Segment

NPI, ETIN, MEMBER, PAYER_ID, PLAN_ID = "XX", "46", "MI", "PI", "XV"


def party(entity: str, name: Name, kind: str = "", identifier: str = "", *, is_person: bool) -> Segment:
    """NM1: who, in which part (NM101), known by which number of which kind."""
    return [
        "NM1", entity, "1" if is_person else "2", name.last, name.first, name.middle, "", name.suffix,
        kind if identifier else "", identifier,
    ]  # fmt: skip


def address(of: Address | None) -> Iterator[Segment]:
    """N3 and N4."""
    if of is None:
        return
    if of.line1 or of.line2:
        yield ["N3", of.line1, of.line2]
    yield ["N4", of.city, of.state, of.zip_code, of.country]


def contact(of: Contact | None) -> Iterator[Segment]:
    """PER: up to three numbers, the extension right after its telephone."""
    if of is None:
        return
    numbers = (("TE", of.telephone), ("EX", of.extension), ("EM", of.email), ("FX", of.fax))
    pairs = [text for kind, value in numbers if value for text in (kind, value)]
    yield ["PER", "IC", of.name, *pairs[: 2 * MOST_PAIRS]]


def references(identifiers: Iterable[Identifier]) -> Iterator[Segment]:
    """REF of each further identifier."""
    return (["REF", one.kind, one.value] for one in identifiers)


def specialty(part: str, taxonomy: str) -> Iterator[Segment]:
    """PRV: BI of the billing, PE of a rendering provider."""
    if taxonomy:
        yield ["PRV", part, "PXC", taxonomy]


# -- senders and receivers (1000A, 1000B) ----------------------------------------------------------------
def submitter(of: Submitter) -> Iterator[Segment]:
    yield party("41", of.name, ETIN, of.identifier, is_person=of.is_person)
    yield from contact(of.contact)


def receiver(of: Receiver) -> Iterator[Segment]:
    yield party("40", Name(of.name), ETIN, of.identifier, is_person=False)


# -- the billing provider (2010AA, 2010AB, 2010AC) -------------------------------------------------------
def billing_provider(of: BillingProvider) -> Iterator[Segment]:
    yield party("85", of.name, NPI, of.npi, is_person=of.is_person)
    yield from address(of.address)
    if of.tax_id:
        yield ["REF", "SY" if of.tax_id_is_ssn else "EI", of.tax_id]
    yield from references(of.identifiers)
    yield from contact(of.contact)
    if of.pay_to:
        yield party("87", Name(""), is_person=of.is_person)
        yield from address(of.pay_to)
    if of.pay_to_plan:
        yield from pay_to_plan(of.pay_to_plan)


def pay_to_plan(of: PayToPlan) -> Iterator[Segment]:
    yield party("PE", Name(of.name), PLAN_ID if of.is_plan_id else PAYER_ID, of.payer_id, is_person=False)
    yield from address(of.address)
    yield from references(of.identifiers)
    if of.tax_id:
        yield ["REF", "EI", of.tax_id]


# -- patients, subscribers, payers (2010BA, 2010BB, 2010CA, 2330A, 2330B) --------------------------------
def subscriber(of: Person, member_id: str, case: str = "") -> Iterator[Segment]:
    yield party("IL", of.name, MEMBER, member_id, is_person=not of.is_organization)
    yield from described(of, case)


def patient(of: Person, case: str) -> Iterator[Segment]:
    yield party("QC", of.name, is_person=True)
    yield from described(of, case)


def described(of: Person, case: str) -> Iterator[Segment]:
    """Where somebody lives, when they were born, further numbers, that of the case, whom to call."""
    yield from address(of.address)
    if of.birth_date or of.sex is not Sex.UNKNOWN:
        yield ["DMG", "D8" if of.birth_date else "", day_text(of.birth_date) if of.birth_date else "", of.sex.value]
    yield from references(of.identifiers)
    if case:
        yield ["REF", PROPERTY_CLAIM, case]
    yield from contact(of.contact)


def patient_facts(of: Person, relation: str = "") -> Iterator[Segment]:
    """PAT: the relation to the subscriber (2000C), the day of death, the weight in pounds, a pregnancy."""
    segment = ["PAT", relation, "", "", "", "", "", "", "", "Y" if of.is_pregnant else ""]
    if of.died_on:
        segment[5:7] = ["D8", day_text(of.died_on)]
    if of.weight is not None:
        segment[7:9] = ["01", number_of(of.weight)]
    if any(segment[1:]):
        yield segment


def payer(of: Payer) -> Iterator[Segment]:
    """Without the references: in 2330B a date comes before them."""
    yield party("PR", Name(of.name), PLAN_ID if of.is_plan_id else PAYER_ID, of.payer_id, is_person=False)
    yield from address(of.address)


# -- other providers (2310, 2420) ------------------------------------------------------------------------
def provider(entity: str, of: Provider | None) -> Iterator[Segment]:
    """DN referring, P3 primary care, 82 rendering, DQ supervising, DK ordering, QB who sold a service."""
    if of is None:
        return
    yield party(entity, of.name, NPI, of.npi, is_person=not of.is_organization)
    yield from specialty("PE", of.taxonomy)
    yield from address(of.address)
    yield from references(of.identifiers)
    yield from contact(of.contact)


def facility(of: Facility | None) -> Iterator[Segment]:
    if of is None:
        return
    yield party("77", Name(of.name), NPI, of.npi, is_person=False)
    yield from address(of.address)
    yield from references(of.identifiers)
    yield from contact(of.contact)


def place(entity: str, of: Address | None, name: str = "") -> Iterator[Segment]:
    """PW where an ambulance took the patient up, 45 where it set them down."""
    if of is None:
        return
    yield party(entity, Name(name), is_person=False)
    yield from address(of)
