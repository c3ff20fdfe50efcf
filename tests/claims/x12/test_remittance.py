"""An 835 as a remittance: each oddity of payers by itself."""

from datetime import date
from decimal import Decimal

import pytest

from claims.rules.x12.qualified import Name
from claims.rules.x12.remittance import Adjustment
from claims.rules.x12.remittance_reader import read_remittance
from claims.rules.x12.segments import Delimiters, read_file
from tests.claims.x12.made import CLAIM, FILES, PAYMENT, file_of, set_of, words


def read(*lines):
    return read_remittance(set_of("835", *lines))


def changed(old, new):
    return read(*(line.replace(old, new) for line in PAYMENT + CLAIM))


def test_a_payment_says_who_pays_whom_how_much_when_and_under_which_number():
    payment = read(*PAYMENT, *CLAIM)
    assert (payment.handling, payment.payment, payment.direction, payment.method) == ("I", 80, "C", "ACH")
    assert (payment.paid_on, payment.produced_on) == (date(2026, 11, 3), date(2026, 11, 1))
    assert (payment.trace, payment.originator) == ("CHECK77", "1512345678")
    assert (payment.payer.name, payment.payer.number) == ("MADE UP HEALTH PLAN", "99999")
    assert [payee.number for payee in payment.payees] == ["1234567893"]
    assert not payment.findings


def test_a_claim_has_its_numbers_names_and_lines():
    [claim] = read(*PAYMENT, *CLAIM).claims
    assert (claim.place, claim.number, claim.status, claim.payer_control) == (10, "C1", "1", "P1")
    assert (claim.charge, claim.paid, claim.patient_responsibility) == (120, 80, 15)
    assert claim.name("QC") == Name("QC", "EXAMPLE", "EVE", "", "MI", "M1")
    assert claim.payee.number == "1234567893"
    [line] = claim.lines
    assert (line.place, line.procedure.code, line.procedure.modifiers) == (12, "99213", ("25",))
    assert (line.charge, line.paid, line.units, line.allowed, line.control) == (120, 80, 1, 95, "L1")
    assert (line.begins, line.ends) == (date(2026, 10, 12), date(2026, 10, 12))
    assert line.adjustments == (Adjustment("CO", "45", Decimal(25)), Adjustment("PR", "3", Decimal(15)))


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("BPR*I*80", "BPR*I*", "Segment 4, BPR02: amount missing"),
        ("BPR*I*80", "BPR*I*eighty", "Segment 4, BPR02: eighty is no amount"),
        ("*1*120*80*15*12", "*1**80*15*12", "Segment 10, CLP03: amount missing"),
        ("*1*120*80*15*12", "*1*120**15*12", "Segment 10, CLP04: amount missing"),
        ("*1*120*80*15*12", "*1*120*80*1O*12", "Segment 10, CLP05: 1O is no amount"),
        (":25*120*80", ":25**80", "Segment 12, SVC02: amount missing"),
        (":25*120*80", ":25*120*8,0", "Segment 12, SVC03: 8,0 is no amount"),
        (":25*120*80", ":25*120*80.005", "Segment 12, SVC03: 80.005 is no amount"),
        (":25*120*80", ":25*120*NaN", "Segment 12, SVC03: NaN is no amount"),
        (":25*120*80", ":25*120*1E2", "Segment 12, SVC03: 1E2 is no amount"),
        (":25*120*80", ":25*120*٨٠", "Segment 12, SVC03: ٨٠ is no amount"),
        (":25*120*80", ":25*120*" + "9" * 30, "Segment 12, SVC03: " + "9" * 30 + " is no amount"),
        ("CAS*CO*45*25", "CAS*CO*45", "Segment 14, CAS03: amount missing"),
        ("CAS*CO*45*25", "CAS*CO*45*25**50*", "Segment 14, CAS06: amount missing"),
        ("AMT*B6*95", "AMT*B6", "Segment 17, AMT02: amount missing"),
        ("**1", "**one", "Segment 12, SVC05: one is no quantity"),
        ("CLP*C1", "CLP*", "Segment 10, CLP01: missing"),
        ("C1*1*", "C1**", "Segment 10, CLP02: missing"),
        ("C1*1*", "C1*99*", "Segment 10, CLP02: 99 is no claim status"),
        ("CAS*CO*45", "CAS*XX*45", "Segment 14, CAS01: XX is no group code"),
        ("CAS*CO*45", "CAS**45", "Segment 14, CAS01: nothing is no group code"),
        ("DTM*472*20261012", "DTM*472*20261332", "Segment 13, DTM02: 20261332 is no day"),
        ("20261103", "20260230", "Segment 4, BPR16: 20260230 is no day"),
        ("HC:99213:25", "HC>99213>25", "Segment 12, SVC01: its parts stand between another sign than the file's"),
    ],
)
def test_what_cannot_be_read_is_a_finding_with_its_place(old, new, finding):
    lines = [line.replace(old, new) for line in PAYMENT + CLAIM]
    content = file_of("835", *(PAYMENT + CLAIM)).decode()
    for before, after in zip(PAYMENT + CLAIM, lines, strict=True):
        content = content.replace(f"{before}~", f"{after}~")
    [found] = read_file(content.encode()).sets
    assert words(read_remittance(found).findings) == [finding]


