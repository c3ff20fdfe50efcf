"""What a batch's timeline says of its files."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.rules.intake import ChartStatus, Refusal


@dataclass(frozen=True)
class StepException:
    """Something on the way that needs a word, and its tone (docs/components.md)."""

    text: str
    tone: str


def counted(count: int, noun: str) -> str:
    """3 files, 1 file."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# In the order of what is to be done about them.
FILES: tuple[tuple[str, str, str], ...] = (
    (ChartStatus.UNREADABLE, "could not be read", "danger"),
    (ChartStatus.LOCKED, "waiting for a password", "warn"),
    (ChartStatus.QUARANTINED, "in quarantine", "danger"),
    (ChartStatus.DUPLICATE, "sent before", "warn"),
    (Refusal.LEFT_OUT, "left out by the sender", "neutral"),
)


def file_exceptions(counts: Mapping[str, int]) -> list[StepException]:
    """The files that did not simply become work; `counts` by status, those left out by themselves."""
    return [
        StepException(f"{counted(counts[state], 'file')} {words}", tone)
        for state, words, tone in FILES
        if counts.get(state)
    ]
