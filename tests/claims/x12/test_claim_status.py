"""277: how far claims are with a payer."""

from datetime import date

from claims.rules.x12.claim_status import read_claim_status
from tests.claims.x12.made import set_of, words

ANSWER = (
    "BHT*0010*08*X1*20261102*0830*DG",
    "HL*1**20*1", "NM1*PR*2*MADE UP PLAN*****PI*99999",
    "HL*2*1*21*1", "NM1*41*2*CHARTLINE*****46*CL1",
    "HL*3*2*19*1", "NM1*1P*2*MADE UP CLINIC*****XX*1234567893",
    "HL*4*3*22*0", "NM1*IL*1*EXAMPLE*EVE****MI*M1",
    "TRN*2*ASK1", "STC*F1:65*20261102**120*80*20261103*ACH*20261103*CHECK77", "REF*1K*PC1", "REF*EJ*C1",
    "DTP*472*RD8*20261012-20261013",
    "SVC*HC:99213:25*120*80****1", "STC*F1:65*20261102", "REF*FJ*L1",
    "HL*5*3*22*1", "NM1*IL*1*SAMPLE*SAM****MI*M2",
    "HL*6*5*23", "NM1*QC*1*SAMPLE*SUE",
    "TRN*2*ASK2", "STC*P3:317*20261102**200", "TRN*2*ASK3", "STC*A4:35*20261102",
    "HL*7*2*19*0", "NM1*1P*2*OTHER CLINIC*****XX*1245319599", "TRN*1*0", "STC*E0:24:1P*20261102",
)  # fmt: skip


def test_an_answer_has_its_claims_with_states_amounts_and_numbers():
    found = read_claim_status(set_of("277", *ANSWER))
    assert [(item.trace, item.level, str(item.states[0])) for item in found.claims] == [
        ("ASK1", "22", "F1:65"),
        ("ASK2", "23", "P3:317"),
        ("ASK3", "23", "A4:35"),
    ]
    paid = found.claims[0]
    [status] = paid.statuses
    assert (status.charge, status.paid, status.on, status.check_number) == (120, 80, date(2026, 11, 2), "CHECK77")
    assert (paid.payer_control, paid.references[1], paid.days) == (
        "PC1", ("EJ", "C1"), (("472", "20261012-20261013"),),
    )  # fmt: skip
    [line] = paid.lines
    assert (line.procedure.code, line.charge, line.paid, line.units, line.control) == ("99213", 120, 80, 1, "L1")
    assert not found.findings


def test_a_dependent_has_the_names_of_all_levels_above():
    found = read_claim_status(set_of("277", *ANSWER)).claims[1]
    assert [found.name(role).last for role in ("QC", "IL", "1P", "41", "PR")] == [
        "SAMPLE", "SAMPLE", "MADE UP CLINIC", "CHARTLINE", "MADE UP PLAN",
    ]  # fmt: skip


def test_a_provider_whose_questions_could_not_be_answered_is_told():
    [provider] = read_claim_status(set_of("277", *ANSWER)).levels
    assert (provider.level, provider.trace, str(provider.states[0])) == ("19", "0", "E0:24:1P")
    assert provider.name("1P").number == "1245319599"


def test_an_amount_that_is_none_is_a_finding():
    lines = [line.replace("**120*80*2", "**12O*80*2") for line in ANSWER]
    assert words(read_claim_status(set_of("277", *lines)).findings) == ["Segment 14, STC04: 12O is no amount"]