@pytest.mark.parametrize(
    ("text", "amount"),
    [("80", "80"), ("80.5", "80.5"), (".5", "0.5"), ("-.05", "-0.05"), ("80.", "80"), ("+80", "80"), ("080.00", "80"),
     (" 80 ", "80"), ("80.5000", "80.5"), ("-0", "0")],
)  # fmt: skip
def test_amounts_as_payers_write_them(text, amount):
    [claim] = changed(":25*120*80", f":25*120*{text}").claims
    assert claim.lines[0].paid == Decimal(amount)
    assert not claim.lines[0].paid.is_signed() or Decimal(amount) < 0


def test_a_component_delimiter_that_was_not_kept_to_is_seen_through():
    [claim] = changed("HC:99213:25", "HC>99213>25").claims
    assert (claim.lines[0].procedure.code, claim.lines[0].procedure.modifiers) == ("99213", ("25",))


def test_several_sets_are_several_payments():
    content = (FILES / "two_payments.x12").read_bytes()
    payments = [read_remittance(one) for one in read_file(content).sets]
    assert [(one.control, one.trace, one.payment) for one in payments] == [
        ("0001", "CHECK77", Decimal("95.40")),
        ("0002", "CHECK78", 0),
    ]
    assert [payee.number for one in payments for payee in one.payees] == ["1234567893", "1245319599"]


def test_several_payees_in_one_set_each_have_their_claims():
    other = (*PAYMENT, *CLAIM, "N1*PE*OTHER CLINIC*XX*1245319599", "LX*2", "TS3*1245319599*11*20261231*1*50", *CLAIM)
    first, second = read(*other).claims
    assert (first.payee.number, first.provider) == ("1234567893", "")
    assert (second.payee.number, second.provider) == ("1245319599", "1245319599")


def test_groups_of_claims_name_their_provider():
    one, other = "TS3*1111111112*11*20261231*1*50", "TS3*1245319599*11*20261231*1*50"
    claims = read(*PAYMENT, one, *CLAIM, "LX*2", other, "TS2*1", *CLAIM).claims
    assert [claim.provider for claim in claims] == ["1111111112", "1245319599"]


def test_no_payment_is_a_payment_of_nothing():
    payment = changed("BPR*I*80*C*ACH", "BPR*H*0*C*NON")
    assert (payment.handling, payment.payment, payment.method) == ("H", 0, "NON")


def test_provider_adjustments_come_in_pairs_negative_ones_too():
    payment = read(*PAYMENT, *CLAIM, "PLB*1234567893*20261231*WO:C0815*50.25*CS*-1008.1*L6*-.11")
    assert [(one.reason, one.reference, one.amount) for one in payment.provider_adjustments] == [
        ("WO", "C0815", Decimal("50.25")),
        ("CS", "", Decimal("-1008.1")),
        ("L6", "", Decimal("-0.11")),
    ]
    assert {(one.provider, one.fiscal_year_end, one.place) for one in payment.provider_adjustments} == {
        ("1234567893", date(2026, 12, 31), 18)
    }
    assert payment.adjusted == Decimal("-957.96")


def test_a_provider_adjustment_without_amount_is_not_zero_unsaid():
    payment = read(*PAYMENT, *CLAIM, "PLB*1234567893*20261231*WO:C0815")
    assert words(payment.findings) == ["Segment 18, PLB04: amount missing"]
    payment = read(*PAYMENT, *CLAIM, "PLB*1234567893*20261231**50")
    assert words(payment.findings) == ["Segment 18, PLB03: missing"]


