"""How long what was delivered is kept."""

from calendar import monthrange
from datetime import date


def kept_until(delivered: date, *, months: int) -> date:
    """The last day on which a batch is kept: that of its delivery, so many months later, or that month's last."""
    year, month = divmod(delivered.year * 12 + delivered.month - 1 + months, 12)
    return date(year, month + 1, min(delivered.day, monthrange(year, month + 1)[1]))
