"""A coding as plain data: what edits, discrepancies and output formats work on."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from coding.rules.em_worksheet import Worksheet
from coding.rules.evidence import Passage

DIAGNOSIS_LIMIT = 12  # ASC X12N 005010X222A1 (837P), HI segment: up to 12 diagnoses a claim
MODIFIER_LIMIT = 4  # the same, SV101: up to 4 modifiers a line
POINTER_LIMIT = 4  # the same, SV107: up to 4 diagnosis pointers a line

# 45 CFR 162.1002: ICD-10-CM for services from 2015-10-01, ICD-9-CM before.
ICD10_FROM = date(2015, 10, 1)


class System(StrEnum):
    ICD9CM = "icd9cm"
    ICD10CM = "icd10cm"
    PROCEDURE = "procedure"  # CPT or HCPCS Level II

    @property
    def label(self) -> str:
        return {"icd9cm": "ICD-9-CM", "icd10cm": "ICD-10-CM", "procedure": "CPT/HCPCS"}[self.value]


def diagnosis_system(on: date) -> System:
    """The diagnosis code set of a date of service."""
    return System.ICD10CM if on >= ICD10_FROM else System.ICD9CM


def bare(code: str) -> str:
    """A code as stored and compared: upper case, no dot, no blanks."""
    return code.replace(".", "").replace(" ", "").upper()


def dotted(system: System, code: str) -> str:
    """A diagnosis code as people write it; other codes unchanged."""
    if system is System.PROCEDURE:
        return code
    place = 4 if system is System.ICD9CM and code.startswith("E") else 3
    return f"{code[:place]}.{code[place:]}" if len(code) > place else code


@dataclass(frozen=True)
class DiagnosisLine:
    """One diagnosis; its place in the list is its pointer number (1 to 12). `quotes` are the words it rests on.

    `evidence` is None where nobody was asked for it. It says why a code is there, not which one: two lines are equal
    without it.
    """

    code: str
    quotes: tuple[str, ...] = ()
    evidence: tuple[Passage, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ProcedureLine:
    """One service line: code, up to four modifiers, units, pointers (1-based places of diagnoses).

    `minutes` are what the documentation says for a timed service; `place_of_service` only if it is not the visit's.
    `quotes` and `evidence` as with diagnoses.
    """

    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    pointers: tuple[int, ...] = ()
    minutes: int | None = None
    place_of_service: str = ""
    quotes: tuple[str, ...] = ()
    evidence: tuple[Passage, ...] | None = field(default=None, compare=False)


class Sex(StrEnum):
    FEMALE = "F"
    MALE = "M"
    UNKNOWN = "U"


@dataclass(frozen=True)
class CodedEncounter:
    """The codes of one encounter by one author, and what pre-coding knows about the visit.

    Whatever is not known is empty or None, and an edit that needs it stays silent. `provider_npi` is the rendering
    provider's; `payer` the payer's name; `practice` the practice's code.
    """

    date_of_service: date | None
    diagnoses: tuple[DiagnosisLine, ...] = ()
    procedures: tuple[ProcedureLine, ...] = ()
    place_of_service: str = ""
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    visit_type: str = ""
    specialty: str = ""
    provider_npi: str = ""
    referring_npi: str = ""
    payer: str = ""
    practice: str = ""
    worksheet: Worksheet | None = None


@dataclass(frozen=True)
class EarlierService:
    """One line of another encounter of the same patient in the same practice, from the version that counts."""

    encounter: str
    date_of_service: date
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    provider_npi: str = ""
    specialty: str = ""
