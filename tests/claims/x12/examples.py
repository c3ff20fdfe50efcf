"""Claims of different kinds, made up, with the few codes of the demo."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from claims.rules.claim import (
    Accident,
    Address,
    Adjustment,
    BillingProvider,
    Claim,
    ClaimDates,
    Contact,
    Coverage,
    Diagnosis,
    Drug,
    Facility,
    Filing,
    Frequency,
    Identifier,
    LineAdjudication,
    Name,
    OtherCoverage,
    Payer,
    Person,
    Provider,
    Rank,
    Relation,
    ServiceLine,
    Sex,
    System,
)
from claims.rules.claim.batches import Batch, Receiver, Submitter
from claims.rules.claim.splitting import split_claim
from claims.rules.x12.claim_837p import VERSION, transaction_set
from claims.rules.x12.writing import Envelope, written
from portal.rules.npi import check_digit

DAY = date(2026, 11, 2)
SENT = date(2026, 11, 20)
ENVELOPE = Envelope(
    sender="CHARTLINE", receiver="CLEARING", sender_qualifier="ZZ", receiver_qualifier="ZZ",
    application_sender="CHARTLINE", application_receiver="CLEARING", function="HC", version=VERSION, date="20261120",
    time="0930", interchange_control=17, group_control=5, is_test=True,
)  # fmt: skip


def npi(nine: int) -> str:
    return f"{nine}{check_digit(str(nine))}"


RIVER = BillingProvider(
    name=Name("River Family Practice"),
    npi=npi(112233445),
    tax_id="12-3456789",
    address=Address("100 Water Street", "Portland", "OR", "97201-1234"),
    taxonomy="207Q00000X",
)
SUMMIT = Payer("Summit Health", "SUMMT")
MEDICARE = Payer("Medicare Part B Oregon", "02302")
HOME = Address("7 Elm Lane", "Portland", "OR", "97202")
MARTA = Person(Name("Quinlan", "Marta", "J"), date(1961, 2, 3), Sex.FEMALE, HOME)
JONAS = Person(Name("Quinlan", "Jonas"), date(2015, 6, 30), Sex.MALE, HOME)
OWN = Coverage(Rank.PRIMARY, SUMMIT, MARTA, "SH-204466", group_number="G-778")
DR_HALE = Provider(Name("Hale", "Ruth"), npi(198765432), "207Q00000X")
DR_OKOYE = Provider(Name("Okoyé", "Ada"), npi(155566677))
ICD10 = tuple(Diagnosis(System.ICD10CM, code) for code in ("I10", "E11.9"))


def line(number: int, code: str = "99213", charge: str = "125.00", **fields: object) -> ServiceLine:
    known: dict[str, object] = {"units": Decimal(1), "pointers": (1,), "date_from": DAY, "date_to": DAY}
    return ServiceLine(f"L{number}", code, Decimal(charge), **{**known, **fields})  # type: ignore[arg-type]


def simple(control_number: str = "C-1001", **changes: object) -> Claim:
    claim = Claim(
        control_number=control_number, billing=RIVER, coverage=OWN, patient=MARTA, diagnoses=ICD10,
        lines=(line(1, pointers=(1, 2)), line(2, "93000", "48.50")), place_of_service="11", rendering=DR_HALE,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def of_child() -> Claim:
    """A child insured through its mother, in two visits of one day."""
    return simple("C-1002", patient=JONAS, coverage=replace(OWN, relation=Relation.CHILD), patient_paid=Decimal(20))


def secondary() -> Claim:
    """To Medicare, after an employer's plan paid: reasons at the lines, seven of one group at the first."""
    reasons = tuple(Adjustment("CO", code, Decimal(1)) for code in ("45", "59", "97", "131", "144", "237", "253"))
    answered = LineAdjudication(
        SUMMIT.payer_id, Decimal("88.00"), "99213", ("25",), Decimal(1), date(2026, 11, 12),
        (*reasons, Adjustment("PR", "2", Decimal("30.00"), Decimal(1))), remaining=Decimal("30.00"),
    )  # fmt: skip
    denied = LineAdjudication(
        SUMMIT.payer_id, Decimal(0), "93000", (), Decimal(1), date(2026, 11, 12),
        (Adjustment("OA", "109", Decimal("48.50")),),
    )  # fmt: skip
    first = OtherCoverage(
        coverage=replace(OWN, filing=Filing.COMMERCIAL), paid=Decimal("88.00"), paid_on=date(2026, 11, 12),
        payer_control_number="SH20261112A", remaining=Decimal("30.00"), remarks=("MA18",),
    )  # fmt: skip
    return simple(
        "C-1003",
        coverage=Coverage(
            Rank.SECONDARY, MEDICARE, MARTA, "1EG4TE5MK73", filing=Filing.MEDICARE_B, msp_type="12",
        ),
        others=(first,),
        lines=(
            line(1, modifiers=("25",), adjudications=(answered,)),
            line(2, "93000", "48.50", adjudications=(denied,)),
        ),
    )  # fmt: skip


