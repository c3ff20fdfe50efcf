"""Opening a chart that one has not been given, in an emergency (45 CFR 164.312(a)(2)(ii)): for how long, and why."""

from datetime import timedelta

LASTS = timedelta(minutes=30)
SHORTEST_REASON = 15  # characters: a word is no reason
LONGEST_REASON = 500


def is_reason(text: str) -> bool:
    """Whether it says something: long enough, and more than one word."""
    tidy = " ".join(text.split())
    return SHORTEST_REASON <= len(tidy) <= LONGEST_REASON and " " in tidy
