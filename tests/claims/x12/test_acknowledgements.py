"""999, TA1 and 277CA: accepted is only what is said to be."""

from datetime import date
from decimal import Decimal

import pytest

from claims.rules.x12.acknowledgements import (
    Verdict,
    read_acknowledgement,
    read_claim_acknowledgement,
    read_interchange_acknowledgement,
)
from tests.claims.x12.made import set_of, words

GROUP = "AK1*HC*3*005010X222A1"


def acknowledged(*lines):
    return read_acknowledgement(set_of("999", *lines))


def verdicts(*lines):
    return [(one.control, one.verdict.value) for one in acknowledged(*lines).sets]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("A", "accepted"), ("E", "accepted with errors"), ("R", "rejected"), ("M", "rejected"), ("W", "rejected"),
     ("X", "rejected"), ("P", "partly accepted"), ("Q", "unknown"), ("", "unknown")],
)  # fmt: skip
def test_each_code_has_its_verdict(code, verdict):
    assert verdicts(GROUP, "AK2*837*0001*005010X222A1", f"IK5*{code}", "AK9*A*1*1*1") == [("0001", verdict)]


def test_with_errors_is_accepted_and_partly_is_not():
    assert Verdict.WITH_ERRORS.is_accepted
    assert not Verdict.PARTLY.is_accepted


def test_each_set_has_its_own_verdict_not_the_groups():
    lines = (GROUP, "AK2*837*0001", "IK5*A", "AK2*837*0002", "IK5*R*5", "AK2*837*0003", "IK5*E", "AK9*P*3*3*2")
    found = acknowledged(*lines)
    assert (found.function, found.group_control, found.verdict, found.counts) == (
        "HC",
        "3",
        Verdict.PARTLY,
        ("3", "3", "2"),
    )
    assert [found.verdict_of(number).value for number in ("0001", "0002", "0003", "0004")] == [
        "accepted", "rejected", "accepted with errors", "unknown",
    ]  # fmt: skip
    assert found.sets[1].reasons == ("5",)
    assert not found.findings


@pytest.mark.parametrize(
    ("lines", "expected", "finding"),
    [
        ((GROUP, "AK2*837*0001", "AK9*A*1*1*1"), [("0001", "unknown")], "Segment 5, AK2: IK5 is missing: set 0001"),
        (
            (GROUP, "AK2*837*0001", "AK2*837*0002", "IK5*A", "AK9*A*2*2*2"),
            [("0001", "unknown"), ("0002", "accepted")],
            "Segment 5, AK2: IK5 is missing: set 0001",
        ),
        (
            (GROUP, "AK2*837*0001", "IK5*A", "IK5*R", "AK9*A*1*1*1"),
            [("0001", "unknown")],
            "Segment 5, AK2: IK5 stands 2 times: set 0001",
        ),
        (
            (GROUP, "IK5*A", "AK9*A*1*1*1"),
            [("", "unknown")],
            "Segment 5, IK5: IK5 stands before AK2: it is about no set",
        ),
        (
            (GROUP, "AK2*837*0001", "IK5*A", "AK9*R*1*1*0"),
            [("0001", "unknown")],
            "Segment 5, AK2: accepted, but its group is not, or it has no number",
        ),
        ((GROUP, "AK2*837*0001", "IK5*A"), [("0001", "accepted")], "Segment 3, ST: AK9 is missing"),
        (("AK2*837*0001", "IK5*A", "AK9*A*1*1*1"), [("0001", "accepted")], "Segment 3, ST: AK1 is missing"),
        (
            (GROUP, "AK2*837*0001", "IK5*A", "AK9*A*1*1*0"),
            [("0001", "accepted")],
            "Segment 7, AK904: 0 sets are accepted here, 1 above",
        ),
        (
            (GROUP, "AK2*837*0001", "IK5*A", "AK9*A*1*1*1", "ZZ*1"),
            [("0001", "accepted")],
            "Segment 8, ZZ: ZZ is not known here",
        ),
    ],
    ids=[
        "no IK5",
        "no IK5 in the middle",
        "two words",
        "no AK2",
        "group rejected",
        "no AK9",
        "no AK1",
        "counts",
        "other",
    ],
)
def test_what_is_not_said_or_said_twice_is_no_acceptance(lines, expected, finding):
    assert verdicts(*lines) == expected
    assert finding in words(acknowledged(*lines).findings)


@pytest.mark.parametrize(("code", "verdict"), [("A", "accepted"), ("R", "rejected"), ("P", "unknown")])
def test_a_group_without_words_on_its_sets_speaks_for_all_of_them(code, verdict):
    assert acknowledged(GROUP, f"AK9*{code}*2*2*2").verdict_of("0001").value == verdict


