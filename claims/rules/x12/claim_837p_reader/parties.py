"""People, organisations and places as an 837P names them, also in the older guide (004010X098A1)."""

from __future__ import annotations

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
from claims.rules.x12.claim_837p_reader.loops import PARTY, Loop
from claims.rules.x12.claim_837p_reader.values import Values
from claims.rules.x12.segments import at

PERSON, ORGANIZATION = "1", "2"
NPI = "XX"
TAX_NUMBERS = {"24": "EI", "34": "SY"}  # NM108 of 004010X098A1, and the kind that such a number has as a reference
PLAN_ID = "XV"
NUMBERS = {"TE": "telephone", "EX": "extension", "EM": "email", "FX": "fax"}


def name_of(loop: Loop) -> Name:
    texts = [at(loop.first, number).strip() for number in (3, 4, 5, 7)]
    return Name(*texts)


def is_person(loop: Loop) -> bool:
    return at(loop.first, 2).strip() == PERSON


def number_in(loop: Loop) -> str:
    """NM109."""
    return at(loop.first, 9).strip()


def npi_in(loop: Loop) -> str:
    return number_in(loop) if at(loop.first, 8).strip() == NPI else ""


def address_in(loop: Loop) -> Address | None:
    """N3 and N4, or what there is of them."""
    street, town = loop.take("N3"), loop.take("N4")
    if not street and not town:
        return None
    line1, line2 = (at(street or [], number).strip() for number in (1, 2))
    city, state, zip_code, country = (at(town or [], number).strip() for number in (1, 2, 3, 4))
    return Address(line1, city, state, zip_code, line2, country)


def address_or_none_known(loop: Loop) -> Address:
    """Where the model must have an address: an empty one if the file has none."""
    return address_in(loop) or Address("", "", "", "")


def contact_in(loop: Loop) -> Contact | None:
    """The first PER; others say the same in other words."""
    segment = loop.take("PER")
    if segment is None:
        return None
    numbers = {NUMBERS.get(at(segment, place).strip(), ""): at(segment, place + 1).strip() for place in (7, 5, 3)}
    numbers.pop("", None)
    return Contact(at(segment, 2).strip(), **numbers)


def identifiers_in(loop: Loop, *kinds: str) -> tuple[Identifier, ...]:
    return tuple(Identifier(at(segment, 1).strip(), at(segment, 2).strip()) for segment in loop.take_all("REF", *kinds))


def tax_number_in(loop: Loop) -> tuple[Identifier, ...]:
    """What the older guide had in place of an NPI."""
    kind = TAX_NUMBERS.get(at(loop.first, 8).strip())
    return (Identifier(kind, number_in(loop)),) if kind and number_in(loop) else ()


def taxonomy_in(*loops: Loop) -> str:
    """PRV03."""
    for loop in loops:
        if segment := loop.take("PRV"):
            return at(segment, 3).strip()
    return ""


# -- the parties -----------------------------------------------------------------------------------------
def billing_in(level: Loop) -> BillingProvider:
    """Of a level of HL 20; the older guide may have the number of the one who is paid with 2010AB."""
    loop = level.child(PARTY, "85") or Loop(PARTY, ["NM1", "85", ORGANIZATION], is_read=True)
    taxes = tax_number_in(loop)
    tax = loop.take("REF", "EI", "SY")
    own = Identifier(at(tax, 1).strip(), at(tax, 2).strip()) if tax else next(iter(taxes), Identifier("", ""))
    pay_to, plan = level.child(PARTY, "87"), level.child(PARTY, "PE")
    return BillingProvider(
        name=name_of(loop),
        npi=npi_in(loop),
        tax_id=own.value,
        address=address_or_none_known(loop),
        taxonomy=taxonomy_in(level, loop),
        is_person=is_person(loop),
        tax_id_is_ssn=own.kind == "SY",
        pay_to=address_in(pay_to) if pay_to else None,
        pay_to_plan=pay_to_plan_in(plan) if plan else None,
        identifiers=identifiers_in(loop),
        contact=contact_in(loop),
    )


def pay_to_plan_in(loop: Loop) -> PayToPlan:
    tax_id = loop.value("REF", "EI")
    return PayToPlan(
        name=name_of(loop).last,
        payer_id=number_in(loop),
        tax_id=tax_id,
        address=address_or_none_known(loop),
        identifiers=identifiers_in(loop),
        is_plan_id=at(loop.first, 8).strip() == PLAN_ID,
    )


def payer_in(loop: Loop | None, *kinds: str) -> Payer:
    """With the further numbers of the kinds given: those that are the payer's own."""
    if loop is None:
        return Payer("", "")
    return Payer(
        name=name_of(loop).last,
        payer_id=number_in(loop),
        address=address_in(loop),
        is_plan_id=at(loop.first, 8).strip() == PLAN_ID,
        identifiers=identifiers_in(loop, *kinds),
    )


def person_in(loop: Loop | None, level: Loop | None, values: Values, *kinds: str) -> Person:
    """A subscriber or patient; `level` has what PAT says of them."""
    if loop is None:
        return Person(Name(""))
    born = loop.take("DMG") or []
    facts = (level.take("PAT") if level else None) or []
    return Person(
        name=name_of(loop),
        birth_date=values.day(born, 2),
        sex=values.one_of(Sex, born, 3, Sex.UNKNOWN),
        address=address_in(loop),
        is_organization=at(loop.first, 2).strip() == ORGANIZATION,
        identifiers=identifiers_in(loop, *kinds),
        died_on=values.day(facts, 6),
        weight=values.quantity(facts, 8),
        is_pregnant=at(facts, 9).strip() == "Y",
        contact=contact_in(loop),
    )


def provider_in(loop: Loop | None) -> Provider | None:
    if loop is None:
        return None
    return Provider(
        name=name_of(loop),
        npi=npi_in(loop),
        taxonomy=taxonomy_in(loop),
        identifiers=(*tax_number_in(loop), *identifiers_in(loop)),
        is_organization=at(loop.first, 2).strip() == ORGANIZATION,
        address=address_in(loop),
        contact=contact_in(loop),
    )


def facility_in(loop: Loop | None) -> Facility | None:
    if loop is None:
        return None
    identifiers = (*tax_number_in(loop), *identifiers_in(loop))
    return Facility(name_of(loop).last, npi_in(loop), address_or_none_known(loop), identifiers, contact_in(loop))
