"""Each kind goes to its reader, and nothing that stands in a file raises."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.rules.x12.outline import outline
from claims.rules.x12.reading import read
from tests.claims.x12.made import CLAIM, OURS, PAYMENT, file_of, words
from tests.claims.x12.test_acknowledgements import BATCH, GROUP, patient
from tests.claims.x12.test_claim_status import ANSWER

BILL = ("BHT*0019*00*B1*20261012*0830*CH", "CLM*C1*150***11:B:7", "SV1*HC:99213:25*120*UN*1", "SV1*HC:J3301*30*UN*4")
REJECTED = ("AK2*837*0001", "IK3*CLM*22**8", "CTX*CLM01:C1", "IK4*2*782*1*X", "IK5*R*5", "AK9*R*1*1*0")
MADE = {
    "835": file_of("835", *PAYMENT, *CLAIM, "PLB*1234567893*20261231*WO:C0815*0"),
    "999": file_of("999", GROUP, *REJECTED),
    "277CA": file_of("277CA", *BATCH, *patient("C1", "STC*A7:562:85*20261102*U*120", "SVC*HC:99213*120*****1")),
    "277": file_of("277", *ANSWER),
    "837": file_of("837", *BILL),
}  # fmt: skip
EVERY = [*MADE.values(), *(path.read_bytes() for path in OURS)]


def plain(content):
    """What the command prints, gone through JSON."""
    return json.loads(json.dumps(outline(read(content))))


@pytest.mark.parametrize(
    ("kind", "version", "function", "known_as"),
    [
        ("835", "005010X221A1", "HP", "835"), ("999", "005010X231A1", "FA", "999"), ("997", "004010", "FA", "997"),
        ("277", "005010X214", "HN", "277CA"), ("277", "005010X212", "HN", "277"), ("276", "005010X212", "HR", "276"),
        ("837", "005010X222A1", "HC", "837P"), ("837", "004010X098A1", "HC", "837P"),
        ("837", "005010X223A2", "HC", "837I"), ("837", "004010X096A1", "HC", "837I"),
        ("837", "005010X224A2", "HC", "837D"), ("837", "004010", "HC", "837"), ("270", "005010X279A1", "HS", "270"),
    ],
)  # fmt: skip
def test_a_set_is_of_the_kind_that_its_number_and_version_say(kind, version, function, known_as):
    content = MADE["835"].decode().replace("ST*835", f"ST*{kind}").replace("005010X221A1", version)
    [one] = read(content.replace("GS*HP", f"GS*{function}").encode()).sets
    assert one.kind == known_as


def test_without_a_telling_version_a_277_is_told_by_its_purpose():
    content = MADE["277CA"].decode().replace("005010X214", "005010")
    assert read(content.encode()).sets[0].kind == "277CA"
    assert read(content.replace("*0830*TH", "*0830*DG").encode()).sets[0].kind == "277"


def test_a_kind_that_is_not_read_is_named():
    [one] = read(MADE["835"].replace(b"ST*835", b"ST*270")).sets
    assert (one.content, words(one.findings)) == (
        None,
        ["Segment 3, ST01: 270 is no kind of transaction set that is read here"],
    )


def test_a_payment_as_plain_values():
    told = plain(MADE["835"])
    [payment] = told["transactions"]
    assert set(payment) == {"kind", "control", "payment", "provider_adjustments", "claims", "balanced", "findings"}
    assert (payment["kind"], payment["control"], payment["payment"], payment["balanced"]) == (
        "835",
        "0001",
        "80.00",
        True,
    )
    assert payment["provider_adjustments"] == [
        {"provider": "1234567893", "date": "2026-12-31", "reason": "WO", "reference": "C0815", "amount": "0.00"}
    ]
    [claim] = payment["claims"]
    [line] = claim.pop("lines")
    assert claim == {
        "id": "C1", "status": "1", "charge": "120.00", "paid": "80.00", "patient_responsibility": "15.00",
        "adjustments": [],
    }  # fmt: skip
    assert line["adjustments"][0] == {"group": "CO", "reason": "45", "amount": "25.00", "quantity": None}
    assert (line["code"], line["modifiers"], line["charge"], line["paid"]) == ("99213", ["25"], "120.00", "80.00")
    assert told["findings"] == []


def test_no_name_of_a_person_is_told():
    assert "EXAMPLE" not in json.dumps([plain(content) for content in EVERY])


def test_a_payment_that_does_not_add_up_is_told():
    [payment] = plain(MADE["835"].replace(b"BPR*I*80*", b"BPR*I*79.99*"))["transactions"]
    assert (payment["balanced"], len(payment["findings"])) == (False, 1)


def test_acknowledged_sets_as_plain_values():
    [told] = plain(MADE["999"])["transactions"]
    assert told["accepted"] == []
    [rejected] = told["rejected"]
    assert (rejected["id"], rejected["codes"]) == ("0001", ["R", "5"])
    [error] = rejected["errors"]
    assert (error["segment"], error["position"], error["code"], error["claim"]) == ("CLM", 22, "8", "C1")
    assert error["elements"] == [{"element": 2, "component": None, "code": "1", "value": "X"}]


def test_a_group_stands_for_sets_that_are_not_named():
    [told] = plain(file_of("999", GROUP, "AK9*A*1*1*1"))["transactions"]
    assert [(one["id"], one["kind"], one["codes"]) for one in told["accepted"]] == [("3", "group", ["A"])]


def test_acknowledged_claims_as_plain_values():
    [told] = plain(MADE["277CA"])["transactions"]
    assert [(one["id"], one["level"], one["codes"]) for one in told["accepted"]] == [("BATCH1", "21", ["A1:19:PR"])]
    assert [(one["id"], one["codes"], one["charge"]) for one in told["rejected"]] == [("C1", ["A7:562:85"], "120.00")]
    assert [(one["id"], one["status"], one["charge"]) for one in told["claims"]] == [("C1", "A7:562:85", "120.00")]


def test_claims_that_are_asked_about_as_plain_values():
    [told] = plain(MADE["277"])["transactions"]
    assert [(one["id"], one["status"], one["charge"], one["paid"]) for one in told["claims"]] == [
        ("ASK1", "F1:65", "120.00", "80.00"), ("ASK2", "P3:317", "200.00", None), ("ASK3", "A4:35", None, None),
    ]  # fmt: skip
    assert told["levels"] == [{"id": "0", "level": "19", "codes": ["E0:24:1P"]}]


def test_billed_claims_as_plain_values():
    [told] = plain(MADE["837"])["transactions"]
    [claim] = told["claims"]
    assert (told["kind"], claim["id"], claim["charge"], told["findings"]) == ("837P", "C1", "150.00", [])
    assert [(line["code"], line["charge"], line["units"]) for line in claim["lines"]] == [
        ("99213", "120.00", "1"),
        ("J3301", "30.00", "4"),
    ]


def test_billed_lines_that_do_not_add_up_are_told():
    [told] = plain(MADE["837"].replace(b"CLM*C1*150", b"CLM*C1*150.01"))["transactions"]
    assert told["findings"] == ["Segment 5, CLM02: the lines charge 150.00, the claim 150.01"]


@pytest.mark.parametrize(
    ("line", "charge"), [("SV2*0300*HC:80053*40*UN*1", "40.00"), ("SV3*AD:D0120*46****1", "46.00")]
)
def test_institutional_and_dental_lines_have_their_own_places(line, charge):
    [told] = plain(file_of("837", "CLM*C1*1", line))["transactions"]
    assert told["claims"][0]["lines"][0]["charge"] == charge


def test_an_interchange_that_is_acknowledged_stands_among_the_sets():
    content = MADE["835"].replace(b"GS*HP", b"TA1*000000001*261101*0830*R*018~GS*HP")
    told, payment = plain(content)["transactions"]
    assert (told["kind"], told["rejected"]) == ("TA1", [{"id": "000000001", "codes": ["R", "018"]}])
    assert payment["kind"] == "835"


def test_a_file_without_sets_says_so():
    content = MADE["835"]
    begin, end = content.index(b"GS*"), content.index(b"IEA*")
    told = plain(content[:begin] + content[end:].replace(b"IEA*1", b"IEA*0"))
    assert told == {"transactions": [], "findings": ["File: there is no transaction set"]}


# -- whatever stands in a file -------------------------------------------------------------------------
PIECES = st.sampled_from(
    [b"~", b"*", b":", b"^", b"ISA", b"GS*HP", b"ST*835*1~", b"SE*", b"CLP*", b"SVC*", b"CAS*CO*45*", b"PLB*",
     b"HL*", b"TRN*", b"STC*A7:", b"AK2*", b"IK5", b"IK4*", b"TA1*", b"\n", b"\r", b"\x00", b"\xff\xfe",
     "é".encode(), b"9" * 40]
)  # fmt: skip


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_no_bytes_raise(content):
    plain(content)


@settings(max_examples=300)
@given(st.lists(PIECES | st.binary(max_size=5), max_size=60))
def test_no_pieces_of_x12_raise(pieces):
    plain(b"".join(pieces))
    plain(MADE["835"][:106] + b"".join(pieces))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(EVERY), st.data())
def test_no_damage_to_a_file_raises(content, data):
    for _ in range(data.draw(st.integers(1, 6))):
        begin = data.draw(st.integers(0, len(content)))
        end = begin + data.draw(st.integers(0, 30))
        content = content[:begin] + data.draw(PIECES | st.binary(max_size=8)) + content[end:]
    plain(content)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(EVERY), st.data())
def test_no_order_of_segments_raises(content, data):
    segments = content.split(b"~")
    shuffled = data.draw(st.permutations(segments[1:]))
    plain(b"~".join([segments[0], *shuffled]))


@pytest.mark.parametrize("content", EVERY, ids=[*MADE, *(path.name for path in OURS)])
def test_a_file_that_is_cut_off_anywhere_does_not_raise(content):
    for end in range(len(content)):
        plain(content[:end])


@given(st.integers(0, len(MADE["835"]) - 1))
def test_a_payment_that_was_cut_off_is_never_taken_for_a_whole_one(end):
    reading = read(MADE["835"][:end])
    assert all(one.findings or one.transaction.is_whole for one in reading.sets)
    assert reading.findings or end >= len(MADE["835"].rstrip(b"~"))


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (b"CAS*CO*45*25~", b"", "Segment 18, SE: SE01 counts 17, there are 16 segments"),
        (b"SE*17*0001", b"SE*17*0002", "Segment 19, SE: SE02 is 0002, the header has 0001"),
    ],
)
def test_what_is_wrong_with_the_ends_of_a_set_is_told_with_the_set(old, new, finding):
    reading = read(MADE["835"].replace(old, new))
    assert finding in words(reading.sets[0].findings)
    assert not reading.findings


@pytest.mark.parametrize("content", [b"A" * 3_000_000, b"~" * 1_000_000, MADE["835"][:106] + b"*" * 3_000_000])
def test_masses_of_one_character_do_not_raise(content):
    plain(content)


def test_amounts_have_two_decimals():
    [payment] = plain(MADE["835"].replace(b"*120*80*15*", b"*120.5*80.000*015*"))["transactions"]
    claim = payment["claims"][0]
    assert [claim[name] for name in ("charge", "paid", "patient_responsibility")] == ["120.50", "80.00", "15.00"]
    assert all(Decimal(claim[name]) for name in ("charge", "paid"))
