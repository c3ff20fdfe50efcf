"""What a late result costs us by the contract: reckoned from times, never typed.

A batch is late by the time between promise and first delivery, less the time in which it waited for the practice.
The credit is a share of the batch's fee for each day of that which has begun, up to the contract's most.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from portal.rules.stretches import Stretch, covered

DAY = timedelta(days=1)
NONE = timedelta(0)


@dataclass(frozen=True)
class CreditTerms:
    """Percent of a batch's fee for each started day, and the most for one batch; nothing if the first is nothing."""

    percent_a_day: Decimal
    most: Decimal


@dataclass(frozen=True)
class Turnaround:
    """When a batch was sent, until when it was promised, and when it first came back; None if it has not."""

    sent_at: datetime
    promised_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True)
class Credit:
    """How late a batch was or is, what of that was waiting, days begun, and percent of its fee."""

    beyond_promise: timedelta
    waited: timedelta
    days: int
    percent: Decimal
    is_final: bool

    @property
    def late(self) -> timedelta:
        """What counts."""
        return max(NONE, self.beyond_promise - self.waited)


def turnaround_credit(way: Turnaround, *, waits: Iterable[Stretch], terms: CreditTerms, at: datetime) -> Credit:
    """The credit of one batch; of one not yet delivered as it stands at `at`."""
    until = way.delivered_at or at
    waited = covered(waits, since=way.sent_at, until=until)
    beyond = max(NONE, until - way.promised_at)
    days = -(-max(NONE, beyond - waited) // DAY)
    percent = min(days * terms.percent_a_day, terms.most)
    return Credit(beyond, waited, days, percent, way.delivered_at is not None)
