"""The specialties by which work is sorted and people are skilled."""

from enum import StrEnum


class Specialty(StrEnum):
    PRIMARY_CARE = "primary_care"
    CARDIOLOGY = "cardiology"
    RADIOLOGY = "radiology"
    ORTHOPEDICS = "orthopedics"
    EMERGENCY = "emergency"
    GASTROENTEROLOGY = "gastroenterology"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()