def corrected() -> Claim:
    return simple(
        "C-1004", frequency=Frequency.CORRECTED, payer_control_number="SH20261105Q", note="Second diagnosis added",
        prior_authorization="PA-5512", referral_number="RF 90",
    )  # fmt: skip


def void() -> Claim:
    return simple("C-1005", frequency=Frequency.VOID, payer_control_number="SH20261105R")


def of_2015() -> Claim:
    """A visit of the last month of ICD-9-CM, sent late."""
    day = date(2015, 9, 28)
    return simple(
        "C-1006", diagnoses=tuple(Diagnosis(System.ICD9CM, code) for code in ("401.9", "250.00")), delay_reason="7",
        lines=(line(1, date_from=day, date_to=day, pointers=(2, 1)),),
    )  # fmt: skip


def with_anesthesia() -> Claim:
    """Minutes of anaesthesia, a drug by weight, a procedure that has no code of its own."""
    drug = Drug("00002-1433-80", Decimal("0.5"), "ML", prescription="RX 77")
    return simple(
        "C-1007", place_of_service="22", anesthesia_procedures=("20610",),
        lines=(
            line(1, "0AN01", "410.00", units=Decimal(61), unit_kind="MJ", modifiers=("AA", "P2")),
            line(2, "J3490", "35.75", drug=drug, description="Unlisted drug: see invoice", note="Invoice on file"),
        ),
    )  # fmt: skip


def complete() -> Claim:
    """Twelve diagnoses, an accident, everybody who can have a part, things that differ by line."""
    codes = ("S82.101A", "V43.52XA", "M17.11", "I10", "E11.9", "E78.2", "J44.1", "K21.9", "G47.33", "F32.A", "N18.31",
             "Z79.4")  # fmt: skip
    return simple(
        "C-1008",
        billing=replace(
            RIVER, pay_to=Address("PO Box 12", "Portland", "OR", "97208"), contact=Contact("Billing", "503-555-0110"),
            identifiers=(Identifier("0B", "OR5512"),),
        ),
        coverage=replace(OWN, filing=Filing.AUTOMOBILE),
        property_claim_number="AC-2026-881",
        diagnoses=tuple(Diagnosis(System.ICD10CM, code) for code in codes),
        lines=(
            line(
                1, "73562", "88.00", pointers=(1, 2, 3, 12), modifiers=("RT", "26"), place_of_service="23",
                is_emergency=True, rendering=DR_OKOYE, clia_number="38D0000001", date_to=DAY + timedelta(days=1),
            ),
            line(2, "20610", "190.10", pointers=(3,), ordering=DR_OKOYE, supervising=DR_OKOYE, referring=DR_HALE),
            line(3, pointers=(4, 5), is_epsdt=True, is_family_planning=True),
        ),
        place_of_service="22",
        referring=DR_OKOYE,
        primary_care=Provider(Name("Brandt", "Lena"), npi(144411122)),
        supervising=Provider(Name("Stone", "Ivo", suffix="MD"), npi(133344455)),
        facility=Facility("Riverside Hospital", npi(177788899), Address("1 Hospital Way", "Salem", "OR", "973011000")),
        accident=Accident(("AA", "OA"), date(2026, 11, 1), "OR"),
        dates=ClaimDates(onset=date(2026, 11, 1), admission=DAY, discharge=DAY + timedelta(days=1)),
        attachment_control_number="ATT-91", attachment_kind="OZ", attachment_way="FX",
        medical_record_number="MRN 0042", clia_number="38D2222222", note="Passenger of the car",
        accepts_assignment=False, has_informed_consent=True, is_signed_by_provider=True,
    )  # fmt: skip


def long() -> tuple[Claim, ...]:
    """Fifty-one lines: two claims, of which the second has the second diagnosis alone."""
    lines = tuple(line(number, "99212", "4.25", pointers=(1,)) for number in range(1, 51))
    whole = simple("C-1009", lines=(*lines, line(51, "93000", "48.50", pointers=(2,))), patient_paid=Decimal(215))
    return split_claim(whole, ("C-1009-1", "C-1009-2"))


KINDS: dict[str, tuple[Claim, ...]] = {
    "simple": (simple(),),
    "child": (of_child(), simple("C-1012", patient=JONAS, coverage=replace(OWN, relation=Relation.CHILD))),
    "secondary": (secondary(),),
    "corrected": (corrected(),),
    "void": (void(),),
    "icd9": (of_2015(),),
    "anesthesia": (with_anesthesia(),),
    "complete": (complete(),),
    "split": long(),
}


def batch(*claims: Claim, reference: str = "B-17") -> Batch:
    return Batch(
        submitter=Submitter(Name("Chartline"), "CL-5501", Contact("Billing desk", "503-555-0100", "12")),
        receiver=Receiver("Clearing House", "CLEARING"),
        reference=reference,
        on=SENT,
        time="0930",
        claims=claims,
    )


def file_of(*claims: Claim) -> bytes:
    """As it goes out: one interchange with one transaction set."""
    return written(ENVELOPE, [transaction_set(batch(*claims), 1)])
