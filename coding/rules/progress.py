"""How far the visits of a batch are, and whose move it is."""

from dataclasses import dataclass
from enum import StrEnum


class Move(StrEnum):
    """Who can do something about a batch now."""

    PRACTICE = "practice"
    BOTH = "both"
    SERVICE = "service"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Progress:
    """Of the visits of a batch how many there are, have left each stage, and wait for whom; and locked files."""

    visits: int = 0
    precoded: int = 0
    coded: int = 0
    finished: int = 0
    delivered: int = 0
    for_practice: int = 0  # on hold until the practice answers
    held: int = 0  # on hold for any other reason
    locked: int = 0  # files that open with a password only

    @property
    def unfinished(self) -> int:
        return self.visits - self.finished

    @property
    def ours(self) -> int:
        """Unfinished visits that do not wait for the practice."""
        return self.unfinished - self.for_practice

    @property
    def asked(self) -> int:
        """What the practice is asked for: answers and passwords."""
        return self.for_practice + self.locked

    def move(self, *, in_progress: bool) -> Move:
        """Whose move it is; the practice's alone once everything that is left waits for it."""
        if not in_progress:
            return Move.NOBODY
        if not self.asked:
            return Move.SERVICE
        return Move.BOTH if self.ours or not self.visits else Move.PRACTICE