def test_errors_are_found_down_to_the_component():
    found = acknowledged(
        GROUP, "AK2*837*0001", "IK3*CLM*22*2300*8", "CTX*CLM01:C1", "IK4*5:3*1325*7*Z",
        "CTX*SITUATIONAL TRIGGER*CLM*22", "IK4*2*782*1", "IK3*REF*57**3", "IK5*R*5*I5", "AK9*R*1*1*0*5",
    )  # fmt: skip
    assert found.reasons == ("5",)
    claim, reference = found.sets[0].errors
    assert (claim.segment, claim.position, claim.loop, claim.code, claim.claim) == ("CLM", 22, "2300", "8", "C1")
    assert [(one.element, one.component, one.reference, one.code, one.value) for one in claim.elements] == [
        (5, 3, "1325", "7", "Z"),
        (2, None, "782", "1", ""),
    ]
    assert claim.elements[0].context == ("SITUATIONAL TRIGGER", "CLM", "22")
    assert (reference.segment, reference.position, reference.claim, reference.elements) == ("REF", 57, "", ())


def test_a_997_says_the_same_in_other_segments():
    found = acknowledged("AK1*HC*3", "AK2*837*0001", "AK3*CLM*22**8", "AK4*2*782*1*X", "AK5*R*5", "AK9*R*1*1*0")
    assert (found.sets[0].verdict, found.sets[0].errors[0].elements[0].value) == (Verdict.REJECTED, "X")


@pytest.mark.parametrize(("code", "verdict"), [("A", "accepted"), ("E", "accepted with errors"), ("R", "rejected")])
def test_an_interchange_is_acknowledged(code, verdict):
    found = read_interchange_acknowledgement(2, ["TA1", "000000007", "261102", "0830", code, "000"])
    assert (found.control, found.code, found.note, found.verdict.value) == ("000000007", code, "000", verdict)


# -- 277CA ---------------------------------------------------------------------------------------------
BATCH = (
    "BHT*0085*08*X1*20261102*0830*TH",  # segment 4
    "HL*1**20*1", "NM1*PR*2*MADE UP PLAN*****PI*99999", "TRN*1*T1", "DTP*050*D8*20261102",
    "HL*2*1*21*1", "NM1*41*2*CHARTLINE*****46*CL1", "TRN*2*BATCH1", "STC*A1:19:PR*20261102*WQ*320",
    "QTY*90*2", "AMT*YU*320",
    "HL*3*2*19*1", "NM1*85*2*MADE UP CLINIC*****XX*1234567893",
)  # fmt: skip


def patient(trace, *more):
    return ("HL*4*3*PT", "NM1*QC*1*EXAMPLE*EVE****MI*M1", f"TRN*2*{trace}", *more)


def answered(*lines):
    return read_claim_acknowledgement(set_of("277CA", *lines))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("STC*A2:20:PR*20261102*WQ*120", "accepted"),
        ("STC*A1:19*20261102*WQ*120", "accepted"),
        ("STC*A0:16*20261102*WQ*120", "accepted"),
        ("STC*A5:20*20261102*WQ*120", "accepted"),
        ("STC*A3:21:85*20261102*U*120", "rejected"),
        ("STC*A6:500:85*20261102*U*120", "rejected"),
        ("STC*A7:562:85*20261102*U*120", "rejected"),
        ("STC*A8:496:85*20261102*U*120", "rejected"),
        ("STC*A7:562:85*20261102*WQ*120", "rejected"),  # the category says why, WQ only how it went on
        ("STC*A2:20*20261102*U*120", "rejected"),
        ("STC*A2:20*20261102*WQ*120******A7:562:85", "rejected"),
        ("STC*A2:20*20261102*WQ*120*******A3:21", "rejected"),
        ("STC*A4:35*20261102*U*120", "rejected"),
        ("STC*A4:35*20261102**120", "unknown"),
        ("STC*Z9:1*20261102*WQ*120", "unknown"),
        ("STC", "unknown"),
        ("STC*A7>562>85*20261102*U*120", "rejected"),  # between another delimiter than the file's
    ],
)
def test_each_category_has_its_verdict(status, verdict):
    [claim] = answered(*BATCH, *patient("C1", status)).claims
    assert (claim.item.trace, claim.verdict.value) == ("C1", verdict)


def test_an_acknowledged_claim_has_its_numbers_names_and_states():
    more = (
        "STC*A7:562:85*20261102*U*120*******A6:500:85*FREE WORDS",
        "REF*1K*PC1",
        "REF*D9*TRACE1",
        "DTP*472*D8*20261012",
    )
    found = answered(*BATCH, *patient("C1", *more))
    assert (found.reference, found.batch) == ("X1", "BATCH1")
    [claim] = found.claims
    assert (claim.item.payer_control, claim.item.clearinghouse_trace, claim.item.charge) == ("PC1", "TRACE1", 120)
    assert claim.item.days == (("472", "20261012"),)
    assert [str(state) for state in claim.item.states] == ["A7:562:85", "A6:500:85"]
    [status] = claim.item.statuses
    assert (status.on, status.action, status.message) == (date(2026, 11, 2), "U", "FREE WORDS")
    names = [claim.item.name(role) for role in ("QC", "85", "41", "PR")]
    assert [name.last for name in names] == ["EXAMPLE", "MADE UP CLINIC", "CHARTLINE", "MADE UP PLAN"]


