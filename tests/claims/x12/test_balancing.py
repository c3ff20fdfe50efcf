"""Sums of a remittance: what adds up is let through, and a cent off is always found."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.x12.balancing import balance
from claims.rules.x12.remittance_reader import read_remittance
from claims.rules.x12.segments import read_file
from tests.claims.x12.made import CLAIM, FILES, PAYMENT, set_of, words

CENT = Decimal("0.01")


def weigh(*lines):
    return balance(read_remittance(set_of("835", *lines)))


def changed(old, new):
    return words(weigh(*(line.replace(old, new) for line in PAYMENT + CLAIM)).findings)


def test_what_adds_up_is_balanced():
    found = weigh(*PAYMENT, *CLAIM)
    assert (found.is_balanced, found.claims, found.lines, found.findings) == (True, (), (), ())


@pytest.mark.parametrize("name", ["two_payments.x12", "reversal.x12"])
def test_reversals_provider_adjustments_and_payments_of_nothing_add_up(name):
    for one in read_file((FILES / name).read_bytes()).sets:
        assert not balance(read_remittance(one)).findings


@pytest.mark.parametrize(
    ("old", "new", "findings"),
    [
        (
            "BPR*I*80*",
            "BPR*I*80.01*",
            ["Segment 4, BPR02: claims 80.00 less provider adjustments 0.00 is 80.00, but the payment is 80.01: "
             "0.01 too much"],
        ),
        (
            "*120*80*15*12",
            "*120*79.99*15*12",
            ["Segment 4, BPR02: claims 79.99 less provider adjustments 0.00 is 79.99, but the payment is 80.00: "
             "0.01 too much",
             "Segment 10, CLP04: charge 120.00 less adjustments 40.00 is 80.00, but 79.99 is paid: 0.01 too little"],
        ),
        (
            "*120*80*15*12",
            "*120.01*80*15*12",
            ["Segment 10, CLP04: charge 120.01 less adjustments 40.00 is 80.01, but 80.00 is paid: 0.01 too little",
             "Segment 10, CLP03: the lines charge 120.00, the claim 120.01"],
        ),
        (
            ":25*120*80",
            ":25*120*80.01",
            ["Segment 12, SVC03: charge 120.00 less adjustments 40.00 is 80.00, but 80.01 is paid: 0.01 too much"],
        ),
        (
            "CAS*PR*3*15",
            "CAS*PR*3*14.99",
            ["Segment 10, CLP04: charge 120.00 less adjustments 39.99 is 80.01, but 80.00 is paid: 0.01 too little",
             "Segment 10, CLP05: the patient owes 15.00, adjustments of group PR are 14.99",
             "Segment 12, SVC03: charge 120.00 less adjustments 39.99 is 80.01, but 80.00 is paid: 0.01 too little"],
        ),
        ("*80*15*12", "*80*15.01*12", ["Segment 10, CLP05: the patient owes 15.01, adjustments of group PR are 15.00"]),
    ],
)  # fmt: skip
def test_a_finding_says_the_sum_that_does_not_come_out(old, new, findings):
    assert changed(old, new) == findings


def test_a_negative_provider_adjustment_adds_to_the_payment():
    more = [line.replace("BPR*I*80*", "BPR*I*130.25*") for line in PAYMENT]
    assert weigh(*more, *CLAIM, "PLB*1234567893*20261231*L6*-50.25").is_balanced
    assert not weigh(*more, *CLAIM, "PLB*1234567893*20261231*L6*50.25").is_balanced


def test_claims_and_lines_that_do_not_balance_are_named():
    found = weigh(*PAYMENT, *(line.replace(":25*120*80", ":25*120*81") for line in CLAIM))
    assert (found.is_balanced, found.claims, [line.control for line in found.lines]) == (True, (), ["L1"])
    found = weigh(*PAYMENT, *(line.replace("CAS*CO*45*25", "CAS*CO*45*26") for line in CLAIM))
    assert [claim.number for claim in found.claims] == ["C1"]


def test_a_claim_without_lines_is_held_against_its_own_adjustments():
    own = ("CLP*C1*1*120*80*15*12*P1", "CAS*CO*45*25", "CAS*PR*3*15")
    assert not weigh(*PAYMENT, *own).findings
    assert weigh(*PAYMENT, *own[:2]).claims


def test_adjustments_of_the_claim_and_of_its_lines_are_taken_together():
    together = ("CLP*C1*1*120*80*15*12*P1", "CAS*PR*3*15", "SVC*HC:99213*120*95**1", "CAS*CO*45*25")
    assert not weigh(*PAYMENT, *together).findings


def test_what_does_not_add_up_anywhere_is_not_told_a_million_times():
    found = weigh(*PAYMENT, *["CLP*C1*1*120*80*0*12*P1"] * 1500)
    assert (len(found.claims), len(found.findings)) == (1500, 1001)
    assert str(found.findings[-1]) == "File: 501 more findings are not listed"


# -- a cent off ----------------------------------------------------------------------------------------
AMOUNTS = st.integers(-999_99, 99_999_99).map(lambda cents: cents * CENT)
ADJUSTMENTS = st.lists(st.tuples(st.sampled_from(["CO", "PR", "OA", "PI", "CR"]), AMOUNTS), max_size=4)
LINES = st.lists(st.tuples(AMOUNTS, ADJUSTMENTS), max_size=3)
CLAIMS = st.lists(st.tuples(AMOUNTS, ADJUSTMENTS, LINES), min_size=1, max_size=4)


def cas(adjustments):
    return [["CAS", group, "45", str(amount)] for group, amount in adjustments]


def claim_of(number, charge, adjustments, lines):
    """Segments of a claim that balances, and what is paid for it."""
    segments, taken = cas(adjustments), sum((amount for _, amount in adjustments), Decimal(0))
    for of_line, own in lines:
        of_own = sum((amount for _, amount in own), Decimal(0))
        segments += [["SVC", "HC:99213", str(of_line), str(of_line - of_own)], *cas(own)]
        taken += of_own
    charge = sum((of_line for of_line, _ in lines), Decimal(0)) if lines else charge
    every = [one for one in (adjustments, *(own for _, own in lines)) for one in one]
    owed = sum((amount for group, amount in every if group == "PR"), Decimal(0))
    return [["CLP", f"C{number}", "1", str(charge), str(charge - taken), str(owed)], *segments], charge - taken


def payment_of(claims, provider_adjustments):
    """Segments of a payment that balances."""
    segments, paid = [], Decimal(0)
    for number, claim in enumerate(claims):
        own, sum_paid = claim_of(number, *claim)
        segments += own
        paid += sum_paid
    plb = [["PLB", "1234567893", "20261231", "CS", str(amount)] for amount in provider_adjustments]
    payment = paid - sum(provider_adjustments, Decimal(0))
    return [["BPR", "I", str(payment), "C", "CHK"], ["TRN", "1", "CHECK1", "1512345678"], *segments, *plb]


MONEY = {"BPR": (2,), "CLP": (3, 4, 5), "SVC": (2, 3), "CAS": (3,), "PLB": (4,)}


@given(CLAIMS, st.lists(AMOUNTS, max_size=3), st.data(), st.sampled_from([CENT, -CENT]))
def test_a_cent_off_is_always_found(claims, provider_adjustments, data, off):
    segments = payment_of(claims, provider_adjustments)
    assert not weigh(*("*".join(segment) for segment in segments)).findings
    places = [(segment, number) for segment in segments for number in MONEY.get(segment[0], ())]
    segment, number = data.draw(st.sampled_from(places))
    segment[number] = str(Decimal(segment[number]) + off)
    found = weigh(*("*".join(segment) for segment in segments)).findings
    assert found
    assert (segment[0] == "CLP" and number == 5) or any(not finding.is_warning for finding in found)
