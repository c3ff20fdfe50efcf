"""How a delivered result stands with its practice."""

from datetime import datetime, timedelta
from enum import StrEnum


class ReviewWord(StrEnum):
    ACCEPTED = "accepted"
    REOPENED = "reopened"

    @property
    def label(self) -> str:
        return self.value.capitalize()


def silent_from(delivered_at: datetime, days: int) -> datetime:
    """From when a result counts as accepted without a word."""
    return delivered_at + timedelta(days=days)
