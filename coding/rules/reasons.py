"""Why a verifier's version differs, and how much it matters: chosen with one key each, proposed from the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from coding.rules.discrepancies import Discrepancy, Kind, Part
from coding.rules.em_family import level_of


class Reason(StrEnum):
    SPECIFICITY = "specificity"
    SEQUENCING = "sequencing"
    OMISSION = "omission"
    UNSUPPORTED = "unsupported"
    MODIFIER = "modifier"
    EM_LEVEL = "em_level"
    UNITS = "units"
    GUIDELINE = "guideline"
    QUERY_MISSED = "query_missed"
    LINKAGE = "linkage"

    @property
    def label(self) -> str:
        return {"em_level": "E/M level", "unsupported": "Not supported", "query_missed": "Query missed"}.get(
            self.value, self.value.capitalize()
        )

    @property
    def help(self) -> str:
        return HELP[self]


HELP: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.SPECIFICITY: "The documentation supports a more specific code, or not this one.",
        Reason.SEQUENCING: "The codes are right and stand in the wrong order.",
        Reason.OMISSION: "Documented and billable, and not coded.",
        Reason.UNSUPPORTED: "Coded, and not documented.",
        Reason.MODIFIER: "A modifier is missing, wrong, or in the wrong place.",
        Reason.EM_LEVEL: "The level of the visit is higher or lower than documented.",
        Reason.UNITS: "The number of units is not what is documented.",
        Reason.GUIDELINE: "An official guideline, a payer's rule or a ruling says otherwise.",
        Reason.QUERY_MISSED: "The documentation is unclear: the provider should have been asked.",
        Reason.LINKAGE: "The service points to another diagnosis than the one it was done for.",
    }
)

# The digit that chooses each reason, in the order in which they are shown.
REASON_KEYS: Mapping[str, Reason] = MappingProxyType(
    {str((place + 1) % 10): reason for place, reason in enumerate(Reason)}
)


class Severity(StrEnum):
    PAYMENT = "payment"
    QUALITY = "quality"

    @property
    def label(self) -> str:
        return {"payment": "Payment or compliance", "quality": "Quality only"}[self.value]

    @property
    def other(self) -> "Severity":
        """What the severity key changes it to."""
        return Severity.QUALITY if self is Severity.PAYMENT else Severity.PAYMENT


SEVERITY_KEY = "!"

BY_KIND: Mapping[Kind, Reason] = MappingProxyType(
    {
        Kind.MISSED: Reason.OMISSION,
        Kind.UNSUPPORTED: Reason.UNSUPPORTED,
        Kind.CHANGED: Reason.SPECIFICITY,
        Kind.UP_CODED: Reason.GUIDELINE,
        Kind.DOWN_CODED: Reason.GUIDELINE,
        Kind.MODIFIER: Reason.MODIFIER,
        Kind.UNITS: Reason.UNITS,
        Kind.POINTER: Reason.LINKAGE,
        Kind.SEQUENCE: Reason.SEQUENCING,
    }
)

REPLACED = (Kind.CHANGED, Kind.UP_CODED, Kind.DOWN_CODED)


def proposed_reason(difference: Discrepancy) -> Reason:
    """The reason that stands there until the verifier chooses another."""
    if difference.part is Part.PROCEDURE and difference.kind in REPLACED:
        levels = level_of(difference.coder_value), level_of(difference.verifier_value)
        return Reason.EM_LEVEL if all(levels) else Reason.GUIDELINE
    return BY_KIND[difference.kind]


def proposed_severity(difference: Discrepancy) -> Severity:
    """The severity that stands there until the verifier changes it.

    Services are what is paid, and a diagnosis that is not documented must not stand on a claim; other differences of
    diagnoses are mostly of quality. Which of them move a payment only a person can say.
    """
    if difference.part is Part.PROCEDURE or difference.kind is Kind.UNSUPPORTED:
        return Severity.PAYMENT
    return Severity.QUALITY


@dataclass(frozen=True)
class Judgement:
    """The verifier's word on one difference; the note is to the coder and may be about the patient."""

    reason: Reason
    severity: Severity
    note: str = ""


def proposed(difference: Discrepancy) -> Judgement:
    """What stands there until the verifier says something else."""
    return Judgement(proposed_reason(difference), proposed_severity(difference))
