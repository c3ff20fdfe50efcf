"""How much a section's words count, and which sections speak of something other than today's conditions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# From what is concluded to what is only asked: names of portal.rules.outline. Without a heading: NO_SECTION.
WEIGHTS: Mapping[str, float] = MappingProxyType({
    "Assessment": 1.0, "Assessment and plan": 1.0, "Postoperative diagnosis": 1.0, "Addendum": 0.85,
    "Preoperative diagnosis": 0.75, "Discharge summary": 0.9, "Hospital course": 0.8, "Indications": 0.75,
    "Plan": 0.75, "Findings": 0.75, "Operative note": 0.75, "Complications": 0.75, "Chief complaint": 0.7,
    "History of present illness": 0.65, "Past history": 0.6, "Medications": 0.6, "Description of procedure": 0.5,
    "Procedure": 0.5, "Social history": 0.5, "Family history": 0.5, "Allergies": 0.5, "Results": 0.45, "Exam": 0.4,
    "Specimens": 0.5, "Vital signs": 0.3, "Anesthesia": 0.3, "Estimated blood loss": 0.2, "Review of systems": 0.25,
    "Follow-up": 0.2, "Time": 0.1, "Attestation": 0.3,
})  # fmt: skip
NO_SECTION = 0.65
CONCLUDING = frozenset({"Assessment", "Assessment and plan", "Postoperative diagnosis", "Discharge summary"})
TELLS_WHY = CONCLUDING | {"Chief complaint", "Plan", "Indications", "Preoperative diagnosis"}
OF_FAMILY = "Family history"
OF_LIFE = "Social history"
OF_PAST = "Past history"
OF_ALLERGIES = "Allergies"
OF_MEDICINES = frozenset(
    {"Medications", "Plan", "Assessment and plan", "Past history", "History of present illness", ""}
)
SILENT = frozenset({"Follow-up", "Time", "Estimated blood loss", "Anesthesia"})  # advice and forms


def weight(section: str) -> float:
    """The weight of a section, 0 to 1."""
    return WEIGHTS.get(section, NO_SECTION) if section else NO_SECTION
