"""Words that a person takes from a page for a field, as the field's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from coding.rules.visit_facts.days import days_in
from coding.rules.visit_facts.kinds import PLAIN, SPOKEN
from coding.rules.visit_facts.names import fits, person_at
from coding.rules.visit_facts.patient import AGED, ANY_SEX
from coding.rules.visit_facts.payers import matching
from coding.rules.visit_facts.places import contains, words
from coding.rules.visit_facts.shape import Listed, Practice

LONGEST = 120  # characters of a field


def text_of(field: str, quote: str, *, practice: Practice, on: date) -> list[str]:
    """The texts that the field could have by these words: one if they are plain, several, or none.

    A day is read in whatever form it is written, a row of a list by its name; what is neither is taken as it stands.
    """
    said = " ".join(quote.split())
    if not said:
        return []
    if field in DAYS:
        return list(dict.fromkeys(day.text for day in days_in(said, on=on)))
    if field in READ:
        return READ[field](said, practice)
    return [said[:LONGEST]]


DAYS = frozenset({"birth_date", "date_from", "date_to"})


def name(said: str, _practice: Practice) -> list[str]:
    person = person_at(said)
    return [person[0] if person else said.strip(" ,;:")[:LONGEST]]


def provider(said: str, practice: Practice) -> list[str]:
    numbered = [row.key for row in practice.providers if set(row.also) & set(re.findall(r"\d{10}", said))]
    return numbered or [fit.who.key for fit in fits(said, practice.providers)]


def location(said: str, practice: Practice) -> list[str]:
    spoken = words(said)
    rows: Sequence[tuple[Listed, list[str]]] = [(row, words(row.name)) for row in practice.locations]
    whole = [row.key for row, own in rows if own == spoken or contains(spoken, own)]
    return whole or [row.key for row, own in rows if spoken and contains(own, spoken)]


def payer(said: str, practice: Practice) -> list[str]:
    return [row.key for row, _ in matching(said, list(practice.payers))]


def sex(said: str, _practice: Practice) -> list[str]:
    found = AGED.search(said) or ANY_SEX.search(said)
    return [key for key, text in found.groupdict().items() if text] if found else []


def visit_type(said: str, _practice: Practice) -> list[str]:
    return [value for value, pattern in (*PLAIN, *SPOKEN) if pattern.search(said)]


def place(said: str, _practice: Practice) -> list[str]:
    return re.findall(r"(?<!\d)\d{2}(?!\d)", said)


def modifiers(said: str, _practice: Practice) -> list[str]:
    found = re.findall(r"(?<![A-Z0-9])[A-Z0-9]{2}(?![A-Z0-9])", said.upper())
    return [" ".join(found)] if found else []


def number(said: str, _practice: Practice) -> list[str]:
    return [said.strip(" :#.,;")[:40]]


READ: Mapping[str, Callable[[str, Practice], list[str]]] = MappingProxyType(
    {
        "patient_name": name, "rendering_provider": provider, "referring_provider": provider, "location": location,
        "payer": payer, "sex": sex, "visit_type": visit_type, "place_of_service": place, "modifiers": modifiers,
        "account_number": number, "member_id": number,
    }
)  # fmt: skip
