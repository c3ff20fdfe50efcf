"""276: what is asked is what a reader of it finds, whatever the names."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.x12.claim_status import read_claim_status
from claims.rules.x12.segments import read_file
from claims.rules.x12.status_inquiry import Inquiry, Insured, Organisation, inquiry_set
from claims.rules.x12.writing import written
from tests.claims.x12.made import envelope

PLAN, OTHER_PLAN = Organisation("Made Up Plan", "99999"), Organisation("Other Plan", "88888")
US, CLINIC, DOCTOR = (
    Organisation("Chartline", "CL1"), Organisation("Made Up Clinic", "1234567893"),
    Organisation("Doe", "1245319599", first="Jane"),
)  # fmt: skip
EVE = Insured("Example", "Eve", "M1", date(1980, 2, 29), "F")
SAM, SUE = Insured("Sample", "Sam", "M2"), Insured("Sample", "Sue", born=date(2020, 5, 1), sex="F")


def inquiry(trace, **changes):
    facts = {
        "payer": PLAN, "submitter": US, "provider": CLINIC, "subscriber": EVE, "claim": f"C{trace}",
        "charge": Decimal("120.50"), "begins": date(2026, 10, 12), "ends": date(2026, 10, 12),
    }  # fmt: skip
    return Inquiry(trace=trace, **(facts | changes))


def asked(*inquiries):
    """The segments of a set and what is read back from a file with it."""
    segments = inquiry_set(inquiries, control=7, reference="ASK1", on=date(2026, 11, 2), time="0830")
    [one] = read_file(written(envelope("276"), [segments])).sets
    return segments, read_claim_status(one)


def test_one_question_byte_for_byte():
    segments, _ = asked(inquiry("1", payer_control="PC1"))
    assert ["*".join(segment).rstrip("*") for segment in segments] == [
        "ST*276*0007*005010X212",
        "BHT*0010*13*ASK1*20261102*0830",
        "HL*1**20*1",
        "NM1*PR*2*MADE UP PLAN*****PI*99999",
        "HL*2*1*21*1",
        "NM1*41*2*CHARTLINE*****46*CL1",
        "HL*3*2*19*1",
        "NM1*1P*2*MADE UP CLINIC*****XX*1234567893",
        "HL*4*3*22*0",
        "DMG*D8*19800229*F",
        "NM1*IL*1*EXAMPLE*EVE****MI*M1",
        "TRN*1*1",
        "REF*1K*PC1",
        "REF*EJ*C1",
        "AMT*T3*120.5",
        "DTP*472*D8*20261012",
        "SE*17*0007",
    ]


def test_questions_stand_under_their_patients_providers_and_payers_once_each():
    segments, read = asked(
        inquiry("1", subscriber=SAM, dependent=SUE),
        inquiry("2", payer=OTHER_PLAN),
        inquiry("3", subscriber=SAM),
        inquiry("4", provider=DOCTOR),
        inquiry("5", subscriber=SAM, dependent=SUE, ends=date(2026, 10, 14)),
    )
    levels = [segment[1:] for segment in segments if segment[0] == "HL"]
    assert levels == [
        ["1", "", "20", "1"], ["2", "1", "21", "1"], ["3", "2", "19", "1"], ["4", "3", "22", "1"], ["5", "4", "23", ""],
        ["6", "3", "22", "0"], ["7", "2", "19", "1"], ["8", "7", "22", "0"],
        ["9", "", "20", "1"], ["10", "9", "21", "1"], ["11", "10", "19", "1"], ["12", "11", "22", "0"],
    ]  # fmt: skip
    assert not read.findings
    assert [
        (item.trace, item.name("QC", "IL").first, item.name("1P").last, item.name("PR").number) for item in read.items
    ] == [
        ("1", "SUE", "MADE UP CLINIC", "99999"),
        ("5", "SUE", "MADE UP CLINIC", "99999"),
        ("3", "SAM", "MADE UP CLINIC", "99999"),
        ("4", "EVE", "DOE", "99999"),
        ("2", "EVE", "MADE UP CLINIC", "88888"),
    ]
    assert read.items[1].days == (("472", "20261012-20261014"),)


NAMES = st.text(min_size=1, max_size=80)


@given(NAMES, NAMES, st.lists(st.integers(1, 10**9), min_size=1, max_size=5, unique=True))
def test_any_name_can_be_asked_about(last, first, cents):
    inquiries = [inquiry(str(one), subscriber=Insured(last, first, "M1"), charge=Decimal(one) / 100) for one in cents]
    _, read = asked(*inquiries)
    assert [(item.trace, item.charge) for item in read.claims] == [(str(one), Decimal(one) / 100) for one in cents]
    assert not read.findings


def test_a_number_that_is_too_long_is_not_cut():
    with pytest.raises(ValueError, match="50 are the most"):
        asked(inquiry("1", payer_control="P" * 51))
