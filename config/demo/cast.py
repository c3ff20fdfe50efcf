"""The people and practices of the demo; everyone is invented."""

from dataclasses import dataclass

from portal.rules.credentials import CredentialKind
from portal.rules.roles import Role
from portal.rules.specialties import Specialty

PASSWORD = "chartline-demo-2026"  # noqa: S105  (shown on the terminal; the demo runs on this machine only)


@dataclass(frozen=True)
class DemoPractice:
    """A practice with its people, places and payers."""

    code: str
    name: str
    specialties: tuple[Specialty, ...]
    turnaround_hours: int
    verification_share: int  # percent; less than all is drawn at random, and verified blind
    providers: tuple[tuple[str, str, Specialty], ...]  # name, NPI, specialty
    locations: tuple[tuple[str, str], ...]  # name, place of service
    payers: tuple[tuple[str, str], ...]  # name, electronic id


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in."""

    email: str
    name: str
    roles: tuple[Role, ...]
    practice: str = ""
    specialties: tuple[Specialty, ...] = ()
    push_limit: int = 0
    credential: CredentialKind | None = None
    days_left: int = 400  # of the credential
    says: str = ""


PRACTICES = (
    DemoPractice(
        code="RIVER",
        name="River Family Medicine",
        specialties=(Specialty.PRIMARY_CARE, Specialty.CARDIOLOGY, Specialty.RADIOLOGY),
        turnaround_hours=24,
        verification_share=100,
        providers=(
            ("Dana Whitlow, MD", "1000000004", Specialty.PRIMARY_CARE),
            ("Samuel Okoro, MD", "1000000012", Specialty.CARDIOLOGY),
            ("Priya Raman, MD", "1000000020", Specialty.RADIOLOGY),
        ),
        locations=(("River office, Mill Street", "11"), ("River imaging, Mill Street", "11"), ("By video", "10")),
        payers=(("Medicare Part B", "MCARE"), ("Blue Heron Health Plan", "BHHP1"), ("Self-pay", "")),
    ),
    DemoPractice(
        code="LAKE",
        name="Lake Orthopedics & Emergency Group",
        specialties=(Specialty.ORTHOPEDICS, Specialty.EMERGENCY, Specialty.GASTROENTEROLOGY),
        turnaround_hours=48,
        verification_share=95,
        providers=(
            ("Henrik Vale, MD", "1000000038", Specialty.ORTHOPEDICS),
            ("Joy Adeyemi, MD", "1000000046", Specialty.EMERGENCY),
            ("Marco Bellini, MD", "1000000053", Specialty.GASTROENTEROLOGY),
        ),
        locations=(("Lake clinic", "11"), ("Lake General, emergency room", "23"), ("Lake surgery center", "24")),
        payers=(("Medicare Part B", "MCARE"), ("Summit Mutual", "SUMM7"), ("Workers' compensation fund", "WCF02")),
    ),
)

EVERYTHING = tuple(Specialty)

PEOPLE = (
    DemoPerson("cleo@river.example", "Cleo Cruz", (Role.PRACTICE,), practice="RIVER", says="sends charts for River"),
    DemoPerson("otto@lake.example", "Otto Olsen", (Role.PRACTICE,), practice="LAKE", says="sends charts for Lake"),
    DemoPerson(
        "ann@chartline.example",
        "Ann Archer",
        (Role.CODER,),
        specialties=EVERYTHING,
        credential=CredentialKind.CPC,
        says="pre-codes and codes",
    ),
    DemoPerson(
        "kim@chartline.example",
        "Kim Larsen",
        (Role.CODER,),
        specialties=(Specialty.ORTHOPEDICS, Specialty.EMERGENCY, Specialty.GASTROENTEROLOGY),
        push_limit=2,
        credential=CredentialKind.COC,
        days_left=150,
        says="codes for Lake",
    ),
    DemoPerson(
        "bea@chartline.example",
        "Bea Brandt",
        (Role.VERIFIER,),
        specialties=EVERYTHING,
        credential=CredentialKind.CCS,
        says="verifies",
    ),
    DemoPerson(
        "noa@chartline.example",
        "Noa Nilsen",
        (Role.CODER,),
        specialties=EVERYTHING,
        credential=CredentialKind.CPC,
        days_left=41,
        says="codes, new in the house",
    ),
    DemoPerson(
        "vic@chartline.example",
        "Vic Verity",
        (Role.VERIFIER,),
        specialties=EVERYTHING,
        credential=CredentialKind.CCS,
        days_left=230,
        says="verifies too",
    ),
    DemoPerson("max@chartline.example", "Max Moreau", (Role.MANAGER,), says="manages the work"),
    DemoPerson("bill@chartline.example", "Bill Bauer", (Role.BILLER,), says="follows claims"),
    DemoPerson("ada@chartline.example", "Ada Abara", (Role.ADMIN,), says="administers people and practices"),
)
