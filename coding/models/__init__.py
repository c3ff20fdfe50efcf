"""The work: code lists, encounters, assignments, codings, verifications."""

from coding.models.codes import Code
from coding.models.coding import Coding, Diagnosis, Discrepancy, Draft, ProcedureLine, Verdict, Verification
from coding.models.encounter import Assignment, Encounter, EncounterEvent, PreCoding, QueueRank

__all__ = [
    "Assignment",
    "Code",
    "Coding",
    "Diagnosis",
    "Discrepancy",
    "Draft",
    "Encounter",
    "EncounterEvent",
    "PreCoding",
    "ProcedureLine",
    "QueueRank",
    "Verdict",
    "Verification",
]
