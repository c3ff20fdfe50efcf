"""What is ticked on an evaluation and management worksheet: problems, data, risk, time.

Source: as coding.rules.em_level. The structure is the CPT table of decision making; the words are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from types import MappingProxyType

OTHERS_FROM = date(2023, 1, 1)  # the rules of 2021 for offices were taken over by the other families


class Mdm(IntEnum):
    """The complexity of decision making, and of each of its three elements."""

    NONE = 0
    STRAIGHTFORWARD = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4

    @property
    def label(self) -> str:
        return ("Not reached", "Straightforward", "Low", "Moderate", "High")[self.value]


# -- what is ticked ----------------------------------------------------------------------------------


class Problem(StrEnum):
    """A problem addressed at the encounter."""

    MINOR = "minor"
    STABLE_CHRONIC = "stable_chronic"
    ACUTE_UNCOMPLICATED = "acute_uncomplicated"
    ACUTE_STABLE = "acute_stable"
    ACUTE_IN_HOSPITAL = "acute_in_hospital"
    CHRONIC_WORSE = "chronic_worse"
    NEW_UNCERTAIN = "new_uncertain"
    ACUTE_SYSTEMIC = "acute_systemic"
    ACUTE_INJURY = "acute_injury"
    CHRONIC_SEVERE = "chronic_severe"
    THREAT = "threat"

    @property
    def label(self) -> str:
        return PROBLEM_WORDS[self]


PROBLEM_WORDS: Mapping[Problem, str] = MappingProxyType(
    {
        Problem.MINOR: "Minor problem that passes by itself",
        Problem.STABLE_CHRONIC: "Chronic illness, stable",
        Problem.ACUTE_UNCOMPLICATED: "Acute illness or injury without complication",
        Problem.ACUTE_STABLE: "Acute illness, stable",
        Problem.ACUTE_IN_HOSPITAL: "Acute uncomplicated illness that needs hospital care",
        Problem.CHRONIC_WORSE: "Chronic illness, worse, progressing or with side effects of treatment",
        Problem.NEW_UNCERTAIN: "New problem, undiagnosed, outcome uncertain",
        Problem.ACUTE_SYSTEMIC: "Acute illness with systemic symptoms",
        Problem.ACUTE_INJURY: "Acute complicated injury",
        Problem.CHRONIC_SEVERE: "Chronic illness, severely worse or with severe side effects",
        Problem.THREAT: "Illness or injury that threatens life or bodily function",
    }
)
FROM_2023 = frozenset({Problem.ACUTE_STABLE, Problem.ACUTE_IN_HOSPITAL})

# How many of a kind reach which complexity; the first that is reached counts.
PROBLEM_LEVELS: tuple[tuple[frozenset[Problem], int, Mdm], ...] = (
    (frozenset({Problem.CHRONIC_SEVERE, Problem.THREAT}), 1, Mdm.HIGH),
    (
        frozenset({Problem.CHRONIC_WORSE, Problem.NEW_UNCERTAIN, Problem.ACUTE_SYSTEMIC, Problem.ACUTE_INJURY}),
        1,
        Mdm.MODERATE,
    ),
    (frozenset({Problem.STABLE_CHRONIC}), 2, Mdm.MODERATE),
    (
        frozenset(
            {Problem.STABLE_CHRONIC, Problem.ACUTE_UNCOMPLICATED, Problem.ACUTE_STABLE, Problem.ACUTE_IN_HOSPITAL}
        ),
        1,
        Mdm.LOW,
    ),
    (frozenset({Problem.MINOR}), 2, Mdm.LOW),
    (frozenset({Problem.MINOR}), 1, Mdm.STRAIGHTFORWARD),
)


class Risk(StrEnum):
    """What makes the management risky; examples of the table, each with its level."""

    MINIMAL = "minimal"
    LOW = "low"
    PRESCRIPTION = "prescription"
    MINOR_SURGERY_RISK = "minor_surgery_risk"
    MAJOR_SURGERY = "major_surgery"
    SOCIAL = "social"
    TOXICITY = "toxicity"
    MAJOR_SURGERY_RISK = "major_surgery_risk"
    EMERGENCY_SURGERY = "emergency_surgery"
    HOSPITAL = "hospital"
    LESS_CARE = "less_care"
    PARENTERAL = "parenteral"

    @property
    def label(self) -> str:
        return RISK_WORDS[self][0]

    @property
    def level(self) -> Mdm:
        return RISK_WORDS[self][1]


RISK_WORDS: Mapping[Risk, tuple[str, Mdm]] = MappingProxyType(
    {
        Risk.MINIMAL: ("Minimal risk", Mdm.STRAIGHTFORWARD),
        Risk.LOW: ("Low risk", Mdm.LOW),
        Risk.PRESCRIPTION: ("Prescription drug management", Mdm.MODERATE),
        Risk.MINOR_SURGERY_RISK: ("Decision on minor surgery with risk factors", Mdm.MODERATE),
        Risk.MAJOR_SURGERY: ("Decision on elective major surgery without risk factors", Mdm.MODERATE),
        Risk.SOCIAL: ("Diagnosis or treatment limited by social circumstances", Mdm.MODERATE),
        Risk.TOXICITY: ("Drug that needs intensive monitoring for toxicity", Mdm.HIGH),
        Risk.MAJOR_SURGERY_RISK: ("Decision on elective major surgery with risk factors", Mdm.HIGH),
        Risk.EMERGENCY_SURGERY: ("Decision on emergency major surgery", Mdm.HIGH),
        Risk.HOSPITAL: ("Decision on hospital care or its escalation", Mdm.HIGH),
        Risk.LESS_CARE: ("Decision not to resuscitate or to reduce care, poor prognosis", Mdm.HIGH),
        Risk.PARENTERAL: ("Parenteral controlled substance", Mdm.HIGH),
    }
)


@dataclass(frozen=True)
class Data:
    """What was reviewed and analysed.

    `notes` are external sources, each counted once; `tests` are unique tests ordered or reviewed: one that is ordered
    is not counted again when its result is read. Tests whose interpretation the provider bills do not belong here.
    """

    notes: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()
    historian: bool = False
    interpretation: bool = False  # of a test that somebody else performed, not billed separately
    discussion: bool = False  # with an external professional or source


@dataclass(frozen=True)
class Worksheet:
    """What the documentation supports. `minutes` is the provider's own total time on the date, None if not told.

    `is_shown` is whether it says of something that is ticked where it stands.
    """

    problems: tuple[Problem, ...] = ()
    data: Data = Data()
    risks: frozenset[Risk] = frozenset()
    minutes: int | None = None
    is_shown: bool = False
