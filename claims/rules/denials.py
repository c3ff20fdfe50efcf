"""What a denial is about, what usually helps, and in which order denials are worth working.

Categories go by the claim adjustment reason code (CARC); a payer may see it otherwise, so that these are only the rows
a practice begins with. Reasons that are no denials (contract, patient's share, an earlier payer's part) have none.
Codes: X12 external code list 139; the words are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import exp
from types import MappingProxyType

CENT = Decimal("0.01")


class Category(StrEnum):
    ELIGIBILITY = "eligibility"
    OTHER_PAYER = "other_payer"
    AUTHORIZATION = "authorization"
    TIMELY_FILING = "timely_filing"
    DUPLICATE = "duplicate"
    INFORMATION = "information"
    CODING = "coding"
    BUNDLING = "bundling"
    UNITS = "units"
    NECESSITY = "necessity"
    NOT_COVERED = "not_covered"
    ENROLLMENT = "enrollment"
    OTHER = "other"

    @property
    def label(self) -> str:
        return KINDS[self].label

    @property
    def default_action(self) -> Action:
        return KINDS[self].action


class Action(StrEnum):
    """What is done with a denial first."""

    CORRECT = "correct"
    APPEAL = "appeal"
    ASK_PRACTICE = "ask_practice"
    WRITE_OFF = "write_off"
    FEEDBACK = "feedback"

    @property
    def label(self) -> str:
        return {
            Action.CORRECT: "Correct and rebill",
            Action.APPEAL: "Appeal",
            Action.ASK_PRACTICE: "Ask the practice",
            Action.WRITE_OFF: "Write off",
            Action.FEEDBACK: "Send back to the coder",
        }[self]


@dataclass(frozen=True)
class Kind:
    """A category: its words, what is done first, the chance at the start, minutes of work, its reasons."""

    label: str
    action: Action
    chance: float
    minutes: int
    reasons: frozenset[str]


def reasons(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


# Chances are what people of the trade expect; a practice's own outcomes take their place (`chance_of`).
KINDS: Mapping[Category, Kind] = MappingProxyType(
    {
        Category.ELIGIBILITY: Kind(
            "Registration and eligibility", Action.ASK_PRACTICE, 0.5, 15, reasons("26 27 31 32 33 34 140 177 200")
        ),
        Category.OTHER_PAYER: Kind("Another payer first", Action.CORRECT, 0.75, 12, reasons("22 109 129 136")),
        Category.AUTHORIZATION: Kind(
            "Authorization or referral", Action.APPEAL, 0.35, 25, reasons("15 38 197 198 243 284 296")
        ),
        Category.TIMELY_FILING: Kind("Timely filing", Action.APPEAL, 0.1, 15, reasons("29")),
        Category.DUPLICATE: Kind("Duplicate", Action.FEEDBACK, 0.2, 8, reasons("18")),
        Category.INFORMATION: Kind(
            "Missing or invalid information", Action.CORRECT, 0.85, 10, reasons("16 125 226 227 251 252 A1")
        ),
        Category.CODING: Kind(
            "Coding: modifier, diagnosis or patient does not fit", Action.CORRECT, 0.7, 15,
            reasons("4 5 6 7 8 9 10 11 146 147 181 182 199"),
        ),
        Category.BUNDLING: Kind("Bundled, global or package", Action.FEEDBACK, 0.4, 15, reasons("97 231 234 236 B15")),
        Category.UNITS: Kind("Frequency or units", Action.CORRECT, 0.4, 12, reasons("119 151 222 273")),
        Category.NECESSITY: Kind(
            "Medical necessity", Action.APPEAL, 0.45, 30, reasons("50 55 56 58 150 152 167")
        ),
        Category.NOT_COVERED: Kind("Not covered", Action.ASK_PRACTICE, 0.15, 10, reasons("35 48 49 96 149 204")),
        Category.ENROLLMENT: Kind(
            "Provider's enrolment or type", Action.ASK_PRACTICE, 0.4, 20, reasons("170 171 172 183 184 185 B7")
        ),
        Category.OTHER: Kind("Other", Action.ASK_PRACTICE, 0.3, 15, frozenset()),
    }
)  # fmt: skip
CATEGORY_OF: Mapping[str, Category] = MappingProxyType(
    {reason: category for category, kind in KINDS.items() for reason in kind.reasons}
)
# No denials: what the contract takes off, the patient's share, what an earlier payer did, sequestration.
CONTRACTUAL = reasons("45 59 94 131 144 237 253")
SEQUESTRATION = "253"
PATIENTS_SHARE = reasons("1 2 3 66")
EARLIER_PAYER = "23"


def is_denial(group: str, reason: str) -> bool:
    """Whether an adjustment is money that was refused: neither contract nor share nor another payer's part."""
    if group == "PR":
        return reason not in PATIENTS_SHARE
    return reason not in CONTRACTUAL and reason != EARLIER_PAYER


def category_of(reason: str) -> Category:
    """The category by the default table."""
    return CATEGORY_OF.get(reason, Category.OTHER)


# -- what is worth working first ---------------------------------------------------------------------
PRIOR_WEIGHT = 8  # how many outcomes the chance at the start counts for
RUSH_DAYS = 3  # what ends within them goes first, whatever it is worth


def chance_of(category: Category, *, won: int, lost: int) -> float:
    """The chance of recovery: the start's, moved by own outcomes (mean of Beta(a + won, b + lost))."""
    start = KINDS[category].chance
    return (PRIOR_WEIGHT * start + won) / (PRIOR_WEIGHT + won + lost)


@dataclass(frozen=True)
class Worth:
    """Why a denial stands where it does: dollars expected × chance × urgency ÷ minutes."""

    expected: Decimal
    chance: float
    days_left: int | None
    minutes: int

    @property
    def urgency(self) -> float:
        """1, and up to 4 as the deadline comes near; without one it is 1."""
        return 1.0 if self.days_left is None else 1 + 3 * exp(-max(0, self.days_left) / 10)

    @property
    def score(self) -> Decimal:
        """Dollars a minute."""
        value = float(self.expected) * self.chance * self.urgency / max(1, self.minutes)
        return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)

    @property
    def is_rush(self) -> bool:
        return self.days_left is not None and 0 <= self.days_left <= RUSH_DAYS

    @property
    def is_late(self) -> bool:
        """Past its deadline: it leaves the list and waits for a write-off to be approved."""
        return self.days_left is not None and self.days_left < 0
