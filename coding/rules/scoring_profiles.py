"""Scoring profiles: which differences cost a line how much, and by what its score is divided. Data, one per contract.

The conventions are the trade's: correct over everything looked at (correct + missed + wrong + extra), or over what the
reviewer has, as First Class Solutions cites AHIMA (2009), who stopped taking wrong extra codes off because the score
could fall below zero; errors that would change a payment apart from those that only vary; and weights falling from
the service's code over modifier and linkage to the diagnosis' detail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from coding.rules.discrepancies import Kind
from coding.rules.reasons import Severity

ONE, NONE = Decimal(1), Decimal(0)
HEAVIEST = Decimal(10)  # a first-listed diagnosis that weighs more would drown the rest of its encounter


class BadProfile(Exception):
    """The data does not describe a profile; the text says what is wrong, as a sentence."""


class Denominator(StrEnum):
    ALL = "all"
    VERIFIER = "verifier"

    @property
    def label(self) -> str:
        """What the score is divided by, printed beside it."""
        return {
            "all": "correct + missed + wrong + extra",
            "verifier": "codes that the verifier has; extra codes of the coder do not count",
        }[self.value]


@dataclass(frozen=True)
class Profile:
    """How a line is scored.

    A difference takes `kinds[kind]` × `severities[severity]` of its line away, from 0 (does not count) to 1; of
    several on one line the dearest counts. The first-listed diagnosis weighs `first_listed`, any other line 1.
    """

    denominator: Denominator = Denominator.ALL
    kinds: Mapping[Kind, Decimal] = field(default_factory=lambda: dict.fromkeys(Kind, ONE))
    severities: Mapping[Severity, Decimal] = field(default_factory=lambda: dict.fromkeys(Severity, ONE))
    first_listed: Decimal = ONE

    def cost(self, kind: Kind, severity: Severity) -> Decimal:
        """What one difference takes of its line, 0 to 1."""
        return self.kinds.get(kind, NONE) * self.severities.get(severity, NONE)

    def counts(self, kind: Kind, severity: Severity) -> bool:
        return self.cost(kind, severity) > 0


CODES_ONLY = (Kind.MISSED, Kind.UNSUPPORTED, Kind.CHANGED, Kind.UP_CODED, Kind.DOWN_CODED)
# What contracts start from. The order of the last one's weights is the trade's; the numbers are ours, to be agreed.
PRESETS: Mapping[str, Profile] = MappingProxyType(
    {
        "Every difference": Profile(),
        "Codes the verifier has": Profile(
            denominator=Denominator.VERIFIER,
            kinds={kind: ONE if kind in CODES_ONLY else NONE for kind in Kind},
        ),
        "Payment only": Profile(severities={Severity.PAYMENT: ONE, Severity.QUALITY: NONE}),
        "Weighted": Profile(
            kinds={
                **dict.fromkeys(Kind, ONE),
                Kind.MODIFIER: Decimal("0.75"),
                Kind.UNITS: Decimal("0.75"),
                Kind.POINTER: Decimal("0.5"),
                Kind.SEQUENCE: Decimal("0.5"),
            },
            severities={Severity.PAYMENT: ONE, Severity.QUALITY: Decimal("0.5")},
            first_listed=Decimal(2),
        ),
    }
)
STANDARD = PRESETS["Every difference"]


def as_data(profile: Profile) -> dict[str, Any]:
    """The profile as JSON; `from_data` gives it back."""
    return {
        "denominator": profile.denominator.value,
        "kinds": {kind.value: str(profile.kinds.get(kind, NONE)) for kind in Kind},
        "severities": {severity.value: str(profile.severities.get(severity, NONE)) for severity in Severity},
        "first_listed": str(profile.first_listed),
    }


def from_data(data: Mapping[str, Any]) -> Profile:
    """The profile that JSON describes; BadProfile if something is missing, unknown or out of its range."""
    if set(data) != {"denominator", "kinds", "severities", "first_listed"}:
        raise BadProfile("A profile has a denominator, kinds, severities and the weight of the first-listed diagnosis.")
    if data["denominator"] not in list(Denominator):
        raise BadProfile(f"Choose what the score is divided by: {' or '.join(Denominator)}.")
    first_listed = number(data["first_listed"], "The weight of the first-listed diagnosis", low=ONE, high=HEAVIEST)
    return Profile(
        Denominator(data["denominator"]),
        {Kind(word): share for word, share in shares(data["kinds"], {kind.value for kind in Kind}, "kind").items()},
        {
            Severity(word): share
            for word, share in shares(data["severities"], {one.value for one in Severity}, "severity").items()
        },
        first_listed,
    )


def shares(given: object, words: set[str], what: str) -> dict[str, Decimal]:
    """What each word costs; BadProfile unless each has a share from 0 to 1, and one of them more than 0."""
    if not isinstance(given, Mapping) or set(given) != words:
        raise BadProfile(f"Say for each {what} how much of a line it costs, and for nothing else.")
    found = {word: number(given[word], f"What {word} costs", low=NONE, high=ONE) for word in words}
    if not any(found.values()):
        raise BadProfile(f"At least one {what} must count, or everything would be right.")
    return found


def number(given: object, what: str, *, low: Decimal, high: Decimal) -> Decimal:
    """The number in a text; BadProfile if it is none or outside of its range."""
    try:
        value = Decimal(str(given))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not low <= value <= high:
        raise BadProfile(f"{what} must be a number from {low} to {high}.")
    return value