def test_sums_stand_at_the_level_of_the_batch():
    _, receiver = answered(*BATCH).levels
    assert (receiver.item.quantities, receiver.item.amounts) == ((("90", Decimal(2)),), (("YU", Decimal(320)),))
    assert (receiver.item.charge, receiver.verdict) == (320, Verdict.ACCEPTED)


def test_lines_have_states_of_their_own():
    lines = ("SVC*HC:99213:25*120*****1", "STC*A7:454*20261102*U*120", "REF*FJ*L1")
    [claim] = answered(*BATCH, *patient("C1", "STC*A7:562*20261102*U*120", *lines)).claims
    [line] = claim.item.lines
    assert (line.procedure.code, line.charge, line.units, line.control) == ("99213", 120, 1, "L1")
    assert [str(state) for state in claim.item.states] == ["A7:562", "A7:454"]


REJECTED_PROVIDER = (*BATCH, "TRN*1*P1", "STC*A8:496:85*20261102*U*320", "QTY*QC*1", "AMT*YY*320")
REJECTED_BATCH = tuple(line.replace("A1:19:PR*20261102*WQ", "A3:24:41*20261102*U") for line in BATCH)


@pytest.mark.parametrize("batch", [REJECTED_PROVIDER, REJECTED_BATCH], ids=["provider", "batch"])
def test_what_is_rejected_above_is_rejected_below(batch):
    found = answered(*batch)
    assert [one.verdict for one in found.levels][-1 if batch is REJECTED_PROVIDER else 1] is Verdict.REJECTED
    [claim] = answered(*batch, *patient("C1")).claims
    assert claim.verdict is Verdict.REJECTED


def test_what_is_accepted_above_says_nothing_of_a_claim():
    found = answered(*BATCH, *patient("C1"), "REF*1K*PC1")
    assert [one.verdict for one in found.claims] == [Verdict.UNKNOWN]
    assert words(found.findings) == ["Segment 19, STC: nothing is said of claim C1"]


def test_a_claim_that_is_accepted_where_its_provider_is_not_is_unknown():
    found = answered(*REJECTED_PROVIDER, *patient("C1", "STC*A2:20*20261102*WQ*120"))
    assert [one.verdict for one in found.claims] == [Verdict.UNKNOWN]
    assert words(found.findings) == ["Segment 23, STC: claim C1 is accepted, but what stands above is not"]


def test_a_claim_that_is_accepted_where_its_line_is_not_is_unknown():
    line = ("SVC*HC:99213*120*****1", "STC*A7:454*20261102*U*120")
    found = answered(*BATCH, *patient("C1", "STC*A2:20*20261102*WQ*120", *line))
    assert [one.verdict for one in found.claims] == [Verdict.UNKNOWN]


def test_several_claims_of_one_patient_are_told_apart():
    two = (*patient("C1", "STC*A2:20*20261102*WQ*120"), "TRN*2*C2", "STC*A7:562*20261102*U*200")
    assert [(one.item.trace, one.verdict.value) for one in answered(*BATCH, *two).claims] == [
        ("C1", "accepted"),
        ("C2", "rejected"),
    ]


def test_states_before_their_trace_are_its_own():
    [claim] = answered(*BATCH, "HL*4*3*PT", "STC*A2:20*20261102*WQ*120", "TRN*2*C1").claims
    assert (claim.item.trace, claim.verdict) == ("C1", Verdict.ACCEPTED)


def test_a_level_that_names_no_parent_stands_under_the_nearest_higher_one():
    found = answered(*BATCH, *(line.replace("HL*4*3*PT", "HL*4**PT") for line in patient("C1", "STC*A2:20")))
    assert found.claims[0].item.name("85").number == "1234567893"
    wrong = answered(*BATCH, *(line.replace("HL*4*3*PT", "HL*4*9*PT") for line in patient("C1", "STC*A2:20")))
    assert wrong.claims[0].item.name("85").number == "1234567893"
    assert words(wrong.findings) == ["Segment 17, HL02: there is no level 9 above"]


def test_a_claim_without_number_is_told():
    found = answered(*BATCH, "HL*4*3*PT", "STC*A2:20*20261102*WQ*120")
    assert words(found.findings) == ["Segment 18, STC: TRN is missing: nothing says which claim this is about"]


def test_without_levels_it_says_so():
    assert words(answered("BHT*0085*08*X1").findings) == ["Segment 3, ST: HL is missing: there are no levels"]
