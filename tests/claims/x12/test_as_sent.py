"""What the guide says only where it differs, and what may not be cut."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.rules.claim import (
    Accident,
    Address,
    Coverage,
    Diagnosis,
    Facility,
    Filing,
    Frequency,
    Name,
    Person,
    Rank,
    Relation,
    Sex,
    System,
)
from claims.rules.x12.claim_837p import DoesNotFit, as_sent, transaction_set
from tests.claims.x12.examples import DR_HALE, DR_OKOYE, JONAS, MARTA, MEDICARE, OWN, RIVER, batch, line, simple

CHILD = replace(OWN, relation=Relation.CHILD)


def segments(claim):
    return transaction_set(batch(claim), 1)


def starting(claim, *begin):
    return [one for one in segments(claim) if tuple(one[: len(begin)]) == begin]


@pytest.mark.parametrize(
    ("changes", "levels", "relation"),
    [
        ({}, ["20", "22"], "18"),
        ({"patient": JONAS, "coverage": CHILD}, ["20", "22", "23"], ""),
        ({"patient": JONAS, "coverage": replace(CHILD, patient_member_id="SH-9")}, ["20", "22"], "18"),
    ],
    ids=["the subscriber", "a child", "a child with a number of its own"],
)
def test_who_is_the_patient(changes, levels, relation):
    claim = simple(**changes)
    assert [one[3] for one in starting(claim, "HL")] == levels
    assert [one[2] for one in starting(claim, "SBR")] == [relation]


def test_a_child_with_a_number_of_its_own_is_sent_as_subscriber():
    sent = as_sent(simple(patient=JONAS, coverage=replace(CHILD, patient_member_id="SH-9")))
    assert (sent.coverage.member_id, sent.coverage.subscriber.name) == ("SH-9", Name("QUINLAN", "JONAS"))


def test_of_a_subscriber_who_is_not_the_patient_nothing_but_the_name():
    sent = as_sent(simple(patient=JONAS, coverage=CHILD)).coverage.subscriber
    assert sent == Person(Name("QUINLAN", "MARTA", "J"))


def test_one_person_told_of_twice_is_told_once():
    """As on the card; what the card does not say, from the chart."""
    card = Person(Name("Quinlan-Reyes", "Marta"))
    sent = as_sent(simple(coverage=replace(OWN, subscriber=card)))
    assert sent.patient == sent.coverage.subscriber
    assert (sent.patient.name.last, sent.patient.birth_date, sent.patient.sex) == (
        "QUINLAN-REYES", date(1961, 2, 3), Sex.FEMALE,
    )  # fmt: skip


def test_two_children_of_one_subscriber_stand_under_one_level():
    claims = [simple(str(place), patient=one, coverage=CHILD) for place, one in enumerate((JONAS, MARTA, JONAS))]
    levels = [one[1:5] for one in transaction_set(batch(*claims), 1) if one[0] == "HL"]
    assert levels == [["1", "", "20", "1"], ["2", "1", "22", "1"], ["3", "2", "23", "0"], ["4", "2", "23", "0"]]


def test_more_claims_than_a_level_may_have_begin_another():
    levels = [
        one[3] for one in transaction_set(batch(*(simple(str(place)) for place in range(101))), 1) if one[0] == "HL"
    ]
    assert levels == ["20", "22", "22"]


@pytest.mark.parametrize(
    ("changes", "entity", "sent"),
    [
        ({"rendering": DR_HALE}, "82", True),
        ({"rendering": replace(DR_HALE, npi=RIVER.npi)}, "82", False),
        ({"rendering": None}, "82", False),
        ({"facility": Facility("Annex", "", RIVER.address)}, "77", False),
        ({"facility": Facility("Annex", "", replace(RIVER.address, zip_code="97201"))}, "77", False),
        ({"facility": Facility("Annex", "", replace(RIVER.address, line1="200 Water Street"))}, "77", True),
        ({"lines": (line(1, rendering=DR_HALE),)}, "82", True),  # once, at the claim
    ],
)
def test_other_providers_only_where_different(changes, entity, sent):
    assert len(starting(simple(**changes), "NM1", entity)) == sent


def test_a_line_names_the_billing_provider_where_the_claim_names_another():
    own = replace(DR_HALE, name=Name("River"), npi=RIVER.npi)
    sent = as_sent(simple(lines=(line(1, rendering=own), line(2, rendering=DR_OKOYE), line(3, rendering=DR_HALE))))
    assert [one.rendering and one.rendering.npi for one in sent.lines] == [RIVER.npi, DR_OKOYE.npi, None]


@pytest.mark.parametrize(
    ("changes", "segment"),
    [
        ({"frequency": Frequency.CORRECTED, "payer_control_number": "A 1"}, ["REF", "F8", "A 1"]),
        ({"frequency": Frequency.VOID, "payer_control_number": "A 1"}, ["REF", "F8", "A 1"]),
        ({"payer_control_number": "A 1"}, None),
    ],
)
def test_the_payers_number_only_in_place_of_its_claim(changes, segment):
    assert starting(simple(**changes), "REF", "F8") == ([segment] if segment else [])


@pytest.mark.parametrize(
    ("coverage", "elements"),
    [
        (OWN, ["P", "18", "G-778", "", "", "CI"]),
        (replace(OWN, group_number="", group_name="Ironworks"), ["P", "18", "", "IRONWORKS", "", "CI"]),
        (replace(OWN, group_name="Ironworks", msp_type="12"), ["P", "18", "G-778", "", "", "CI"]),
        (Coverage(Rank.SECONDARY, MEDICARE, MARTA, "1", filing=Filing.MEDICARE_B, msp_type="47"),
         ["S", "18", "", "", "47", "MB"]),
        (Coverage(Rank.PRIMARY, MEDICARE, MARTA, "1", filing=Filing.MEDICARE_B, msp_type="47"),
         ["P", "18", "", "", "", "MB"]),
    ],
)  # fmt: skip
def test_insurance(coverage, elements):
    (segment,) = starting(simple(coverage=coverage), "SBR")
    assert [*segment[1:6], segment[9]] == elements


@pytest.mark.parametrize(
    ("changes", "begin", "segment"),
    [
        ({"accident": Accident(("AA",), date(2026, 11, 1), "OR")}, "DTP", ["DTP", "439", "D8", "20261101"]),
        ({"diagnoses": (Diagnosis(System.ICD9CM, "401.9"), Diagnosis(System.ICD9CM, "V70.0"))}, "HI",
         ["HI", "BK:4019", "BF:V700"]),
        ({"patient_paid": Decimal("12.50")}, "AMT", ["AMT", "F5", "12.5"]),
        ({"attachment_way": "AA"}, "PWK", ["PWK", "OZ", "AA"]),
        ({"note": "seen* at ~home"}, "NTE", ["NTE", "ADD", "SEEN AT HOME"]),
    ],
)  # fmt: skip
def test_what_belongs_to_the_claim(changes, begin, segment):
    assert starting(simple(**changes), begin)[0] == segment


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"control_number": "1" * 21}, "claim.control_number"),
        ({"coverage": replace(OWN, member_id="M" * 81)}, "claim.coverage.member_id"),
        ({"lines": (line(1, modifiers=("25", "59", "LT", "RT", "76")),)}, "claim.lines[0].modifiers"),
        ({"lines": (line(1, modifiers=("LEFT",)),)}, "claim.lines[0].modifiers"),
        ({"lines": (line(1, pointers=(1, 1, 1, 1, 1)),)}, "claim.lines[0].pointers"),
        ({"lines": tuple(line(number) for number in range(51))}, "claim.lines"),
        ({"diagnoses": tuple(Diagnosis(System.ICD10CM, f"A0{number}") for number in range(13))}, "claim.diagnoses"),
        ({"place_of_service": "110"}, "claim.place_of_service"),
    ],
)
def test_what_may_not_be_cut_is_refused_without_a_word_of_it(changes, path):
    with pytest.raises(DoesNotFit) as caught:
        as_sent(simple(**changes))
    assert caught.value.path == path
    assert not any(word in str(caught.value) for word in ("1" * 21, "M" * 81, "LEFT", "Quinlan"))


def test_long_names_are_cut():
    long = Person(Name("Quinlan " * 20), address=Address("9 Elm " * 30, "Portland", "OR", "97202"))
    sent = as_sent(simple(coverage=replace(OWN, subscriber=long))).patient
    assert (len(sent.name.last), sent.name.last[-5:]) == (60, " QUIN")
    assert (len(sent.address.line1), sent.address.line1[-5:]) == (55, "ELM 9")