def test_a_claim_may_have_no_lines_and_adjustments_of_its_own():
    more = ("CAS*CO*45*25*1*253*0*2", "CAS*PR*3*15", "MOA***MA01*MA18")
    [claim] = read(*PAYMENT, "CLP*C1*2*120*80*15*MB*P1", *more).claims
    assert not claim.lines
    assert claim.adjustments == (
        Adjustment("CO", "45", Decimal(25), Decimal(1)),
        Adjustment("CO", "253", Decimal(0), Decimal(2)),
        Adjustment("PR", "3", Decimal(15)),
    )
    assert claim.remarks == ("MA01", "MA18")


def test_inpatient_remarks_stand_in_many_places():
    mia = "MIA*0***80*MA01***************MA02*MA03**MA05"
    [claim] = read(*PAYMENT, "CLP*C1*1*120*80*15*MA*P1*11*1", mia).claims
    assert claim.remarks == ("MA01", "MA02", "MA03", "MA05")


def test_a_line_decided_on_under_another_code_keeps_what_was_billed():
    [claim] = changed("SVC*HC:99213:25*120*80**1", "SVC*HC:99212*120*80**1*HC:99213:25*2").claims
    [line] = claim.lines
    assert (line.procedure.code, line.submitted.code, line.submitted.modifiers) == ("99212", "99213", ("25",))
    assert (line.units, line.units_billed) == (1, 2)


def test_a_split_line_is_two_lines_with_one_number():
    split = ("SVC*HC:99213*60*40**1", "CAS*CO*45*20", "REF*6R*L1", "SVC*HC:99213*60*40**1", "CAS*CO*45*20", "REF*6R*L1")
    [claim] = read(*PAYMENT, CLAIM[0], *split).claims
    assert [line.control for line in claim.lines] == ["L1", "L1"]


def test_a_reversal_is_the_mirror_of_what_was_paid():
    content = (FILES / "reversal.x12").read_bytes()
    [one] = read_file(content).sets
    reversal, correction = read_remittance(one).claims
    assert (reversal.is_reversal, reversal.charge, reversal.paid) == (True, -120, -80)
    assert (correction.is_reversal, correction.number, correction.paid) == (False, "C1", Decimal("60"))


@pytest.mark.parametrize(("status", "name"), [("19", ""), ("20", ""), ("1", "NM1*TT*2*NEXT PAYER*****PI*88888")])
def test_a_claim_that_went_on_to_the_next_payer_says_so(status, name):
    lines = [CLAIM[0].replace("*1*120", f"*{status}*120"), *CLAIM[1:2], *([name] if name else []), *CLAIM[2:]]
    [claim] = read(*PAYMENT, *lines).claims
    assert claim.is_forwarded


def test_a_denied_claim_says_so():
    [claim] = changed("C1*1*", "C1*4*").claims
    assert (claim.is_denied, claim.is_forwarded) == (True, False)


def test_corrected_names_are_kept_beside_the_ones_sent():
    names = ("NM1*74*1*EXAMPLES*EVE****C*M2", "NM1*82*1*DOE*JANE****XX*1234567893")
    [claim] = read(*PAYMENT, *CLAIM[:2], *names, *CLAIM[2:]).claims
    assert (claim.name("74").number, claim.name("QC").number, claim.name("82").last) == ("M2", "M1", "DOE")


def test_periods_remarks_references_and_amounts():
    more = ("DTM*232*20261001", "DTM*233*20261003", "DTM*050*20261020", "REF*EA*MRN1", "AMT*AU*95", "QTY*CA*2")
    line = ("DTM*150*20261001", "DTM*151*20261003", "REF*LU*11", "AMT*KH*5", "QTY*ZK*3", "LQ*HE*N362", "LQ*HE*M15")
    [claim] = read(*PAYMENT, *CLAIM[:2], *more, *CLAIM[2:3], *line, *CLAIM[4:]).claims
    assert (claim.begins, claim.ends, claim.received) == (date(2026, 10, 1), date(2026, 10, 3), date(2026, 10, 20))
    assert (claim.references, claim.amounts, claim.quantities) == ((("EA", "MRN1"),), (("AU", 95),), (("CA", 2),))
    [line] = claim.lines
    assert (line.begins, line.ends, line.remarks) == (date(2026, 10, 1), date(2026, 10, 3), ("N362", "M15"))
    assert (line.references, line.control) == ((("LU", "11"),), "L1")
    assert (line.amounts, line.allowed) == ((("KH", 5),), 95)


