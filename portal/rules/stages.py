"""The stages of the line, at which people are skilled."""

from enum import StrEnum


class Stage(StrEnum):
    PRECODING = "precoding"
    CODING = "coding"
    VERIFICATION = "verification"

    @property
    def label(self) -> str:
        return {"precoding": "Pre-coding", "coding": "Coding", "verification": "Verification"}[self.value]
