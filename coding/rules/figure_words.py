"""How a share is worded: its numerator and denominator, the percentage, and the interval; never a bare percentage."""

from __future__ import annotations

from decimal import Decimal

from coding.rules.proportions import Interval, Proportion, Ratio


def proportion_words(share: Proportion) -> str:
    """As in "12 of 14 · 86 % (60 to 96)"; "0 of 0" without more."""
    return worded(f"{share.count} of {share.of}", share.interval)


def ratio_words(share: Ratio) -> str:
    """As in "26.5 of 30 · 88 % (71 to 96)"."""
    return worded(f"{plain(share.right)} of {plain(share.of)}", share.interval)


def worded(counts: str, interval: Interval | None) -> str:
    if interval is None:
        return counts
    return f"{counts} · {percent(interval.share)} % ({percent(interval.low)} to {percent(interval.high)})"


def percent(share: float) -> str:
    """Whole percent; 99.6 is not called 100."""
    if share not in (0, 1) and not 0.005 <= share < 0.995:  # noqa: PLR2004  (what rounds to 0 or 100)
        return f"{share * 100:.1f}"
    return f"{share * 100:.0f}"


def plain(value: Decimal) -> str:
    """A number without needless zeros: 2.50000 as 2.5, 30 as 30."""
    return f"{value.normalize():f}"
