"""Single faults in a valid 837P: which the validator finds, and at which claim; the others are the scrubber's."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from claims.rules.x12.claim_837p import VERSION, transaction_set
from claims.rules.x12.segments import Segment
from claims.rules.x12.writing import transaction, written
from claims.validation import Objection, validate
from tests.claims.x12.examples import ENVELOPE, OWN, batch, file_of, secondary, simple

Edit = Callable[[list[Segment]], list[Segment]]


def put(name: str, number: int, value: str, nth: int = 0) -> Edit:
    """Another value in an element of the nth segment of a name."""

    def edit(segments: list[Segment]) -> list[Segment]:
        (place, *_) = [at for at, one in enumerate(segments) if one[0] == name][nth:]
        segment = segments[place] + [""] * (number + 1 - len(segments[place]))
        segment[number] = value
        return [*segments[:place], segment, *segments[place + 1 :]]

    return edit


def without(*begin: str) -> Edit:
    return lambda segments: [one for one in segments if tuple(one[: len(begin)]) != begin]


def with_segment(*elements: str) -> Edit:
    """One more, behind CLM."""

    def edit(segments: list[Segment]) -> list[Segment]:
        place = next(at for at, one in enumerate(segments) if one[0] == "CLM") + 1
        return [*segments[:place], list(elements), *segments[place:]]

    return edit


THIRTEEN = ["HI", "ABK:I10", *(f"ABF:E11{number}" for number in range(10, 22))]


def thirteen_diagnoses(segments: list[Segment]) -> list[Segment]:
    return [THIRTEEN if one[0] == "HI" else one for one in segments]


# Fault, what is done to the claim, and where the validator finds it.
FOUND: list[tuple[str, Edit, str]] = [
    ("no date of service", without("DTP", "472"), "2400/REF"),
    ("no diagnoses", without("HI"), "2310B/NM1"),
    ("no assignment", put("CLM", 7, ""), "2300/CLM07"),
    ("an unknown segment", with_segment("ZZZ", "1"), "2300/CLM"),
    ("an unknown place of service", put("CLM", 5, "97:B:1"), "2300/CLM05-1"),
    ("an unknown kind of insurance", put("SBR", 9, "QQ"), "2000B/SBR09"),
    ("a day that the calendar does not have", put("DTP", 3, "20260231", 1), "2400/DTP03"),
    ("no pointer", put("SV1", 7, ""), "2400/SV1"),
    ("thirteen diagnoses", thirteen_diagnoses, "2300/HI"),
    ("separators at the end", put("N3", 2, "*"), "2010BA/N3"),
    ("an unknown group of adjustments", put("CAS", 1, "XX"), "2430/SVD"),
    ("a bogus remark (RARC)", put("MOA", 3, "ZZ99"), "2320/MOA03"),
    ("a state that is none, of the subscriber", put("N4", 2, "ZZ"), "2010BA/N402"),
]
MISSED: list[tuple[str, Edit]] = [
    ("a charge other than the sum", put("CLM", 2, "999")),
    ("a wrong check digit", put("NM1", 9, "1987654321", 2)),
    ("an NPI of nine digits", put("NM1", 9, "198765432", 2)),
    ("an invented ICD-10 code", put("HI", 1, "ABK:Q9999ZZ")),
    ("an ICD-10 code with its dot", put("HI", 1, "ABK:E11.9")),
    ("an ICD-10 code as ICD-9", put("HI", 1, "BK:E119")),
    ("an invented procedure", put("SV1", 1, "HC:0QQ0Q")),
    ("an invented modifier", put("SV1", 1, "HC:99213:Q0")),
    ("a pointer to a diagnosis that is not there", put("SV1", 7, "8")),
    ("a corrected claim without the payer's number", put("CLM", 5, "11:B:7")),
    ("a patient without birth date and sex", without("DMG")),
    ("a birth date in the future", put("DMG", 2, "20990101")),
    ("a bogus taxonomy", put("PRV", 3, "999Z99999X")),
    ("no units", put("SV1", 4, "0")),
    ("a bogus reason (CARC)", put("CAS", 2, "9999")),
    ("an inactive reason (CARC)", put("CAS", 2, "A2")),
]


def blocks(segments: list[Segment]) -> list[list[Segment]]:
    """The head with the billing provider, and each subscriber with all of theirs."""
    places = [at for at, one in enumerate(segments) if one[0] == "HL" and one[3] == "22"] + [len(segments)]
    return [segments[: places[0]], *(segments[a:b] for a, b in pairwise(places))]


@cache
def found_in_one_file() -> dict[str, tuple[Objection, ...]]:
    """Each fault in a claim of its own, all of them in one file: what the validator has against which."""
    edits = [edit for _, edit, *_ in [*FOUND, *MISSED]]
    claims = [
        replace(secondary(), control_number=f"M-{place}", coverage=replace(secondary().coverage, member_id=f"A{place}"))
        for place in range(len(edits) + 1)
    ]
    head, *subscribers = blocks(transaction_set(batch(*claims), 1)[1:-1])
    body = head + subscribers[0]
    for edit, own in zip(edits, subscribers[1:], strict=True):
        body += edit(own)
    objections = validate(written(ENVELOPE, [transaction("837", 1, VERSION, body)]))
    return {f"M-{place}": tuple(one for one in objections if one.claim == f"M-{place}") for place in range(len(claims))}


def names(rows):
    return [row[0] for row in rows]


def test_the_claim_without_fault_is_without_objection():
    assert found_in_one_file()["M-0"] == ()


@pytest.mark.parametrize("place", range(len(FOUND)), ids=names(FOUND))
def test_what_the_validator_finds_and_where(place):
    objections = found_in_one_file()[f"M-{place + 1}"]
    assert FOUND[place][2] in {one.path for one in objections}


@pytest.mark.parametrize("place", range(len(MISSED)), ids=names(MISSED))
def test_what_the_validator_does_not_find(place):
    """One that is found by a later version may leave this table; the scrubber finds it all the same."""
    assert found_in_one_file()[f"M-{len(FOUND) + place + 1}"] == ()


# -- faults of the file ----------------------------------------------------------------------------------
def edited(old: str, new: str) -> bytes:
    text = file_of(simple(), simple("C-2", coverage=replace(OWN, member_id="A2"))).decode()
    assert text.count(old) == 1
    return text.replace(old, new).encode()


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("SE*50*0001", "SE*49*0001", "SE"),
        ("SE*50*0001", "SE*50*0002", "SE"),
        ("GE*1*5", "GE*2*5", "GE"),
        ("GE*1*5", "GE*1*6", "GE"),
        ("IEA*1*", "IEA*2*", "IEA"),
        ("IEA*1*000000017", "IEA*1*000000018", "IEA"),
        ("HL*3*1*22*0", "HL*3*7*22*0", "2000B/HL"),
        ("HL*3*1*22*0", "HL*4*1*22*0", "2000B/HL"),
        ("REF*EI*123456789~", "", ""),
    ],
)
def test_faults_of_the_file_that_the_validator_finds(old, new, path):
    objections = validate(edited(old, new))
    assert objections
    assert path in {one.path for one in objections} or not path


@pytest.mark.parametrize(
    ("old", "new"),
    [("OR*972011234", "OR*97201"), ("OR*972011234", "ZZ*972011234"), ("CLM*C-2*", "CLM*C-1001*")],
    ids=["five digits in the ZIP code of the billing provider", "a state that is none", "one number on two claims"],
)
def test_faults_of_the_file_that_the_validator_does_not_find(old, new):
    assert validate(edited(old, new)) == ()
