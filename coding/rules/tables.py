"""The tables that edits and prices look into, cut to one coding and its date of service.

Each row is what an official file says, as plain data. A mapping holds at least the rows of the codes in the coding;
an empty one means that its file is not loaded, and the edits that need it stay silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from coding.rules.codings import EarlierService, Sex, System


@dataclass(frozen=True)
class CodeFact:
    """What a code list knows about a code on the date asked for, and which edition said so."""

    code: str
    title: str
    billable: bool
    edition: str = ""
    long_title: str = ""


@dataclass(frozen=True)
class OtherEdition:
    """A loaded edition, not in force on the date asked for, that holds a code as billable."""

    system: System
    edition: str
    effective: date


class NoteKind(StrEnum):
    """The instructional notes of the ICD-10-CM tabular list (element names of its XML)."""

    INCLUDES = "includes"
    INCLUSION_TERM = "inclusion_term"
    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    CODE_FIRST = "code_first"
    USE_ADDITIONAL = "use_additional"
    CODE_ALSO = "code_also"
    SEVENTH_CHARACTER = "seventh_character"  # the sentence
    EXTENSION = "extension"  # one 7th character and its meaning
    NOTE = "note"


@dataclass(frozen=True)
class CodeNote:
    """One note; `holder` is the code, block or chapter it stands at, `text` its words as printed.

    For an EXTENSION `text` is the character, a blank and the meaning.
    """

    kind: NoteKind
    holder: str
    text: str


@dataclass(frozen=True)
class Demographics:
    """Whom a diagnosis can be about: ages in whole years, both ends included; None is no limit."""

    sex: Sex | None = None
    youngest: int | None = None
    oldest: int | None = None
    source: str = ""


@dataclass(frozen=True)
class ModifierFact:
    """A modifier that may be reported on the date."""

    code: str
    title: str
    edition: str = ""


@dataclass(frozen=True)
class Place:
    """A place of service (CMS place-of-service list); `is_facility` decides which fee is paid."""

    code: str
    name: str
    is_facility: bool


@dataclass(frozen=True)
class BundledPair:
    """One dated row of an NCCI procedure-to-procedure table; column two is denied beside column one.

    `indicator`: "0" never together, "1" with an NCCI modifier, "9" not applicable. `deleted_on` is the file's deletion
    date (the last day), None while the pair lasts.
    """

    column_one: str
    column_two: str
    effective: date
    deleted_on: date | None
    indicator: str
    rationale: str
    edition: str = ""


@dataclass(frozen=True)
class UnitLimit:
    """A medically unlikely edit; `adjudication` is the MAI: 1 by line, 2 by day absolute, 3 by day clinical."""

    code: str
    units: int
    adjudication: int
    rationale: str
    edition: str = ""


@dataclass(frozen=True)
class AddOn:
    """An add-on code: `kind` 1 has a closed list of primaries, 2 leaves it to the contractor, 3 has an open list."""

    code: str
    kind: int
    primaries: frozenset[str]
    edition: str = ""


@dataclass(frozen=True)
class RelativeValue:
    """One row of the physician fee schedule's relative value file (PPRRVU), CMS's column names in the comments.

    RVUs are as printed (two decimals); percents are fractions (0.10); indicators are the file's own characters.
    `global_days` is "000", "010", "090", "MMM", "XXX", "YYY" or "ZZZ". `no_office` and `no_facility` are the NA
    indicators. `conversion_factor` is the row's own, dollars per RVU.
    """

    code: str
    modifier: str  # "", "26", "TC" or "53"
    status: str
    work: Decimal
    office_expense: Decimal  # NON-FAC PE RVU
    facility_expense: Decimal
    malpractice: Decimal
    no_office: bool = False
    no_facility: bool = False
    professional_technical: str = ""  # PCTC IND
    global_days: str = ""
    preoperative: Decimal = Decimal(0)
    intraoperative: Decimal = Decimal(0)
    postoperative: Decimal = Decimal(0)
    multiple_procedure: str = ""
    bilateral: str = ""
    assistant: str = ""
    co_surgeon: str = ""
    team: str = ""
    endoscopic_base: str = ""
    conversion_factor: Decimal = Decimal(0)
    supervision: str = ""
    imaging_family: str = ""
    capped_office_expense: Decimal = Decimal(0)  # NON-FACILITY PE USED FOR OPPS PAYMENT AMOUNT
    capped_facility_expense: Decimal = Decimal(0)
    capped_malpractice: Decimal = Decimal(0)
    edition: str = ""


@dataclass(frozen=True)
class CoverageGroup:
    """One group of a Medicare coverage article: its procedures, and the diagnoses it covers or does not cover."""

    article: str
    title: str
    group: int
    procedures: frozenset[str]
    covered: frozenset[str]
    not_covered: frozenset[str]
    edition: str = ""


@dataclass(frozen=True)
class Tables:
    """Everything an edit may ask. Codes are without dots and in capitals.

    `diagnoses` and `procedures` hold the codes of the coding that exist on its date, `diagnoses` also the neighbours
    that its edits may offer (coding.rules.edits.diagnosis_neighbours). `elsewhere` gives for a diagnosis that does not
    exist on the date the other editions that have it. `notes` gives for a diagnosis its own notes and those it inherits
    from block and chapter, in the order of the list. `children` gives for a diagnosis that is a heading its billable
    codes. `all_modifiers` says whether `modifiers` is complete: else a modifier it lacks may still be good.
    `relative_values` is keyed by (code, modifier). `pairs` is keyed by (column one, column two).
    """

    diagnoses: Mapping[str, CodeFact] = field(default_factory=dict)
    procedures: Mapping[str, CodeFact] = field(default_factory=dict)
    notes: Mapping[str, tuple[CodeNote, ...]] = field(default_factory=dict)
    children: Mapping[str, tuple[CodeFact, ...]] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[OtherEdition, ...]] = field(default_factory=dict)
    demographics: Mapping[str, Demographics] = field(default_factory=dict)
    modifiers: Mapping[str, ModifierFact] = field(default_factory=dict)
    all_modifiers: bool = True
    places: Mapping[str, Place] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], tuple[BundledPair, ...]] = field(default_factory=dict)
    unit_limits: Mapping[str, UnitLimit] = field(default_factory=dict)
    add_ons: Mapping[str, AddOn] = field(default_factory=dict)
    relative_values: Mapping[tuple[str, str], RelativeValue] = field(default_factory=dict)
    coverage: tuple[CoverageGroup, ...] = ()
    earlier: tuple[EarlierService, ...] = ()
    payer_rules: tuple["PayerRule", ...] = ()
    timed: Mapping[str, int] = field(default_factory=dict)  # minutes of a unit


@dataclass(frozen=True)
class PayerRule:
    """A rule of one payer or practice, as a row; coding.rules.edits.payer reads `condition` and `finding`."""

    name: str
    condition: Mapping[str, object]
    finding: Mapping[str, str]
    valid_from: date
    valid_to: date | None = None
