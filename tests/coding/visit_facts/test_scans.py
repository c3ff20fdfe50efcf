"""The facts of the demo's charts, drawn as scans and read by the site's own readers."""

import tempfile
from datetime import date
from pathlib import Path

import pytest

from coding.rules.visit_facts import Known, Listed, PageOfVisit, Practice, facts_of
from config.demo import scans
from config.demo.cast import PRACTICES
from config.demo.notes import NOTES, PATIENTS
from portal.parsers import read_words

RECEIVED = date(2026, 11, 20)
WANTED = ("patient_name", "birth_date", "date_from", "account_number", "payer", "member_id", "rendering_provider")


def chart_of(number):
    """The words of one demo chart as they are read, the practice's lists, and what its fields rightly are."""
    note, (name, _, born) = NOTES[number % len(NOTES)], PATIENTS[number]
    house = next(one for one in PRACTICES if note.specialty in one.specialties)
    who = next(one for one, _, specialty in house.providers if specialty is note.specialty)
    payer = house.payers[number % 2][0]
    right = {
        "patient_name": name, "birth_date": f"{date.fromisoformat(born):%m/%d/%Y}", "date_from": "11/05/2026",
        "account_number": f"RI-{10000 + number}", "payer": payer, "member_id": f"R{730000 + number * 37}",
        "rendering_provider": who,
    }  # fmt: skip
    facts = [
        f"Patient: {name}", f"Born: {right['birth_date']}", "Date of service: 11/05/2026",
        f"Account: {right['account_number']}", f"Insurance: {payer}", f"Member id: {right['member_id']}",
    ]  # fmt: skip
    images = scans.pages(
        letterhead=house.name, facts=facts, title=note.title, body=note.body,
        signed=f"Signed electronically by {who}", seed=number,
    )  # fmt: skip
    practice = Practice(
        tuple(Listed(one, one, (npi,)) for one, npi, _ in house.providers),
        tuple(Listed(one, one, place=place) for one, place in house.locations),
        tuple(Listed(one, one, (electronic,) if electronic else ()) for one, electronic in house.payers),
    )
    with tempfile.TemporaryDirectory() as folder:
        words = [read_words.read_first(image, Path(folder))[0] for image in images]
    return Known(tuple(PageOfVisit(at, at, lines) for at, lines in enumerate(words, 1)), practice, RECEIVED), right


@pytest.mark.timeout(600)
def test_the_facts_of_scanned_charts_are_read_and_none_is_filled_wrongly():
    filled, wrong = 0, []
    for number in (0, 3, 6, 8):
        known, right = chart_of(number)
        facts = facts_of(known)
        for name in WANTED:
            found = facts[name].filled if name in facts else None
            filled += found is not None
            if found is not None and found.value != right[name]:
                wrong.append((number, name, found.value))
    assert wrong == []
    assert filled >= 4 * len(WANTED) - 3  # readers of scans take letters for others