def test_within_a_part_the_order_does_not_matter():
    [straight] = read(*PAYMENT, *CLAIM).claims[0].lines
    [upside_down] = read(*PAYMENT, *CLAIM[:3], *reversed(CLAIM[3:])).claims[0].lines
    assert upside_down._replace(adjustments=upside_down.adjustments[::-1]) == straight


def test_segments_of_a_claim_behind_its_lines_are_given_back_to_it():
    payment = read(*PAYMENT, CLAIM[0], *CLAIM[2:], CLAIM[1], "MOA***MA01")
    [claim] = payment.claims
    assert (claim.name("QC").last, claim.remarks) == ("EXAMPLE", ("MA01",))
    assert words(payment.findings) == [
        "Segment 17, NM1: NM1 of the claim stands behind its service line",
        "Segment 18, MOA: MOA of the claim stands behind its service line",
    ]
    assert all(finding.is_warning for finding in payment.findings)


def test_a_line_outside_any_claim_is_not_lost_unsaid():
    payment = read(*PAYMENT, *CLAIM[2:])
    assert not payment.claims
    assert words(payment.findings) == ["Segment 10, SVC: this service line stands in no claim"]


def test_money_in_a_wrong_place_is_no_mere_warning():
    payment = read(*PAYMENT, *CLAIM, "LX*2", "CAS*CO*45*10")
    [finding] = payment.findings
    assert (str(finding), finding.is_warning) == ("Segment 19, CAS: CAS does not belong here and was left out", False)


def test_unknown_segments_are_kept_and_counted():
    payment = read(*PAYMENT, *CLAIM, "ZZZ*1", "ZZZ*2", "K3*X")
    assert [segment[0] for segment in payment.unknown] == ["K3", "ZZZ", "ZZZ"]
    assert words(payment.findings) == [
        "Segment 18, ZZZ: 2 segments ZZZ are not known in an 835 and were left out",
        "Segment 20, K3: 1 segments K3 are not known in an 835 and were left out",
    ]


def test_a_second_payment_in_one_set_is_told():
    payment = read(*PAYMENT, *CLAIM, "BPR*I*10*C*ACH")
    assert payment.payment == 80
    assert words(payment.findings) == ["Segment 18, BPR: there is a second payment in this set: it was left out"]


def test_without_payment_and_number_it_says_so():
    assert words(read(*CLAIM).findings) == [
        "Segment 3, ST: BPR is missing: no payment is named",
        "Segment 3, ST: TRN is missing: the payment has no number",
    ]


def test_what_is_wrong_in_every_line_is_not_told_a_million_times():
    findings = read(*PAYMENT, *CLAIM, *["AMT*B6"] * 1500).findings
    assert len(findings) == 1001
    assert str(findings[-1]) == "File: 500 more findings are not listed"


def test_a_set_that_was_cut_off_says_so():
    content = file_of("835", *PAYMENT, *CLAIM).decode()
    [one] = read_file(content[: content.index("CAS*PR")].encode()).sets
    assert "Segment 3, ST: SE is missing: the set may have been cut off" in words(read_remittance(one).findings)


OTHER_DELIMITERS = (
    Delimiters("|", ">", "!", "\n"),
    Delimiters("+", "/", "%", "'"),
    Delimiters("\x1d", "\x1e", "\x1f", "\x1c"),  # those that the digest takes itself, in other roles
)


@pytest.mark.parametrize("delimiters", OTHER_DELIMITERS)
def test_the_same_set_has_the_same_digest_with_other_delimiters(delimiters):
    lines = (*PAYMENT, *CLAIM, "PLB*1234567893*20261231*WO:C0815*0")
    usual, other = set_of("835", *lines), set_of("835", *lines, delimiters=delimiters)
    assert read_remittance(usual).digest == read_remittance(other).digest


def test_the_same_set_has_the_same_digest_with_line_breaks_and_blanks():
    content = file_of("835", *PAYMENT, *CLAIM).decode()
    for same in (content.replace("~", "~\r\n"), content.replace("~", "~\n  "), content.replace("*EVE*", "*EVE  *")):
        [one] = read_file(same.encode()).sets
        assert read_remittance(one).digest == read(*PAYMENT, *CLAIM).digest


def test_another_cent_is_another_digest():
    assert changed("*80*15", "*80.01*15").digest != read(*PAYMENT, *CLAIM).digest
